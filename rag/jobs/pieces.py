"""A document in pieces that each fit a prompt, cut where its structure allows.

Borders are tried from the coarsest to the finest: headings, paragraphs, lines, sentences, words.
A piece is a run of the document as it stands, with its line ends and indents; only what the
document has set aside, such as running headers and hidden text, is left out of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from rag import sentences
from rag.errors import DoesNotFit
from rag.summary.marked import Marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.types import Document

Span = tuple[int, int]

_PARAGRAPH = re.compile(r"\n[ \t]*\n+")
#: A blank line before one that is not indented: between the functions of a program, too.
_OUTER = re.compile(r"\n[ \t]*\n+(?=\S)")
_LINE = re.compile(r"\n")
_WORD = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Runs of a document, in order; `text` is these after one another."""

    spans: tuple[Span, ...]
    text: str

    def place(self, offset: int) -> int:
        """Where in the document the character at `offset` of the text stands."""
        starts = [0, *accumulate(end - start for start, end in self.spans)]
        number = min(bisect_right(starts, offset), len(self.spans)) - 1
        return self.spans[number][0] + offset - starts[number]


def whole(document: Document) -> Piece:
    """All of a document but what it has set aside."""
    return _piece(document, 0, len(document.text))


def pieces(document: Document, fits: Callable[[str], bool]) -> list[Piece]:
    """The fewest pieces that fit, about, in order; one where all of it fits.

    `fits` says whether a text goes into a prompt; what fits must also fit when it is shorter.
    Raises DoesNotFit where not even a word does.
    """
    return list(_cut(document, 0, len(document.text), 0, fits))


def halves(document: Document, piece: Piece) -> list[Piece]:
    """The piece as two of about one length, or as it is where it has no border inside."""
    start, end = piece.spans[0][0], piece.spans[-1][1]
    half = len(piece.text) / 2
    cut = list(_cut(document, start, end, 0, lambda text: len(text) <= half or "\n" not in text))
    return cut if len(cut) > 1 else [piece]


def _cut(
    document: Document, start: int, end: int, level: int, fits: Callable[[str], bool]
) -> Iterator[Piece]:
    """The span in pieces, at borders of the level where they suffice, else of the next."""
    piece = _piece(document, start, end)
    if not piece.text.strip():
        return
    if fits(piece.text):
        yield piece
        return
    if level == len(_LEVELS):
        if end - start < 2:
            raise DoesNotFit(
                "The instructions of the job leave no room for the document",
                "Use a model with a longer window, or fewer examples",
            )
        middle = (start + end) // 2
        yield from _cut(document, start, middle, level, fits)
        yield from _cut(document, middle, end, level, fits)
        return
    borders = [start, *_LEVELS[level](document, start, end), end]
    if len(borders) == 2:
        yield from _cut(document, start, end, level + 1, fits)
        return
    first = 0
    while first < len(borders) - 1:
        last = _furthest(document, borders, first, fits)
        if last == first:
            yield from _cut(document, borders[first], borders[first + 1], level + 1, fits)
            last = first + 1
        else:
            part = _piece(document, borders[first], borders[last])
            if part.text.strip():
                yield part
        first = last


def _furthest(
    document: Document, borders: Sequence[int], first: int, fits: Callable[[str], bool]
) -> int:
    """The last border up to which the text from the first one fits; the first where none does."""
    low, step = first, 1
    while low + step < len(borders) and _within(
        document, borders[first], borders[low + step], fits
    ):
        low, step = low + step, step * 2
    high = min(low + step, len(borders) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if _within(document, borders[first], borders[middle], fits):
            low = middle
        else:
            high = middle - 1
    return low


def _within(document: Document, start: int, end: int, fits: Callable[[str], bool]) -> bool:
    return fits(_piece(document, start, end).text)


def _piece(document: Document, start: int, end: int) -> Piece:
    spans = tuple(Marked(document, "aside").between(start, end))
    return Piece(spans, "".join(document.text[left:right] for left, right in spans))


def _headings(document: Document, start: int, end: int) -> list[int]:
    begins = {mark.start for mark in document.marks if mark.kind == "heading"}
    return sorted(each for each in begins if start < each < end)


def _ends_of(pattern: re.Pattern[str]) -> Callable[[Document, int, int], list[int]]:
    def ends(document: Document, start: int, end: int) -> list[int]:
        found = (match.end() for match in pattern.finditer(document.text, start, end))
        return [each for each in found if start < each < end]

    return ends


def _sentences(document: Document, start: int, end: int) -> list[int]:
    return [left for left, _ in sentences.split(document.text, start, end) if start < left < end]


_LEVELS: tuple[Callable[[Document, int, int], list[int]], ...] = (
    _headings,
    _ends_of(_OUTER),
    _ends_of(_PARAGRAPH),
    _ends_of(_LINE),
    _sentences,
    _ends_of(_WORD),
)
