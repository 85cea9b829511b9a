"""Folder to library: find the files, read what is new, stage it, publish all of it at once.

Files are read and prepared in bounded child processes, several at a time; this process alone
writes. An unchanged folder is not read and writes nothing, the same bytes twice are one document
with two names, and an ingest that was interrupted finds what it had staged. An unreadable file is
one row of the report, and is not tried again until it, or the way to read it, has changed.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, RagError, ReadError
from rag.index import Writer
from rag.plan import (
    UNNAMED,
    Pass,
    Planner,
    Ways,
    called,
    free_member,
    gone,
    is_untouched,
    row_of,
    size_of,
)
from rag.readers.options import DEFAULT, Options
from rag.readers.scan import printable, scan
from rag.report import Progress, Read, Report, Skipped, Tally
from rag.store.checks import check_versions
from rag.store.opening import open_catalogue
from rag.workers.events import Done
from rag.workers.pool import ReaderPool, processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rag.embed import Embedder
    from rag.plan import Decision, Engine, Reading, Seen
    from rag.prepare import Prepared
    from rag.readers.scan import File, Found
    from rag.report import Status, Step
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths
    from rag.store.rows import FileRow
    from rag.store.where import Where
    from rag.workers.events import Event

log = logging.getLogger(__name__)

_KEPT = " (the library keeps what the file held before)"
_OLDER = (
    "%d documents were read by an older version of this program, and may be read better now:"
    " rag ingest FOLDER --reread"
)


def ingest(
    sources: Sequence[Path],
    library: LibraryPaths,
    embedder: Embedder,
    *,
    options: Options = DEFAULT,
    sync: bool = False,
    reread: bool = False,
    leave_out: Sequence[Path] = (),
    names: Mapping[Path, str] = UNNAMED,
    reading: Reading | None = None,
    engine: Engine | None = None,
    workers: int = 0,
    asked: Where | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Bring files and folders into the library and report on every file.

    With `sync`, files of these folders that are gone leave the library; with `reread`, unchanged
    files are read again; those to `leave_out` (resolved paths) are as good as gone. Files among
    `names`, by resolved path, are called as they say where they are new; a name that is taken gets
    a number. `reading` stands in for what reads files otherwise: an `engine`, or else a pool of so
    many `workers` (see `rag.workers.pool.processes`). `asked` is where a new library's parts are
    to be.

    Raises UsageError for a path that does not exist, RagError where there is nothing to read,
    LibraryBusy, LibraryMismatch and StorageError as `Writer.open` does.
    """
    began = time.perf_counter()
    sources, found = _found(sources, sync=sync)
    for path in leave_out:
        found.files.pop(path, None)
    with Writer.open(library, embedder, asked=asked) as writer:
        known = writer.catalogue.files()
        ways = Ways(options)
        planner = Planner(
            known,
            writer.catalogue.attempt_of,
            ways.worth_a_try,
            reread=reread,
            names=names,
            shared=writer.catalogue.shared,
        )
        run = _Ingest(writer, planner, found.total, ways, reread, on_progress)
        with nullcontext(reading) if reading else run.opened(engine, workers) as pool:
            run.take(found, pool)
            drop = [*(gone(known, sources, found) if sync else ()), *run.drop]
            _note_removed(run.tally, drop, known)
            put = list(run.put.values())
            if drop or any(row.document_id for row in put):
                run.tell("index")
                writer.publish(put, drop, embed_all=pool.embed_all)
            elif put and writer.catalogue.generation:
                writer.catalogue.remember(put)
            older = check_versions(writer.catalogue)
            if older.read:
                log.warning(_OLDER, older.read)
    return run.tally.report(time.perf_counter() - began)


def dry_run(
    sources: Sequence[Path],
    library: LibraryPaths,
    *,
    options: Options = DEFAULT,
    sync: bool = False,
    reread: bool = False,
    names: Mapping[Path, str] = UNNAMED,
) -> Report:
    """What `ingest` would do with every file; nothing is read but to hash it, nothing written.

    Raises UsageError and RagError as `ingest` does.
    """
    began = time.perf_counter()
    sources, found = _found(sources, sync=sync)
    tally = Tally()
    _skip_unlisted(tally, found)
    with _catalogue_if_any(library) as catalogue:
        known = catalogue.files() if catalogue else []
        attempt_of = catalogue.attempt_of if catalogue else lambda _: None
        worth_a_try = Ways(options).worth_a_try
        shared = catalogue is not None and catalogue.shared
        planner = Planner(known, attempt_of, worth_a_try, reread=reread, names=names, shared=shared)
        for file in found.files.values():
            decision = planner.decide(file)
            if decision.action == "skip":
                tally.skipped.append(Skipped(printable(decision.name), decision.reason))
            elif decision.action == "read":
                tally.names["changed" if decision.rows else "added"].append(decision.name)
            elif decision.action == "keep":
                for row in decision.rows:
                    _note(tally, row, "unchanged")
            else:
                for row in decision.rows:
                    _note(tally, row, "changed" if str(file.full) in planner.known else "added")
        if sync:
            _note_removed(tally, gone(known, sources, found), known)
    return tally.report(time.perf_counter() - began, dry_run=True)


