"""Libraries that older versions of this program made: they open, answer, and can be added to.

Each archive in data/libraries was made by the program as it was when that format was its own, of
the same three documents; under the numbers 2 and 3 there were two forms each. The last one has a
history, a correction and a file that was sent in, too.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from rag.app import App
from rag.config import Settings
from rag.errors import LibraryBusy, LibraryCorrupt, LibraryMismatch
from rag.index import Writer
from rag.store import migrations
from rag.store.catalogue import Catalogue
from rag.store.checks import Older, check_versions, is_older, versions
from rag.store.collections import collections
from rag.store.migrations import SCHEMA_VERSION, STEPS
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths, locked, storage_error

STORED = Path(__file__).parent / "data" / "libraries"
FORMATS = {
    "format-1": 1,
    "format-2": 2,
    "format-2-numbered": 2,
    "format-3": 3,
    "format-3-spans": 3,
}
OLDEST, NEWEST = "format-1", "format-3-spans"
QUESTION = "сколько дней отпуска переносится?"
ANSWER = "переносится не более 10 календарных дней"
STOP = 77
KILLED = f"""
import os, sys
from pathlib import Path
from rag.app import App
from rag.config import Settings
from rag.store.migrations import STEPS
number, step = int(sys.argv[2]), STEPS[int(sys.argv[2])]
def killed(db):
    step(db)
    os._exit({STOP})
