"""Days, deadlines and states in the language of the page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rag.types import Citation

if TYPE_CHECKING:
    from rag.types import Due, Promise
    from rag.words import Language
    from ui.texts import Texts

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(iso: str, language: Language) -> str:
    """A day: 14.11.2025 or 14 Nov 2025."""
    day = date.fromisoformat(iso)
    if language == "ru":
        return f"{day:%d.%m.%Y}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_text(when: Due, language: Language) -> str:
    """The days that a deadline means; "" where it means none."""
    days = dict.fromkeys(day for day in (when.start, when.end) if day)
    return " – ".join(day_text(day, language) for day in days)


def place_text(promise: Promise, texts: Texts, *, with_time: bool) -> str:
    """Where a promise stands: the line, and the time where it is wanted and there is one."""
    if not promise.quote:
        return texts["minutes_no_line_short"]
    line = texts["line"].format(promise.line)
    return f"{line}, {promise.time}" if promise.time and with_time else line


def citation_of(name: str, promise: Promise) -> Citation | None:
    """The words of a promise in its document; None of one without a line."""
    if not promise.quote:
        return None
    return Citation(name, None, promise.line, promise.start, promise.end, promise.quote)
