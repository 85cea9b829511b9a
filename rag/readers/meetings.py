"""Meetings among texts of any format: who speaks where, and which day it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.dates import days_of, meeting_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Line, Turn


class Meeting(NamedTuple):
    """What a text that is a meeting tells of itself; a protocol has no turns.

    `day` is ISO, None where neither head, stamps nor the file's name say it; `starts` are the
    places of the turns' labels.
    """

    turns: tuple[Turn, ...]
    day: str | None
    starts: tuple[int, ...] = ()


def find_meeting(name: str, text: str, lines: Sequence[Line] = ()) -> Meeting | None:
    """The meeting that the text of the file `name` is, a transcript or minutes, else None."""
    from rag.minutes.paper.marks import is_protocol
    from rag.minutes.turns import read_turns

    reading = read_turns(text, lines)
    if not reading.turns and not is_protocol(text):
        return None
    days = days_of(reading.days)
    turns = tuple(replace(turn, day=day) for turn, day in zip(reading.turns, days, strict=True))
    head = text[: reading.starts[0]] if turns else text
    return Meeting(turns, meeting_day(name, head, reading.days), reading.starts)
