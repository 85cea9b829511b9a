"""Collections: made, renamed, deleted, killed on the way, and while another process writes."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.app import App
from rag.config import Settings
from rag.errors import LibraryBusy, LibraryMissing, UsageError
from rag.store import collections, place
from rag.store.catalogue import Catalogue
from rag.store.place import LibraryPaths
from rag.types import Exchange

QUESTION = "сколько дней отпуска переносится"
PAPERS = {
    "правила.md": "На следующий год переносится не более 10 дней отпуска.\n",
    "planning.txt": "The binder weighs 640 kilograms.",
    "планёрка.txt": "Олег: Анна, пришлёшь смету до пятницы?\nАнна: Да, пришлю.\n",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose collection has documents, an upload and a history."""
    papers, home = (tmp_path_factory.mktemp(name) for name in ("papers", "template"))
    for name, text in PAPERS.items():
        (papers / name).write_text(text, encoding="utf-8")
    app = App(Settings(workers=1), home)
    upload = app.paths.uploads / "note.txt"
    upload.parent.mkdir(parents=True)
    upload.write_text("Записка о ключах от сейфа.", encoding="utf-8")
    app.ingest([papers])
    app.ingest([upload])
    app.history.add(Exchange("Где ключи?", "Где ключи?", "В сейфе."))
    return home


@pytest.fixture
def filled(template: Path, app: App) -> App:
    """A copy of it that the test may do with as it likes."""
    shutil.copytree(template, app.paths.home)
    uploads = (LibraryPaths(home, "default").uploads for home in (template, app.paths.home))
    with Catalogue.open_or_create(app.paths.catalogue, {}) as catalogue:
        catalogue.move_root(*(str(path.resolve()) for path in uploads))
    return app


def app_of(home: Path, name: str) -> App:
    return App(Settings(workers=1, collection=name), home)


def whole(home: Path, name: str) -> None:
    """The collection has all its parts under this name, and nothing else is left in the home."""
    app = app_of(home, name)
    assert len(app.documents()) == 4
    assert app.file("note.txt").read_text(encoding="utf-8").startswith("Записка")
    assert app.file("note.txt").parent == app.paths.uploads.resolve()
    assert [talk.exchanges[0].question for talk in app.history.find()] == ["Где ключи?"]
    assert app.search(QUESTION, k=1).passages
    assert all(check.ok for check in app.doctor())
    assert len(app.folders()) == 1
    assert all(path.name.startswith(name) for path in home.iterdir())


def names(home: Path) -> list[str]:
    return [row.name for row in collections.collections(home)]


def test_collections_are_listed_with_what_they_hold(filled: App) -> None:
    home = filled.paths.home
    collections.create(home, "пустая")
    first, second = collections.collections(home)
    assert (first.name, first.documents) == ("default", 4)
    assert first.chunks >= 4
    assert second == collections.Collection("пустая")
    with pytest.raises(LibraryMissing):
        app_of(home, "пустая").documents()


def test_an_empty_collection_can_be_filled(app: App, folder: Path) -> None:
    collections.create(app.paths.home, "work")
    app_of(app.paths.home, "work").ingest([folder])
    assert len(app_of(app.paths.home, "work").documents()) == 3
    assert names(app.paths.home) == ["work"]


def test_a_damaged_collection_is_listed_with_its_trouble(filled: App) -> None:
    filled.paths.catalogue.write_bytes(b"no database at all" * 100)
    (row,) = collections.collections(filled.paths.home)
    assert row.name == "default"
    assert "damaged" in row.trouble


def test_a_damaged_collection_can_be_renamed_and_deleted(filled: App) -> None:
    filled.paths.catalogue.write_bytes(b"no database at all" * 100)
    home = filled.paths.home
    collections.rename(home, "default", "broken")
    assert names(home) == ["broken"]
    collections.delete(home, "broken")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "a b", "../up", "x~new", "c+uploads", ".hidden", "я" * 65, "𝒜" * 64]
)
def test_a_name_that_no_collection_may_have_is_refused(app: App, name: str) -> None:
    with pytest.raises(UsageError):
        collections.create(app.paths.home, name)
    assert not app.paths.home.exists()


