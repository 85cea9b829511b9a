"""The folder of an export: what may be written over, and what stays where writing fails."""

from __future__ import annotations

import errno
import logging
from pathlib import Path
from typing import Any

import pytest
from moved_libraries import at, files_of, killed

from rag.errors import LibraryBusy, LibraryMissing, StorageError, UsageError
from rag.parquet import tables
from rag.parquet.manifest import LOCK, NAME


def test_only_an_export_is_overwritten_and_only_when_asked(
    moved_from: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    app = at(moved_from)
    app.export(out)  # an empty folder will do
    with pytest.raises(UsageError, match="There is an export") as told:
        app.export(out)
    assert "--overwrite" in told.value.hint
    (out / "chunks" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"chunks/notes\.txt"):
        app.export(out, overwrite=True)
    (out / "chunks" / "notes.txt").unlink()
    old = files_of(out)
    app.export(out, overwrite=True)
    assert files_of(out) == old
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.txt"):
        app.export(out, overwrite=True)
    assert files_of(out) == old
    with pytest.raises(UsageError, match="no folder"):
        app.export(out / "mine.txt")


def test_nothing_stays_of_an_export_that_fails(
    moved_from: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    write = tables.Hashed.write

    def full(file: tables.Hashed, data: Any) -> int:
        if file.size > 4000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(tables.Hashed, "write", full)
    for name in ("new", "there"):
        with pytest.raises(StorageError, match="No space left"):
            at(moved_from).export(tmp_path / name)
    monkeypatch.undo()

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        at(moved_from).export(tmp_path / "new", on_progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert list((tmp_path / "there").iterdir()) == []


def test_a_killed_export_is_no_export_and_is_begun_anew(
    moved_from: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "out"
    killed(moved_from, out, "export", "default")
    with pytest.raises(UsageError, match="interrupted"):
        at(tmp_path / "new").import_(out)
    with caplog.at_level(logging.WARNING):
        at(moved_from).export(out)
    assert "was interrupted; it is begun anew" in caplog.text
    assert (out / NAME).exists()
    assert not (out / LOCK).exists()
    at(tmp_path / "new").import_(out)


def test_two_exports_into_one_folder_are_one_too_many(moved_from: Path, tmp_path: Path) -> None:
    heard: list[str] = []

    def again(*_: int) -> None:
        with pytest.raises(LibraryBusy) as told:
            at(moved_from).export(tmp_path / "out", overwrite=True)
        heard.append(told.value.message)

    at(moved_from).export(tmp_path / "out", on_progress=again)
    assert "Another export" in heard[0]


def test_where_there_is_no_library_nothing_is_exported(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing):
        at(tmp_path / "home").export(tmp_path / "out")
    assert not (tmp_path / "out").exists()
