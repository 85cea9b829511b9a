"""Backups: whole while others write, put back as they were, never over something, never half."""

from __future__ import annotations

import errno
import logging
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import backups
import pytest
from backups import KEYS, QUESTION, app_of, app_received, left_in, state

from rag.access.keyfile import FILE_NAME
from rag.errors import LibraryBusy, LibraryCorrupt, LibraryMismatch, StorageError, UsageError
from rag.store import archive
from rag.store.backup import back_up, keep_newest
from rag.store.collections import collections
from rag.store.database import connect
from rag.store.migrations import SCHEMA_VERSION
from rag.store.place import LibraryPaths
from rag.store.received import Received
from rag.store.restore import restore
from rag.types import Exchange

source, whole = backups.source, backups.whole

STORED = Path(__file__).parent / "data" / "libraries"
STOP = 77


def test_what_is_put_back_is_what_there_was(
    source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, made = back_up(source, tmp_path, version="0.1.0")
    assert file.stat().st_mode & 0o777 == 0o600
    assert left_in(tmp_path) == [file.name]
    assert [each.name for each in made.collections] == ["default", "пусто"]
    assert (made.collections[0].documents, made.collections[0].indexed) == (3, True)
    assert made.keys
    home = tmp_path / "home"
    done = restore(file, home)
    assert done.collections == ("default", "пусто")
    assert state(home) == state(source)
    assert caplog.text == ""  # the indexes came with it
    assert not (home / FILE_NAME).exists()
    places = [Path(row.root) for row in app_of(home).files() if row.name == "ключи.txt"]
    assert places == [(home / "default+uploads").resolve()]


def test_a_backup_under_a_writer_is_one_state_of_the_library(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    papers, home, stop, wrote = tmp_path / "papers", tmp_path / "home", threading.Event(), []
    papers.mkdir()
    app = app_of(home)

    def write(version: int) -> None:
        for name in ("a", "b", "c"):
            text = f"Отчёт {name}. Версия {version} утверждена советом. " * 20
            (papers / f"{name}.txt").write_text(text, encoding="utf-8")
        app.ingest([papers])
        app.history.add(Exchange(f"{version}", "", "", None, "documents", None, (), ""))
        wrote.append(version)

    write(0)

    def keep_writing() -> None:
        while not stop.is_set():
            write(len(wrote))

    thread = threading.Thread(target=keep_writing, daemon=True)
    thread.start()
    try:
        files = [back_up(home, tmp_path / f"{n}.tar", version="0.1.0")[0] for n in range(5)]
    finally:
        stop.set()
        thread.join()
    assert len(wrote) > 1
    caplog.clear()
    generations = []
    for file in files:
        back = tmp_path / f"home-{file.stem}"
        made = restore(file, back).backup.collections[0]
        put = app_of(back)
        assert [check for check in put.doctor() if not check.ok] == []
        texts = {
            put.document(row.name)[1].text.split("Версия ")[1].split()[0] for row in put.documents()
        }
        assert len(texts) == 1
        assert put.answer("какая версия утверждена советом?").sentences
        assert made.indexed
        generations.append(made.generation)
    assert generations == sorted(generations)
    assert "building them" not in caplog.text


def test_a_collection_can_be_chosen(source: Path, whole: Path, tmp_path: Path) -> None:
    file, made = back_up(source, tmp_path / "one.tar.gz", ["пусто"], version="1", keys=False)
    assert ([each.name for each in made.collections], made.keys) == (["пусто"], False)
    restore(whole, tmp_path / "home", ["default"])
    assert [each.name for each in collections(tmp_path / "home")] == ["default"]
    with pytest.raises(UsageError, match="no collection x"):
        restore(whole, tmp_path / "home", ["x"])
    with pytest.raises(UsageError, match="no collection x"):
        back_up(source, tmp_path / "x.tar", ["x"], version="1")
    assert file.exists()


def test_nothing_that_is_there_is_touched_unless_asked(
    source: Path, whole: Path, tmp_path: Path
) -> None:
    home, note = tmp_path / "home", tmp_path / "заметка.txt"
    note.write_text("Здесь другая библиотека.", encoding="utf-8")
    app_of(home).ingest([note])
    before = {row.name for row in app_of(home).documents()}
    with pytest.raises(UsageError, match="--replace"):
        restore(whole, home)
    assert {row.name for row in app_of(home).documents()} == before
    restore(whole, home, replace=True)
    assert state(home) == state(source)


def test_keys_come_back_only_when_asked_and_never_over_others(whole: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert restore(whole, home, keys=True).keys
    assert (home / FILE_NAME).read_bytes() == KEYS
    assert (home / FILE_NAME).stat().st_mode & 0o777 == 0o600
    (home / FILE_NAME).write_bytes(b"others")
    restore(whole, tmp_path / "again", ["default"])
    for name in ("default", "пусто"):
        (home / f"{name}.folders.json").unlink()
    with pytest.raises(UsageError, match="already"):
        restore(whole, home, ["пусто"], keys=True)
    assert (home / FILE_NAME).read_bytes() == b"others"


def test_a_library_of_an_older_format_is_copied_as_it_is_and_brought_up_when_put_back(
    tmp_path: Path,
) -> None:
    old, home = tmp_path / "old", tmp_path / "home"
    with tarfile.open(STORED / "format-1.tar.xz") as stored:
        stored.extractall(old, filter="data")
    file, made = back_up(old, tmp_path / "old.tar", version="1")
    assert made.collections[0].format == 1
    with closing(sqlite3.connect(old / "default" / "catalogue.sqlite")) as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == ("1",)
    restore(file, home)
    assert "10 календарных дней" in app_of(home).answer(QUESTION).sentences[0].text


def test_a_newer_library_is_not_put_back(source: Path, tmp_path: Path) -> None:
    first, home = tmp_path / "first", tmp_path / "home"
    restore(back_up(source, tmp_path / "a.tar", version="1")[0], first)
    with closing(sqlite3.connect(first / "default" / "catalogue.sqlite")) as db, db:
        db.execute(f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema'")
    file, _ = back_up(first, tmp_path / "b.tar", version="9.9")
    with pytest.raises(LibraryMismatch, match="bring rag up to date"):
        restore(file, home)
    assert collections(home) == []
    assert left_in(home) == []


def test_two_restores_into_one_place_do_not_meet(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.store import restore as module

    settle, home = module._settle, tmp_path / "home"

    def second(*arguments: Any) -> None:
        with pytest.raises(LibraryBusy):
            restore(whole, home)
        settle(*arguments)

    monkeypatch.setattr(module, "_settle", second)
    restore(whole, home)
    assert [each.name for each in collections(home)] == ["default", "пусто"]


def test_what_would_fill_the_disk_is_not_written(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 65 << 20})
    monkeypatch.setattr("rag.store.restore.shutil.disk_usage", lambda _: usage)
    with pytest.raises(StorageError, match="full"):
        restore(whole, tmp_path / "home")
    assert left_in(tmp_path / "home") == []


@pytest.mark.parametrize("step", ["add", "finish"])
def test_a_full_disk_leaves_no_half_of_a_backup(
    step: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive.Writer, step, full)
    with pytest.raises(StorageError, match="No space left"):
        back_up(source, tmp_path, version="1")
    assert left_in(tmp_path) == []


def test_a_damaged_library_makes_no_backup(whole: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    out.mkdir()
    restore(whole, home)
    with closing(sqlite3.connect(home / "default" / "catalogue.sqlite")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chunks'").fetchone()
    with (home / "default" / "catalogue.sqlite").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(LibraryCorrupt):
        back_up(home, out, version="1")
    assert left_in(out) == []


def test_a_damaged_history_is_left_out_and_told(
    whole: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    restore(whole, home)
    (home / "default.history.sqlite").write_bytes(b"x" * 8192)
    with caplog.at_level(logging.WARNING):
        file, _ = back_up(home, tmp_path / "b.tar", version="1")
    assert "history of default is damaged" in caplog.text
    restore(file, tmp_path / "again")
    assert app_of(tmp_path / "again").history.last() is None


def test_what_waits_to_be_read_is_not_lost_whenever_it_is_read(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is read and settled between the notes and the catalogue: it waits in the backup."""
    home = tmp_path / "home"
    restore(back_up(source, tmp_path / "a.tar", version="1")[0], home)
    app = app_of(home)
    [waiting] = [kept for kept in app_received(app) if kept.waiting]
    from rag.store import backup

    pinned = backup._pinned

    def read_before(*arguments: Any) -> Any:
        found = pinned(*arguments)
        Received(app.paths.uploads).settle(waiting)  # acknowledged after the state that is copied
        return found

    monkeypatch.setattr(backup, "_pinned", read_before)
    file, _ = back_up(home, tmp_path / "b.tar", version="1")
    restore(file, tmp_path / "again")
    kept = app_received(app_of(tmp_path / "again"))
    assert [each.name for each in kept if each.waiting] == ["binder.txt"]


def test_only_the_newest_of_a_folder_are_kept(tmp_path: Path) -> None:
    names = [f"rag-backup-2026112{day}T030000Z.tar.gz" for day in range(3)]
    names += [f"rag-backup-20261122T030000Z-{number}.tar.gz" for number in (2, 10)]
    for name in (*names, "rag-backup-mine.tar.gz", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in keep_newest(tmp_path, 2)] == names[:3]
    assert left_in(tmp_path) == sorted(["notes.txt", *names[3:], "rag-backup-mine.tar.gz"])


def test_two_backups_into_one_folder_do_not_meet(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.store import backup

    seen: list[str] = []
    keys = backup._keys

    def second(home: Path, writer: archive.Writer) -> bool:
        with pytest.raises(LibraryBusy):
            back_up(source, tmp_path, version="1")
        seen.append("busy")
        return keys(home, writer)

    monkeypatch.setattr(backup, "_keys", second)
    (tmp_path / ".rag-backup.part").mkdir()  # what a kill left
    (tmp_path / ".rag-backup.part" / "catalogue.sqlite").write_bytes(b"half")
    file, _ = back_up(source, tmp_path, version="1")
    assert seen == ["busy"]
    assert left_in(tmp_path) == [file.name]


KILLED = f"""
import os, sys
from pathlib import Path
from rag.store import place, restore
where, whole, home = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
if where == "adopt":
    rename, count = os.rename, [0]
    def killed(*arguments):
        count[0] += 1
        if count[0] == 2:
            os._exit({STOP})
        rename(*arguments)
    os.rename = killed
else:
    setattr(restore, where, lambda *a, **k: os._exit({STOP}))
restore.restore(whole, home)
"""


@pytest.mark.parametrize("where", ["_settle", "_put_in_place", "adopt"])
def test_a_kill_while_it_is_put_back_leaves_nothing_that_looks_like_a_library(
    where: str, source: Path, whole: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    done = subprocess.run([sys.executable, "-c", KILLED, where, str(whole), str(home)])
    assert done.returncode == STOP
    if where == "adopt":  # all of it is known to be whole: whoever looks finishes the move
        assert [each.name for each in collections(home)] == ["default"]
        assert app_of(home).answer(QUESTION).sentences
        restore(whole, home, ["пусто"])
    else:
        assert collections(home) == []
        assert not app_of(home).exists
        restore(whole, home)
    assert state(home) == state(source)
    assert [name for name in left_in(home) if "~" in name] == []


def test_the_commands(rag: Any, source: Path, tmp_path: Path) -> None:
    out, home = tmp_path / "out", tmp_path / "home"
    out.mkdir()
    made = rag("backup", out, "--home", source, "--json").json
    assert made["schema"] == 1
    assert {each["name"]: each["documents"] for each in made["collections"]} == {
        "default": 3,
        "пусто": 0,
    }
    assert made["bytes"] == Path(made["file"]).stat().st_size
    assert "is whole" in rag("restore", made["file"], "--check").out
    assert rag("restore", made["file"], "--check", "--json").json["keys"] is True
    assert "--keys brings them back" in rag("restore", made["file"], "--home", home).out
    again = rag("restore", made["file"], "--home", home)
    assert (again.code, "--replace" in again.err) == (2, True)
    value = rag("restore", made["file"], "--home", home, "--replace", "--keys", "--json").json
    assert (value["restored"], value["with_keys"]) == (["default", "пусто"], True)
    assert "3 documents in 2 collections, keys" in rag("backup", out, "--home", home).out
    assert "0 documents in 1 collection" in rag("backup", out, "--home", home, "-c", "пусто").out
    assert "deleted" in rag("backup", out, "--home", home, "--keep", 1).out
    assert len(left_in(out)) == 1
    assert rag("backup", tmp_path / "x.zip", "--home", home).code == 2
    assert rag("backup", made["file"], "--home", home).code in (0, 2)
    assert rag("backup", tmp_path / "no" / "x.tar", "--home", home).code == 2
    assert rag("backup", out, "--home", tmp_path / "nothing").code == 4
    assert rag("backup", tmp_path / "f.tar", "--keep", 1, "--home", home).code == 2


def test_a_backup_does_not_wait_for_a_writer(source: Path, whole: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    restore(whole, home)
    paths = LibraryPaths(home, "default")
    with closing(connect(paths.catalogue)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM files")
        file, _ = back_up(home, tmp_path / "b.tar", version="1")
        db.execute("ROLLBACK")
    restore(file, tmp_path / "again")
    assert state(tmp_path / "again") == state(source)