@pytest.mark.parametrize("name", ["a.lock", "a.History.sqlite", "a.corrections.sqlite-wal"])
def test_no_new_collection_is_called_as_a_part_of_another_may_be(app: App, name: str) -> None:
    home = app.paths.home
    with pytest.raises(UsageError, match="ends as files of a collection do"):
        collections.create(home, name)
    collections.create(home, "work")
    with pytest.raises(UsageError, match="ends as files of a collection do"):
        collections.rename(home, "work", name)
    assert place.collections(home) == ["work"]


def test_a_renamed_collection_takes_all_its_parts_along(filled: App) -> None:
    collections.rename(filled.paths.home, "default", "архив 2025".replace(" ", "-"))
    assert names(filled.paths.home) == ["архив-2025"]
    whole(filled.paths.home, "архив-2025")


def test_a_taken_name_is_refused_and_nothing_is_moved(filled: App) -> None:
    home = filled.paths.home
    collections.create(home, "other")
    for taken in ("other", "default"):
        with pytest.raises(UsageError, match="There is a collection"):
            collections.rename(home, "default", taken)
    (home / "left.history.sqlite").write_bytes(b"of a collection that is no more")
    with pytest.raises(UsageError, match="something is left"):
        collections.rename(home, "default", "left")
    assert len(filled.documents()) == 4


def test_a_collection_that_is_not_there_is_told(app: App) -> None:
    with pytest.raises(UsageError, match="There is no collection"):
        collections.rename(app.paths.home, "default", "new")
    with pytest.raises(UsageError, match="There is no collection"):
        collections.delete(app.paths.home, "default")


def test_a_deleted_collection_leaves_nothing_and_touches_no_file_elsewhere(
    filled: App, folder: Path
) -> None:
    home = filled.paths.home
    app_of(home, "other").ingest([folder])
    collections.delete(home, "default")
    assert names(home) == ["other"]
    assert all(path.name.startswith("other") for path in home.iterdir())
    assert len(list(folder.rglob("*.*"))) == 3


def test_a_collection_made_anew_shows_nothing_of_the_one_that_was_deleted(
    app: App, folder: Path
) -> None:
    app.ingest([folder])
    assert len(app.documents()) == 3  # which the app keeps in mind
    collections.delete(app.paths.home, "default")
    app.ingest([folder / "binder.txt"])
    assert [row.name for row in app.documents()] == ["binder.txt"]
    assert [row.name for row in app.holdings().documents] == ["binder.txt"]


class Killed(BaseException):
    """As if the process had been killed: nothing is put right on the way out."""