def _found(sources: Sequence[Path], *, sync: bool) -> tuple[list[Path], Found]:
    resolved = [source.expanduser().resolve() for source in sources]
    found = scan(resolved)
    if not found.total and not sync:
        raise RagError(
            f"There are no files in {', '.join(map(str, resolved))}",
            "Put documents there (PDF, office files, mail, web pages, notes, transcripts) and run"
            " it again.",
        )
    return resolved, found


@contextmanager
def _catalogue_if_any(library: LibraryPaths) -> Iterator[Catalogue | None]:
    try:
        catalogue = open_catalogue(library)
    except LibraryMissing:
        yield None
        return
    with catalogue:
        yield catalogue


def _skip_unlisted(tally: Tally, found: Found) -> None:
    for folder, reason in found.unlisted.items():
        tally.skipped.append(Skipped(printable(str(folder)), f"cannot be listed: {reason}"))


def _note(tally: Tally, row: FileRow, status: Status) -> None:
    """A row of the library in its list: by its status, or skipped where it holds no document."""
    if row.document_id is None:
        tally.skipped.append(Skipped(printable(row.name), row.reason))
    else:
        tally.names[status].append(row.name)


def _note_removed(tally: Tally, names: Sequence[str], known: Sequence[FileRow]) -> None:
    """Names that leave the library; a row that held no document is no loss."""
    documents = {row.name for row in known if row.document_id}
    tally.names["removed"] += [name for name in names if name in documents]


@dataclass(eq=False, slots=True)
class _Reading:
    """A file that is being read, those with the same bytes, and what came of it so far."""

    files: list[Seen]
    rows: dict[str, FileRow] = field(default_factory=dict)


