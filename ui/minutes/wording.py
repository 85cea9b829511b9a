"""Places of promises in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Promise
    from ui.texts import Texts


def place_text(promise: Promise, texts: Texts, *, with_time: bool) -> str:
    """Where a promise stands: the line, and the time where it is wanted and there is one."""
    if not promise.quote:
        return texts["minutes_no_line_short"]
    line = texts["line"].format(promise.line)
    return f"{line}, {promise.time}" if promise.time and with_time else line
