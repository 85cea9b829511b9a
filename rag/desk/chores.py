"""Work on a collection that takes its time: it goes on in the background, whoever leaves the page.

A chore is begun by one visitor and seen by all. One at a time writes; where an ingest or another
process writes, it waits for that. What it has found so far can be read at any time.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Literal

from rag.errors import LibraryBusy, RagError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rag.app import App
    from rag.doctor import Check
    from rag.report import Progress, Report

log = logging.getLogger(__name__)

Kind = Literal["doctor", "compare", "sync", "reread", "reindex"]
State = Literal["waiting", "running", "done", "stopped", "failed"]

#: Kinds that write to the library: one of them at a time.
WRITING: frozenset[Kind] = frozenset(("sync", "reread", "reindex"))
_LOOK_AGAIN = 0.5  # seconds, while somebody else writes


class _Stopped(Exception):
    """A person has had enough."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a folder holds other than the library does, or why that cannot be told.

    The lists of the report are what bringing it up to date would do.
    """

    folder: Path
    report: Report | None
    error: RagError | None = None

    @property
    def is_none(self) -> bool:
        """Whether the library is as the folder is."""
        report = self.report
        return report is not None and not (report.added or report.changed or report.removed)


@dataclass(eq=False, slots=True)
class Chore:
    """One piece of work and how far it has come; `done` of `total` files, chunks or folders.

    `about` names what it is done to: documents by name, folders by path. `checks`, `differences`
    and `report` are what has come of it, by its kind.
    """

    kind: Kind
    about: tuple[str, ...] = ()
    state: State = "running"
    done: int = 0
    total: int = 0
    file: str = ""
    checks: tuple[Check, ...] = ()
    differences: tuple[Difference, ...] = ()
    report: Report | None = None
    error: RagError | None = None
    finished: float = 0.0
    _stop: Event = field(default_factory=Event)
    _ended: Event = field(default_factory=Event)

    @property
    def ended(self) -> bool:
        """Whether nothing goes on any more."""
        return self._ended.is_set()

    def stop(self) -> None:
        """Let it end soon; what is done stays done."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, for so many seconds at most; whether it has."""
        return self._ended.wait(seconds)

    def tell(self, progress: Progress) -> None:
        """Note how far an ingest has come. Raises where it is to stop."""
        self.count(progress.done, progress.total)
        self.file = progress.file

    def count(self, done: int, total: int) -> None:
        """Note so many of so many. Raises where it is to stop."""
        self.state, self.done, self.total = "running", done, total
        if self._stop.is_set():
            raise _Stopped

    def run(self, work: Callable[[Chore], None]) -> None:
        """Do the work, again while somebody else holds the library; nothing is raised."""
        try:
            while True:
                try:
                    work(self)
                    self.state = "done"
                    return
                except LibraryBusy:
                    self.state = "waiting"
                    if self._stop.wait(_LOOK_AGAIN):
                        raise _Stopped from None
        except _Stopped:
            self.state = "stopped"
        except RagError as error:
            self.state, self.error = "failed", error
        except Exception as error:  # a page shows no traceback
            log.exception("%s failed", self.kind)
            self.state, self.error = "failed", RagError(f"{type(error).__name__}: {error}")
        finally:
            self.finished = time.time()
            self._ended.set()


class Chores:
    """The chores of one collection: the last one of each kind."""

    def __init__(self) -> None:
        self._chores: dict[Kind, Chore] = {}
        self._lock = Lock()

    def last(self, kind: Kind) -> Chore | None:
        """The chore of a kind that goes on or was done last."""
        return self._chores.get(kind)

    @property
    def running(self) -> tuple[Chore, ...]:
        """Those that go on."""
        return tuple(chore for chore in self._chores.values() if not chore.ended)

    def forget(self, kind: Kind) -> None:
        """Put away what came of a chore that has ended."""
        with self._lock:
            chore = self._chores.get(kind)
            if chore is not None and chore.ended:
                del self._chores[kind]

    def doctor(self, app: App) -> Chore:
        """Look the library over; the checks come one by one."""

        def work(chore: Chore) -> None:
            chore.checks = ()
            for check in app.doctor():
                chore.checks = (*chore.checks, check)
                chore.count(len(chore.checks), 0)

        return self._begin(Chore("doctor"), work)

    def compare(self, app: App) -> Chore:
        """What differs between the library and the folders it was filled from."""

        def work(chore: Chore) -> None:
            chore.differences = ()
            folders = app.folders()
            for number, folder in enumerate(folders):
                chore.count(number, len(folders))
                chore.differences = (*chore.differences, _difference(app, folder.path))

        return self._begin(Chore("compare"), work)

    def sync(self, app: App, folders: Sequence[Path]) -> Chore:
        """Bring the library up to date with folders."""

        def work(chore: Chore) -> None:
            chore.report = app.ingest(folders, sync=True, on_progress=chore.tell)
            self.forget("compare")  # it is no longer true

        return self._begin(Chore("sync", tuple(map(str, folders))), work)

    def reread(self, app: App, names: Sequence[str], password: str = "") -> Chore:
        """Read documents anew from their files."""

        def work(chore: Chore) -> None:
            chore.report = app.reread(names, password=password, on_progress=chore.tell)

        return self._begin(Chore("reread", tuple(names)), work)

    def reindex(self, app: App) -> Chore:
        """Derive the indexes anew."""

        def work(chore: Chore) -> None:
            app.reindex(on_progress=chore.count)

        return self._begin(Chore("reindex"), work)

    def _begin(self, chore: Chore, work: Callable[[Chore], None]) -> Chore:
        """Begin a chore in a thread of its own; one of its kind that goes on already is given.

        Raises UsageError where it would write while another one does.
        """
        with self._lock:
            for other in self.running:
                if other.kind == chore.kind and other.about == chore.about:
                    return other
                if chore.kind in WRITING and other.kind in WRITING:
                    raise UsageError(
                        "Something else is being done to this collection",
                        "Wait until it has ended, or stop it.",
                    )
            self._chores[chore.kind] = chore
        Thread(target=chore.run, args=(work,), name=chore.kind, daemon=True).start()
        return chore


def _difference(app: App, folder: Path) -> Difference:
    try:
        return Difference(folder, app.dry_run([folder], sync=True))
    except LibraryBusy:
        raise
    except RagError as error:
        return Difference(folder, None, error)
