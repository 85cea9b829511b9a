"""Folder to library: find the files, read what is new, stage it, publish all of it at once.

A file is known by its path, size and time, then by the hash of its bytes: an unchanged folder is
not read and writes nothing, the same bytes twice are one document with two names, and an ingest
that was interrupted finds what it had staged. An unreadable file is one row of the report.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import time
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rag import minutes
from rag.chunk import chunk, coverage
from rag.errors import RagError, ReadError
from rag.index import LibraryPaths, Writer
from rag.readers import supported
from rag.readers.pool import ReaderPool
from rag.readers.scan import File, is_gone, printable, scan
from rag.store.catalogue import FileRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.chunk import Coverage
    from rag.embed import Embedder
    from rag.readers.scan import Found
    from rag.types import Document, Minutes

log = logging.getLogger(__name__)

_MINUTES_LIMIT = 3_000_000  # characters; no meeting is longer, and the rules read all of it

_KINDS = "PDF, DOCX, Markdown, text, VTT, SRT or a Telegram export"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not brought in, and why; `path` is fit to print."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, by file name; `pages`, `chunks` and `coverage` are of what was read now.

    `coverage` is the share of non-white characters that lie in a chunk or were set aside with a
    reason; 1.0 is whole.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    pages: int
    chunks: int
    coverage: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come. `file` was just dealt with; `step` says what goes on."""

    step: str
    done: int
    total: int
    pages: int
    file: str


@dataclass(slots=True)
class _Run:
    """What one ingest has gathered so far."""

    put: dict[str, FileRow] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    pages: int = 0
    chunks: int = 0
    characters: int = 0
    lost: int = 0
    done: int = 0


