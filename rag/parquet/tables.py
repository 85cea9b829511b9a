"""A table of an export as Parquet files of bounded size, hashed as they are written."""

from __future__ import annotations

import hashlib
import os
from typing import IO, TYPE_CHECKING, Any, cast

from rag.parquet.columns import GROUP_BYTES, GROUP_ROWS, PART_BYTES, schema, written
from rag.parquet.manifest import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    import pyarrow.parquet as pq


class Hashed:
    """A file that is written and hashed at once, as pyarrow takes one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0
        self.closed = False
        self._dropped = False

    def write(self, data: Any) -> int:
        """Write bytes, or what lends them."""
        if not self._dropped:
            self.size += self._file.write(data)
            self.digest.update(data)
        return len(data)

    def tell(self) -> int:
        """Bytes written."""
        return self.size

    def flush(self) -> None:
        """Hand them on."""
        self._file.flush()

    def drop(self) -> None:
        """Write no more: pyarrow ends the file of a writer that is left behind."""
        self._dropped = True
        self._file.close()

    def close(self) -> None:
        """Have them on the disk."""
        if not self._dropped and not self.closed:
            self.closed = True
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


class TableWriter:
    """Writes the rows of a table, some of them in memory at once. All methods raise OSError.

    `parts` has the files that are whole, by their names below the folder.
    """

    def __init__(self, folder: Path, table: str, dimension: int) -> None:
        self.parts: dict[str, Part] = {}
        self._folder = folder
        self._table = table
        self._schema = schema(table, dimension)
        self._waiting: list[Sequence[Any]] = []
        self._arrays: list[Any] = []
        self._size = self._rows = 0
        self._group_rows = max(min(GROUP_ROWS, GROUP_BYTES // (4 * dimension)), 1)
        self._out: Hashed | None = None
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if failed:
            if self._out:
                self._out.drop()
            return
        self._flush()
        self._end_part()

    def put(self, row: Sequence[Any], size: int, vector: Any = None) -> None:
        """Put a row of about `size` bytes in, and the vector that ends it where there is one."""
        self._waiting.append(row)
        if vector is not None:
            self._arrays.append(vector)
        self._size += size
        if self._size >= GROUP_BYTES or len(self._waiting) >= self._group_rows:
            self._flush()

    def put_numbers(self, numbers: Any) -> None:
        """Write the only column of a table of numbers."""
        import pyarrow as pa

        self._write(pa.record_batch([pa.array(numbers)], schema=self._schema))

    def _flush(self) -> None:
        if not self._waiting:
            return
        import numpy as np
        import pyarrow as pa

        columns = list(zip(*self._waiting, strict=True))
        arrays = [
            pa.array(column, field.type)
            for column, field in zip(columns, self._schema, strict=False)
        ]
        if self._arrays:
            kind = self._schema.field(len(arrays)).type
            flat = pa.array(np.concatenate(self._arrays))
            arrays.append(pa.FixedSizeListArray.from_arrays(flat, type=kind))
        self._write(pa.record_batch(arrays, schema=self._schema))
        self._waiting, self._arrays, self._size = [], [], 0

    def _write(self, batch: Any) -> None:
        """Write a row group, into another file where this one has grown long."""
        import pyarrow.parquet as pq

        if self._out is not None and self._out.size >= PART_BYTES:
            self._end_part()
        if self._out is None or self._writer is None:
            (self._folder / self._table).mkdir(mode=0o700, exist_ok=True)
            private = os.O_CREAT | os.O_EXCL | os.O_WRONLY
            opened = os.open(self._folder / self._name, private, 0o600)
            self._out = Hashed(os.fdopen(opened, "wb"))
            sink = cast("IO[bytes]", self._out)
            self._writer = pq.ParquetWriter(sink, self._schema, **written(self._table))
        self._writer.write_batch(batch, row_group_size=len(batch))
        self._rows += len(batch)

    @property
    def _name(self) -> str:
        return f"{self._table}/part-{len(self.parts):05}.parquet"

    def _end_part(self) -> None:
        if self._out is None or self._writer is None:
            return
        self._writer.close()
        self._out.close()
        self.parts[self._name] = Part(self._rows, self._out.size, self._out.digest.hexdigest())
        self._out = self._writer = None
        self._rows = 0
