"""A library that is watched follows its folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest

from rag import watch
from rag.app import App
from rag.errors import RagError, UsageError
from rag.report import Report

PATIENCE = 60  # seconds until a test gives up


@pytest.fixture
def told(app: App, folder: Path) -> Iterator[Callable[[], Report]]:
    """Reports of a watched library, one at a time; the watch ends with the test."""
    reports: Queue[Report] = Queue()
    stop = Event()

    def follow() -> None:
        for report in app.watch([folder], on_error=fail, stop=stop):
            reports.put(report)

    def fail(error: RagError) -> None:
        raise AssertionError(error)

    thread = Thread(target=follow)
    thread.start()
    yield lambda: reports.get(timeout=PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_what_comes_changes_and_goes_is_brought_in(
    app: App, folder: Path, told: Callable[[], Report]
) -> None:
    assert len(told().added) == 3
    (folder / "new.txt").write_text("The kiln cools for nine hours.", encoding="utf-8")
    assert told().added == ("new.txt",)
    assert app.search("kiln cools", k=1).passages[0].document == "new.txt"
    (folder / "binder.txt").unlink()
    assert told().removed == ("binder.txt",)


def test_many_changes_in_a_row_are_one_bout(folder: Path, told: Callable[[], Report]) -> None:
    told()
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"Записка {number}.", encoding="utf-8")
    seen = set(told().added)
    while len(seen) < 20:
        seen |= set(told().added)
    assert seen == {f"{number}.txt" for number in range(20)}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("a.txt", True),
        ("below/a.txt", True),
        (".hidden.txt", False),
        (".rag/default/catalogue.sqlite", False),
        ("../elsewhere.txt", False),
    ],
)
def test_what_an_ingest_would_not_look_at_is_no_change(
    tmp_path: Path, place: str, expected: bool
) -> None:
    from watchdog.events import FileModifiedEvent

    handler = watch._Handler([tmp_path / "papers"])
    handler.on_any_event(FileModifiedEvent(str((tmp_path / "papers" / place).resolve())))
    assert handler.changed.is_set() is expected


def test_reading_a_file_is_no_change(tmp_path: Path) -> None:
    from watchdog.events import FileClosedNoWriteEvent, FileOpenedEvent

    handler = watch._Handler([tmp_path])
    for event in (FileOpenedEvent, FileClosedNoWriteEvent):
        handler.on_any_event(event(str(tmp_path / "a.txt")))
    assert not handler.changed.is_set()


def test_nothing_is_watched_for_a_path_where_there_is_nothing(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the folder above, which may be the whole disk."""
    watched: list[object] = []
    monkeypatch.setattr(watch.Observer, "schedule", lambda *given, **_: watched.append(given))
    with pytest.raises(UsageError, match="no file or folder"):
        next(app.watch([tmp_path / "nowhere"], on_error=print))
    assert not watched


def test_of_a_file_only_its_folder_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("One.", encoding="utf-8")
    asked = []
    schedule = watch.Observer.schedule

    def noted(self: Any, handler: Any, path: str, *, recursive: bool) -> Any:
        asked.append((Path(path).name, recursive))
        return schedule(self, handler, path, recursive=recursive)

    monkeypatch.setattr(watch.Observer, "schedule", noted)
    stop = Event()
    bouts = watch.changes([tmp_path / "folder", tmp_path / "file.txt"], stop=stop)
    next(bouts)
    bouts.close()
    assert sorted(asked) == sorted([("folder", True), (tmp_path.name, False)])
