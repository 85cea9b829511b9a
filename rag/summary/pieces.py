"""A long text cut for a model: at headings, pages and turns, between whole sentences.

Every sentence that was not set aside stands in exactly one piece. One that is longer than a window
by itself is cut between words. A turn of a meeting stays whole, and with its speaker's label,
unless it is longer than a window.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from rag import sentences
from rag.errors import DoesNotFit
from rag.summary.marked import Marked
from rag.types import Chunk, Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.types import Document, Turn

Item = TypeVar("Item")

#: How strong the border before a unit is. Headings lie between a page and a document.
_SENTENCE, _PARAGRAPH, _TURN, _PAGE, _HEADING, _DOCUMENT = 0, 1, 2, 3, 4, 11
_DEEPEST = 6  # level of headings from which on all are alike
_BACK = 2  # a piece is cut back to a strong border no further than to this part of its length
_SLACK = 1.5  # units counted one by one come to more or less tokens than together, never this far


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of the document `name`, and how strong the border before it is.

    `joins` says that nothing set aside lies between it and the unit before.
    """

    name: str
    start: int
    end: int
    border: int
    joins: bool


def units(name: str, document: Document) -> list[Unit]:
    """The sentences of a document in order, headings too, without what was set aside."""
    headings = Marked(document, "heading")
    border_of = _Borders(document)
    found: list[Unit] = []
    for left, right in Marked(document, "aside").between(0, len(document.text)):
        first = True
        for begin, finish in headings.parts(left, right):
            for start, end in sentences.split(document.text, begin, finish):
                border = border_of(found[-1].end, start, end) if found else _DOCUMENT
                found.append(Unit(name, start, end, border, joins=not first))
                first = False
    return found


class _Borders:
    """How strong the border between two sentences of a document is."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        marks = sorted((m.start, m.level) for m in document.marks if m.kind == "heading")
        self._headings = [start for start, _ in marks]
        self._levels = [min(level, _DEEPEST) for _, level in marks]
        self._pages = [page.start for page in document.pages]
        self._turns = [_label_start(document.text, turn) for turn in document.turns]

    def __call__(self, before: int, start: int, end: int) -> int:
        """Of the sentence from `start` to `end` and the one that ends at `before`."""
        if (at := _within(self._headings, before, start + 1)) is not None:
            return _HEADING + _DEEPEST - self._levels[at]
        if _within(self._pages, before, start + 1) is not None:
            return _PAGE
        if _within(self._turns, start, end) is not None:
            return _TURN
        return _PARAGRAPH if self._text.count("\n", before, start) > 1 else _SENTENCE


def _label_start(text: str, turn: Turn) -> int:
    """Where the line with a turn's label begins: that of its words, or the one above them."""
    line = text.rfind("\n", 0, turn.start) + 1
    if line and not text[line : turn.start].strip() and turn.speaker:
        line = text.rfind("\n", 0, line - 1) + 1
    return line


def _within(places: Sequence[int], start: int, end: int) -> int | None:
    """Index of the first of the sorted places that lies in a span."""
    at = bisect_left(places, start)
    return at if at < len(places) and places[at] < end else None


def cut(
    every: Sequence[Unit],
    size: Callable[[Unit], int],
    room: int,
    fits: Callable[[Sequence[Unit]], bool],
    text_of: Callable[[Unit], str],
) -> list[tuple[Unit, ...]]:
    """Units in order, in as few pieces as fit, each ending where the text has a border.

    Args:
        every: Of all documents, in order.
        size: Tokens of a unit, roughly; `room` is what a piece may hold of them.
        room: See `size`.
        fits: Whether these units, as they would be sent, fit the window. The last word on it.
        text_of: The text of a unit.

    Raises:
        DoesNotFit: Not even one character of a sentence fits.
    """
    whole = [part for unit in every for part in _small(unit, size, room, fits, text_of)]
    sums = [0, *accumulate(map(size, whole))]
    pieces: list[tuple[Unit, ...]] = []
    begin = 0
    while begin < len(whole):
        last = min(bisect_left(sums, sums[begin] + _SLACK * room + 1), len(whole))
        end = _at_border(whole, begin, furthest(whole, begin, last, fits))
        pieces.append(tuple(whole[begin:end]))
        begin = end
    return pieces


def furthest(
    items: Sequence[Item], begin: int, last: int, fits: Callable[[Sequence[Item]], bool]
) -> int:
    """The largest end, up to `last`, for which the items from `begin` on fit; one does for sure."""
    low, high = begin + 1, last
    while low < high:
        middle = (low + high + 1) // 2
        if fits(items[begin:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _at_border(whole: Sequence[Unit], begin: int, end: int) -> int:
    """Where to end a piece: at its end, or sooner where the text has a stronger border.

    Before a turn that would be parted it may end sooner yet.
    """
    if end == len(whole):
        return end
    earliest = begin + max((end - begin) // _BACK, 1)
    best = max(range(earliest, end + 1), key=lambda at: (whole[at].border, at))
    if whole[best].border >= _TURN:
        return best
    turns = (at for at in range(earliest - 1, begin, -1) if whole[at].border == _TURN)
    return next(turns, best)


def _small(
    unit: Unit,
    size: Callable[[Unit], int],
    room: int,
    fits: Callable[[Sequence[Unit]], bool],
    text_of: Callable[[Unit], str],
) -> Iterator[Unit]:
    """The unit, or halves of it, cut between words where there are any, until each fits."""
    if size(unit) * _BACK <= room or fits([unit]):
        yield unit
        return
    text = text_of(unit)
    if len(text) < _BACK:
        raise DoesNotFit(
            f"The window leaves {max(room, 0)} tokens for text, too few for a word",
            "Use a model with a longer window",
        )
    middle = text.rfind(" ", 1, len(text) // 2 + 1)
    middle = middle if middle > 0 else len(text) // 2
    left = replace(unit, end=unit.start + middle)
    right = replace(unit, start=unit.start + middle, border=_SENTENCE, joins=True)
    yield from _small(left, size, room, fits, text_of)
    yield from _small(right, size, room, fits, text_of)


def passages(piece: Sequence[Unit], documents: Mapping[str, Document]) -> list[Passage]:
    """A piece as passages: whole stretches of text, one for each page and each part of a document.

    Nothing that was set aside lies in any of them.
    """
    stretches: list[tuple[str, int, int]] = []
    for unit in piece:
        last = stretches[-1] if stretches else None
        if last is not None and unit.joins and unit.border < _PAGE and last[0] == unit.name:
            stretches[-1] = (last[0], last[1], unit.end)
        else:
            stretches.append((unit.name, unit.start, unit.end))
    return [
        passage(documents[name], name, start, end, rank)
        for rank, (name, start, end) in enumerate(stretches, 1)
    ]


def passage(document: Document, name: str, start: int, end: int, rank: int) -> Passage:
    """A span of a document as a passage."""
    text = document.text[start:end]
    chunk = Chunk(f"{document.id}:{start}:{end}", document.id, start, end, text)
    first, last = document.page_at(start), document.page_at(max(end - 1, start))
    pages = () if first is None or last is None else tuple(range(first, last + 1))
    return Passage(chunk, name, pages, document.line_at(start), 0.0, rank, ())
