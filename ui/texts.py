"""The words of the page, in Russian and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

Texts = dict[str, str]

LANGUAGES: dict[Language, str] = {"ru": "Русский", "en": "English"}

_RU: Texts = {
    "title": "Вопросы к вашим документам",
    "language": "Язык",
    "drop": "Добавить файлы (до {} МБ каждый)",
    "kinds": "PDF, DOCX, Markdown, текст, VTT, SRT, выгрузка чата Telegram",
    "reading": "Читаю: {} из {}",
    "indexing": "Собираю указатель…",
    "added": "добавлен",
    "changed": "прочитан заново",
    "unchanged": "уже есть в библиотеке",
    "skipped": "не взят: {}",
    "chat": "Вопросы",
    "library": "Библиотека",
    "empty": "Здесь пока нет документов. Перетащите файлы в поле слева и задайте вопрос.",
    "ready": "Документов в библиотеке: {}. Спросите о чём угодно из них.",
    "ask": "Ваш вопрос",
    "looking": "Ищу в документах…",
    "page": "с. {}",
    "line": "строка {}",
    "nearest": "Ближайшее из того, что есть:",
    "struck": "Вычеркнуто, документами не подтверждается: {}",
    "partly": "подтверждено не полностью",
    "marked": "Страница {}. Цитата выделена жёлтым.",
    "unmarked": "Страница {}. Дословно найти цитату на картинке не удалось, выделения нет.",
    "no_picture": "Страницу показать нельзя: {}.",
    "moved": "файла больше нет на прежнем месте, или он изменился",
    "promises": "Обещаний: {}. Выберите строку, чтобы увидеть, где это сказано.",
    "who": "Кто",
    "to_whom": "Кому",
    "what": "Что",
    "when": "Срок",
    "where": "Где сказано",
    "document": "Документ",
    "name": "Название",
    "kind": "Вид",
    "date": "Дата",
    "pages": "Страниц",
    "chunks": "Фрагментов",
    "notes": "Замечания",
    "pick": "Отметьте строки, чтобы убрать документы из библиотеки.",
    "remove": "Убрать отмеченное: {}",
    "removed": "Убрано: {}",
    "forget": "Новый разговор",
}

_EN: Texts = {
    "title": "Ask your documents",
    "language": "Language",
    "drop": "Add files (up to {} MB each)",
    "kinds": "PDF, DOCX, Markdown, text, VTT, SRT, a Telegram chat export",
    "reading": "Reading: {} of {}",
    "indexing": "Building the index…",
    "added": "added",
    "changed": "read anew",
    "unchanged": "already in the library",
    "skipped": "not taken: {}",
    "chat": "Questions",
    "library": "Library",
    "empty": "There are no documents yet. Drop files into the field on the left, then ask.",
    "ready": "Documents in the library: {}. Ask anything about them.",
    "ask": "Your question",
    "looking": "Looking in the documents…",
    "page": "p. {}",
    "line": "line {}",
    "nearest": "The nearest there is:",
    "struck": "Struck, not supported by the documents: {}",
    "partly": "supported only in part",
    "marked": "Page {}. The quote is marked in yellow.",
    "unmarked": "Page {}. The quote was not found word for word on it, so nothing is marked.",
    "no_picture": "The page cannot be shown: {}.",
    "moved": "the file is no longer where it was, or has changed",
    "promises": "Promises: {}. Pick a row to see where it was said.",
    "who": "Who",
    "to_whom": "To whom",
    "what": "What",
    "when": "By when",
    "where": "Said in",
    "document": "Document",
    "name": "Title",
    "kind": "Kind",
    "date": "Date",
    "pages": "Pages",
    "chunks": "Chunks",
    "notes": "Notes",
    "pick": "Tick rows to take documents out of the library.",
    "remove": "Remove what is ticked: {}",
    "removed": "Removed: {}",
    "forget": "New conversation",
}

TEXTS: dict[Language, Texts] = {"ru": _RU, "en": _EN}


def first_language(locale: str | None) -> Language:
    """The language to begin with for a browser's locale, e.g. "ru-RU"; English for any other."""
    return "ru" if locale and locale.lower().split("-")[0] == "ru" else "en"
