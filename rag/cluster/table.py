"""What goes to the nodes and what comes back: Arrow tables, which Ray passes on without pickling.

Out goes one table a task: a row a file. Back come rows of frames, those of a file in a row, its
last one of the kind DONE or UNSEEN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Kinds of frames beside those of `rag.workers.wire`: the node does not see the bytes that are
#: meant; the node cannot work at all, and why.
UNSEEN, FAULT = b"U", b"F"

FILES = pa.schema(
    [
        ("place", pa.int32()),
        ("path", pa.binary()),
        ("name", pa.binary()),
        ("size", pa.int64()),
        ("digest", pa.string()),
        ("data", pa.large_binary()),
    ]
)
FRAMES = pa.schema(
    [
        ("place", pa.int32()),
        ("kind", pa.binary()),
        ("payload", pa.large_binary()),
        ("vectors", pa.large_binary()),
    ]
)


class Sent(NamedTuple):
    """A file as it goes to a node: by its path there, or with its bytes.

    `place` is where it stands among those of its window, `name` what its reader is told.
    """

    place: int
    path: bytes
    name: bytes
    size: int
    digest: str
    data: bytes | None = None


class Row(NamedTuple):
    """A frame as it comes back; `vectors` are those of its chunks, as float32, or None."""

    place: int
    kind: bytes
    payload: bytes
    vectors: bytes | None = None


def files_table(files: Iterable[Sent]) -> pa.Table:
    """Files as a table."""
    return _table(list(files), FILES)


def rows_table(rows: Iterable[Row]) -> pa.Table:
    """Frames as a table."""
    return _table(list(rows), FRAMES)


def files_of(table: pa.Table) -> Iterator[Sent]:
    """The files of a table."""
    return map(Sent._make, _cells(table))


def rows_of(table: pa.Table) -> Iterator[Row]:
    """The frames of a table."""
    return map(Row._make, _cells(table))


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _cells(table: pa.Table) -> Iterator[tuple[object, ...]]:
    """Rows as plain values, one at a time: of the bytes in them no second copy stays."""
    for batch in table.to_batches():
        for row in range(batch.num_rows):
            yield tuple(column[row].as_py() for column in batch.columns)
