"""Words of the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "begin_empty": "Добавьте документы и спросите о них",
    "begin_empty_how": (
        "Перетащите сюда файлы. Спросить можно сразу, как только прочитан первый из них."
    ),
    "begin_busy": "Читаю файлы. Спросить можно, как только будет прочитан первый.",
    "begin": "О чём узнать?",
    "ready": (
        "Документов в библиотеке: {}. К каждому предложению ответа показано "
        "место, откуда оно взято."
    ),
    "talk_lost": (
        "Этого разговора больше нет: программу запустили заново, или он был слишком давно. "
        "Документы на месте, вопрос можно задать снова."
    ),
    "you": "Вы",
    "answer": "Ответ",
    "ask": "Ваш вопрос",
    "ask_nothing": "Сначала добавьте документы",
    "busy": "Предыдущий вопрос ещё в работе. Дождитесь ответа или остановите его.",
    "turn_waiting": "Начинаю…",
    "turn_looking": "Ищу в документах…",
    "turn_writing": "Модель пишет. Слова ещё не проверены.",
    "turn_checking": "Проверяю каждое предложение по документам…",
    "ahead": "Модель занята. Перед вами в очереди: {}",
    "stop": "Остановить",
    "stopped": "Ответ остановлен.",
    "earlier": "Показать более ранние вопросы: {}",
    "understood": "Понято как: {}",
    "instead": "Из слов модели документы не подтвердили ничего. Вот что сказано в них самих.",
    "nearest": "Ближайшее из того, что есть:",
    "refused_next": (
        "Спросите другими словами, выберите другие документы или добавьте те, где об этом сказано."
    ),
    "struck": "Вычеркнуто, документами не подтверждается: {}",
    "partly": "подтверждено не полностью",
    "promises": "Обещаний: {}. Нажмите на место, чтобы увидеть, где это сказано.",
    "promises_all": "Показать остальные: {}",
    "who": "Кто",
    "what": "Что",
    "when": "Срок",
    "sources_more": "ещё {}",
    "by_documents": "Дословно из документов",
    "by_model": "Написала модель {}, проверено по документам",
    "seconds": "{} с",
    "copy": "Копировать",
    "copied": "Скопировано",
    "again": "Спросить ещё раз",
    "edit": "Изменить вопрос",
    "everywhere": "Искать везде",
    "forget": "Новый разговор",
    "talks": "Разговоры",
    "save": "Сохранить",
    "save_name": "разговор",
    "save_md": "Markdown",
    "save_docx": "Word (DOCX)",
    "save_json": "JSON",
    "scope": "Искать: {}",
    "scope_all": "все документы",
    "scope_some": "документов: {}",
    "scope_since": "с {}",
    "scope_until": "по {}",
    "scope_documents": "Документы",
    "scope_from_since": "С даты",
    "scope_from_until": "По дату",
    "scope_undated": "Документы без даты при этом не ищутся.",
}
_EN = {
    "begin_empty": "Add documents and ask about them",
    "begin_empty_how": "Drop files here. You can ask as soon as the first of them is read.",
    "begin_busy": "Reading the files. You can ask as soon as the first one is read.",
    "begin": "What would you like to know?",
    "ready": (
        "Documents in the library: {}. Every sentence of an answer shows the place it comes from."
    ),
    "talk_lost": (
        "This conversation is gone: the program was started anew, or it was too long ago. "
        "The documents are there; ask again."
    ),
    "you": "You",
    "answer": "Answer",
    "ask": "Your question",
    "ask_nothing": "Add documents first",
    "busy": "The question before is still being answered. Wait for it, or stop it.",
    "turn_waiting": "Beginning…",
    "turn_looking": "Looking in the documents…",
    "turn_writing": "The model is writing. Its words are not checked yet.",
    "turn_checking": "Checking every sentence against the documents…",
    "ahead": "The model is busy. Before you in the line: {}",
    "stop": "Stop",
    "stopped": "The answer was stopped.",
    "earlier": "Show earlier questions: {}",
    "understood": "Understood as: {}",
    "instead": "Nothing the model said is supported. This is what the documents say.",
    "nearest": "The nearest there is:",
    "refused_next": "Ask in other words, choose other documents, or add those that tell of it.",
    "struck": "Struck, not supported by the documents: {}",
    "partly": "supported only in part",
    "promises": "Promises: {}. Press a place to see where it was said.",
    "promises_all": "Show the others: {}",
    "who": "Who",
    "what": "What",
    "when": "By when",
    "sources_more": "{} more",
    "by_documents": "Word for word from the documents",
    "by_model": "Written by the model {}, checked against the documents",
    "seconds": "{} s",
    "copy": "Copy",
    "copied": "Copied",
    "again": "Ask again",
    "edit": "Edit the question",
    "everywhere": "Look everywhere",
    "forget": "New conversation",
    "talks": "Conversations",
    "save": "Save",
    "save_name": "conversation",
    "save_md": "Markdown",
    "save_docx": "Word (DOCX)",
    "save_json": "JSON",
    "scope": "Look in: {}",
    "scope_all": "all documents",
    "scope_some": "{} documents",
    "scope_since": "from {}",
    "scope_until": "to {}",
    "scope_documents": "Documents",
    "scope_from_since": "From",
    "scope_from_until": "To",
    "scope_undated": "Documents without a date are left out then.",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
