"""Who speaks where in a plain text: the labels of transcripts, found without guessing.

The shapes that are known stand in `shapes`, each with an example and a counter-example. A text is
a meeting only where labels carry most of it and look like people, or their words like talk; all
else has no turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.turns.judge import speech_in
from rag.minutes.turns.labels import clean_name, names_of
from rag.minutes.turns.shapes import SHAPES
from rag.minutes.turns.spans import candidates
from rag.types import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.turns.spans import Span
    from rag.types import Line

__all__ = ["Reading", "clean_name", "find_turns", "names_of", "read_turns"]


class Reading(NamedTuple):
    """The turns of a text, the name of the shape they have, and where the label of each begins.

    `days` are those of the turns' stamps, as they are written; a turn without one has "".
    """

    turns: tuple[Turn, ...]
    shape: str
    starts: tuple[int, ...]
    days: tuple[str, ...]


def find_turns(text: str, lines: Sequence[Line] = ()) -> tuple[Turn, ...]:
    """The turns of a meeting's plain text, in order; () where the text is no meeting.

    `lines` maps offsets to physical lines; without it, lines are counted by their ends.
    """
    return read_turns(text, lines).turns


def read_turns(text: str, lines: Sequence[Line] = ()) -> Reading:
    """The turns of a meeting's plain text, and what their labels tell beside the speakers.

    A text that is no meeting has none. Deterministic, linear in the length of the text.
    """
    for shape in SHAPES:
        spans = speech_in(candidates(shape, text))
        if spans:
            days = tuple(span.of.day or "" for span in spans)
            starts = tuple(span.of.at for span in spans)
            return Reading(tuple(_numbered(spans, text, lines)), shape.name, starts, days)
    return Reading((), "", (), ())


def _numbered(spans: Sequence[Span], text: str, lines: Sequence[Line]) -> Iterator[Turn]:
    """Turns with the physical line their words begin on."""
    names = names_of(span.of.label for span in spans if span.of.label)
    number, counted, at_line = 1, 0, 0
    for label, begin, end in spans:
        if lines:
            while at_line + 1 < len(lines) and lines[at_line + 1].start <= begin:
                at_line += 1
            number = lines[at_line].number
        else:
            number += text.count("\n", counted, begin)
            counted = begin
        yield Turn(names.get(label.label), text[begin:end], number, label.time, begin, end)
