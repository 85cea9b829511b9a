"""Words that several parts of the page use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "title": "Вопросы к вашим документам",
    "language": "Язык",
    "chat": "Вопросы",
    "minutes": "Протокол",
    "library": "Библиотека",
    "settings": "Настройки",
    "point": ",",
    "thousands": "\N{NO-BREAK SPACE}",
    "day": "{0:%d.%m.%Y}",
    "unit_B": "Б",
    "unit_KB": "КБ",
    "unit_MB": "МБ",
    "unit_GB": "ГБ",
    "unit_TB": "ТБ",
    "page": "с. {}",
    "line": "строка {}",
    "page_label": "на листе {}",
    "source": "Источник",
    "source_of": "{} из {}",
    "source_before": "Предыдущий",
    "source_after": "Следующий",
    "source_large": "Крупно",
    "more_turns": "Показать больше реплик",
    "more_text": "Показать больше текста",
    "no_picture": "Страницу показать нельзя: {}.",
    "moved": "файла больше нет на прежнем месте, или он изменился",
    "marked": "Страница {}. Цитата выделена жёлтым.",
    "unmarked": "Страница {}. Дословно найти цитату на картинке не удалось, выделения нет.",
}
_EN = {
    "title": "Ask your documents",
    "language": "Language",
    "chat": "Questions",
    "minutes": "Minutes",
    "library": "Library",
    "settings": "Settings",
    "point": ".",
    "thousands": ",",
    "day": "{0.day} {1} {0.year}",
    "unit_B": "B",
    "unit_KB": "KB",
    "unit_MB": "MB",
    "unit_GB": "GB",
    "unit_TB": "TB",
    "page": "p. {}",
    "line": "line {}",
    "page_label": "printed {}",
    "source": "Source",
    "source_of": "{} of {}",
    "source_before": "Previous",
    "source_after": "Next",
    "source_large": "Full size",
    "more_turns": "Show more turns",
    "more_text": "Show more text",
    "no_picture": "The page cannot be shown: {}.",
    "moved": "the file is no longer where it was, or has changed",
    "marked": "Page {}. The quote is marked in yellow.",
    "unmarked": "Page {}. The quote was not found word for word on it, so nothing is marked.",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
