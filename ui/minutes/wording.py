"""Deadlines and places of promises in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui import spelling

if TYPE_CHECKING:
    from rag.types import Due, Promise
    from ui.texts import Texts


def days_text(when: Due, texts: Texts) -> str:
    """The days that a deadline means; "" where it means none."""
    days = dict.fromkeys(day for day in (when.start, when.end) if day)
    return " – ".join(spelling.day(day, texts) for day in days)


def place_text(promise: Promise, texts: Texts, *, with_time: bool) -> str:
    """Where a promise stands: the line, and the time where it is wanted and there is one."""
    if not promise.quote:
        return texts["minutes_no_line_short"]
    line = texts["line"].format(promise.line)
    return f"{line}, {promise.time}" if promise.time and with_time else line