class _Ingest:
    """One pass over the files that were found."""

    def __init__(
        self,
        writer: Writer,
        planner: Planner,
        total: int,
        ways: Ways,
        reread: bool,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.put: dict[str, FileRow] = {}
        self.drop: list[str] = []
        self.tally = Tally()
        self.ways = ways
        self._writer = writer
        self._total = total
        self._reread = reread
        self._on_progress = on_progress
        self._planner = planner
        self._readings: dict[str, _Reading] = {}  # by path
        self._by_digest: dict[str, _Reading] = {}
        self._pages = self._done = 0

    def opened(self, engine: Engine | None, workers: int) -> AbstractContextManager[Reading]:
        """What reads the files of this pass: an engine, or so many child processes."""
        options = self.ways.options
        if engine is not None:
            return engine.open(Pass(options, self.count_pages, self._called, self._digest))
        return ReaderPool(
            processes(workers), options, on_pages=self.count_pages, called=self._called
        )

    def take(self, found: Found, pool: Reading) -> None:
        """Deal with every file: unchanged, already held, or read in a child process."""
        _skip_unlisted(self.tally, found)
        self._done += len(found.unlisted)
        files = sorted(found.files.values(), key=size_of, reverse=True)  # no long one at the end
        while files:
            again: list[File] = []
            for event in pool.read_all(self._to_read(files)):
                again += self._hear(event)
            files = again

    def count_pages(self, path: Path, count: int) -> None:
        """Some more pages of a file are done."""
        self._pages += count
        self.tell("read", self._called(path))

    def _called(self, path: Path) -> str:
        return called(self._readings[str(path)].files[0].name, path)

    def _digest(self, path: Path) -> str:
        return self._readings[str(path)].files[0].digest

    def tell(self, step: Step, file: str = "") -> None:
        """Say how far it has come."""
        self._on_progress(Progress(step, self._done, self._total, self._pages, printable(file)))

    def _to_read(self, files: Sequence[File]) -> Iterator[Path]:
        """The files whose bytes the library does not hold; the others are dealt with here."""
        for file in files:
            decision = self._planner.decide(file)
            if decision.action == "read":
                if self._is_first(decision):
                    yield file.full
                continue
            if decision.action == "skip":
                self._skip(decision.name, decision.reason, decision.rows)
            for row in decision.rows if decision.action == "copy" else ():
                self._put(row)
            for row in decision.rows if decision.action == "keep" else ():
                _note(self.tally, row, "unchanged")
            self._advance(decision.name)

    def _is_first(self, decision: Decision) -> bool:
        """Whether no other file with these bytes is being read; it waits for that one if so."""
        seen = decision.seen
        assert seen is not None
        reading = self._by_digest.get(seen.digest)
        if reading is not None:
            reading.files.append(seen)
            return False
        reading = _Reading([seen])
        self._by_digest[seen.digest] = self._readings[str(seen.file.full)] = reading
        return True

    def _hear(self, event: Event) -> list[File]:
        """Take what came of a file; gives the files that must be read themselves after all."""
        reading = self._readings[str(event.path)]
        if isinstance(event.result, Done):
            return self._settle(str(event.path), event.result.digest)
        first = reading.files[0]
        member = free_member(event.member, reading.rows)
        row = replace(row_of(first, None), member=member)
        if member:
            row = replace(row, name=f"{first.name}/{member}")
        if isinstance(event.result, ReadError):
            row = replace(row, reason=str(event.result), attempt=self.ways.attempt)
        else:
            self._stage(event.result, row.name)
            document = event.result.document
            row = replace(row, document_id=document.id, attempt=self.ways.missing_in(document))
        reading.rows[member] = row
        return []

    def _settle(self, path: str, digest: str) -> list[File]:
        """Record what came of a file and of those with the same bytes.

        Gives these others where the file changed after it was hashed: what was read is not theirs.
        The row of such a file keeps the older size and time, so that the next ingest looks again.
        """
        reading = self._readings.pop(path)
        first, *copies = reading.files
        del self._by_digest[first.digest]
        changed = digest != first.digest if digest else not is_untouched(first)
        rows = list(reading.rows.values()) or [
            replace(row_of(first, None), reason="it holds no files", attempt=self.ways.attempt)
        ]
        for seen in [first] if changed else [first, *copies]:
            held = self._planner.known.get(str(seen.file.full), ())
            if rows[0].document_id is None and not rows[0].member:
                self._fail(seen, rows[0], held, changed=changed)
            else:
                for row in rows:
                    self._put(replace(row_of(seen, row), digest=digest or seen.digest))
                kept = {row.member for row in rows}
                self.drop += [row.name for row in held if row.member not in kept]
            self._advance(seen.name)
        return [seen.file for seen in copies] if changed else []

    def _fail(self, seen: Seen, row: FileRow, held: Sequence[FileRow], *, changed: bool) -> None:
        """A file that could not be read; what the library holds of it stays."""
        self._skip(seen.name, row.reason, held)
        if not changed and not any(each.document_id for each in held):
            failed = row_of(seen, row)
            self.put[failed.name] = failed

    def _stage(self, prepared: Prepared, name: str) -> None:
        tally, document = self.tally, prepared.document
        kinds = Counter[str](page.kind for page in document.pages)
        if recognised := sum(page.recognised for page in document.pages):
            kinds["recognised"] = recognised
        notes = document.notes
        tally.read.append(Read(name, document.kind, dict(kinds), document.encoding, notes))
        held = self._writer.catalogue.attempt_of(document.id)
        whole = held is not None and (not held or held == self.ways.attempt)
        if whole and not self._reread:
            return  # it is here already, with all that this way of reading finds
        self._writer.stage(prepared, self.ways.missing_in(document))
        tally.chunks += len(prepared.chunks)
        tally.characters += prepared.coverage.characters
        tally.lost += prepared.coverage.lost
        tally.asides.update(prepared.asides)

    def _put(self, row: FileRow) -> None:
        held = self._planner.known.get(os.path.join(row.root, row.path), ())
        was = next((each for each in held if each.member == row.member), None)
        if was:  # it stays with the folder that it came with, though it may be named alone now
            row = replace(row, root=was.root, path=was.path)
        if row.document_id is None:
            self._skip(row.name, row.reason, ())
            if was and was.document_id:
                return
        else:
            _note(self.tally, row, "changed" if was and was.document_id else "added")
        self.put[row.name] = row

    def _skip(self, name: str, reason: str, held: Sequence[FileRow]) -> None:
        if any(row.document_id for row in held):
            reason += _KEPT
        self.tally.skipped.append(Skipped(printable(name), reason))

    def _advance(self, name: str) -> None:
        self._done += 1
        self.tell("read", name)
