"""Words of the field for files and of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "drop": "Добавить файлы (до {} МБ каждый)",
    "kinds": "PDF, DOCX, Markdown, текст, VTT, SRT, выгрузка чата Telegram",
    "reading": "Читаю: {} из {}",
    "indexing": "Собираю указатель…",
    "added": "добавлен",
    "changed": "прочитан заново",
    "unchanged": "уже есть в библиотеке",
    "skipped": "не взят: {}",
}
_EN = {
    "drop": "Add files (up to {} MB each)",
    "kinds": "PDF, DOCX, Markdown, text, VTT, SRT, a Telegram chat export",
    "reading": "Reading: {} of {}",
    "indexing": "Building the index…",
    "added": "added",
    "changed": "read anew",
    "unchanged": "already in the library",
    "skipped": "not taken: {}",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
