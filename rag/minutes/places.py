"""Which turn of a meeting a place of its text is in, and which time that was."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Document, Turn


def turn_at(document: Document, offset: int) -> Turn | None:
    """The turn whose words, or whose label before them, hold the character at `offset`.

    None between two turns, before the first and behind the last. Logarithmic in their number.
    """
    turns = document.turns
    place = bisect_right(turns, offset, key=lambda turn: turn.start) - 1
    if place >= 0 and offset < turns[place].end:
        return turns[place]
    if place + 1 < len(turns) and offset >= label_start(document.text, turns[place + 1]):
        return turns[place + 1]
    return None


def time_at(document: Document, offset: int) -> str | None:
    """The stamp, as the file writes it, of the turn at `offset`; None without turn or stamp."""
    turn = turn_at(document, offset)
    return turn.time if turn else None


def label_start(text: str, turn: Turn) -> int:
    """Where the line with a turn's label begins: that of its words, or the one above them."""
    line = text.rfind("\n", 0, turn.start) + 1
    if line and not text[line : turn.start].strip():
        line = text.rfind("\n", 0, line - 1) + 1
    return line
