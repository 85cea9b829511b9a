"""Files dropped on the page, read and taken into the library while the person goes on.

    take ─ kept ─ waiting ─┬─ quick lane: small files only ─┬─ read ─ one publisher ─ the library
                           └─ lanes: large ones first ──────┘

Lanes read in child processes and hold no lock, so that a book keeps nobody's note waiting. The
publisher takes in whatever is read by the time it comes free: the first file at once, many small
ones together. What was kept and not yet read when a process was killed is taken up by the next.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections import deque
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag import config
from rag.desk import uploads
from rag.desk.drops import IN_LIBRARY, Drop
from rag.desk.patience import when_free
from rag.desk.reading import Cancelled, Reader, Replay, WasRead, wants_password
from rag.errors import LibraryError, RagError, StorageError
from rag.index import open_catalogue
from rag.store.received import Received

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.app import App
    from rag.desk.drops import State
    from rag.report import Report
    from rag.store.catalogue import Catalogue
    from rag.store.received import Kept

log = logging.getLogger(__name__)

#: Bytes of a file that is small: read in a moment, whatever it is.
SMALL = 512 * 1024
#: Seconds that a child process waits for the next file before it is let go.
_WARM = 20.0
#: Characters that are read and wait for the library, beyond which nothing more is read.
_AHEAD = 50_000_000
#: Files that are taken in together at most: one that fails costs the others another try.
_TOGETHER = 200
#: Rows of files that are done which are remembered.
_REMEMBERED = 500
_MAX_LANES = 4
#: Seconds between two looks at a library that another process writes to: for as long as it does.
_FOREVER = 365 * 86_400.0


class Intake:
    """The way into one collection, for all who use it at once. All methods return at once."""

    def __init__(self, app: Callable[[], App]) -> None:
        """For the collection of the app that `app` gives, with its settings at that time."""
        self._app = app
        self._received = Received(app().paths.uploads)
        self._changed = Condition()
        self._drops: list[Drop] = []
        self._waiting: list[Drop] = []
        self._twins: dict[str, list[Drop]] = {}  # by hash: on their way, the first one goes ahead
        self._passwords: dict[str, str] = {}  # by id of a drop, until it is read
        self._read: deque[WasRead] = deque()
        self._lanes = self._idle = 0
        self._quick = self._publishing = False
        self._stop = Event()
        self._claim: FileLock | None = None
        self._ready = 0

    # -- what is going on

    @property
    def drops(self) -> tuple[Drop, ...]:
        """The files of this run that nobody has dismissed, newest last."""
        with self._changed:
            return tuple(self._drops)

    @property
    def busy(self) -> bool:
        """Whether any file is on its way."""
        with self._changed:
            return any(not drop.done for drop in self._drops)

    @property
    def ready(self) -> int:
        """How many files this run has brought into the library: rises when more can be asked."""
        return self._ready

    def wait(self, drops: Iterable[Drop] | None = None, seconds: float | None = None) -> bool:
        """Wait until files, by default all, are done; whether they are."""
        wanted = tuple(self.drops if drops is None else drops)
        with self._changed:
            return self._changed.wait_for(lambda: all(drop.done for drop in wanted), seconds)

    # -- what a person does

    def take(self, files: Sequence[tuple[str, bytes]]) -> tuple[Drop, ...]:
        """Keep files, given by name and bytes, and begin to read them. Gives a row for each.

        One that is not taken, or is in the library already, is done at once. What a system leaves
        in folders, such as Thumbs.db, gets no row.
        """
        with suppress(OSError):  # what comes of it shows when a file is kept
            self._received.folder.mkdir(parents=True, exist_ok=True)
        self.claim()
        limit = self._app().settings.max_upload_mb
        wanted = [(name, data) for name, data in files if not uploads.is_litter(name)]
        with self._catalogue() or nullcontext() as catalogue:
            taken = [self._admit(name, data, limit, catalogue) for name, data in wanted]
        with self._changed:
            self._drops += taken
            for drop in taken:
                if not drop.done:
                    self._line_up(drop)
            self._forget_old()
            self._changed.notify_all()
        return tuple(taken)

    def unlock(self, drop: Drop, password: str) -> None:
        """Read a file again with a password; nothing where none would help."""
        with self._changed:
            if drop.locked and drop.kept is not None:
                self._passwords[drop.id] = password
                self._again(drop)

    def retry(self, drop: Drop) -> None:
        """Read a file again that the library could not take in."""
        with self._changed:
            if drop.state == "failed" and drop.kept is not None:
                self._again(drop)

    def cancel(self, drop: Drop) -> None:
        """Let go of a file that is not read yet, and of its bytes; its row goes."""
        with self._changed:
            if drop.state not in ("waiting", "reading"):
                return
            drop.cancelled = True
            if drop in self._waiting:
                self._waiting.remove(drop)
                self._let_go(drop)
            elif drop.state == "waiting":  # another one with the same bytes goes ahead
                self._forget_row(drop)
            self._changed.notify_all()

    def dismiss(self, drop: Drop) -> None:
        """Take away the row of a file that is done; bytes that are not in the library go, too."""
        with self._changed:
            if drop.done:
                self._forget_row(drop)
                if drop.state not in IN_LIBRARY and drop.kept is not None:
                    self._received.forget(drop.kept.digest)
                self._changed.notify_all()

    # -- from run to run

    def claim(self) -> bool:
        """Make this the process that takes up what another one left; whether it is.

        Takes up what waits, the first time. Where another process has the claim nothing is done.
        """
        with self._changed:
            if self._claim is not None or not self._received.folder.is_dir():
                return self._claim is not None
            claim = FileLock(self._received.folder / ".claim", timeout=0)
            try:
                claim.acquire()
            except (Timeout, OSError):
                return False
            self._claim = claim
            known = {drop.kept.digest for drop in self._drops if drop.kept is not None}
            for kept in self._received.all():
                if kept.waiting and kept.digest not in known:
                    drop = Drop(kept.name, kept.size, kept, resumed=True)
                    self._drops.append(drop)
                    self._line_up(drop)
            self._changed.notify_all()
            return True

    def close(self) -> None:
        """End all that goes on. What is not read waits for the next process."""
        with self._changed:
            self._stop.set()
            for drop in self._drops:
                drop.cancelled = drop.cancelled or drop.state == "reading"
            self._changed.notify_all()
            self._changed.wait_for(lambda: not (self._lanes or self._quick or self._publishing))
            if self._claim is not None:
                self._claim.release()

    # -- keeping

    def _admit(self, name: str, data: bytes, limit: int, catalogue: Catalogue | None) -> Drop:
        drop = Drop(uploads.safe_name(name), len(data))
        checked = uploads.check(drop.name, data, limit)
        drop.kind = checked.kind
        if checked.cause:
            drop.cause, drop.reason = checked.cause, checked.reason
            return _ended(drop, "refused")
        digest = hashlib.sha256(data).hexdigest()
        try:
            drop.documents = _held(catalogue, digest)
            if drop.documents:
                return _ended(drop, "unchanged")
            known = self._received.find(digest)
            on_its_way = known is not None and known.waiting
            keep = self._received.keep
            drop.kept = known if on_its_way else keep(drop.name, digest, checked.suffix, data)
        except StorageError as error:
            drop.cause, drop.reason = "library", str(error)
            return _ended(drop, "failed")
        return drop

    def _catalogue(self) -> Catalogue | None:
        try:
            return open_catalogue(self._app().paths)
        except LibraryError:  # none yet; what else is wrong shows when the file is taken in
            return None

    # -- the line; all of this under the lock

    def _line_up(self, drop: Drop) -> None:
        """Let a file wait for its turn, or for the one with the same bytes that goes ahead."""
        assert drop.kept is not None
        twins = self._twins.setdefault(drop.kept.digest, [])
        twins.append(drop)
        if len(twins) == 1:
            self._waiting.append(drop)
            self._call_lanes()

    def _again(self, drop: Drop) -> None:
        drop.state, drop.cause, drop.reason, drop.unread = "waiting", "", "", 0
        drop.pages, drop.total_pages, drop.began, drop.ended = 0, None, None, None
        self._line_up(drop)
        self._changed.notify_all()

    def _call_lanes(self) -> None:
        if not self._quick:
            self._quick = True
            Thread(target=self._lane, args=(True,), daemon=True, name="quick lane").start()
        workers = self._app().settings.workers or min(os.cpu_count() or 1, _MAX_LANES)
        if self._lanes < workers and self._idle < len(self._waiting):
            self._lanes += 1
            Thread(target=self._lane, args=(False,), daemon=True, name="lane").start()
        self._changed.notify_all()

    def _turn(self, quick: bool) -> Drop | None:
        """The file whose turn it is in a lane; None where none is."""
        if sum(each.characters for each in self._read) > _AHEAD:
            return None
        small = (drop for drop in self._waiting if drop.size <= SMALL)
        large = (drop for drop in self._waiting if drop.size > SMALL)
        return next(small, None) if quick else next(large, None) or next(small, None)

    def _let_go(self, drop: Drop) -> None:
        """Forget a file that was cancelled; the next one with its bytes goes ahead."""
        assert drop.kept is not None
        self._forget_row(drop)
        twins = self._twins.get(drop.kept.digest, [])
        twins[:] = [twin for twin in twins if twin is not drop and not twin.cancelled]
        if twins:
            self._waiting.append(twins[0])
            self._call_lanes()
        else:
            self._twins.pop(drop.kept.digest, None)
            self._received.forget(drop.kept.digest)

    def _forget_row(self, drop: Drop) -> None:
        if drop in self._drops:
            self._drops.remove(drop)
        self._passwords.pop(drop.id, None)

    def _forget_old(self) -> None:
        done = [drop for drop in self._drops if drop.state in IN_LIBRARY]
        for drop in done[: max(len(done) - _REMEMBERED, 0)]:
            self._drops.remove(drop)

    # -- the lanes

    def _lane(self, quick: bool) -> None:
        """Read one file after another, until none has come for a while."""
        with Reader() as reader:
            while (drop := self._next(quick)) is not None:
                try:
                    self._read_one(drop, reader)
                except Cancelled:
                    with self._changed:
                        if not self._stop.is_set():
                            self._let_go(drop)
                        self._changed.notify_all()
                except Exception as error:  # a lane that dies would leave its files waiting
                    log.exception("Reading %s failed", drop.name)
                    self._settle(drop, "failed", reason=f"Reading it failed: {error}")

    def _next(self, quick: bool) -> Drop | None:
        with self._changed:
            self._idle += not quick
            self._changed.wait_for(lambda: self._stop.is_set() or self._turn(quick), _WARM)
            self._idle -= not quick
            drop = None if self._stop.is_set() else self._turn(quick)
            if drop is not None:
                self._waiting.remove(drop)
                drop.state, drop.began = "reading", time.monotonic()
                return drop
            if quick:
                self._quick = False
            else:
                self._lanes -= 1
            self._changed.notify_all()
            return None

    def _read_one(self, drop: Drop, reader: Reader) -> None:
        assert drop.kept is not None
        password = self._passwords.get(drop.id, "")
        if drop.resumed:
            with self._catalogue() or nullcontext() as catalogue:
                held = _held(catalogue, drop.kept.digest)
            if held:
                self._settle(drop, "added", documents=held)  # killed after it was taken in
                return
        read = reader.read(drop, config.reading(self._app().settings, password))
        if not read.documents:
            self._refuse(read)
            return
        with self._changed:
            drop.state = "indexing"
            drop.ended = time.monotonic()
            self._read.append(read)
            if not self._publishing:
                self._publishing = True
                Thread(target=self._publish_all, daemon=True, name="publisher").start()

    def _refuse(self, read: WasRead) -> None:
        """Nothing in the file could be read; its bytes stay only where a password may open it."""
        drop = read.drop
        errors = read.errors
        locked = wants_password(errors)
        if locked is not None:
            reason = locked.message
            drop.cause = uploads.cause_of(reason)
        else:
            reason = str(errors[0]) if errors else "it holds no files"
            told = uploads.cause_of(reason)
            drop.cause = "reader" if told in ("locked", "password") else told
        self._settle(drop, "refused", reason=reason)

    # -- the publisher

    def _publish_all(self) -> None:
        """Take in what is read, until there is no more."""
        while True:
            with self._changed:
                if not self._read or self._stop.is_set():
                    self._publishing = False
                    self._changed.notify_all()
                    return
                batch = self._batch()
                self._changed.notify_all()  # there is room to read on
            self._publish(batch)

    def _batch(self) -> list[WasRead]:
        """What is read, and all of it with the same password."""
        first = self._read[0]
        same = [each for each in self._read if each.password == first.password][:_TOGETHER]
        for each in same:
            self._read.remove(each)
        return same

    def _publish(self, batch: Sequence[WasRead]) -> None:
        try:
            report = when_free(
                lambda: self._ingest(batch),
                seconds=_FOREVER,
                on_wait=lambda _: _hold(batch, held=True),
                stop=self._stop,
            )
            _hold(batch, held=False)
            with open_catalogue(self._app().paths) as catalogue:
                for each in batch:
                    self._note(each, report, catalogue)
        except RagError as error:
            self._fail(batch, str(error))
        except Exception as error:  # one that cannot be taken in must not cost the others
            log.exception("Taking in %d files failed", len(batch))
            if len(batch) == 1:
                self._fail(batch, f"Taking it in failed: {error}")
                return
            for each in batch:
                self._publish([each])

    def _ingest(self, batch: Sequence[WasRead]) -> Report:
        names = {each.path: each.drop.name for each in batch}
        return self._app().ingest(
            list(names), names=names, reading=Replay(batch), password=batch[0].password
        )

    def _note(self, read: WasRead, report: Report, catalogue: Catalogue) -> None:
        """Tell what became of a file that was taken in."""
        assert read.drop.kept is not None
        rows = catalogue.files_of(read.drop.kept.digest)
        own = [row for row in rows if Path(row.root) / row.path == read.path]
        documents = tuple(row.name for row in own if row.document_id)
        drop = read.drop
        drop.unread = len(own) - len(documents)
        drop.notes = tuple(dict.fromkeys(n for each in read.documents for n in each.document.notes))
        if locked := wants_password(read.errors):
            drop.cause, drop.reason = uploads.cause_of(locked.message), locked.message
        there: tuple[State, ...] = ("added", "changed", "unchanged")
        came = (state for state in there if not set(documents).isdisjoint(getattr(report, state)))
        self._settle(drop, next(came, "added"), documents=documents, reason=drop.reason)

    def _fail(self, batch: Iterable[WasRead], reason: str) -> None:
        if self._stop.is_set():
            return  # it waits for the next process
        for each in batch:
            each.drop.cause, each.drop.held = "library", False
            self._settle(each.drop, "failed", reason=reason)

    def _settle(
        self, drop: Drop, state: State, *, documents: tuple[str, ...] = (), reason: str = ""
    ) -> None:
        """A file is done, and with it those with the same bytes."""
        assert drop.kept is not None
        kept = drop.kept
        if state in IN_LIBRARY:
            self._put_down(kept)
        elif state == "refused" and drop.cause not in ("locked", "password"):
            self._received.forget(kept.digest)
        with self._changed:
            self._passwords.pop(drop.id, None)
            for twin in self._twins.pop(kept.digest, [drop]):
                twin.documents, twin.reason, twin.cause = documents, reason, drop.cause
                twin.unread, twin.notes, twin.held = drop.unread, drop.notes, False
                _ended(twin, state if twin is drop or state not in IN_LIBRARY else "unchanged")
            self._ready += state in IN_LIBRARY
            self._forget_old()
            self._changed.notify_all()

    def _put_down(self, kept: Kept) -> None:
        """Note that a file waits no longer; where that cannot be written it is looked at again."""
        try:
            self._received.settle(kept)
        except StorageError as error:
            log.warning("%s", error)


def _ended(drop: Drop, state: State) -> Drop:
    drop.state = state
    if drop.ended is None:
        drop.ended = time.monotonic()
    return drop


def _held(catalogue: Catalogue | None, digest: str) -> tuple[str, ...]:
    """Names of the documents in a file with these bytes that lies where it was read."""
    rows = catalogue.files_of(digest) if catalogue else []
    there = (row for row in rows if row.document_id and (Path(row.root) / row.path).is_file())
    return tuple(row.name for row in there)


def _hold(batch: Iterable[WasRead], *, held: bool) -> None:
    for each in batch:
        each.drop.held = held
