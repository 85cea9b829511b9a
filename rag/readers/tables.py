"""Rows of cells as text: which stand together, which is their header, what stands above them.

Rows are kept as lines, so that a large sheet costs little more than its text.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from rag.readers.draft import row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.readers.draft import Draft

Row = list[str]

#: Columns that a row keeps its cells in; in wider tables empty cells are left out.
MAX_ALIGNED = 256
#: figures, dates and amounts: digits, and letters at most as a unit
_NUMBER = re.compile(r"\W*\d[\W\d_]*(?:[^\W\d_]{1,4}\W*)?")


def add_rows(draft: Draft, rows: Iterable[Sequence[str]], heading: str = "") -> None:
    """Add the tables that blank rows part, below a heading; nothing where all rows are blank."""
    block = _Block()
    for row in chain(rows, [[]]):
        if any(row):
            block.add(row)
        elif block.lines:
            draft.heading(heading, 1)
            heading = ""
            block.add_to(draft)
            block = _Block()


def aligned(row: Mapping[int, str], places: Sequence[int]) -> Row:
    """The cells of a row in the columns that are in use, or its filled ones where those are many.

    `places` are the columns in use, from left to right.
    """
    if len(places) > MAX_ALIGNED:
        return [row[place] for place in sorted(row) if row[place]]
    return [row.get(place, "") for place in places]


def names_columns(first: Sequence[str], widest: int) -> bool:
    """Whether the `first` row of a table reads as its header: names, for most of its columns.

    `widest` is the number of cells that the fullest row has.
    """
    names = [cell for cell in first if cell]
    if len(names) < 2 or 2 * len(names) < widest:
        return False
    return not any(_NUMBER.fullmatch(name) for name in names)


class _Block:
    """Rows that stand together: text as long as they have one cell, a table from then on."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._above = 0
        self._first: Sequence[str] = ()
        self._widest = 0

    def add(self, row: Sequence[str]) -> None:
        """Append a row that is not empty."""
        cells = sum(map(bool, row))
        self._widest = max(self._widest, cells)
        if not self._first and cells > 1:
            self._first, self._above = row, len(self.lines)
        self.lines.append(row_of(row if self._first else filter(None, row)))

    def add_to(self, draft: Draft) -> None:
        """Add what was collected."""
        above = self._above if self._first else len(self.lines)
        draft.paragraph("\n".join(self.lines[:above]), apart=True)
        table = self.lines[above:]
        draft.table(table, header=len(table) > 1 and names_columns(self._first, self._widest))
