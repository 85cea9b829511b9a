"""Cuts a document into chunks of about 200 words that begin and end where its thoughts do.

The text is cut into units first (sentences, whole speaker turns, rows of a table) and the units
are then grouped. Headings and spans set aside always part two chunks, pages where the chunk is
half full. The words between two such borders are shared out evenly, so that no crumb remains.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from rag import sentences
from rag.types import Chunk, Document, Mark, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Changes whenever the same document would be cut otherwise; a part of every chunk's id.
CHUNKER_VERSION = "2"

#: No chunk is longer than this many times the target, unless one word is.
_MAX_RATIO = 1.5
#: A last piece below this share of the target is joined to the one before.
_CRUMB = 0.25
#: A text without spaces counts one word for so many characters, a spaced one at least as many.
_CHARACTERS_A_WORD = 10
SEPARATOR = " › "
#: Characters of a line of column names that is worth repeating, and of a heading: a paragraph that
#: is styled as one would be repeated with every chunk below it.
_MAX_COLUMNS = 500
_MAX_TITLE = 200
_ID_LENGTH = 32
_WORD = re.compile(r"\S+")
_LINE = re.compile(r"[^\n]+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


_Spanned = TypeVar("_Spanned", Mark, Turn)


class _Unit(NamedTuple):
    """A span that is better not cut, and how many words it has."""

    start: int
    end: int
    words: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where the characters of a document that are no white space have gone.

    characters = chunked + aside + lost; `lost` is 0 unless the chunker is broken.
    """

    characters: int
    chunked: int
    aside: int
    lost: int


def chunk(document: Document, *, target_words: int = 200) -> list[Chunk]:
    """Chunks of a document in order, about `target_words` long, none above 1.5 times that.

    Together they hold every character that is neither white space nor set aside. Raises
    ValueError for a target below 1.
    """
    if target_words < 1:
        raise ValueError("target_words must be at least 1")
    headings = _Headings(document)
    limit = int(target_words * _MAX_RATIO)
    tables = sorted(
        (mark for mark in document.marks if mark.kind == "table"), key=lambda mark: mark.start
    )
    chunks: list[Chunk] = []
    for start, end in _sections(document, headings):
        path = headings.path_before(end)
        units = _units(document, tables, start, end, limit)
        for group in _groups(document, units, target_words):
            columns = _columns(document, tables, group[0].start)
            context = SEPARATOR.join(filter(None, (path, columns)))
            chunks.append(_chunk(document, group[0].start, group[-1].end, context))
    return chunks


def heading_path(document: Document, offset: int) -> tuple[str, ...]:
    """The titles in force for the character at `offset`, a heading's own first letter included."""
    path = _Headings(document).path_before(offset + 1)
    return tuple(path.split(SEPARATOR)) if path else ()


def _columns(document: Document, tables: Sequence[Mark], start: int) -> str:
    """The names of the columns of a table that a chunk begins in the middle of, or ""."""
    place = bisect_right(tables, start, key=lambda table: table.start) - 1
    if place < 0 or not tables[place].level or tables[place].end <= start:
        return ""
    table = tables[place]
    end = document.text.find("\n", table.start, table.end)
    if not 0 <= end <= start or end - table.start > _MAX_COLUMNS:
        return ""
    return document.text[table.start : end]


def coverage(document: Document, chunks: Iterable[Chunk]) -> Coverage:
    """Count where the characters of `document` that are no white space are found."""
    text = document.text
    characters = _visible(text)
    chunked = sum(
        _visible(text[start:end]) for start, end in _union((c.start, c.end) for c in chunks)
    )
    covered = _union(
        [(c.start, c.end) for c in chunks]
        + [(mark.start, mark.end) for mark in document.marks if mark.kind == "aside"]
    )
    total = sum(_visible(text[start:end]) for start, end in covered)
    return Coverage(characters, chunked, total - chunked, characters - total)


def _visible(text: str) -> int:
    return sum(map(len, text.split()))


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans sorted, those that touch or overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


