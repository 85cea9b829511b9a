"""Work in the background: what it finds, that it waits, stops and fails without a traceback."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from filelock import FileLock

from rag.app import App
from rag.config import Settings
from rag.desk import Desk
from rag.desk.chores import Chore, Chores
from rag.doctor import Check
from rag.errors import LibraryBusy, LibraryMissing, StorageError, UsageError
from rag.report import Progress

SECONDS = 60.0


@pytest.fixture
def desk(app: App, folder: Path) -> Desk:
    """A desk over a library that is filled."""
    app.ingest([folder])
    return Desk(app.paths.home, Settings(workers=1))


def ended(chore: Chore, state: str = "done") -> Chore:
    assert chore.wait(SECONDS)
    assert chore.state == state, chore.error
    return chore


def test_everyone_sees_the_same_chores_and_each_collection_has_its_own(desk: Desk) -> None:
    chore = desk.chores().doctor(desk.app())
    assert desk.chores("default").last("doctor") is chore
    assert desk.chores("other").last("doctor") is None
    checks = ended(chore).checks
    assert [check.name for check in checks][:2] == ["library", "catalogue"]
    assert all(check.ok for check in checks)
    desk.chores().forget("doctor")
    assert desk.chores().last("doctor") is None


def test_what_differs_in_a_folder_is_told_and_then_brought_up_to_date(
    desk: Desk, folder: Path
) -> None:
    chores, app = desk.chores(), desk.app()
    (same,) = ended(chores.compare(app)).differences
    assert same.is_none
    (folder / "new.txt").write_text("Новый документ о ключах.", encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "binder.txt").unlink()
    (differs,) = ended(chores.compare(app)).differences
    assert not differs.is_none
    assert differs.report is not None
    assert (differs.report.added, differs.report.removed) == (
        ("bad.pdf", "new.txt"),
        ("binder.txt",),
    )
    synced = ended(chores.sync(app, [folder]))
    assert synced.report is not None
    assert (synced.report.added, synced.report.removed) == (("new.txt",), ("binder.txt",))
    assert (synced.counted, synced.total) == (4, 4)
    assert chores.last("compare") is None  # it is no longer true
    (same,) = ended(chores.compare(app)).differences
    assert same.is_none
    assert same.report is not None
    assert [row.path for row in same.report.skipped] == ["bad.pdf"]


def test_a_folder_that_is_gone_is_told(desk: Desk, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    (gone,) = ended(desk.chores().compare(desk.app())).differences
    assert isinstance(gone.error, UsageError)
    assert not gone.is_none


def test_documents_are_read_anew_and_indexes_derived_anew(desk: Desk) -> None:
    chores, app = desk.chores(), desk.app()
    report = ended(chores.reread(app, ["binder.txt"])).report
    assert report is not None
    assert report.changed == ("binder.txt",)
    chore = ended(chores.reindex(app))
    assert chore.counted == chore.total > 0


def test_it_waits_while_another_process_writes(desk: Desk) -> None:
    app = desk.app()
    with FileLock(app.paths.lock):
        chore = desk.chores().reread(app, ["binder.txt"])
        while chore.state != "waiting":
            assert not chore.wait(0.02)
    ended(chore)


def test_it_can_be_stopped_while_it_waits(desk: Desk) -> None:
    app = desk.app()
    with FileLock(app.paths.lock):
        chore = desk.chores().reread(app, ["binder.txt"])
        chore.stop()
        ended(chore, "stopped")


class Held:
    """An app whose ingest goes on until it is let go."""

    def __init__(self) -> None:
        self.began, self.let_go = Event(), Event()

    def ingest(self, *_: object, on_progress: Any, **__: object) -> None:
        on_progress(Progress("read", 1, 3, 0, "a.txt"))
        self.began.set()
        assert self.let_go.wait(SECONDS)
        on_progress(Progress("read", 2, 3, 0, "b.txt"))


def test_one_chore_writes_at_a_time_and_the_same_one_is_begun_once(desk: Desk) -> None:
    held: Any = Held()
    chores = Chores()
    chore = chores.sync(held, [Path("/a")])
    assert held.began.wait(SECONDS)
    assert (chore.state, chore.counted, chore.total, chore.file) == ("running", 1, 3, "a.txt")
    assert chores.sync(held, [Path("/a")]) is chore
    for other in (lambda: chores.sync(held, [Path("/b")]), lambda: chores.reindex(held)):
        with pytest.raises(UsageError, match="Something else"):
            other()
    ended(chores.doctor(desk.app()))  # which only reads
    chores.forget("sync")
    assert chores.running == (chore,)
    held.let_go.set()
    assert ended(chore).counted == 2
    assert chores.running == ()


def test_it_stops_where_it_is_asked_to() -> None:
    held: Any = Held()
    chore = Chores().sync(held, [])
    assert held.began.wait(SECONDS)
    chore.stop()
    held.let_go.set()
    assert ended(chore, "stopped").counted == 2


@pytest.mark.parametrize(
    "error", [StorageError("The disk is full", "Free some"), ValueError("odd")]
)
def test_a_failure_is_kept_and_never_raised(error: Exception) -> None:
    class Failing:
        def reindex(self, **_: object) -> None:
            raise error

    failing: Any = Failing()
    chore = ended(Chores().reindex(failing), "failed")
    assert chore.error is not None
    assert chore.error is error or type(error).__name__ in chore.error.message


def test_a_check_that_fails_names_the_deed_that_mends_it(desk: Desk) -> None:
    app = desk.app()
    with app.library() as library:
        generation = library.catalogue.generation
    (app.paths.index(generation) / "stamp.json").unlink()
    checks = ended(desk.chores().doctor(app)).checks
    (bad,) = [check for check in checks if not check.ok]
    assert (bad.name, bad.state, bad.mend) == ("indexes", "missing", "reindex")
    ended(desk.chores().reindex(app))
    assert all(check.ok for check in ended(desk.chores().doctor(app)).checks)


def test_files_that_changed_are_no_fault_and_can_be_brought_in(desk: Desk, folder: Path) -> None:
    (folder / "binder.txt").unlink()
    checks: dict[str, Check] = {c.name: c for c in ended(desk.chores().doctor(desk.app())).checks}
    assert checks["files"].ok
    assert (checks["files"].state, checks["files"].values) == ("stale", (1, 0))
    assert checks["files"].mend == "sync"


def test_a_collection_at_work_is_neither_renamed_nor_deleted(desk: Desk) -> None:
    held: Any = Held()
    chore = desk.chores().sync(held, [])
    assert held.began.wait(SECONDS)
    for refused in (
        lambda: desk.rename_collection("default", "new"),
        lambda: desk.delete_collection("default"),
    ):
        with pytest.raises(LibraryBusy):
            refused()
    held.let_go.set()
    ended(chore)
    desk.rename_collection("default", "new")
    assert len(desk.app("new").documents()) == 3
    desk.delete_collection("new")
    with pytest.raises(LibraryMissing):
        desk.app("new").documents()
