"""Words of the field for files and of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "drop": "Добавить файлы (до {} МБ каждый)",
    "kinds": "PDF, DOCX, Markdown, текст, VTT, SRT, выгрузка чата Telegram",
    "waiting": "ждёт очереди",
    "reading": "читаю, страниц: {1}",
    "indexing": "собираю указатель…",
    "added": "добавлен",
    "changed": "прочитан заново",
    "unchanged": "уже есть в библиотеке",
    "refused": "не взят: {}",
    "failed": "не удалось добавить: {}",
    "intake_more": "Ещё файлов: {}",
    "intake_password": "Пароль",
}
_EN = {
    "drop": "Add files (up to {} MB each)",
    "kinds": "PDF, DOCX, Markdown, text, VTT, SRT, a Telegram chat export",
    "waiting": "waits for its turn",
    "reading": "reading, pages: {1}",
    "indexing": "building the index…",
    "added": "added",
    "changed": "read anew",
    "unchanged": "already in the library",
    "refused": "not taken: {}",
    "failed": "could not be added: {}",
    "intake_more": "More files: {}",
    "intake_password": "Password",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