class _Headings:
    """The heading paths of a document, by offset."""

    def __init__(self, document: Document) -> None:
        self.marks = sorted(
            (mark for mark in document.marks if mark.kind == "heading" and mark.start < mark.end),
            key=lambda mark: mark.start,
        )
        self._starts = [mark.start for mark in self.marks]
        self._paths = [""]
        stack: list[tuple[int, str]] = []
        for mark in self.marks:
            while stack and stack[-1][0] >= mark.level:
                stack.pop()
            words = " ".join(document.text[mark.start : mark.end].split()).lstrip("# ")
            stack.append((mark.level, words[:_MAX_TITLE]))
            self._paths.append(SEPARATOR.join(title for _, title in stack))

    def path_before(self, offset: int) -> str:
        """Path of the headings in force for the character just before `offset`."""
        return self._paths[bisect_left(self._starts, offset)]

    def borders(self, text: str, start: int, end: int) -> list[int]:
        """Where headings begin in `text[start:end]`; of several in a row only the first."""
        inside = self.marks[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        borders: list[int] = []
        previous_end = -1
        for mark in inside:
            if previous_end < 0 or text[previous_end : mark.start].strip():
                borders.append(mark.start)
            previous_end = max(previous_end, mark.end)
        return borders


def _sections(document: Document, headings: _Headings) -> Iterator[tuple[int, int]]:
    """The spans no chunk may leave: what stands under one heading between spans set aside."""
    text = document.text
    asides = _union((mark.start, mark.end) for mark in document.marks if mark.kind == "aside")
    start = 0
    for aside_start, aside_end in [*asides, (len(text), len(text))]:
        borders = [start, *headings.borders(text, start, aside_start), aside_start]
        for left, right in pairwise(borders):
            if text[left:right].strip():
                yield left, right
        start = aside_end


def _units(
    document: Document, tables: Sequence[Mark], start: int, end: int, limit: int
) -> list[_Unit]:
    """The units of `text[start:end]`: speaker turns with their labels, rows, else sentences."""
    text = document.text
    units: list[_Unit] = []
    position = start
    for left, right, whole in _blocks(document, tables, start, end):
        units.extend(_sentence_units(text, position, left, limit))
        words = _count_words(text[left:right])
        if whole and words <= limit:
            units.extend(_trimmed(text, left, right))
        elif whole:
            units.extend(_sentence_units(text, left, right, limit))
        else:
            units.extend(_line_units(text, left, right, limit))
        position = right
    units.extend(_sentence_units(text, position, end, limit))
    return units


def _blocks(
    document: Document, tables: Sequence[Mark], start: int, end: int
) -> Iterator[tuple[int, int, bool]]:
    """Turns (whole) or else tables (by rows) that touch the span, clipped to it, in order."""
    turns = _touching(document.turns, start, end)
    spans = [(turn.start, turn.end, True) for turn in turns] or [
        (table.start, table.end, False) for table in _touching(tables, start, end)
    ]
    position = start
    for left, right, whole in spans:
        begin = max(left, position)
        if whole:
            begin = position + _label_offset(document.text[position:begin])
        stop = min(right, end)
        if begin < stop:
            yield begin, stop, whole
            position = stop


def _touching(items: Sequence[_Spanned], start: int, end: int) -> Sequence[_Spanned]:
    """The items, in order and apart from each other, that share characters with the span."""
    first = bisect_right(items, start, key=lambda item: item.end)
    return items[first : bisect_left(items, end, key=lambda item: item.start)]


def _label_offset(gap: str) -> int:
    """Where in the text between two turns the label of the second begins: its last paragraph."""
    breaks = list(_BLANK_LINE.finditer(gap))
    return breaks[-1].end() if breaks else 0


def _sentence_units(text: str, start: int, end: int, limit: int) -> Iterator[_Unit]:
    """Sentences; those above `limit` words as their lines."""
    for left, right in sentences.split(text, start, end):
        words = _count_words(text[left:right])
        if words <= limit:
            yield _Unit(left, right, words)
        else:
            yield from _line_units(text, left, right, limit)


def _line_units(text: str, start: int, end: int, limit: int) -> Iterator[_Unit]:
    """Lines; those above `limit` words cut between words, words too long cut anywhere."""
    for line in _LINE.finditer(text, start, end):
        words = _count_words(line.group())
        if words <= limit:
            yield from _trimmed(text, line.start(), line.end())
        else:
            yield from _word_units(text, line.start(), line.end(), limit)


def _word_units(text: str, start: int, end: int, limit: int) -> Iterator[_Unit]:
    """Runs of words of at most `limit` words and as many characters as that allows."""
    room = limit * _CHARACTERS_A_WORD
    left = right = start
    count = 0
    for word in _WORD.finditer(text, start, end):
        if count and (count == limit or word.end() - left > room):
            yield _Unit(left, right, _count_words(text[left:right]))
            count = 0
        if not count:
            left = word.start()
        while word.end() - left > room:
            yield _Unit(left, left + room, limit)
            left += room
        right = word.end()
        count += 1
    if count and left < right:
        yield _Unit(left, right, _count_words(text[left:right]))


def _trimmed(text: str, start: int, end: int) -> Iterator[_Unit]:
    """The span without white space around it as one unit; nothing where nothing is left."""
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        yield _Unit(start, start + len(stripped), _count_words(stripped))


def _count_words(text: str) -> int:
    """Words between spaces; more where they are too long to be words."""
    return max(len(text.split()), len(text) // _CHARACTERS_A_WORD)


def _groups(document: Document, units: Sequence[_Unit], target: int) -> Iterator[list[_Unit]]:
    """The units of a section in groups of about `target` words, of even size."""
    limit = int(target * _MAX_RATIO)
    for run in _page_runs(document, units, target):
        total = sum(unit.words for unit in run)
        goal = max(1.0, total / max(1, round(total / target)))
        groups: list[list[_Unit]] = []
        sizes: list[int] = []
        done, share = 0, -1
        for unit in run:
            middle = int((done + unit.words / 2) / goal)
            if middle != share or sizes[-1] + unit.words > limit:
                groups.append([])
                sizes.append(0)
                share = middle
            groups[-1].append(unit)
            sizes[-1] += unit.words
            done += unit.words
        if len(groups) > 1 and sizes[-1] < target * _CRUMB and sizes[-1] + sizes[-2] <= limit:
            groups[-2].extend(groups.pop())
        yield from groups


def _page_runs(document: Document, units: Sequence[_Unit], target: int) -> list[list[_Unit]]:
    """The units parted where a page begins, unless that leaves less than half a chunk."""
    runs: list[list[_Unit]] = []
    words, page = target, -1
    for unit in units:
        place = bisect_right(document.pages, unit.start, key=lambda page: page.start)
        if not runs or (place != page and words >= target / 2):
            runs.append([])
            words = 0
        runs[-1].append(unit)
        words += unit.words
        page = place
    if len(runs) > 1 and words < target / 2:
        runs[-2].extend(runs.pop())
    return runs


def _chunk(document: Document, start: int, end: int, context: str) -> Chunk:
    identity = chunk_id(document.id, start, end, CHUNKER_VERSION)
    return Chunk(identity, document.id, start, end, document.text[start:end], context)


def chunk_id(document_id: str, start: int, end: int, version: str) -> str:
    """The id of the chunk that a version of the chunker cuts at a place."""
    key = f"{document_id} {start} {end} {version}"
    return sha256(key.encode()).hexdigest()[:_ID_LENGTH]
