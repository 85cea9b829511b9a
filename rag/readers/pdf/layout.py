"""Puts the lines pdfium finds on a page into the order and onto the lines a person reads them in.

pdfium keeps the order of the file and ends a line where the baseline changes. Three things come
out wrong: a raised index or a wide gap ends a line that goes on, a table or a chart that was drawn
column by column loses its rows, and two columns that were drawn line by line run into each other.
Where lines stand is enough to mend all three.
"""

from __future__ import annotations

import math
import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rag.readers.pdf.native import Sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Share of the lower one's height that two lines must have in common to be level.
_LEVEL = 0.5
#: points by which letters that lean may stand in the box of the next
_LEAN = 1.0

#: A cell has at most so many characters.
_MAX_CELL = 60
_MIN_CELLS = 6
#: rows of a table that must have a number beside a label, and the share of numbers in its cells
_MIN_ROWS, _MIN_NUMBERS = 2, 0.25
#: rows that must have a second label after a number where another table stands beside the first
_MIN_PANEL_ROWS = 3
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LABEL = re.compile(r"[^\W\d_]{3}")
#: what a line of prose has at least, and how far from the line above it may begin
_PROSE_CHARACTERS, _PROSE_WORDS, _PROSE_DIGITS = 25, 4, 0.2
_INDENT = 3.0

#: lines across a gutter that make two columns, and how wide the gap in each is, in points
MIN_COLUMN_LINES = 8
MIN_GUTTER, MAX_GUTTER = 9.0, 200.0
#: share of its column that a line of prose fills, and of the lines that do
_FULL, _MOST = 0.6, 0.7
#: share of the width of both that a column has at least
_MIN_COLUMN = 0.25
#: Characters of a line that runs through two columns.
LONG_LINE = 40

#: pairs of a row and a field that are compared on one page
_MAX_PAIRS = 200_000

NOWHERE = Sides(0.0, 0.0, 0.0, 0.0)


class Line(NamedTuple):
    """A line as pdfium gives it, and where it stands.

    `start` is the index of its first character and `length` their number, both in pdfium's count.
    `box` lies on the page as it is shown, `raw` on the page before it is turned; both have no width
    where the line shows nothing. `gap` is the only wide gap inside it, from left to right, where
    that is known.
    """

    text: str
    start: int
    length: int
    box: Sides = NOWHERE
    raw: Sides = NOWHERE
    gap: tuple[float, float] = (0.0, 0.0)


class Row(NamedTuple):
    """Lines that stand on one line of the page, from left to right, and the box around them."""

    lines: tuple[Line, ...]
    box: Sides

    @property
    def text(self) -> str:
        """The lines with one space between."""
        if len(self.lines) == 1:
            return self.lines[0].text
        return " ".join(line.text.strip() for line in self.lines)


#: Cuts a line in two at a place between its left and its right side.
Cut: TypeAlias = "Callable[[Line, float], tuple[Line, Line]]"


def arrange(lines: Sequence[Line], cut: Cut, own: float = math.inf) -> list[Row]:
    """The lines of a page as rows, in reading order.

    Lines that begin at `own` or later are those of form fields and notes.
    """
    added = [line for line in lines if line.start >= own]
    if added:
        lines = [line for line in lines if line.start < own]
    rows = _by_rows(_level_rows(_by_columns(lines, cut)))
    if len(added) * len(rows) > _MAX_PAIRS:
        return [*rows, *(Row((line,), line.box) for line in added)]
    for line in added:
        _add(rows, line)
    return rows


def _add(rows: list[Row], line: Line) -> None:
    """Put a field beside the words it is level with: those to its left, else to its right."""
    level = [(index, row.box) for index, row in enumerate(rows) if _level(row.box, line.box)]
    left = [(box.right, index) for index, box in level if box.right - _LEAN <= line.box.left]
    right = [(-box.left, index) for index, box in level if box.left + _LEAN >= line.box.right]
    if not left and not right:
        rows.append(Row((line,), line.box))
        return
    index = max(left or right)[1]
    row = rows[index]
    lines = (*row.lines, line) if left else (line, *row.lines)
    rows[index] = Row(lines, around((row.box, line.box)))


