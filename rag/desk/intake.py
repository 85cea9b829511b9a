"""Files dropped on the page, read and taken into the library while the person goes on.

    take ─ kept ─ line ─┬─ quick lane: small files only ─┬─ read ─ one publisher ─ the library
                        └─ lanes: large ones first ──────┘

Lanes read in child processes and hold no lock, so that a book keeps nobody's note waiting. The
publisher takes in whatever is read by the time it comes free: the first file at once, many small
ones together. Several processes may do so for one collection: the same bytes are read by one of
them, and what was kept and not yet read when a process was killed is taken up by another.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

from rag import config
from rag.desk import uploads
from rag.desk.custody import Custody
from rag.desk.drops import THERE, Drop
from rag.desk.publishing import Outcome, publish, refusal, settled
from rag.desk.reading import Cancelled, Reader
from rag.desk.waiting import Waiting
from rag.errors import Stopped
from rag.workers.pool import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.app import App
    from rag.desk.reading import WasRead
    from rag.store.processes import Presence

log = logging.getLogger(__name__)

#: Seconds that a child process waits for the next file before it is let go.
_WARM = 20.0
#: Characters that are read and wait for the library, beyond which nothing more is read.
_AHEAD = 50_000_000
#: Files that are taken in together at most.
_TOGETHER = 200
#: Files in the library whose rows are remembered.
_REMEMBERED = 500
_CLOSING = 10.0  # seconds that files which are being read are waited for
#: Seconds to the next look at files whose bytes another process is at.
_ELSEWHERE = 0.2


class Intake:
    """The way into one collection, for all who use it at once. No method waits but `wait`."""

    def __init__(
        self,
        app: Callable[[], App],
        presence: Presence,
        on_settled: Callable[[Drop], None] = lambda _: None,
    ) -> None:
        """For the collection of the app that `app` gives, with its settings at that time.

        `on_settled` is told of each file that was read, or could not be.
        """
        self._app = app
        self._on_settled = on_settled
        #: The bytes of files that are on their way.
        self.custody = Custody(app, presence)
        self._changed = Condition()  # guards all below
        self._drops: list[Drop] = []
        self._line = Waiting()
        self._passwords: dict[str, str] = {}  # by id of a drop, until it is read
        self._read: deque[WasRead] = deque()
        self._lanes = self._idle = self._ready = 0
        self._quick = self._publishing = False
        self._elsewhere: list[Drop] = []
        self._stop = Event()

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
        wanted = [(name, data) for name, data in files if not uploads.is_litter(name)]
        taken = self.custody.take([uploads.Sent.of(name, data) for name, data in wanted])
        self.line_up(taken)
        return tuple(taken)

    def line_up(self, drops: Iterable[Drop], password: str = "") -> None:
        """Begin to read files that are kept; `password` opens those that are encrypted."""
        with self._changed:
            for drop in drops:
                self._drops.append(drop)
                if not drop.done:
                    if password:
                        self._passwords[drop.id] = password
                    self._line_up(drop)
            self._forget_old()
            self._changed.notify_all()

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
                if drop.state not in THERE:
                    self.custody.release(drop)

    # -- from run to run

    def take_up(self, *, at_start: bool = False) -> None:
        """Take up what processes left that are gone; at the start, also what nobody is at.

        Raises LibraryBusy and StorageError.
        """
        found = self.custody.left(at_start=at_start)
        known = {drop.digest for drop in self.drops if drop.kept is not None}
        new = [kept for kept in found if kept.digest not in known]
        self.line_up(Drop(each.name, each.size, each, resumed=True, again=True) for each in new)

    def close(self) -> None:
        """End all that goes on. What is not read waits for another process."""
        with self._changed:
            self._stop.set()
            self._changed.notify_all()
            for drop in self._drops:
                drop.cancelled = drop.cancelled or drop.state == "reading"
            self._changed.wait_for(
                lambda: not (self._lanes or self._quick or self._publishing), _CLOSING
            )
            self.custody.end_all()

    # -- the line; all of this under the lock

    def _line_up(self, drop: Drop) -> None:
        self._line.add(drop)
        self._call_lanes()

    def _call_lanes(self) -> None:
        """See that there are lanes for what waits."""
        if not self._quick:
            self._quick = True
            Thread(target=self._lane, args=(True,), daemon=True, name="quick lane").start()
        lanes = processes(self._app().settings.workers)
        if self._lanes < lanes and self._idle < len(self._line):
            self._lanes += 1
            Thread(target=self._lane, args=(False,), daemon=True, name="lane").start()
        self._changed.notify_all()

    def _again(self, drop: Drop) -> None:
        """Read a file once more, which is kept."""
        self.custody.want(drop)
        drop.begin_again()
        self._line_up(drop)

    def _let_go(self, drop: Drop) -> None:
        """Forget a file that was cancelled, and its bytes unless another drop wants them."""
        self._forget_row(drop)
        others = self._line.leave(drop)
        self.custody.release(drop, others)
        if others:
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
                    self.custody.end(drop)
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
        if not self.custody.begin(drop):
            self._wait_elsewhere(drop)
            return
        if drop.again and (rows := self.custody.documents(drop.digest)):
            # killed after it was taken in, or another process has just done so
            self._settle(drop, settled("added" if drop.resumed else "unchanged", rows))
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

    def _wait_elsewhere(self, drop: Drop) -> None:
        """Another process deals with these bytes: look again in a moment."""
        with self._changed:
            if drop.cancelled:
                raise Cancelled
            drop.again, drop.state, drop.began = True, "waiting", None
            self._elsewhere.append(drop)
            if len(self._elsewhere) == 1:
                Thread(target=self._look_again, daemon=True, name="elsewhere").start()

    def _look_again(self) -> None:
        self._stop.wait(_ELSEWHERE)
        with self._changed:
            waiting, self._elsewhere = self._elsewhere, []
            for drop in waiting:
                if not drop.cancelled:
                    self._line.again(drop)
            self._call_lanes()

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
        with self._changed:
            alike = self._line.done(drop)
        self.custody.put_down(drop.kept, outcome, alike)
        self.custody.end(drop)
        with self._changed:
            for each in alike:
                self._passwords.pop(each.id, None)
                as_told = each is drop or not there
                (outcome if as_told else outcome._replace(state="unchanged")).tell(each)
            self._ready += there
            self._forget_old()
            self._changed.notify_all()
        self._on_settled(drop)
