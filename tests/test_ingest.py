from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from rag.app import App
from rag.config import Settings
from rag.errors import RagError, UsageError
from rag.report import Progress
from rag.workers.pool import ReaderPool


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(p.relative_to(folder)): (p.stat().st_mtime_ns, p.stat().st_size) for p in files}


def test_every_file_stands_in_one_list(app: App, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "archive.xyz").write_bytes(b"123")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    report = app.ingest([folder])
    assert report.added == ("binder.txt", "meetings/планёрка.txt", "правила.md")
    reasons = {row.path: row.reason for row in report.skipped}
    assert set(reasons) == {"broken.pdf", "empty.txt", "archive.xyz", "picture.txt"}
    assert "empty" in reasons["empty.txt"]
    assert ".xyz" in reasons["archive.xyz"]
    assert "binary" in reasons["picture.txt"]
    assert report.coverage == 1.0
    assert report.chunks > 0


def test_an_unchanged_folder_writes_nothing(app: App, folder: Path) -> None:
    app.ingest([folder])
    before = tree(app.paths.folder)
    report = app.ingest([folder])
    assert report.unchanged == ("binder.txt", "meetings/планёрка.txt", "правила.md")
    assert not (report.added)
    assert not (report.changed)
    assert not (report.removed)
    assert not (report.skipped)
    assert tree(app.paths.folder) == before


def test_a_touched_file_with_the_same_bytes_writes_nothing(app: App, folder: Path) -> None:
    app.ingest([folder])
    before = tree(app.paths.folder)
    os.utime(folder / "binder.txt", (1, 1))
    assert "binder.txt" in app.ingest([folder]).unchanged
    assert tree(app.paths.folder) == before


def test_a_changed_file_replaces_its_chunks(app: App, folder: Path) -> None:
    app.ingest([folder])
    (folder / "binder.txt").write_text("The binder was sold in March.", encoding="utf-8")
    report = app.ingest([folder])
    assert report.changed == ("binder.txt",)
    texts = [p.chunk.text for p in app.search("binder cutter sharpened", k=10).passages]
    assert "The binder was sold in March." in texts
    assert not any("sharpened" in text for text in texts)
    assert all(check.ok for check in app.doctor())


def test_chunk_ids_survive_another_ingest(tmp_path: Path, folder: Path) -> None:
    ids = []
    for home in ("one", "two"):
        app = App(Settings(workers=1), tmp_path / home)
        app.ingest([folder])
        ids.append([p.chunk.id for p in app.search("отпуск", k=10).passages])
    assert ids[0] == ids[1]


def test_a_removed_file_goes_with_sync_only(app: App, folder: Path) -> None:
    app.ingest([folder])
    (folder / "binder.txt").unlink()
    assert app.ingest([folder]).removed == ()
    assert len(app.documents()) == 3
    assert app.ingest([folder], sync=True).removed == ("binder.txt",)
    assert [row.name for row in app.documents()] == ["meetings/планёрка.txt", "правила.md"]


def test_sync_of_one_folder_leaves_another_alone(app: App, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "note.txt").write_text("Записка о кранах.", encoding="utf-8")
    app.ingest([folder])
    assert app.ingest([other], sync=True).removed == ()


def test_the_same_bytes_twice_are_one_document_with_two_names(app: App, folder: Path) -> None:
    shutil.copy(folder / "binder.txt", folder / "copy.txt")
    report = app.ingest([folder])
    assert {"binder.txt", "copy.txt"} <= set(report.added)
    rows = {row.name: row.id for row in app.documents()}
    assert rows["binder.txt"] == rows["copy.txt"]
    assert len(app.search("cutter sharpened", k=10).passages) == len(
        {p.chunk.id for p in app.search("cutter sharpened", k=10).passages}
    )
    (folder / "binder.txt").unlink()
    app.ingest([folder], sync=True)
    assert app.search("cutter sharpened", k=1).passages[0].document == "copy.txt"


def test_a_file_that_went_bad_keeps_what_was_known_of_it(app: App, folder: Path) -> None:
    app.ingest([folder])
    (folder / "binder.txt").write_bytes(b"")
    (row,) = app.ingest([folder]).skipped
    assert "keeps what the file held before" in row.reason
    assert app.search("cutter sharpened", k=1).passages[0].document == "binder.txt"


def test_files_of_the_same_name_in_two_folders_are_told_apart(
    app: App, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "binder.txt").write_text("Записка о кранах.", encoding="utf-8")
    app.ingest([folder])
    assert app.ingest([other]).added == ("other/binder.txt",)


def test_a_folder_and_a_folder_inside_it_give_a_file_one_name(app: App, folder: Path) -> None:
    app.ingest([folder])
    report = app.ingest([folder / "meetings"])
    assert report.unchanged == ("meetings/планёрка.txt",)


def test_hidden_files_are_not_documents(app: App, folder: Path) -> None:
    (folder / ".secret").mkdir()
    (folder / ".secret" / "a.txt").write_text("скрыто", encoding="utf-8")
    (folder / ".b.txt").write_text("скрыто", encoding="utf-8")
    report = app.ingest([folder])
    assert len(report.added) == 3
    assert not report.skipped


def test_progress_counts_every_file(app: App, folder: Path) -> None:
    seen: list[Progress] = []
    app.ingest([folder], on_progress=seen.append)
    assert [p.done for p in seen] == [1, 2, 3, 3]
    assert {p.total for p in seen} == {3}
    assert seen[-1].step == "index"