def _level_rows(lines: Iterable[Line]) -> list[Row]:
    """Lines that go on level with the one before, put together."""
    rows: list[Row] = []
    reach = math.inf  # right end of the last line, where another may go on
    for line in lines:
        box = line.box
        if box.left >= reach and _goes_on(rows[-1], line):
            last = rows[-1]
            rows[-1] = Row((*last.lines, line), around((last.box, box)))
        else:
            rows.append(Row((line,), box))
        reach = box.right - _LEAN
    return rows


def _goes_on(row: Row, line: Line) -> bool:
    """Whether a line that begins to the right of a row is level with it."""
    last = row.lines[-1].box
    return (
        last.right > last.left
        and line.box.right > line.box.left
        and _level(row.box, line.box)
        and not _upright(row.box, row.text)
    )


def follows(one: Sides, other: Sides) -> bool:
    """Whether a box stands to the right of another and level with it."""
    return other.left >= one.right - _LEAN and _level(one, other)


def _level(one: Sides, other: Sides) -> bool:
    height = min(one.top - one.bottom, other.top - other.bottom)
    common = min(one.top, other.top) - max(one.bottom, other.bottom)
    return height > 0 and common > _LEVEL * height


def _upright(box: Sides, text: str) -> bool:
    """Whether a text is written from bottom to top."""
    return len(text) > 3 and box.top - box.bottom > 2 * (box.right - box.left)


def around(boxes: Iterable[Sides]) -> Sides:
    """The box around all of them."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return Sides(min(lefts), min(bottoms), max(rights), max(tops))


def _by_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows of tables put back where the table was drawn column by column."""
    if sum(map(_is_number, rows)) < _MIN_ROWS:
        return list(rows)
    arranged: list[Row] = []
    prose = _prose(rows)
    for is_cell, run in groupby(zip(rows, prose, strict=True), key=_is_cell):
        cells = [row for row, _ in run]
        arranged += _table(cells) if is_cell and len(cells) >= _MIN_CELLS else cells
    return arranged


def _is_cell(row: tuple[Row, bool]) -> bool:
    return not row[1] and row[0].box.width > 0 and len(row[0].text) <= _MAX_CELL


def _prose(rows: Sequence[Row]) -> list[bool]:
    """Which rows are lines of prose: of several words, or the short line at its begin or end."""
    prose = [_reads_as_prose(row.text) for row in rows]
    for order in (range(1, len(rows)), range(len(rows) - 2, -1, -1)):
        step = order.step
        for index in order:
            if prose[index - step] and not prose[index]:
                prose[index] = _same_paragraph(rows[index - step].box, rows[index].box)
    return prose


def _reads_as_prose(text: str) -> bool:
    if len(text) < _PROSE_CHARACTERS:
        return False
    if "\ufffe" in text:
        return True
    digits = len(_DIGIT.findall(text))
    return digits < _PROSE_DIGITS * len(text) and len(_WORD.findall(text)) >= _PROSE_WORDS


def _same_paragraph(one: Sides, other: Sides) -> bool:
    """Whether two lines begin alike and have no room for another between them."""
    upper, lower = (one, other) if one.top > other.top else (other, one)
    return abs(one.left - other.left) < _INDENT and upper.bottom - lower.top < other.height


def _table(cells: list[Row]) -> list[Row]:
    """The cells by rows where enough of them are numbers beside labels, else as they come."""
    if sum(map(_is_number, cells)) < _MIN_NUMBERS * len(cells):
        return cells
    beside = {id(cell) for group in _level_groups(cells) if len(group) > 1 for cell in group}
    places = [index for index, cell in enumerate(cells) if id(cell) in beside]
    if not places:
        return cells
    first, last = places[0], places[-1] + 1
    panels = _panels(cells[first:last])
    if sum(map(_labelled, panels)) < _MIN_ROWS:
        return cells
    return [*cells[:first], *map(_joined, panels), *cells[last:]]


def _panels(cells: Sequence[Row]) -> list[list[Row]]:
    """The cells by rows; of tables that stand side by side, one after the other."""
    panels: list[list[Row]] = []
    groups = _level_groups(cells)
    while (edge := _panel_edge(groups)) is not None:
        panels += _level_groups([cell for cell in cells if cell.box.left < edge])
        cells = [cell for cell in cells if cell.box.left >= edge]
        groups = _level_groups(cells)
    return panels + groups