def kill_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die at the step so many from 0 among those that change the disk while a move goes on."""
    left = [step]

    def dying(do: Any) -> Any:
        def step_of(*given: Any, **named: Any) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return do(*given, **named)

        return step_of

    monkeypatch.setattr(place.os, "rename", dying(os.rename))
    monkeypatch.setattr(place.shutil, "rmtree", dying(shutil.rmtree))
    monkeypatch.setattr(Path, "unlink", dying(Path.unlink))


@pytest.mark.parametrize("step", range(6))
def test_a_renaming_that_is_killed_is_finished_by_whoever_looks_next(
    filled: App, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = filled.paths.home
    with monkeypatch.context() as killing:
        kill_at(step, killing)
        with pytest.raises(Killed):
            collections.rename(home, "default", "new")
    if step % 2:
        assert len(app_of(home, "new").documents()) == 4  # a command that knows the new name
    assert names(home) == ["new"]
    whole(home, "new")


@pytest.mark.parametrize("step", range(8))
def test_a_deletion_that_is_killed_is_finished_by_whoever_looks_next(
    filled: App, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = filled.paths.home
    with monkeypatch.context() as killing:
        kill_at(step, killing)
        with pytest.raises(Killed):
            collections.delete(home, "default")
    assert names(home) == []
    assert [path.name for path in home.iterdir() if not path.name.endswith(".lock")] == []


def test_a_move_that_ends_as_it_is_looked_at_disturbs_nobody(filled: App) -> None:
    """A note that is listed and cannot be opened any more: a link to nothing."""
    (filled.paths.home / f"other{place.MOVING}").symlink_to(filled.paths.home / "nothing")
    filled.ingest([filled.paths.uploads / "note.txt"])
    assert not place.is_moved(filled.paths)


def test_a_note_that_was_cut_short_moves_nothing(filled: App) -> None:
    filled.paths.moving.write_text("")
    assert names(filled.paths.home) == ["default"]
    whole(filled.paths.home, "default")


WRITER = """
import sys, time
from pathlib import Path
from rag.app import App
from rag.config import Settings
from rag.store import place

if sys.argv[2] == "write":
    with place.locked(place.LibraryPaths(Path(sys.argv[1]), "default")):
        print("holding", flush=True)
        time.sleep(600)

def rename(*paths, rename=place.os.rename, count=[0]):
    count[0] += 1
    if count[0] == 3:
        print("moving", flush=True)
        time.sleep(600)
    rename(*paths)

place.os.rename = rename
from rag.store import collections
collections.rename(Path(sys.argv[1]), "default", "new")
"""


def started(home: Path, what: str) -> subprocess.Popen[bytes]:
    """Another process that holds the library's lock for writing, or in the middle of a move."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), what], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() in (b"holding\n", b"moving\n")
    return process


def test_while_another_process_writes_a_collection_is_neither_renamed_nor_deleted(
    filled: App,
) -> None:
    home = filled.paths.home
    with started(home, "write") as process:
        try:
            with pytest.raises(LibraryBusy):
                collections.rename(home, "default", "new")
            with pytest.raises(LibraryBusy):
                collections.delete(home, "default")
        finally:
            process.send_signal(signal.SIGKILL)
    whole(home, "default")


def test_a_move_in_another_process_is_left_alone_and_finished_when_that_is_killed(
    filled: App,
) -> None:
    home = filled.paths.home
    with started(home, "move") as process:
        try:
            assert names(home) == ["default", "new"]  # under way: one part is there already
            assert LibraryPaths(home, "default").moving.exists()
            with pytest.raises(LibraryBusy):
                app_of(home, "new").documents()
        finally:
            process.send_signal(signal.SIGKILL)
    assert names(home) == ["new"]
    whole(home, "new")


def test_disk_used_is_told_in_parts_that_add_up(filled: App) -> None:
    used = filled.disk_used()
    assert used["uploads"] == len("Записка о ключах от сейфа.".encode())
    assert min(used[part] for part in ("catalogue", "words", "vectors", "history")) > 0
    assert used["replies"] == 0
    files = [
        path
        for path in filled.paths.home.rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    ]
    assert sum(used.values()) == sum(path.stat().st_size for path in files)


def test_commands_make_rename_and_delete_collections(
    rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rag("ingest", folder)
    assert "--collection work" in rag("collections", "create", "work").out
    assert rag("collections", "rename", "default", "work").code == 2
    assert rag("collections", "rename", "default", "main").code == 0
    listed = rag("collections", "--json").json["collections"]
    assert [(row["name"], row["documents"]) for row in listed] == [("main", 3), ("work", 0)]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert rag("collections", "rm", "work").code == 130
    assert "work" in rag("collections").out
    assert rag("collections", "rm", "main", "--yes").out == "deleted main\n"
    assert "main" not in rag("collections").out
    assert rag("list", "-c", "main").code == 4
