"""The child process that opens a foreign folder: what is in it goes to its parent in frames.

It has bounds on memory. Each file is hashed before it is opened, then read a row group at a time.
A frame is as in `rag.workers.wire`, of one of the kinds below; a document is three of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import astuple
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.embed.options import BUILTIN
from rag.errors import RagError, UsageError
from rag.hashing import BUCKETS
from rag.parquet import manifest, rows
from rag.parquet.columns import GROUP_ROWS, schema
from rag.parquet.manifest import Damaged, Manifest
from rag.workers import wire
from rag.workers.child import limit_resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Write = Callable[[bytes, bytes], None]

#: Kinds of frames: frequencies; what made a document; the document, prepared; vectors of its
#: chunks; rows of files, former names and corrections; an error; the end.
IDF, MADE, DOCUMENT, VECTORS = b"I", b"M", b"D", b"V"
FILES, NAMES, CORRECTIONS = b"F", b"N", b"C"
ERROR, END = b"X", b"Z"

_MEMORY = 2 << 30  # bytes that reading may take; a document of the longest has half of it
_MOST_GROUP = 1 << 30  # bytes of a row group: one with the longest document has no more
_PIECE = 1 << 20
_ROWS = 512  # in memory as objects at once
_THRIFT = 1 << 26  # bytes of a footer, and things in it


def main() -> None:
    """Answer with everything in the folder that standard input names, with its manifest.

    The first documents, as many as are told, are left out.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    folder, told, before = json.loads(sys.stdin.buffer.read())

    def write(kind: bytes, payload: bytes = b"") -> None:
        answers.write(wire.frame(kind, payload))

    try:
        import pyarrow.parquet  # noqa: F401  # its address space is not what is bounded

        limit_resources(_MEMORY)
        place = Path(os.fsdecode(folder.encode("latin-1")))
        answer(place, manifest.loads(place, told), write, before)
        write(END)
    except RagError as error:
        write(ERROR, wire.dump([error.message, error.hint]))
    except MemoryError:
        write(ERROR, wire.dump(["it takes more memory than is allowed", ""]))
    answers.flush()


class _Folder:
    """An export that is read, a table after the other."""

    def __init__(self, folder: Path, told: Manifest) -> None:
        self.folder = folder
        self.told = told

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """The rows of a table, some at a time. Raises UsageError for what is not whole."""
        import pyarrow as pa

        for name in self.told.of(table):
            part = self.told.parts[name]
            self._check_hash(name, part)
            try:
                yield from self._opened(name, table, part.rows)
            except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
                raise self.damaged(name, str(error).partition("\n")[0][:200]) from error

    def _check_hash(self, name: str, part: manifest.Part) -> None:
        digest, size = hashlib.sha256(), 0
        try:
            with (self.folder / name).open("rb") as file:
                while size <= part.size and (piece := file.read(_PIECE)):
                    digest.update(piece)
                    size += len(piece)
        except OSError as error:
            raise self.damaged(name, error.strerror or str(error)) from error
        if (size, digest.hexdigest()) != (part.size, part.digest):
            raise self.damaged(name, "it is not what was written")

    def _opened(self, name: str, table: str, count: int) -> Iterator[pa.RecordBatch]:
        import pyarrow.parquet as pq

        wanted = schema(table, self.told.embedder.dimension)
        with pq.ParquetFile(
            self.folder / name,
            thrift_string_size_limit=_THRIFT,
            thrift_container_size_limit=_THRIFT,
        ) as file:
            if not file.schema_arrow.equals(wanted):
                raise ValueError("its columns are of another kind")
            told = file.metadata
            if told.num_rows != count:
                raise ValueError(f"it has {told.num_rows} rows, not {count}")
            for group in range(told.num_row_groups):
                size, length = told.row_group(group).total_byte_size, told.row_group(group).num_rows
                most = BUCKETS if table == "frequencies" else GROUP_ROWS
                if not (0 < length <= most and 0 <= size <= _MOST_GROUP):
                    raise ValueError("a row group is too large")
                yield from file.iter_batches(_ROWS, row_groups=[group], use_threads=False)

    @contextmanager
    def sound(self, what: str) -> Iterator[None]:
        """Turn what is wrong with rows into the error that the folder is not sound."""
        try:
            yield
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self.damaged(what, str(error)[:200]) from error

    def damaged(self, name: str, why: str) -> UsageError:
        """The error that a file of the folder is not sound."""
        return Damaged(self.folder, f"{name}: {why}")


