"""Libraries held open for all who ask: which state is seen, what is closed, what it holds."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rag.app import App
from rag.app.libraries import Libraries
from rag.app.loaded import Loaded
from rag.config import Settings
from rag.desk import Desk
from rag.errors import LibraryMissing
from rag.index import Library
from rag.store.place import LibraryPaths

SETTINGS = Settings(workers=1)
QUESTION = "Сколько дней отпуска переносится?"
NEW = "Отпуск в марте переносится на 77 дней.\n"


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Path:
    App(SETTINGS, tmp_path / "home").ingest([folder])
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    desk = Desk(home, SETTINGS)
    yield desk
    desk.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[LibraryPaths]:
    """The libraries that were opened, one after another."""
    found: list[LibraryPaths] = []
    real = Library.open.__func__  # type: ignore[attr-defined]

    def noted(cls: type[Library], paths: LibraryPaths, *rest: object) -> Library:
        found.append(paths)
        library: Library = real(cls, paths, *rest)
        return library

    monkeypatch.setattr(Library, "open", classmethod(noted))
    return found


def texts(app: App, question: str = QUESTION) -> str:
    return " ".join(each.chunk.text for each in app.search(question, k=8).passages)


def another(app: App, folder: Path, name: str = "новое.txt", text: str = NEW) -> Path:
    """A publication: one more document."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    app.ingest([path])
    return path


def test_a_library_is_opened_once_for_all_threads_and_answers_as_one_opened_anew(
    desk: Desk, home: Path, opened: list[LibraryPaths]
) -> None:
    app = desk.app()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: app.search(QUESTION, k=3), range(12)))
    assert len(opened) == 1
    assert all(each == found[0] for each in found)
    assert found[0] == App(SETTINGS, home).search(QUESTION, k=3)
    app.answer(QUESTION)
    assert opened[2:] == []


def test_the_next_request_sees_a_new_publication_and_one_that_runs_keeps_its_own(
    desk: Desk, home: Path, folder: Path, opened: list[LibraryPaths]
) -> None:
    app = desk.app()
    with app.library() as before:
        count = before.catalogue.counts()
        another(App(SETTINGS, home), folder)  # by another process, as far as the desk knows
        assert "77" in texts(app)
        assert before.catalogue.counts() == count
        assert len(before.words) == count[1]
    assert len(opened) == 2
    texts(app)
    assert len(opened) == 2


def test_passages_stay_cut_over_a_publication_and_not_over_another_library(
    desk: Desk, home: Path, folder: Path
) -> None:
    app = desk.app()

    def cuts() -> object:
        (state,) = desk._libraries._states.values()
        return state.known._cuts

    texts(app)
    first = cuts()
    another(App(SETTINGS, home), folder)
    assert "77" in texts(app)
    assert cuts() is first
    assert app.search(QUESTION, k=8) == App(SETTINGS, home).search(QUESTION, k=8)
    App(SETTINGS, home).ingest([folder], fresh=True)
    texts(app)
    assert cuts() is not first


def test_a_library_that_takes_the_place_of_another_is_seen(
    desk: Desk, home: Path, folder: Path
) -> None:
    app = desk.app()
    texts(app)
    path = folder / "binder.txt"
    App(SETTINGS, home).ingest([path], fresh=True)  # whose first publication has the same number
    assert [row.name for row in app.documents()] == ["binder.txt"]
    assert "отпуск" not in texts(app)
    assert len(desk._libraries) == 1


def test_a_collection_that_is_renamed_deleted_or_made_again_is_noticed(
    desk: Desk, home: Path, folder: Path
) -> None:
    App(replace(SETTINGS, collection="one"), home).ingest([folder])
    assert texts(desk.app("one"))
    desk.rename_collection("one", "two")
    assert "отпуск" in texts(desk.app("two"))
    with pytest.raises(LibraryMissing):
        texts(desk.app("one"))
    Desk(home, SETTINGS).delete_collection("two")  # another process
    with pytest.raises(LibraryMissing):
        texts(desk.app("two"))
    App(replace(SETTINGS, collection="two"), home).ingest([folder / "binder.txt"])
    assert "отпуск" not in texts(desk.app("two"))


def test_what_is_reindexed_is_searched_anew(desk: Desk, home: Path) -> None:
    app = desk.app()
    before = app.search(QUESTION, k=3)
    App(SETTINGS, home).reindex()
    assert app.search(QUESTION, k=3).passages == before.passages


def test_only_so_many_are_held_and_those_in_use_stay(home: Path, folder: Path) -> None:
    libraries = Libraries(most=2)
    loaded = Loaded(libraries=libraries)
    names = ["default", "a", "b", "c"]
    apps = [App(replace(SETTINGS, collection=name), home, loaded) for name in names]
    for app in apps[1:]:
        app.ingest([folder / "binder.txt"])
    with apps[0].library() as library:
        for app in apps[1:]:
            texts(app, "binder")
        assert len(libraries) == 2
        assert library.catalogue.counts()[0] == 3
    libraries.close()
    assert len(libraries) == 0
    assert texts(apps[1], "binder")  # and is opened again
    libraries.close()


def test_one_that_nobody_uses_is_closed_when_another_is_opened(home: Path, folder: Path) -> None:
    libraries = Libraries(unused=-1.0)
    loaded = Loaded(libraries=libraries)
    first, second = (App(replace(SETTINGS, collection=c), home, loaded) for c in ("default", "a"))
    second.ingest([folder / "binder.txt"])
    texts(first)
    texts(second, "binder")
    assert len(libraries) == 1
    libraries.close()


@pytest.mark.skipif(sys.platform != "linux", reason="files are counted in /proc")
def test_files_and_threads_do_not_grow_with_requests_or_publications(
    desk: Desk, home: Path, folder: Path
) -> None:
    app = desk.app()
    writer = App(SETTINGS, home)

    def round_of_requests() -> None:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: texts(app), range(16)))

    another(writer, folder)
    round_of_requests()
    files, running = open_files(), threading.active_count()
    for number in range(4):
        another(writer, folder, text=f"{NEW}{number}\n")
        round_of_requests()
    assert open_files() <= files
    assert threading.active_count() <= running
    desk.close()
    held = [os.readlink(f"/proc/self/fd/{fd}") for fd in fds()]
    assert not [path for path in held if path.startswith(str(home))]


def open_files() -> int:
    return len(fds())


def fds() -> list[str]:
    return [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]


def test_the_log_can_be_folded_in_while_a_library_is_held(desk: Desk) -> None:
    app = desk.app()
    texts(app)
    (state,) = desk._libraries._states.values()
    assert not any(catalogue._db.in_transaction for catalogue in state.idle)
    assert len(state.idle) == 1
