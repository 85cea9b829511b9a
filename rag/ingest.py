"""Folder to library: find the files, read what is new, stage it, publish all of it at once.

A file is known by its path, size and time, then by the hash of its bytes: an unchanged folder is
not read and writes nothing, the same bytes twice are one document with two names, and an ingest
that was interrupted finds what it had staged. An unreadable file is one row of the report.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag import minutes
from rag.chunk import chunk, coverage
from rag.errors import RagError, ReadError, UsageError
from rag.index import LibraryPaths, Writer
from rag.readers import supported
from rag.readers.pool import ReaderPool
from rag.store.catalogue import FileRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.chunk import Coverage
    from rag.embed import Embedder
    from rag.types import Document, Minutes

log = logging.getLogger(__name__)

_KINDS = "PDF, DOCX, Markdown, text, VTT, SRT or a Telegram export"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not in the library, and why."""

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
    files = [found for source in sources for found in _scan(source)]
    if not files and not sync:
        raise RagError(
            f"There are no files in {', '.join(map(str, sources))}",
            f"Put {_KINDS} files there and run it again.",
        )
    with Writer.open(library, embedder) as writer:
        run = _Run()
        _Ingest(writer, run, len(files), on_progress).take(files, workers)
        if sync:
            run.drop = _gone(writer.catalogue.files(), sources, files)
        if run.put or run.drop:
            on_progress(Progress("index", run.done, len(files), run.pages, ""))
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


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was found: `root / path`."""

    root: Path
    path: str

    @property
    def full(self) -> Path:
        return self.root / self.path


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
        self._known = {Path(row.root) / row.path: row for row in rows}
        self._names = {row.name: Path(row.root) / row.path for row in rows}
        self._waiting: dict[Path, list[FileRow]] = {}  # to be read, with its copies
        self._reading: dict[str, Path] = {}  # hash to the file that is being read for it

    def take(self, files: Sequence[_File], workers: int | None) -> None:
        """Deal with every file: unchanged, already held, or read in a child process."""
        with ReaderPool(workers=workers or min(os.cpu_count() or 1, 4)) as pool:
            for path, result in pool.read_all(self._to_read(files)):
                rows = self._waiting.pop(path)
                if isinstance(result, ReadError):
                    for row in rows:
                        self._skip(row.name, str(result))
                    continue
                self._stage(result)
                for row in rows:
                    self._put(FileRow(*_fields(row), result.id))

    def _to_read(self, files: Sequence[_File]) -> Iterator[Path]:
        """The files whose bytes the library does not hold; the others are dealt with here."""
        for file in files:
            name = self._name(file)
            try:
                stat = file.full.stat()
                known = self._known.get(file.full)
                if known and (known.size, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
                    self._keep(name)
                    continue
                if not supported(file.full):
                    self._skip(name, f"unknown suffix {file.full.suffix or '(none)'}")
                    continue
                digest = _digest(file.full)
            except OSError as error:
                self._skip(name, f"cannot be opened: {error.strerror or error}")
                continue
            if known and known.document_id == digest:
                self._keep(name)
                continue
            row = FileRow(name, str(file.root), file.path, stat.st_size, stat.st_mtime_ns, digest)
            if self._catalogue.has_document(digest):
                self._put(row)
            elif digest in self._reading and self._reading[digest] in self._waiting:
                self._waiting[self._reading[digest]].append(row)
            else:
                self._reading[digest] = file.full
                self._waiting[file.full] = [row]
                yield file.full

    def _name(self, file: _File) -> str:
        """The name a file has in the library: its path below the folder it came with."""
        known = self._known.get(file.full)
        if known:
            return known.name
        name = file.path
        holder = self._names.get(name)
        if holder is not None and holder != file.full and holder.exists():
            name = f"{file.root.name}/{name}"
        self._names[name] = file.full
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
        known = self._known.get(Path(row.root) / row.path)
        (self._run.changed if known else self._run.added).append(row.name)
        self._run.put[row.name] = row
        self._advance(row.name)

    def _keep(self, name: str) -> None:
        self._run.unchanged.append(name)
        self._advance(name)

    def _skip(self, name: str, reason: str) -> None:
        if name in {row.name for row in self._known.values()}:
            reason += " (the library keeps what the file held before)"
        self._run.skipped.append(Skipped(name, reason))
        self._advance(name)

    def _advance(self, name: str) -> None:
        self._run.done += 1
        self._on_progress(Progress("read", self._run.done, self._total, self._run.pages, name))


def _minutes(document: Document) -> Minutes | None:
    """The minutes of a meeting; None for other documents.

    The rules meet text of every kind: one that fails costs this document its minutes, no more.
    """
    try:
        return minutes.extract(document) if minutes.is_meeting(document) else None
    except Exception:
        log.exception("No minutes could be made of %s", document.title)
        return None


def _fields(row: FileRow) -> tuple[str, str, str, int, int]:
    return row.name, row.root, row.path, row.size, row.mtime_ns


def _scan(source: Path) -> Iterator[_File]:
    """The files at a path, hidden ones left out, in the order of their names."""
    source = source.expanduser().resolve()
    if source.is_file():
        yield _File(source.parent, source.name)
        return
    if not source.is_dir():
        raise UsageError(f"There is no file or folder {source}", "See what is there: ls")
    for folder, below, names in os.walk(source):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield _File(source, (Path(folder) / name).relative_to(source).as_posix())


def _gone(rows: Sequence[FileRow], sources: Sequence[Path], files: Sequence[_File]) -> list[str]:
    """Names of files of the library that lie below `sources` and were not found there."""
    roots = [source.expanduser().resolve() for source in sources]
    found = {file.full for file in files}
    return [
        row.name
        for row in rows
        if (full := Path(row.root) / row.path) not in found
        and any(full.is_relative_to(root) for root in roots)
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