def test_an_interrupted_ingest_goes_on_where_it_stopped(app: App, folder: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        app.ingest([folder], on_progress=interrupt)
    assert not app.exists
    report = app.ingest([folder])
    assert len(report.added) == 3
    assert report.chunks < sum(row.chunks for row in app.documents())  # some were staged before
    assert all(check.ok for check in app.doctor())


def test_no_such_path_is_a_usage_error(app: App, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        app.ingest([tmp_path / "nothing"])
    assert not app.exists


def test_an_empty_folder_is_an_error_that_says_what_to_put_there(app: App, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RagError, match="Put documents there"):
        app.ingest([tmp_path / "empty"])


def test_a_name_that_is_not_utf8_costs_one_row(app: App, folder: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.txt")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    report = app.ingest([folder])
    assert len(report.added) == 3
    (row,) = report.skipped
    assert (row.path, row.reason) == ("bad?.txt", "its path is not UTF-8")


def test_what_is_no_regular_file_is_skipped_unopened(app: App, folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "endless.txt").symlink_to("/dev/zero")
    report = app.ingest([folder, folder / "pipe.txt"])
    assert len(report.added) == 3
    assert [(row.path, row.reason) for row in report.skipped] == [
        ("endless.txt", "not a regular file"),
        ("pipe.txt", "not a regular file"),
    ]


def test_files_of_one_name_in_many_folders_of_one_name_are_all_kept(
    app: App, tmp_path: Path
) -> None:
    folders = [tmp_path / parent / "x" for parent in ("a", "b", "c", "d")]
    for place in folders:
        place.mkdir(parents=True)
        (place / "doc.txt").write_text(f"Записка из папки {place.parent.name}.", encoding="utf-8")
    names = ("doc.txt", "x-2/doc.txt", "x-3/doc.txt", "x/doc.txt")
    assert app.ingest(folders).added == names
    assert app.ingest(folders[::-1]).unchanged == names
    assert len({row.id for row in app.documents()}) == 4


def test_a_new_file_takes_the_name_of_one_that_is_gone(app: App, folder: Path) -> None:
    app.ingest([folder])
    moved = folder.rename(folder.with_name("archive"))
    assert app.ingest([moved]).added == ("binder.txt", "meetings/планёрка.txt", "правила.md")
    assert len(app.documents()) == 3


def test_a_file_that_is_named_twice_is_counted_once(app: App, folder: Path) -> None:
    seen: list[Progress] = []
    report = app.ingest(
        [folder, folder / "binder.txt", folder / "meetings", folder], on_progress=seen.append
    )
    assert report.added == ("binder.txt", "meetings/планёрка.txt", "правила.md")
    assert {p.total for p in seen} == {3}
    assert len(app.documents()) == 3


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a folder one that cannot be listed, even by root."""
    scandir = os.scandir

    def refusing(path: str | Path | int = ".") -> object:
        if not isinstance(path, int) and Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)


def test_a_folder_that_cannot_be_listed_is_a_row_and_keeps_its_documents(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ingest([folder])
    (folder / "binder.txt").unlink()
    forbid(monkeypatch, folder / "meetings")
    report = app.ingest([folder], sync=True)
    (row,) = report.skipped
    assert row.path == str(folder / "meetings")
    assert row.reason == "cannot be listed: Permission denied"
    assert report.removed == ("binder.txt",)
    assert [row.name for row in app.documents()] == ["meetings/планёрка.txt", "правила.md"]


def test_sync_of_a_folder_that_cannot_be_listed_removes_nothing(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ingest([folder])
    forbid(monkeypatch, folder)
    report = app.ingest([folder], sync=True)
    assert [row.path for row in report.skipped] == [str(folder)]
    assert not report.removed


def test_sync_of_a_folder_that_has_become_empty_empties_the_library(app: App, folder: Path) -> None:
    app.ingest([folder])
    shutil.rmtree(folder)
    folder.mkdir()
    assert len(app.ingest([folder], sync=True).removed) == 3
    assert app.documents() == []


def meddle(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[Path], object]) -> None:
    """Have the file `name` changed after it was hashed and before it is read."""

    def changed(paths: Iterable[Path]) -> Iterator[Path]:
        for path in paths:
            if path.name == name:
                change(path)
            yield path

    read_all = ReaderPool.read_all
    monkeypatch.setattr(ReaderPool, "read_all", lambda pool, paths: read_all(pool, changed(paths)))


def test_copies_are_read_themselves_when_the_first_changes_under_the_reader(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for copy in ("copy.txt", "other.txt"):
        shutil.copy(folder / "binder.txt", folder / copy)
    meddle(monkeypatch, "binder.txt", lambda path: path.write_text("It was sold.", "utf-8"))
    assert len(app.ingest([folder]).added) == 5
    held = {row.name: row.id for row in app.documents()}
    for name in ("binder.txt", "copy.txt", "other.txt"):
        assert held[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert len(app.ingest([folder]).unchanged) == 5


def test_copies_are_read_themselves_when_the_first_goes_under_the_reader(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for copy in ("copy.txt", "other.txt"):
        shutil.copy(folder / "binder.txt", folder / copy)
    meddle(monkeypatch, "binder.txt", Path.unlink)
    report = app.ingest([folder])
    assert [row.path for row in report.skipped] == ["binder.txt"]
    assert {"copy.txt", "other.txt"} <= set(report.added)


def test_copies_of_an_unreadable_file_are_rows_too(app: App, folder: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        (folder / name).write_bytes(b"%PDF-1.7 this is no PDF")
    assert [row.path for row in app.ingest([folder]).skipped] == ["one.pdf", "two.pdf"]


def test_json_that_is_nested_too_deeply_is_one_row(app: App, folder: Path) -> None:
    (folder / "deep.json").write_text("[" * 200_000 + "]" * 200_000, encoding="utf-8")
    report = app.ingest([folder])
    (row,) = report.skipped
    assert (row.path, row.reason) == ("deep.json", "deep.json is nested too deeply")
    assert len(report.added) == 3
