"""Work on a collection that takes its time: it goes on in the background, whoever leaves the page.

A chore is begun by one visitor and seen by all. One at a time writes; where an ingest or another
process writes, it waits for that. What it has found so far can be read at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal

from rag.desk.background import Background
from rag.desk.patience import FOREVER, when_free
from rag.errors import LibraryBusy, RagError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rag.app import App
    from rag.doctor import Check
    from rag.report import Progress, Report

Kind = Literal["doctor", "compare", "sync", "reread", "reindex"]
State = Literal["waiting", "running", "done", "stopped", "failed"]

#: Kinds that write to the library: one of them at a time.
WRITING: frozenset[Kind] = frozenset(("sync", "reread", "reindex"))


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


class Chore(Background):
    """One piece of work and how far it has come: `counted` of `total` files, chunks or folders.

    `about` names what it is done to: documents by name, folders by path. `checks`, `differences`
    and `report` are what has come of it, by its kind.
    """

    state: State

    def __init__(self, kind: Kind, about: tuple[str, ...] = ()) -> None:
        super().__init__("running")
        self.kind = kind
        self.about = about
        self.counted = 0
        self.total = 0
        self.file = ""
        self.checks: tuple[Check, ...] = ()
        self.differences: tuple[Difference, ...] = ()
        self.report: Report | None = None

    def tell(self, progress: Progress) -> None:
        """Note how far an ingest has come. Raises Stopped where it is to end."""
        self.count(progress.done, progress.total)
        self.file = progress.file

    def count(self, counted: int, total: int) -> None:
        """Note so many of so many. Raises Stopped where it is to end."""
        self.state, self.counted, self.total = "running", counted, total
        self.heed()

    def run(self, work: Callable[[Chore], None]) -> None:
        """Do the work, again while somebody else holds the library."""
        when_free(lambda: work(self), seconds=FOREVER, on_wait=self._hold, stop=self._stopped)

    def _hold(self, _: LibraryBusy) -> None:
        self.state = "waiting"


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
        return tuple(chore for chore in self._chores.values() if not chore.done)

    def forget(self, kind: Kind) -> None:
        """Put away what came of a chore that has ended."""
        with self._lock:
            chore = self._chores.get(kind)
            if chore is not None and chore.done:
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
        chore.begin(lambda: chore.run(work), f"rag-{chore.kind}")
        return chore


def _difference(app: App, folder: Path) -> Difference:
    try:
        return Difference(folder, app.dry_run([folder], sync=True))
    except LibraryBusy:
        raise
    except RagError as error:
        return Difference(folder, None, error)
