"""Words of the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "ready": "Документов в библиотеке: {}. Спросите о чём угодно из них.",
    "ask": "Ваш вопрос",
    "looking": "Ищу в документах…",
    "nearest": "Ближайшее из того, что есть:",
    "struck": "Вычеркнуто, документами не подтверждается: {}",
    "partly": "подтверждено не полностью",
    "promises": "Обещаний: {}. Выберите строку, чтобы увидеть, где это сказано.",
    "who": "Кто",
    "to_whom": "Кому",
    "what": "Что",
    "when": "Срок",
    "where": "Где сказано",
    "forget": "Новый разговор",
}
_EN = {
    "ready": "Documents in the library: {}. Ask anything about them.",
    "ask": "Your question",
    "looking": "Looking in the documents…",
    "nearest": "The nearest there is:",
    "struck": "Struck, not supported by the documents: {}",
    "partly": "supported only in part",
    "promises": "Promises: {}. Pick a row to see where it was said.",
    "who": "Who",
    "to_whom": "To whom",
    "what": "What",
    "when": "By when",
    "where": "Said in",
    "forget": "New conversation",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
