"""The place of an import: what is there stays, and one that was interrupted goes on."""

from __future__ import annotations

import errno
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
from moved_libraries import at, found_in, interrupted, killed, rewritten, said, staged_by

from rag.app import App
from rag.errors import LibraryBusy, LibraryCorrupt, StorageError, UsageError
from rag.parquet import importing
from rag.store import collections as held
from rag.store.corrections import Corrections
from rag.store.derived import Draft
from rag.store.place import LibraryPaths, collections, locked
from rag.store.staged import GivenVectors


def test_a_library_that_is_there_stays_unless_told(moved_from: Path, exported: Path) -> None:
    app = at(moved_from, "there")
    note = moved_from.parent / "note.txt"
    note.write_text("An older library.", encoding="utf-8")
    app.ingest([note])
    with pytest.raises(UsageError, match="There is a library") as told:
        app.import_(exported)
    assert "--fresh" in told.value.hint
    assert [row.name for row in app.documents()] == ["note.txt"]
    app.import_(exported, fresh=True)
    assert found_in(app) == found_in(at(moved_from))
    app.import_(exported, fresh=True)  # corrections come once
    assert len(Corrections(app.paths.corrections).all()) == 4


def test_a_library_that_cannot_be_read_is_not_taken_for_none(
    moved_from: Path, exported: Path
) -> None:
    app = at(moved_from, "damaged")
    app.paths.folder.mkdir()
    app.paths.catalogue.write_bytes(b"no database, but somebody's " * 40)
    with pytest.raises(LibraryCorrupt):
        app.import_(exported)
    assert app.paths.catalogue.read_bytes().startswith(b"no database")
    app.import_(exported, fresh=True)
    assert found_in(app) == found_in(at(moved_from))


def test_a_killed_import_leaves_what_was_there(
    moved_from: Path, exported: Path, tmp_path: Path
) -> None:
    app = at(tmp_path / "home")
    killed(app.paths.home, exported, "import_", "default")
    assert not app.exists
    app.ingest([moved_from.parent / "papers" / "правила.md"])
    before = app.documents()
    killed(app.paths.home, exported, "import_", "default", "fresh=True, ")
    assert app.documents() == before
    app.import_(exported, fresh=True)
    assert found_in(app) == found_in(at(moved_from))
    assert not list(app.paths.home.glob("*~*"))


def test_an_import_waits_for_no_writer(exported: Path, tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path / "home", "default")
    with locked(paths), pytest.raises(LibraryBusy):
        at(tmp_path / "home").import_(exported)


def test_a_disk_that_is_full_changes_nothing(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(tmp_path / "home")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(GivenVectors, "put", full)
        with pytest.raises(StorageError, match=r"No space left|disk is full"):
            app.import_(exported)
    assert not app.exists
    assert not list(app.paths.home.glob("*~*"))
    app.import_(exported)
    assert app.exists


# -- interrupted


def aside(app: App) -> Path:
    """The folder of a library that is being made."""
    return app.paths.home / "default~new"


def test_an_import_goes_on_where_it_was(
    moved_from: Path, exported: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = at(tmp_path / "home")
    interrupted(app, exported, documents=2)
    assert not app.exists  # nobody sees half of it
    assert collections(app.paths.home) == []
    heard: list[tuple[int, int]] = []
    with caplog.at_level(logging.WARNING):
        assert staged_by(app, exported, on_progress=lambda *at: heard.append(at)) == 1
    assert "goes on after the first 2 of 3 documents" in caplog.text
    assert [done < total for done, total in heard] == [True, False]
    assert said(app) == said(at(moved_from))
    assert not list(app.paths.home.glob("*~*"))
    assert not list(app.paths.folder.glob("*given*"))


@pytest.mark.parametrize(("place", "staged"), [(-5, 2), (50, 3)])
def test_vectors_that_are_not_whole_are_taken_again(
    moved_from: Path, exported: Path, tmp_path: Path, place: int, staged: int
) -> None:
    app = at(tmp_path / "home")
    interrupted(app, exported, documents=2)
    file = aside(app) / "vectors.given"
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data[: place if place < 0 else None])
    assert staged_by(app, exported) == staged
    assert said(app) == said(at(moved_from))


def test_another_export_or_place_begins_anew(exported: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(exported, tmp_path / "other"))
    rewritten(other, "files", lambda rows: rows[0].update(size=1))
    app = at(tmp_path / "home")
    interrupted(app, exported, documents=2)
    interrupted(app, other, documents=1)
    assert staged_by(app, other) == 2
    assert staged_by(app, other, fresh=True) == 3


def test_one_that_is_found_to_be_damaged_is_given_over(exported: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(exported, tmp_path / "copy"))
    app = at(tmp_path / "home")
    interrupted(app, copy, documents=2)
    damaged = copy / "corrections" / "part-00000.parquet"
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(UsageError, match="not what was written"):
        app.import_(copy)
    assert not list(app.paths.home.glob("*~*"))


def test_a_disk_that_fills_at_the_end_costs_no_document(
    moved_from: Path, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(tmp_path / "home")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Draft, "finish", full)
        with pytest.raises(StorageError, match="disk is full"):
            app.import_(exported)
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_keep", full)  # when all is published, beside its place
        with pytest.raises(OSError, match="No space"):
            app.import_(exported)
    assert not app.exists
    assert staged_by(app, exported) == 0
    assert said(app) == said(at(moved_from))
    assert not list(app.paths.folder.glob("*given*"))


def test_a_library_serves_while_another_is_begun_and_may_be_let_go(
    exported: Path, tmp_path: Path
) -> None:
    app, home = at(tmp_path / "home"), tmp_path / "home"
    note = tmp_path / "note.txt"
    note.write_text("An older library.", encoding="utf-8")
    app.ingest([note])
    interrupted(app, exported, documents=2, fresh=True)
    assert [row.name for row in app.documents()] == ["note.txt"]
    with pytest.raises(UsageError, match="There is a library"):
        app.import_(exported)
    interrupted(app, exported, documents=2, fresh=True)  # one more than before
    assert staged_by(app, exported, fresh=True) == 0
    held.delete(home, "default")
    interrupted(app, exported, documents=1)
    assert sum(held.used(home, "default").values()) > 0
    held.delete(home, "default")
    assert not list(home.glob("*~*"))
    with pytest.raises(UsageError, match="There is no collection"):
        held.delete(home, "default")
