"""Files dropped on the page, read and taken into the library while the person goes on.

    take ─ kept ─ line ─┬─ quick lane: small files only ─┬─ read ─ one publisher ─ the library
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
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag import config
from rag.desk import uploads
from rag.desk.drops import THERE, Drop
from rag.desk.publishing import Outcome, held, publish, refusal
from rag.desk.reading import Cancelled, Reader
from rag.desk.waiting import Waiting
from rag.errors import LibraryError, Stopped, StorageError
from rag.holdings.causes import LOCKED
from rag.index import open_catalogue
from rag.store.received import Received

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.app import App
    from rag.desk.reading import WasRead
    from rag.store.catalogue import Catalogue
    from rag.store.received import Kept

log = logging.getLogger(__name__)

#: Seconds that a child process waits for the next file before it is let go.
_WARM = 20.0
#: Characters that are read and wait for the library, beyond which nothing more is read.
_AHEAD = 50_000_000
#: Files that are taken in together at most.
_TOGETHER = 200
#: Files in the library whose rows are remembered.
_REMEMBERED = 500
_MAX_LANES = 4
_CLOSING = 10.0  # seconds that files which are being read are waited for


class Intake:
    """The way into one collection, for all who use it at once. No method waits but `wait`."""

    def __init__(
        self, app: Callable[[], App], on_settled: Callable[[Drop], None] = lambda _: None
    ) -> None:
        """For the collection of the app that `app` gives, with its settings at that time.

        `on_settled` is told of each file that was read, or could not be.
        """
        self._app = app
        self._on_settled = on_settled
        self._received = Received(app().paths.uploads)
        self._changed = Condition()  # guards all below
        self._drops: list[Drop] = []
        self._line = Waiting()
        self._passwords: dict[str, str] = {}  # by id of a drop, until it is read
        self._read: deque[WasRead] = deque()
        self._lanes = self._idle = self._ready = 0
        self._quick = self._publishing = False
        self._stop = Event()
        self._claim: FileLock | None = None

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
        """Wait until files, by default all, are done or cancelled; whether they are."""
        wanted = tuple(self.drops if drops is None else drops)
        with self._changed:
            return self._changed.wait_for(
                lambda: all(drop.done or drop.cancelled for drop in wanted), seconds
            )

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
                drop.begin_again()
                self._line_up(drop)

    def retry(self, drop: Drop) -> None:
        """Read a file again that the library could not take in."""
        with self._changed:
            if drop.state == "failed" and drop.kept is not None:
                drop.begin_again()
                self._line_up(drop)

    def cancel(self, drop: Drop) -> None:
        """Let go of a file that is not read yet; its row goes at once, its bytes soon after."""
        with self._changed:
            if drop.state not in ("waiting", "reading") or drop.cancelled:
                return
            drop.cancelled = True
            self._forget_row(drop)
            if drop.state == "waiting":
                self._let_go(drop)
            self._changed.notify_all()

    def dismiss(self, drop: Drop) -> None:
        """Take away the row of a file that is done; bytes that are not in the library go, too."""
        with self._changed:
            if drop.done:
                self._forget_row(drop)
                if drop.state not in THERE and drop.kept is not None:
                    self._delete(drop.kept)

    # -- from run to run

    def claim(self) -> bool:
        """Make this the process that takes up what another one left; whether it is.

        Takes up what waits, the first time. Where another process has the claim nothing is done.
        """
        with self._changed:
            if self._claim is not None or not self._received.folder.is_dir():
                return self._claim is not None
            claim = FileLock(self._received.folder / ".claim", timeout=0, thread_local=False)
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
            return True

    def close(self) -> None:
        """End all that goes on. What is not read waits for the next process."""
        with self._changed:
            self._stop.set()
            self._changed.notify_all()
            for drop in self._drops:
                drop.cancelled = drop.cancelled or drop.state == "reading"
            self._changed.wait_for(
                lambda: not (self._lanes or self._quick or self._publishing), _CLOSING
            )
            if self._claim is not None:
                self._claim.release()

    # -- keeping

    def _admit(self, name: str, data: bytes, limit: int, catalogue: Catalogue | None) -> Drop:
        drop = Drop(uploads.safe_name(name), len(data))
        checked = uploads.check(drop.name, data, limit)
        drop.kind = checked.kind
        if checked.cause:
            drop.end("refused", checked.cause, checked.reason)
            return drop
        digest = hashlib.sha256(data).hexdigest()
        drop.documents = held(catalogue, digest)
        if drop.documents:
            drop.end("unchanged")
            return drop
        try:
            known = self._received.find(digest)
            on_its_way = known is not None and known.waiting
            keep = self._received.keep
            drop.kept = known if on_its_way else keep(drop.name, digest, checked.suffix, data)
        except StorageError as error:
            drop.end("failed", "storage", str(error))
        return drop

    def _catalogue(self) -> Catalogue | None:
        try:
            return open_catalogue(self._app().paths)
        except (LibraryError, StorageError):  # what is wrong shows when the file is taken in
            return None

    # -- the line; all of this under the lock

    def _line_up(self, drop: Drop) -> None:
        self._line.add(drop)
        self._call_lanes()

    def _call_lanes(self) -> None:
        """See that there are lanes for what waits."""
        if not self._quick:
            self._quick = True
            Thread(target=self._lane, args=(True,), daemon=True, name="quick lane").start()
        workers = self._app().settings.workers or min(os.cpu_count() or 1, _MAX_LANES)
        if self._lanes < workers and self._idle < len(self._line):
            self._lanes += 1
            Thread(target=self._lane, args=(False,), daemon=True, name="lane").start()
        self._changed.notify_all()

    def _let_go(self, drop: Drop) -> None:
        """Forget a file that was cancelled, and its bytes unless another drop wants them."""
        assert drop.kept is not None
        self._forget_row(drop)
        if self._line.leave(drop):
            self._delete(drop.kept)
        else:
            self._call_lanes()
        self._changed.notify_all()

    def _forget_row(self, drop: Drop) -> None:
        if drop in self._drops:
            self._drops.remove(drop)
        self._passwords.pop(drop.id, None)

    def _forget_old(self) -> None:
        there = [drop for drop in self._drops if drop.state in THERE]
        for drop in there[: max(len(there) - _REMEMBERED, 0)]:
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
                except Exception as error:  # a lane that dies would leave its files waiting
                    log.exception("Reading %s failed", drop.name)
                    self._settle(drop, Outcome("failed", cause="library", reason=str(error)))

    def _next(self, quick: bool) -> Drop | None:
        """The next file for a lane; None, and there is one lane less, when none has come."""
        with self._changed:
            self._idle += not quick
            self._changed.wait_for(lambda: self._stop.is_set() or self._turn(quick), _WARM)
            self._idle -= not quick
            drop = None if self._stop.is_set() else self._turn(quick)
            if drop is not None:
                self._line.take(drop)
                drop.state, drop.began = "reading", time.monotonic()
                return drop
            if quick:
                self._quick = False
            else:
                self._lanes -= 1
            self._changed.notify_all()
            return None

    def _turn(self, quick: bool) -> Drop | None:
        is_full = sum(each.characters for each in self._read) > _AHEAD
        return None if is_full else self._line.turn(quick=quick)

    def _read_one(self, drop: Drop, reader: Reader) -> None:
        assert drop.kept is not None
        if drop.resumed:
            with self._catalogue() or nullcontext() as catalogue:
                documents = held(catalogue, drop.kept.digest)
            if documents:  # killed after it was taken in
                self._settle(drop, Outcome("added", documents))
                return
        password = self._passwords.get(drop.id, "")
        read = reader.read(drop, config.reading(self._app().settings, password))
        if not read.documents:
            self._settle(drop, refusal(read))
            return
        with self._changed:
            if drop.cancelled:
                raise Cancelled
            drop.state, drop.ended = "indexing", time.monotonic()
            self._read.append(read)
            if not self._publishing:
                self._publishing = True
                Thread(target=self._publish_all, daemon=True, name="publisher").start()

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
            with suppress(Stopped):  # the desk is closed: it all waits for the next process
                for drop, outcome in publish(self._app, batch, self._stop):
                    self._settle(drop, outcome)

    def _batch(self) -> list[WasRead]:
        """What is read, all of it with the same password."""
        first = self._read[0]
        same = [each for each in self._read if each.password == first.password][:_TOGETHER]
        for each in same:
            self._read.remove(each)
        return same

    def _settle(self, drop: Drop, outcome: Outcome) -> None:
        """A file is done, and with it those with the same bytes."""
        assert drop.kept is not None
        there = outcome.state in THERE
        if there:
            self._put_down(drop.kept)
        elif outcome.state == "refused" and outcome.cause not in LOCKED:
            self._delete(drop.kept)
        with self._changed:
            self._passwords.pop(drop.id, None)
            for each in self._line.done(drop):
                each.documents, each.unread = outcome.documents, outcome.unread
                each.notes, each.held = outcome.notes, False
                state = "unchanged" if there and each is not drop else outcome.state
                each.end(state, outcome.cause, outcome.reason)
            self._ready += there
            self._forget_old()
            self._changed.notify_all()
        self._on_settled(drop)

    def _put_down(self, kept: Kept) -> None:
        try:
            self._received.settle(kept)
        except StorageError as error:  # it is looked at again by the next process, no more
            log.warning("%s", error)

    def _delete(self, kept: Kept) -> None:
        try:
            self._received.forget(kept.digest)
        except StorageError as error:
            log.warning("%s", error)