STEPS[number] = killed
App(Settings(workers=1), Path(sys.argv[1])).documents()
"""


def unpacked(name: str, home: Path) -> App:
    """The app of a stored library, in a folder of its own."""
    with tarfile.open(STORED / f"{name}.tar.xz") as archive:
        archive.extractall(home, filter="data")
    return App(Settings(workers=1), home)


def format_of(app: App) -> str:
    with closing(sqlite3.connect(app.paths.catalogue)) as db:
        return str(db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])


def change(app: App, statement: str) -> None:
    with closing(sqlite3.connect(app.paths.catalogue)) as db, db:
        db.execute(statement)


def keys(app: App) -> list[tuple[int, str]]:
    """Keys and ids of chunks, without opening the library."""
    with closing(sqlite3.connect(app.paths.catalogue)) as db:
        return db.execute("SELECT key, id FROM chunks ORDER BY key").fetchall()


def tables(paths: LibraryPaths) -> dict[str, object]:
    """What the tables of a catalogue are, whatever the order of their columns."""
    with closing(sqlite3.connect(paths.catalogue)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master")]
        found: dict[str, object] = {
            name: {
                (column, kind, bool(required), key)
                for _, column, kind, required, _, key in db.execute(f"PRAGMA table_info({name})")
            }
            for name in names
        }
        for name in names:
            found[f"{name} refers"] = sorted(db.execute(f"PRAGMA foreign_key_list({name})"))
        return found


@pytest.fixture(params=FORMATS)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    """Each of the stored libraries."""
    return unpacked(request.param, tmp_path / "older")


def test_every_format_that_there_was_has_a_stored_library_and_a_step() -> None:
    assert {path.name.removesuffix(".tar.xz") for path in STORED.iterdir()} == set(FORMATS)
    assert set(FORMATS.values()) == set(STEPS) == set(range(1, SCHEMA_VERSION))


def test_an_older_library_opens_answers_and_can_be_added_to(
    older: App, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = keys(older)
    assert format_of(older) != str(SCHEMA_VERSION)
    answer = older.answer(QUESTION)
    assert ANSWER in answer.sentences[0].text
    assert answer.citations[0].document == "правила.md"
    assert "format" in caplog.text
    assert format_of(older) == str(SCHEMA_VERSION)
    assert keys(older) == before
    assert [check for check in older.doctor() if not check.ok] == []
    new = tmp_path / "отчёт.txt"
    new.write_text("Аренда склада стоит 480 тысяч рублей в месяц.\n", encoding="utf-8")
    report = older.ingest([new])
    assert report.added == ("отчёт.txt",)
    assert "480" in older.answer("сколько стоит аренда склада?").sentences[0].text
    assert [check for check in older.doctor() if not check.ok] == []
    with open_catalogue(older.paths) as catalogue:
        [(_, minutes)] = catalogue.minutes()
        [(key, size)] = catalogue.promises().items()
    assert [each.who for each in minutes.promises] == ["Олег Титов", "Анна Белова"]
    assert size == 2
    assert older.document("планёрка.txt")[1].id == key


def test_an_older_library_becomes_what_a_new_one_is(older: App, tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path, "new")
    paths.folder.mkdir()
    Catalogue.open_or_create(paths.catalogue, {}).close()
    older.documents()
    assert tables(older.paths) == tables(paths)


def test_what_older_versions_read_and_cut_is_told_and_can_be_made_anew(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = unpacked(OLDEST, tmp_path / "older")
    with open_catalogue(app.paths) as catalogue:
        assert check_versions(catalogue) == Older(3, 3)
    [told] = [check for check in app.doctor() if check.name == "versions"]
    assert told.ok
    assert "--reread" in told.detail
    assert "rag reindex" in told.detail
    (tmp_path / "a.txt").write_text("Новый файл.", encoding="utf-8")
    app.ingest([tmp_path / "a.txt"])
    assert "3 documents were read by an older version" in caplog.text

    app.reindex()
    with open_catalogue(app.paths) as catalogue:
        assert check_versions(catalogue) == Older(3, 0)
        assert catalogue.minutes()[0][1].promises
    assert [check for check in app.doctor() if not check.ok] == []
    assert ANSWER in app.answer(QUESTION).sentences[0].text

    change(app, f"UPDATE files SET root = '{folder}' WHERE name NOT LIKE 'a.txt'")
    change(app, "UPDATE files SET path = 'meetings/планёрка.txt' WHERE name = 'планёрка.txt'")
    caplog.clear()
    assert len(app.ingest([folder], reread=True).changed) == 3
    assert "older version" not in caplog.text
    assert not is_older(app.paths)
    assert "versions" not in {check.name for check in app.doctor()}


def test_what_lies_beside_the_library_is_kept(tmp_path: Path) -> None:
    app = unpacked(NEWEST, tmp_path / "older")
    with open_catalogue(app.paths) as catalogue:
        [meeting] = catalogue.meetings()
    assert meeting.corrected.minutes.promises[1].when is not None
    assert meeting.corrected.minutes.promises[1].when.start == "2025-11-20"
    last = app.history.last()
    assert last is not None
    assert [each.question for each in last.exchanges] == [QUESTION]
    assert "Вера Котова" in app.answer("кто хранит ключ от сейфа?").sentences[0].text


@pytest.mark.parametrize("number", STEPS)
def test_a_kill_in_a_step_leaves_the_format_before_it(number: int, tmp_path: Path) -> None:
    app = unpacked(OLDEST, tmp_path / "older")
    before = keys(app)
    done = subprocess.run([sys.executable, "-c", KILLED, app.paths.home, str(number)])
    assert done.returncode == STOP
    assert format_of(app) == str(number)
    assert keys(app) == before
    assert ANSWER in app.answer(QUESTION).sentences[0].text
    assert [check for check in app.doctor() if not check.ok] == []


def test_while_another_process_writes_an_older_library_is_busy_and_stays_as_it_is(
    tmp_path: Path,
) -> None:
    app = unpacked(NEWEST, tmp_path / "older")
    with locked(app.paths):
        with pytest.raises(LibraryBusy):
            app.documents()
        assert [each.trouble for each in collections(app.paths.home)] != [""]
        assert format_of(app) == "3"
    assert [each.documents for each in collections(app.paths.home)] == [4]
    assert format_of(app) == str(SCHEMA_VERSION)


def test_an_older_library_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = unpacked(NEWEST, tmp_path / "older")

    def refuse(paths: LibraryPaths) -> None:
        raise storage_error(OSError(30, "Read-only file system"), paths.folder)

    monkeypatch.setattr("rag.store.opening.locked", refuse)
    with pytest.raises(LibraryMismatch, match=r"format 3.*cannot be brought up.*Read-only"):
        app.documents()
    assert format_of(app) == "3"


def test_a_full_disk_leaves_the_older_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = unpacked(OLDEST, tmp_path / "older")

    def full(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite says the same when the disk is full
        step(db)

    step = STEPS[2]
    monkeypatch.setitem(STEPS, 2, full)
    with pytest.raises(LibraryMismatch, match="full"):
        app.documents()
    assert format_of(app) == "2"
    monkeypatch.undo()
    assert len(app.documents()) == 3


def test_a_library_of_a_newer_version_is_refused_and_left_alone(app: App, folder: Path) -> None:
    app.ingest([folder])
    change(app, f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema'")
    state = app.paths.catalogue.read_bytes()
    with pytest.raises(LibraryMismatch, match="bring rag up to date"):
        app.documents()
    with pytest.raises(LibraryMismatch, match="bring rag up to date"):
        app.ingest([folder])
    assert app.paths.catalogue.read_bytes() == state
    change(app, f"UPDATE meta SET value = '{SCHEMA_VERSION}' WHERE key = 'schema'")
    newer = int(versions().readers) + 1
    change(app, f"UPDATE documents SET readers = '{newer}' WHERE title = 'binder'")
    with pytest.raises(LibraryMismatch, match=f"version {newer} of the readers"):
        app.answer(QUESTION)
    with pytest.raises(LibraryMismatch), Writer.open(app.paths, app.embedder):
        pass


def test_an_open_library_that_a_newer_program_changes_says_so(app: App, folder: Path) -> None:
    app.ingest([folder])
    with open_catalogue(app.paths) as catalogue:
        change(app, f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema'")
        assert catalogue.counts()[0] == 3
        with pytest.raises(LibraryMismatch, match="bring rag up to date"):
            catalogue.refresh()


def test_a_catalogue_that_is_not_what_its_number_says_is_damaged(tmp_path: Path) -> None:
    app = unpacked("format-3", tmp_path / "older")
    change(app, "DELETE FROM chunks WHERE key = 2")
    with pytest.raises(LibraryCorrupt):
        app.documents()
    assert format_of(app) == "3"
    change(app, "UPDATE meta SET value = 'three' WHERE key = 'schema'")
    with pytest.raises(LibraryCorrupt, match="three"):
        app.documents()


def test_a_library_of_this_format_is_not_written_to_when_it_is_opened(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ingest([folder])
    monkeypatch.setattr(migrations, "STEPS", {})
    app.documents()
    with Catalogue.open_or_create(app.paths.catalogue, {}):
        pass
