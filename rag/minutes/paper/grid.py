"""Which column of a table holds what, and the rows of a table as tasks with their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.paper.fields import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.paper.layout import Grid
    from rag.minutes.paper.lines import Row

Span = tuple[int, int]
#: columns of spaces by which a cell may stand beside its header
_SLACK = 3


class Entry(NamedTuple):
    """A row of a table by what its columns mean; missing cells are absent."""

    row: Row
    cells: dict[str, Span]


def columns_of(text: str, cells: Sequence[Span]) -> dict[str, int] | None:
    """Which column is what, where a row heads a table of tasks; None for any other row.

    It must name an owner, and a task or a deadline; without a named task column, the first column
    that is none of the known ones holds the tasks.
    """
    found: dict[str, int] = {}
    unknown: list[int] = []
    for index, span in enumerate(cells):
        words = text[slice(*span)]
        kind = label_of(words)
        if kind is None:
            if words.strip(" №#*").strip() and len(words.split()) <= 5 and not words[:1].isdigit():
                unknown.append(index)
            continue
        found.setdefault("task" if kind == "column" and "task" not in found else kind, index)
    if "owner" not in found:
        return None
    if "task" not in found:
        if "due" not in found or not unknown:
            return None
        found["task"] = next((i for i in unknown if not _is_number(text, cells[i])), unknown[0])
    return found


def _is_number(text: str, span: Span) -> bool:
    return text[slice(*span)].strip(" .№#").lower() in ("п/п", "п", "no", "n", "id", "")


def entries_of(text: str, grid: Grid) -> Iterator[Entry]:
    """The rows under a header of tasks; a table of two columns may name its fields in the first."""
    columns: dict[str, int] | None = None
    starts: list[int] = []
    pairs = all(len(cells) == 2 for _, cells in grid.rows)
    for row, cells in grid.rows:
        header = columns_of(text, cells)
        if header is not None and not (pairs and len(grid.rows) > 2 and "task" not in header):
            columns = header
            starts = [span[0] - row.start for span in cells]
            continue
        if columns is None or all(_is_line(text[slice(*span)]) for span in cells):
            continue
        placed = list(range(len(cells)))
        if grid.kind == "gaps" and len(cells) != len(starts):
            placed = [_nearest(starts, span[0] - row.start) for span in cells]
        where = dict(zip(placed, cells, strict=True))
        named = {kind: where[index] for kind, index in columns.items() if index in where}
        if "task" in named:
            yield Entry(row, named)


def paired(text: str, grid: Grid) -> list[Entry]:
    """The entries of a table whose first column names the fields of the second."""
    found: list[Entry] = []
    current: dict[str, Span] = {}
    first: Row | None = None
    for row, cells in grid.rows:
        kind = label_of(text[slice(*cells[0])]) if len(cells) == 2 else None
        if kind is None:
            continue
        kind = "task" if kind == "column" else kind
        if kind in current:
            if first and "task" in current:
                found.append(Entry(first, current))
            current, first = {}, None
        first = first or row
        current[kind] = cells[1]
    if first and "task" in current and "owner" in current:
        found.append(Entry(first, current))
    return found


def _is_line(cell: str) -> bool:
    return set(cell) <= set("-: =+—")


def _nearest(starts: Sequence[int], at: int) -> int:
    """The column a cell belongs to: the last one that begins before it, give or take a few."""
    fitting = [index for index, start in enumerate(starts) if start <= at + _SLACK]
    return fitting[-1] if fitting else 0
