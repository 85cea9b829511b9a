"""A library to a folder: one state of it, read as a stream while others write to the library.

The folder is new, or empty, or holds an export that may go. A lock lies in it while it is written,
and the manifest comes last, so that what was interrupted is told from what is whole. Where writing
fails, nothing stays of it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from rag.corrections import Correction
from rag.errors import LibraryBusy, StorageError, UsageError
from rag.index import Library
from rag.parquet import manifest
from rag.parquet.columns import TABLES
from rag.parquet.manifest import LOCK, NAME, Manifest
from rag.parquet.tables import TableWriter
from rag.store import layout
from rag.store.checks import library_embedder
from rag.store.corrections import Corrections
from rag.whole import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths
    from rag.store.rows import Held

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]
    Tables = dict[str, TableWriter]

log = logging.getLogger(__name__)

_ASIDE = ".rag-export.part"  # the manifest, until it is whole
_OWN = (NAME, LOCK, _ASIDE)
_DOCUMENTS = 256  # whose rows are read at once
_CHUNKS = 512  # of a document, with their vectors in memory at once
_ROW_BYTES = 200  # of a row beside its texts
#: What lies beside a library and is in no export.
NOT_MOVED = ("questions and answers", "files that were sent in", "noted folders", "jobs", "keys")


@dataclass(frozen=True, slots=True)
class Moved:
    """What an export holds, or what an import has taken in; bytes of files, and seconds."""

    documents: int
    chunks: int
    files: int
    meetings: int
    corrections: int
    size: int
    seconds: float


def export(
    paths: LibraryPaths,
    folder: Path,
    *,
    version: str,
    overwrite: bool = False,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Moved:
    """Write the library at `paths` into a folder, as it is at this moment.

    `overwrite` lets an earlier export go that is there. `on_progress` is told chunks done and in
    all. Raises LibraryError where there is no library that can be read, LibraryBusy where it was
    changed so that a part of this state is gone, or another export writes there, UsageError for a
    folder that holds something, StorageError where it cannot be written.
    """
    began = time.perf_counter()
    with Library.open(paths) as library, _emptied(folder, overwrite=overwrite):
        told, meetings = _write(library, folder, version, on_progress)
        _finish(folder, told)
    return Moved(
        told.rows("documents"),
        told.rows("chunks"),
        told.rows("files"),
        meetings,
        told.rows("corrections"),
        told.size,
        time.perf_counter() - began,
    )


def _finish(folder: Path, told: Manifest) -> None:
    """Write the manifest aside and rename it: what came before it is whole."""
    for table in TABLES:
        if (folder / table).exists():
            sync_folder(folder / table)
    with (folder / _ASIDE).open("wb") as file:
        file.write(manifest.to_json(told))
        file.flush()
        os.fsync(file.fileno())
    (folder / _ASIDE).chmod(0o600)
    os.replace(folder / _ASIDE, folder / NAME)
    sync_folder(folder)


def _write(
    library: Library, folder: Path, version: str, on_progress: Callable[[int, int], None]
) -> tuple[Manifest, int]:
    """Write all tables; gives what is in them, and how many meetings."""
    catalogue, near = library.catalogue, library.vectors
    with ExitStack() as stack:
        tables = {
            name: stack.enter_context(TableWriter(folder, name, near.dimension)) for name in TABLES
        }
        if near.idf is not None:
            tables["frequencies"].put_numbers(near.idf)
        meetings = _documents(catalogue, _Vectors(near.blocks()), tables, on_progress)
        for row in catalogue.files():
            values = (row.name, row.root, row.path, row.size, row.mtime_ns, row.digest)
            rest = (row.document_id, row.member, row.reason, row.attempt)
            tables["files"].put((*values, *rest), _ROW_BYTES + len(row.path))
        for pair in sorted(catalogue.former_names().items()):
            tables["names"].put(pair, _ROW_BYTES)
        for each in Corrections(library.paths.corrections).all():
            tables["corrections"].put(_values(each), _ROW_BYTES + len(each.quote))
    return (
        Manifest(
            datetime.now(UTC).isoformat(timespec="seconds"),
            version,
            library.paths.collection,
            library_embedder(catalogue),
            int(catalogue.meta("fitted_on") or 0),
            str(library.paths.uploads.resolve()),
            {name: part for table in tables.values() for name, part in table.parts.items()},
        ),
        meetings,
    )


def _values(correction: Correction) -> tuple[str | int | None, ...]:
    """A correction without the number that it has in its file."""
    names = [field.name for field in fields(Correction)]
    return astuple(correction)[: names.index("id")]


def _documents(
    catalogue: Catalogue,
    vectors: _Vectors,
    tables: Tables,
    on_progress: Callable[[int, int], None],
) -> int:
    """Write documents and their chunks in the order of their keys; gives how many are meetings."""
    last = done = meetings = 0
    _, total = catalogue.counts()
    while some := catalogue.held(last, _DOCUMENTS):
        last = some[-1].key
        for held in some:
            meetings += _document(catalogue, held, tables)
            keys = range(held.first, held.first + held.chunks)
            for first in range(0, held.chunks, _CHUNKS):
                _chunks(catalogue, vectors, keys[first : first + _CHUNKS], tables["chunks"])
            done += held.chunks
            on_progress(done, total)
    vectors.check_end()
    return meetings


def _document(catalogue: Catalogue, held: Held, tables: Tables) -> bool:
    """Write a document; gives whether it is a meeting."""
    document, minutes = catalogue.document(held.id), catalogue.minutes_of(held.id)
    places = _json(layout.pack(document))
    told = _json(layout.minutes_to_json(minutes)) if minutes else None
    values = (document.id, document.title, document.kind, document.date, document.encoding)
    made = (held.chunks, held.versions.readers, held.versions.chunker, held.attempt)
    tables["documents"].put(
        (*values, list(document.notes), document.text, places, told, *made),
        _ROW_BYTES + len(document.text) * 2 + len(places),
    )
    return minutes is not None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _chunks(catalogue: Catalogue, vectors: _Vectors, keys: range, table: TableWriter) -> None:
    found = vectors.take(keys)
    for row, vector in zip(catalogue.chunks(keys), found, strict=True):
        piece = row.chunk
        values = (piece.id, piece.document_id, piece.start, piece.end, piece.text, piece.context)
        table.put(values, _ROW_BYTES + 2 * len(piece.text) + vector.nbytes, vector)


class _Vectors:
    """The vectors of a library as a stream, by the keys of its chunks, ascending."""

    def __init__(self, blocks: Iterator[tuple[Keys, Floats]]) -> None:
        self._blocks = blocks
        self._keys: Keys = np.zeros(0, np.int64)
        self._rows: Floats = np.zeros((0, 0), np.float32)

    def take(self, keys: range) -> Floats:
        """The vectors of the next chunks, shape (len(keys), dimension).

        Raises LibraryBusy where they are of others.
        """
        while len(self._keys) < len(keys):
            block = next(self._blocks, None)
            if block is None:
                break
            rows = block[1] if not len(self._keys) else np.concatenate([self._rows, block[1]])
            self._keys, self._rows = np.concatenate([self._keys, block[0]]), rows
        mine, found = self._keys[: len(keys)], self._rows[: len(keys)]
        self._keys, self._rows = self._keys[len(keys) :], self._rows[len(keys) :]
        if not np.array_equal(mine, keys):
            raise _changed()
        return found

    def check_end(self) -> None:
        """Raise LibraryBusy where there are vectors of no chunk."""
        if len(self._keys) or any(len(keys) for keys, _ in self._blocks):
            raise _changed()


def _changed() -> LibraryBusy:
    return LibraryBusy(
        "The library was changed while it was exported, and its vectors are of a later state",
        "Run it again when nobody writes; rag doctor tells whether it is whole.",
    )


# -- the folder


@contextmanager
def _emptied(folder: Path, *, overwrite: bool) -> Iterator[None]:
    """Hold a folder that is empty but for a lock; nothing stays in it where writing fails."""
    with _disk(folder):
        made = not folder.exists()
        _check_free(folder, overwrite=overwrite)
        if (folder / LOCK).exists():
            log.warning("An export into %s was interrupted; it is begun anew.", folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusy(
                f"Another export is written into {folder}", "Run it again when that has ended."
            ) from None
        try:
            _clear(folder)
            yield
        except BaseException:
            _clear(folder)
            (folder / LOCK).unlink(missing_ok=True)
            if made:
                os.rmdir(folder)
            raise
        finally:
            (folder / LOCK).unlink(missing_ok=True)
            lock.release()


def _check_free(folder: Path, *, overwrite: bool) -> None:
    """Raise UsageError for a folder that holds what is not ours, or a whole export."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "Name one that is new, or empty.")
    strange = sorted({path.name for path in folder.iterdir()} - {*TABLES, *_OWN})
    strange += [str(p.relative_to(folder)) for t in TABLES for p in _strange(folder / t)]
    if strange:
        raise UsageError(
            f"{folder} holds {strange[0]}, which is of no export", "Name a folder that is new."
        )
    there = (folder / NAME).exists() or any((folder / table).exists() for table in TABLES)
    if there and not overwrite and not (folder / LOCK).exists():
        raise UsageError(
            f"There is an export in {folder}",
            "Name a folder that is new, or let that export go: --overwrite",
        )


def _strange(folder: Path) -> list[Path]:
    """What is in the folder of a table and is no file of it."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return [folder]
    files = folder.glob("*")
    return [path for path in files if not (path.match("part-?????.parquet") and path.is_file())]


def _clear(folder: Path) -> None:
    """Take an export away, first what makes it whole."""
    for name in (NAME, _ASIDE):
        (folder / name).unlink(missing_ok=True)
    for table in TABLES:
        shutil.rmtree(folder / table, ignore_errors=True)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The export {folder} cannot be written ({error.strerror or error})",
            "Free some space or name another place; the library is as it was.",
        ) from error
