"""The words that minutes are shown with, in the language of the meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_LABELS: dict[Language, dict[str, str]] = {
    "ru": {
        "file": "Файл",
        "date": "Дата",
        "participants": "Участники",
        "summary": "Кратко",
        "topics": "Темы",
        "decisions": "Решения",
        "promises": "Обещания",
        "questions": "Открытые вопросы",
        "dated": "К сроку",
        "undated": "Без срока",
        "unowned": "Без исполнителя",
        "conditional": "При условии",
        "tentative": "Не твёрдо",
        "closed": "Сделано и отменено",
        "none": "Обещаний не нашлось.",
        "number": "№",
        "who": "Кто",
        "to_whom": "Кому",
        "what": "Что",
        "when": "Срок",
        "state": "Статус",
        "place": "Где",
        "line": "строка {}",
        "page": "с. {}",
        "if": "при условии: «{}»",
        "see": "см. {}",
        "was": "было: {} (строка {})",
        "was_undated": "без срока",
        "is_done": "сделано",
        "is_cancelled": "отменено",
        "is_tentative": "не твёрдо",
        "check": "проверьте",
        "owner_of": "проверьте, кто: {}",
        "recipient_of": "проверьте, кому: {}",
        "unclear": "неясно",
        "or": " или ",
        "quote": "«{}»",
    },
    "en": {
        "file": "File",
        "date": "Date",
        "participants": "Participants",
        "summary": "Summary",
        "topics": "Topics",
        "decisions": "Decisions",
        "promises": "Promises",
        "questions": "Open questions",
        "dated": "By date",
        "undated": "Without a date",
        "unowned": "Without an owner",
        "conditional": "On condition",
        "tentative": "Tentative",
        "closed": "Done and cancelled",
        "none": "No promises were found.",
        "number": "#",
        "who": "Who",
        "to_whom": "To whom",
        "what": "What",
        "when": "By when",
        "state": "State",
        "place": "Where",
        "line": "line {}",
        "page": "p. {}",
        "if": "on condition: “{}”",
        "see": "see {}",
        "was": "was: {} (line {})",
        "was_undated": "no date",
        "is_done": "done",
        "is_cancelled": "cancelled",
        "is_tentative": "tentative",
        "check": "check",
        "owner_of": "check who: {}",
        "recipient_of": "check to whom: {}",
        "unclear": "unclear",
        "or": " or ",
        "quote": "“{}”",
    },
}


def labels(language: Language) -> dict[str, str]:
    """The words of a language by their keys."""
    return _LABELS[language]