def _panel_edge(groups: Sequence[Sequence[Row]]) -> float | None:
    """Where the labels of a second table begin to the right of the numbers of the first."""
    second = [
        (number.box.right, label.box.left)
        for group in groups
        for number, label in pairwise(group)
        if _is_number(number) and _LABEL.search(label.text)
    ]
    if len(second) < _MIN_PANEL_ROWS or 2 * len(second) < sum(map(_labelled, groups)):
        return None
    edge = min(left for _, left in second)
    return edge if max(right for right, _ in second) <= edge else None


def _is_number(row: Row) -> bool:
    """Whether a row is a number, or several, and no words."""
    text = row.text
    if text[:1].isalpha() or len(text) > _MAX_CELL:
        return False
    return bool(_DIGIT.search(text)) and not _LETTER.search(text)


def _labelled(row: Sequence[Row]) -> bool:
    """Whether a label stands to the left of a number."""
    return len(row) > 1 and bool(_LABEL.search(row[0].text)) and _is_number(row[-1])


def _level_groups(cells: Iterable[Row]) -> list[list[Row]]:
    """The cells grouped by the line they stand on, from above; each group from the left."""
    groups: list[list[Row]] = []
    for cell in sorted(cells, key=lambda cell: -(cell.box.top + cell.box.bottom)):
        if groups and _level(groups[-1][0].box, cell.box):
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return [sorted(group, key=lambda cell: cell.box.left) for group in groups]


def _joined(cells: Sequence[Row]) -> Row:
    lines = tuple(line for cell in cells for line in cell.lines)
    return Row(lines, around(cell.box for cell in cells))


def _by_columns(lines: Sequence[Line], cut: Cut) -> list[Line]:
    """Lines that run across the gutter between two columns, cut, and one column after the other.

    Only where that is beyond doubt: many such lines together, the gutter at the same place, and
    prose that fills its column on both sides.
    """
    if not any(map(_is_parted, lines)):
        return list(lines)
    ordered: list[Line] = []
    place = 0
    while place < len(lines):
        end, gutter = _block(lines, place)
        block = lines[place:end]
        across = [line for line in block if _is_parted(line)]
        if len(across) < MIN_COLUMN_LINES or not _fills_columns(across, gutter):
            ordered += block
        else:
            middle = sum(gutter) / 2
            parts = [
                part
                for line in block
                for part in (cut(line, middle) if _is_parted(line) else (line,))
            ]
            ordered += [part for part in parts if part.box.left < middle]
            ordered += [part for part in parts if part.box.left >= middle]
        place = end
    return ordered


def _block(lines: Sequence[Line], start: int) -> tuple[int, tuple[float, float]]:
    """Where the lines end that leave a gutter free from `start` on, and its sides."""
    left, right = lines[start].gap
    if not _is_parted(lines[start]):
        return start + 1, (left, right)
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if _is_parted(line):
            both = max(left, line.gap[0]), min(right, line.gap[1])
            if both[0] >= both[1]:
                return index, (left, right)
            left, right = both
        elif line.box.right > left + _LEAN and line.box.left < right - _LEAN:
            return index, (left, right)
    return len(lines), (left, right)


def _is_parted(line: Line) -> bool:
    left, right = line.gap
    return MIN_GUTTER < right - left < MAX_GUTTER


def _fills_columns(across: Sequence[Line], gutter: tuple[float, float]) -> bool:
    """Whether most lines are prose that fills a column on each side of the gutter."""
    left, right = gutter
    begin, end = min(line.box.left for line in across), max(line.box.right for line in across)
    if min(left - begin, end - right) < _MIN_COLUMN * (end - begin):
        return False  # the numbers of a list, or the notes in a margin
    full = [
        line
        for line in across
        if line.gap[0] - line.box.left > _FULL * (left - begin)
        and line.box.right - line.gap[1] > _FULL * (end - right)
        and len(line.text) >= LONG_LINE
        and _reads_as_prose(line.text)
    ]
    return len(full) >= _MOST * len(across)
