"""What may be sent in, what it is called, where its bytes lie, and how they go again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from desk_driver import PAPER, intake_of, pack, taken

from rag.app import App
from rag.config import Settings
from rag.desk import uploads
from rag.errors import StorageError
from rag.plan import called
from rag.store.received import Received


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("отчёт за 2025.pdf", "отчёт за 2025.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\план.docx", "план.docx"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\n.txt", "ab.txt"),
        ("left\u202etxt.exe", "lefttxt.exe"),
        ('a<b>:"|?*.md', "a_b______.md"),
        ("  two   spaces .txt", "two spaces.txt"),
        ("и\u0306.txt", "й.txt"),
        ("lone \udcff.txt", "lone.txt"),
        ("ж" * 300 + ".pdf", "ж" * 88 + ".pdf"),
        ("a." + "ж" * 300, "a." + "ж" * 89),
    ],
)
def test_a_name_from_outside_is_never_a_path(name: str, expected: str) -> None:
    assert uploads.safe_name(name) == expected


@pytest.mark.parametrize(
    ("name", "litter"),
    [
        ("папка/.DS_Store", True),
        ("папка/Thumbs.db", True),
        ("папка/~$отчёт.docx", True),
        (".git/config", True),
        ("папка/отчёт.docx", False),
        (".bashrc", False),
        ("../a.txt", False),
    ],
)
def test_what_a_system_leaves_in_folders_is_told_from_files(name: str, litter: bool) -> None:
    assert uploads.is_litter(name) == litter


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [
        ("папка/отчёт.PDF", "0a.pdf", "отчёт.PDF"),
        ("отчёт.txt", "0a.pdf", "отчёт.pdf"),
        ("отчёт", "0a.pdf", "отчёт.pdf"),
        ("план v1.2 новый", "0a.docx", "план v1.2 новый.docx"),
        ("a.tar.gz", "0a.gz", "a.tar.gz"),
    ],
)
def test_a_reader_is_told_the_name_with_the_suffix_of_the_bytes(
    name: str, path: str, told: str
) -> None:
    assert called(name, Path(path)) == told


def test_a_file_that_is_too_large_is_refused_with_both_sizes() -> None:
    checked = uploads.check("a.txt", bytes(3 * 1024**2), 2)
    assert checked.cause == "size"
    assert "3 MB" in checked.reason
    assert "2 MB" in checked.reason


def test_bytes_lie_under_their_hash_and_the_name_beside_them(tmp_path: Path) -> None:
    received = Received(tmp_path / "default+uploads")
    digest = hashlib.sha256(b"One.").hexdigest()
    kept = received.keep("../отчёт.txt", digest, ".txt", b"One.")
    assert kept.path == tmp_path / "default+uploads" / f"{digest}.txt"
    assert kept.path.read_bytes() == b"One."
    assert received.all() == [kept]
    assert received.names() == {kept.path: "../отчёт.txt"}
    received.settle(kept)
    assert [each.waiting for each in received.all()] == [False]
    received.forget(digest)
    assert received.all() == []
    assert not [path for path in received.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"name": "a", "suffix": "/../x", "size": 1}'])
def test_a_damaged_note_is_no_note(tmp_path: Path, note: str) -> None:
    received = Received(tmp_path)
    digest = hashlib.sha256(b"One.").hexdigest()
    received.keep("a.txt", digest, ".txt", b"One.")
    (tmp_path / ".notes" / f"{digest}.json").write_text(note)
    assert received.all() == []
    (tmp_path / ".notes" / "no-hash.json").write_text(json.dumps({"name": "x"}))
    assert received.names() == {}


@pytest.mark.parametrize(("digest", "suffix"), [("../x", ".txt"), ("a" * 64, "/../x")])
def test_nothing_but_a_hash_names_a_file(tmp_path: Path, digest: str, suffix: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        Received(tmp_path).keep("a", digest, suffix, b"")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        Received(tmp_path / "file" / "below").keep("a", "a" * 64, ".txt", b"x")


def test_removing_a_document_deletes_its_bytes_and_nothing_else(tmp_path: Path) -> None:
    desk, _ = taken(tmp_path, {"a.txt": b"One kettle.", "b.txt": b"Two kettles."})
    app = desk.app()
    uploads.remove(app, "a.txt")
    assert [row.name for row in app.documents()] == ["b.txt"]
    assert [kept.name for kept in Received(app.paths.uploads).all()] == ["b.txt"]


def test_bytes_stay_while_another_document_in_them_is_there(tmp_path: Path) -> None:
    desk, _ = taken(tmp_path, {"a.zip": pack({"x.txt": PAPER, "y.txt": b"Two.", "z.bin": b"?"})})
    app = desk.app()
    uploads.remove(app, "a.zip/x.txt")
    assert len(Received(app.paths.uploads).all()) == 1
    uploads.remove(app, "a.zip/y.txt")
    assert Received(app.paths.uploads).all() == []
    assert "gone" not in next(c for c in app.doctor() if c.name == "files").detail


def test_a_file_of_a_folder_stays_when_its_document_goes(tmp_path: Path) -> None:
    file = tmp_path / "papers" / "a.txt"
    file.parent.mkdir()
    file.write_bytes(PAPER)
    app = App(Settings(workers=1), tmp_path / "home")
    app.ingest([file.parent])
    uploads.remove(app, "a.txt")
    assert file.exists()


def test_files_of_an_earlier_version_go_on_under_their_own_names(tmp_path: Path) -> None:
    app = App(Settings(workers=1), tmp_path / "home")
    app.paths.uploads.mkdir(parents=True)
    old = app.paths.uploads / "отчёт.txt"
    old.write_bytes(PAPER)
    app.ingest([old])
    desk, drops = taken(tmp_path, {"отчёт.txt": b"Another report.", "copy.txt": PAPER})
    assert [(drop.state, drop.documents) for drop in drops] == [
        ("added", ("отчёт (2).txt",)),
        ("unchanged", ("отчёт.txt",)),
    ]
    app.ingest([app.paths.uploads], sync=True, reread=True)
    assert [row.name for row in app.documents()] == ["отчёт (2).txt", "отчёт.txt"]
    uploads.remove(app, "отчёт.txt")
    assert not old.exists()
    assert [row.name for row in app.documents()] == ["отчёт (2).txt"]
    assert desk.app().file("отчёт (2).txt").is_file()


@pytest.mark.parametrize("how", [{"sync": True}, {"reread": True}, {"fresh": True}])
def test_names_outlive_a_later_ingest_of_the_folder(tmp_path: Path, how: dict[str, bool]) -> None:
    files = {"план.txt": PAPER, "archive.zip": pack({"in.txt": b"Inside it."})}
    app = taken(tmp_path, files)[0].app()
    names = [row.name for row in app.documents()]
    assert names == ["archive.zip/in.txt", "план.txt"]
    app.ingest([app.paths.uploads], **how)
    assert [row.name for row in app.documents()] == names
    assert app.document("план.txt")[1].title == "план"
    assert all(check.ok for check in app.doctor())


def test_two_collections_keep_their_files_apart(tmp_path: Path) -> None:
    desk, _ = taken(tmp_path, {"a.txt": PAPER})
    other = desk.intake("other")
    (drop,) = other.take([("b.txt", PAPER)])
    assert other.wait(seconds=60)
    assert (drop.state, drop.documents) == ("added", ("b.txt",))
    uploads.remove(desk.app("other"), "b.txt")
    assert [row.name for row in desk.app().documents()] == ["a.txt"]
    assert Received(desk.app().paths.uploads).all()
    assert intake_of(desk) is not other


def test_a_collection_that_is_renamed_takes_up_what_was_sent_in_under_its_new_name(
    tmp_path: Path,
) -> None:
    desk, _ = taken(tmp_path, {"a.txt": PAPER})
    desk.rename_collection("default", "new")
    desk.intake("new").take_up(at_start=True)
    (drop,) = desk.intake("new").take([("b.txt", PAPER)])
    assert (drop.state, drop.documents) == ("unchanged", ("a.txt",))