def ingest(
    sources: Sequence[Path],
    library: LibraryPaths,
    embedder: Embedder,
    *,
    sync: bool = False,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Bring files and folders into the library and report on every file.

    With `sync`, files of these folders that are gone leave the library. Raises UsageError for a
    path that does not exist, RagError where there is nothing to read, LibraryBusy, LibraryMismatch
    and StorageError as `Writer.open` does.
    """
    began = time.perf_counter()
    sources = [source.expanduser().resolve() for source in sources]
    found = scan(sources)
    if not found.total and not sync:
        raise RagError(
            f"There are no files in {', '.join(map(str, sources))}",
            f"Put {_KINDS} files there and run it again.",
        )
    with Writer.open(library, embedder) as writer:
        gone = _gone(writer.catalogue.files(), sources, found) if sync else []
        run = _Run(drop=gone)
        _Ingest(writer, run, found.total, on_progress).take(found, workers)
        if run.put or run.drop:
            on_progress(Progress("index", run.done, found.total, run.pages, ""))
            writer.publish(list(run.put.values()), run.drop)
    return Report(
        added=tuple(sorted(run.added)),
        changed=tuple(sorted(run.changed)),
        unchanged=tuple(sorted(run.unchanged)),
        removed=tuple(sorted(run.drop)),
        skipped=tuple(sorted(run.skipped, key=lambda row: row.path)),
        pages=run.pages,
        chunks=run.chunks,
        coverage=1.0 - run.lost / max(run.characters, 1),
        seconds=time.perf_counter() - began,
    )


class _Ingest:
    """One pass over the files that were found."""

    def __init__(
        self, writer: Writer, run: _Run, total: int, on_progress: Callable[[Progress], None]
    ) -> None:
        self._catalogue = writer.catalogue
        self._run = run
        self._total = total
        self._on_progress = on_progress
        rows = self._catalogue.files()
        self._known = {_full(row): row for row in rows}
        self._held = frozenset(row.name for row in rows)
        self._holders = {row.name: _full(row) for row in rows}
        self._waiting: dict[Path, list[FileRow]] = {}  # to be read, with its copies
        self._reading: dict[str, Path] = {}  # hash to the file that is being read for it

    def take(self, found: Found, workers: int | None) -> None:
        """Deal with every file: unchanged, already held, or read in a child process."""
        for folder, reason in found.unlisted.items():
            self._skip(str(folder), f"cannot be listed: {reason}")
        files = list(found.files.values())
        with ReaderPool(workers=workers or min(os.cpu_count() or 1, 4)) as pool:
            while files:
                again: list[File] = []
                for path, result in pool.read_all(self._to_read(files)):
                    again += self._settle(path, result)
                files = again

    def _to_read(self, files: Sequence[File]) -> Iterator[Path]:
        """The files whose bytes the library does not hold; the others are dealt with here."""
        for file in files:
            known = self._known.get(file.full)
            name = known.name if known else self._free_name(file)
            try:
                row = _row(name, file, known)
            except ReadError as error:
                self._skip(name, str(error))
                continue
            digest = row.document_id
            if known and known.document_id == digest:
                self._keep(name)
            elif self._catalogue.has_document(digest):
                self._put(row)
            elif digest in self._reading:
                self._waiting[self._reading[digest]].append(row)
            else:
                self._reading[digest] = file.full
                self._waiting[file.full] = [row]
                yield file.full

    def _settle(self, path: Path, result: Document | ReadError) -> list[File]:
        """Record what came of reading `path` and of its copies.

        Returns the copies where the file changed after it was hashed: what was read is not theirs.
        The row of such a file keeps the older size and time, so that the next ingest looks again.
        """
        first, *copies = self._waiting.pop(path)
        del self._reading[first.document_id]
        if isinstance(result, ReadError):
            changed = not _untouched(first)
        else:
            changed = result.id != first.document_id
            self._stage(result)
        for row in [first] if changed else [first, *copies]:
            if isinstance(result, ReadError):
                self._skip(row.name, str(result))
            else:
                self._put(replace(row, document_id=result.id))
        return [File(Path(row.root), row.path) for row in copies] if changed else []

    def _free_name(self, file: File) -> str:
        """The first of a file's names that no other file holds; from now on it does."""
        for name in _names(file):
            holder = self._holders.get(name)
            if holder is None or holder == file.full or is_gone(holder):
                break
        self._holders[name] = file.full
        return name

    def _stage(self, document: Document) -> None:
        run = self._run
        run.pages += len(document.pages)
        if self._catalogue.has_document(document.id):
            return
        chunks = chunk(document)
        counted: Coverage = coverage(document, chunks)
        found = _minutes(document)
        self._catalogue.stage(
            document,
            chunks,
            found,
            characters=counted.characters,
            aside=counted.aside,
            lost=counted.lost,
        )
        run.chunks += len(chunks)
        run.characters += counted.characters
        run.lost += counted.lost

    def _put(self, row: FileRow) -> None:
        known = self._known.get(_full(row))
        (self._run.changed if known else self._run.added).append(row.name)
        self._run.put[row.name] = row
        self._advance(row.name)

    def _keep(self, name: str) -> None:
        self._run.unchanged.append(name)
        self._advance(name)

    def _skip(self, name: str, reason: str) -> None:
        if name in self._held:
            reason += " (the library keeps what the file held before)"
        self._run.skipped.append(Skipped(printable(name), reason))
        self._advance(name)

    def _advance(self, name: str) -> None:
        self._run.done += 1
        self._on_progress(
            Progress("read", self._run.done, self._total, self._run.pages, printable(name))
        )


def _minutes(document: Document) -> Minutes | None:
    """The minutes of a meeting; None for other documents.

    The rules meet text of every kind: one that fails costs this document its minutes, no more.
    """
    if len(document.text) > _MINUTES_LIMIT:
        return None
    try:
        return minutes.extract(document) if minutes.is_meeting(document) else None
    except Exception:
        log.exception("No minutes could be made of %s", document.title)
        return None


def _row(name: str, file: File, known: FileRow | None) -> FileRow:
    """The row of a file as it lies there now; `known` where size and time are as they were.

    Raises ReadError with the reason why the file cannot be a document.
    """
    if printable(str(file.full)) != str(file.full):
        raise ReadError("its path is not UTF-8")
    try:
        state = file.full.stat()
        if not stat.S_ISREG(state.st_mode):
            raise ReadError("not a regular file")  # opening a pipe would never end
        if known and (known.size, known.mtime_ns) == (state.st_size, state.st_mtime_ns):
            return known
        if not supported(file.full):
            raise ReadError(f"unknown suffix {file.full.suffix or '(none)'}")
        digest = _digest(file.full)
    except OSError as error:
        raise ReadError(f"cannot be opened: {error.strerror or error}") from error
    return FileRow(name, str(file.root), file.path, state.st_size, state.st_mtime_ns, digest)


def _names(file: File) -> Iterator[str]:
    """Names for a file, best first: its path below the folder, then `folder/…`, `folder-2/…`, …"""
    yield file.path
    yield f"{file.root.name}/{file.path}"
    yield from (f"{file.root.name}-{number}/{file.path}" for number in count(2))


def _gone(rows: Sequence[FileRow], sources: Sequence[Path], found: Found) -> list[str]:
    """Names of files of the library that lie below `sources` and were not found there."""
    return [
        row.name
        for row in rows
        if (full := _full(row)) not in found.files
        and _within(full, sources)
        and not _within(full, found.unlisted)
    ]


def _full(row: FileRow) -> Path:
    return Path(row.root) / row.path


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _untouched(row: FileRow) -> bool:
    """Whether the file has the size and time that its row tells of."""
    try:
        state = _full(row).stat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (row.size, row.mtime_ns)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