class _Pieces:
    """Rows of chunks with their vectors, as a stream."""

    def __init__(self, folder: _Folder) -> None:
        self._batches = folder.batches("chunks")
        self._dimension = folder.told.embedder.dimension
        self._rows: list[tuple[Any, ...]] = []
        self._vectors = np.zeros((0, self._dimension), np.float32)

    def take(self, count: int) -> tuple[list[tuple[Any, ...]], Floats]:
        """The next rows without their vectors, and these. Raises ValueError where there are fewer.

        Nothing is kept of more than was asked for and a batch.
        """
        taken, vectors = [self._rows], [self._vectors]
        missing = count - len(self._rows)
        while missing > 0:
            batch = next(self._batches, None)
            if batch is None:
                raise ValueError("there are fewer chunks than the documents have")
            *columns, last = batch.columns
            taken.append(list(zip(*(column.to_pylist() for column in columns), strict=True)))
            vectors.append(last.flatten().to_numpy().reshape(-1, self._dimension))
            missing -= len(batch)
        rows, found = list(chain.from_iterable(taken)), np.concatenate(vectors)
        self._rows, self._vectors = rows[count:], found[count:]
        return rows[:count], found[:count]

    def check_end(self) -> None:
        """Raise ValueError where there are chunks of no document."""
        if self._rows or next(self._batches, None) is not None:
            raise ValueError("there are more chunks than the documents have")


def answer(place: Path, told: Manifest, write: Write, before: int = 0) -> None:
    """Answer with all tables of the export at a place, but for the documents `before`.

    These were answered with before, of files with the same hashes. Raises UsageError for what is
    not sound.
    """
    folder = _Folder(place, told)
    with folder.sound("frequencies"):
        _frequencies(folder, write)
    with folder.sound("documents and chunks"):
        known = _documents(folder, write, before)
    with folder.sound("files"):
        _files(folder, known, write)
    with folder.sound("names"):
        for some in folder.batches("names"):
            write(NAMES, wire.dump([rows.former_name(row) for row in some.to_pylist()]))
    with folder.sound("corrections"):
        for some in folder.batches("corrections"):
            found = [rows.correction(row) for row in some.to_pylist()]
            write(CORRECTIONS, wire.dump([astuple(each)[:-1] for each in found]))


def _frequencies(folder: _Folder, write: Write) -> None:
    found = [np.asarray(batch.column(0)) for batch in folder.batches("frequencies")]
    builtin = folder.told.embedder.provider == BUILTIN
    if builtin or found:
        idf = np.concatenate(found or [np.zeros(0, np.float32)])
        rows.check_frequencies(idf, BUCKETS if builtin else 0)
        write(IDF, idf.tobytes())


def _documents(folder: _Folder, write: Write, before: int) -> set[str]:
    """Answer with documents and their chunks, but for those `before`; gives the ids of all."""
    pieces, known = _Pieces(folder), set[str]()
    for some in folder.batches("documents"):
        for row in some.to_pylist():
            if len(known) < before:
                known.add(row["id"])
                pieces.take(row["chunks"])
                continue
            found, minutes = rows.document(row)
            made = rows.versions(row)
            if found.id in known or not 0 <= row["chunks"] <= len(found.text):
                raise ValueError("a document is there twice, or has more chunks than characters")
            known.add(found.id)
            held, vectors = pieces.take(row["chunks"])
            rows.check_vectors(vectors)
            prepared = rows.prepared(found, minutes, made.chunker, held)
            write(MADE, wire.dump([made.readers, made.chunker, row["attempt"]]))
            write(DOCUMENT, wire.prepared_to_json("", prepared))
            write(VECTORS, vectors.tobytes())
    pieces.check_end()
    return known


def _files(folder: _Folder, known: set[str], write: Write) -> None:
    """Answer with all files: each of a document that is there or of none, each document in one."""
    names, places, held = set[str](), set[tuple[str, str, str]](), set[str]()
    for some in folder.batches("files"):
        found = [rows.file(row) for row in some.to_pylist()]
        for file in found:
            place = (file.root, file.path, file.member)
            if file.name in names or place in places:
                raise ValueError("a file is there twice")
            names.add(file.name)
            places.add(place)
            if file.document_id is not None:
                if file.document_id not in known:
                    raise ValueError("a file is of a document that is not there")
                held.add(file.document_id)
        write(FILES, wire.dump([astuple(file) for file in found]))
    if held != known:
        raise ValueError("a document is in no file")
