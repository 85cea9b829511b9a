"""Words of the list of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
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
}
_EN = {
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
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
