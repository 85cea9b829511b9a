"""A meeting as numbered lines, and windows of whole turns that fit a model.

A line has the number it has in the file. A turn is never parted between two windows unless it is
longer than one by itself; then it is cut between sentences. Windows overlap by a few turns, so that
a request and its answer stand in one of them together.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from rag import sentences
from rag.minutes.promises import line_of
from rag.summary.pieces import Unit, cut, furthest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.types import Document

#: turns of a window that begin the next one, too: a request is rarely answered later
OVERLAP = 3
#: turns counted one by one come to more or less tokens than together, never this far
_SLACK = 1.5
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a turn, or a part of one: `document.text[start:end]`, `number` is the file's."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A turn, a part of one, or a line of a paper without turns; `index` counts them.

    `speaker` is the file's label, `time` its stamp. Parts of one turn share their `index`.
    """

    index: int
    speaker: str | None
    time: str | None
    rows: tuple[Row, ...]

    @property
    def start(self) -> int:
        """Where its words begin."""
        return self.rows[0].start

    @property
    def end(self) -> int:
        """Where its words end."""
        return self.rows[-1].end


Window = tuple[Stretch, ...]


def stretches(document: Document) -> list[Stretch]:
    """The turns of a meeting in order; the lines of one that has none."""
    spans: list[tuple[int, int, str | None, str | None]]
    spans = [(t.start, t.end, t.speaker, t.time) for t in document.turns]
    if not spans:
        spans = [(*m.span(), None, None) for m in _LINE.finditer(document.text)]
    found: list[Stretch] = []
    for start, end, speaker, time in spans:
        if rows := tuple(_rows(document, start, end)):
            found.append(Stretch(len(found), speaker, time, rows))
    return found


def _rows(document: Document, start: int, end: int) -> Iterator[Row]:
    """The lines of a span that hold words; what has one number in the file is one row."""
    held: Row | None = None
    for match in _LINE.finditer(document.text, start, end):
        if not match.group().strip():
            continue
        number = line_of(document, match.start())
        if held and held.number == number:
            held = replace(held, end=match.end())
            continue
        if held:
            yield held
        held = Row(number, *match.span())
    if held:
        yield held


def shown(text: str, window: Sequence[Stretch]) -> str:
    """A window as a model reads it, a numbered line for each row: «12| Олег: завтра скину»."""
    lines = []
    for stretch in window:
        label = f"{' '.join(stretch.speaker.split())}: " if stretch.speaker else ""
        for row in stretch.rows:
            words = " ".join(text[row.start : row.end].split())
            lines.append(f"{row.number}| {label}{words}")
            label = ""
    return "\n".join(lines)


def windows(
    text: str,
    every: Sequence[Stretch],
    size: Callable[[Stretch], int],
    room: int,
    fits: Callable[[Sequence[Stretch]], bool],
) -> list[Window]:
    """Turns in order, in as few windows as fit, the last few of one again in the next.

    Args:
        text: The document's.
        every: All turns.
        size: Tokens of a turn, roughly; `room` is what a window may hold of them.
        room: See `size`.
        fits: Whether these turns fit, as they would be sent. The last word on it.

    Raises:
        DoesNotFit: Not even one character of a turn fits.
    """
    parts = [p for each in every for p in _parts(text, each, size, room, fits)]
    sums = [0, *accumulate(map(size, parts))]
    found: list[Window] = []
    begin = 0
    while begin < len(parts):
        last = min(bisect_left(sums, sums[begin] + _SLACK * room + 1), len(parts))
        end = furthest(parts, begin, last, fits)
        found.append(tuple(parts[begin:end]))
        if end == len(parts):
            break
        backs = range(max(end - OVERLAP, begin + 1), end)
        begin = next((at for at in backs if fits(parts[at : end + 1])), end)
    return found


def _parts(
    text: str,
    stretch: Stretch,
    size: Callable[[Stretch], int],
    room: int,
    fits: Callable[[Sequence[Stretch]], bool],
) -> list[Stretch]:
    """The turn, or stretches of whole sentences of it that each fit."""
    if size(stretch) * 2 <= room or fits([stretch]):
        return [stretch]

    def part(units: Sequence[Unit]) -> Stretch:
        return within(stretch, units[0].start, units[-1].end)

    units = [Unit("", *span, 0, joins=True) for span in _sentences(text, stretch)]
    pieces = cut(
        units,
        size=lambda unit: size(part([unit])),
        room=room,
        fits=lambda each: fits([part(each)]),
        text_of=lambda unit: text[unit.start : unit.end],
    )
    return [made for piece in pieces if (made := part(piece)).rows]


def _sentences(text: str, stretch: Stretch) -> Iterator[tuple[int, int]]:
    """The sentences of a turn that lie in any of its rows."""
    for start, end in sentences.split(text, stretch.start, stretch.end):
        if any(row.start < end and start < row.end for row in stretch.rows):
            yield start, end


def within(stretch: Stretch, start: int, end: int) -> Stretch:
    """The part of a stretch that lies in a span."""
    rows = tuple(
        replace(row, start=max(row.start, start), end=min(row.end, end))
        for row in stretch.rows
        if row.start < end and start < row.end
    )
    return replace(stretch, rows=rows)


Numbered = Mapping[int, "list[tuple[Stretch, Row]]"]


def numbered(window: Window) -> Numbered:
    """The rows of a window, each with its turn, by the numbers that a model was shown."""
    found: dict[int, list[tuple[Stretch, Row]]] = {}
    for stretch in window:
        for row in stretch.rows:
            found.setdefault(row.number, []).append((stretch, row))
    return found


def halves(window: Window) -> list[Window]:
    """A window in two, each with the overlap; itself alone where it is a single turn."""
    middle = len(window) // 2
    if not middle:
        return [window]
    begin = max(middle - OVERLAP, 0) if middle > 2 * OVERLAP else middle
    return [window[:middle], window[begin:]]
