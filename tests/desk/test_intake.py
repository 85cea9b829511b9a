"""Files dropped by several people, read in the background, while anything may go wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from desk_driver import PAPER, PATIENCE, Gate, desk_of, pack, secret, taken
from page_driver import pdf

from rag.app import App
from rag.config import Settings
from rag.desk import Desk, waiting
from rag.desk.drops import Drop
from rag.desk.reading import Reader, WasRead
from rag.desk.waiting import Waiting
from rag.errors import ModelError
from rag.readers.options import Options
from rag.store.place import locked
from rag.store.received import Kept, Received

SMALL = 2_000
LARGE = PAPER + b"\n" + b"A line of a long file.\n" * 100


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long files that are soon read."""
    monkeypatch.setattr(waiting, "SMALL", SMALL)


def test_every_file_is_told_of_by_itself(tmp_path: Path) -> None:
    files = {
        "чайник.pdf": pdf(),
        "note.txt": PAPER,
        "empty.txt": b"",
        "broken.pdf": b"%PDF-1.4 nothing",
        "setup.pdf": b"\x7fELF\x02",
        "page.xyz": b"x",
        "blank.md": b"   \n",
        "report.txt": pdf() + b"\n",
        "../../evil.txt": b"An evil name.",
    }
    desk, drops = taken(tmp_path, files)
    told = {drop.name: (drop.state, drop.cause) for drop in drops}
    assert told == {
        "чайник.pdf": ("added", ""),
        "note.txt": ("added", ""),
        "empty.txt": ("refused", "empty"),
        "broken.pdf": ("refused", "broken"),
        "setup.pdf": ("refused", "program"),
        "page.xyz": ("refused", "unknown"),
        "blank.md": ("refused", "empty"),
        "report.txt": ("added", ""),
        "evil.txt": ("added", ""),
    }
    assert [drop.kind for drop in drops if drop.kind and drop.documents] == ["pdf"]
    names = [row.name for row in desk.app().documents()]
    assert names == ["evil.txt", "note.txt", "report.txt", "чайник.pdf"]
    received = Received(desk.app().paths.uploads)
    assert {kept.name for kept in received.all()} == set(names)
    assert not any(kept.waiting for kept in received.all())
    assert len([path for path in received.folder.iterdir() if path.suffix]) == len(names)
    assert desk.app().search("kettle", k=1).passages
    assert all(drop.reason for drop in drops if drop.state == "refused")


def test_pages_are_counted_as_they_are_read(tmp_path: Path) -> None:
    _, (drop,) = taken(tmp_path, {"a.pdf": pdf()})
    assert (drop.pages, drop.total_pages, drop.share) == (2, 2, 1.0)
    assert drop.pages_per_second is not None
    assert drop.documents == ("a.pdf",)


def test_the_same_bytes_are_taken_once_whatever_they_are_called(tmp_path: Path) -> None:
    desk, drops = taken(tmp_path, {"a.txt": PAPER, "b.txt": PAPER})
    assert [(drop.state, drop.documents) for drop in drops] == [
        ("added", ("a.txt",)),
        ("unchanged", ("a.txt",)),
    ]
    (again,) = desk.intake().take([("c.txt", PAPER)])
    assert (again.state, again.documents) == ("unchanged", ("a.txt",))
    assert len(Received(desk.app().paths.uploads).all()) == 1


def test_other_bytes_of_the_same_name_stand_beside_it(tmp_path: Path) -> None:
    desk, drops = taken(tmp_path, {"one/a.txt": b"One.", "two/a.txt": b"Two.", "a.zip": pack({})})
    assert sorted(name for drop in drops for name in drop.documents) == ["a (2).txt", "a.txt"]
    desk.intake().wait(desk.intake().take([("a.txt", b"Three.")]), PATIENCE)
    assert "a (3).txt" in [row.name for row in desk.app().documents()]


def test_archives_of_one_name_do_not_take_each_others_place(tmp_path: Path) -> None:
    archives = [pack({"x.txt": PAPER}), pack({"x.txt": b"Another."})]
    desk = desk_of(tmp_path)
    for data in archives:
        assert desk.intake().wait(desk.intake().take([("a.zip", data)]), PATIENCE)
    assert [row.name for row in desk.app().documents()] == ["a (2).zip/x.txt", "a.zip/x.txt"]


def test_an_archive_says_how_much_is_in_it(tmp_path: Path) -> None:
    inside = {"a.txt": PAPER, "b/c.txt": b"Two.", "broken.pdf": b"%PDF-1.4 nothing"}
    _, (drop,) = taken(tmp_path, {"a.zip": pack(inside)})
    assert drop.documents == ("a.zip/a.txt", "a.zip/b/c.txt")
    assert drop.unread == 1


def test_a_bomb_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    bomb = pack({"a.txt": bytes(8 * 1024**2)})
    desk = desk_of(tmp_path, read_unpacked_mb=1)
    (drop,) = desk.intake().take([("bomb.zip", bomb)])
    assert desk.intake().wait(seconds=PATIENCE)
    assert (drop.state, drop.cause) == ("refused", "limits")
    assert Received(desk.app().paths.uploads).all() == []


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, max_upload_mb=1)
    (drop,) = desk.intake().take([("a.txt", b"x" * (1024**2 + 1))])
    assert (drop.state, drop.cause) == ("refused", "size")


def test_a_password_opens_a_file_that_waits_for_it(tmp_path: Path) -> None:
    desk, (drop,) = taken(tmp_path, {"secret.pdf": secret("moon")})
    intake = desk.intake()
    assert (drop.state, drop.cause, drop.locked) == ("refused", "encrypted", True)
    intake.unlock(drop, "sun")
    assert intake.wait(seconds=PATIENCE)
    assert (drop.cause, drop.locked) == ("password", True)
    intake.unlock(drop, "moon")
    assert intake.wait(seconds=PATIENCE)
    assert (drop.state, drop.documents, drop.locked) == ("added", ("secret.pdf",), False)
    drawing = desk.app().drawing("secret.pdf", 1, (0, 6))
    assert drawing is not None
    assert drawing.marked
    notes = Received(desk.app().paths.uploads).folder / ".notes"
    assert not [note for note in notes.iterdir() if b"moon" in note.read_bytes()]


def test_a_locked_file_goes_with_its_row(tmp_path: Path) -> None:
    desk, (drop,) = taken(tmp_path, {"secret.pdf": secret("moon")})
    assert Received(desk.app().paths.uploads).all()
    desk.intake().dismiss(drop)
    assert Received(desk.app().paths.uploads).all() == []
    assert desk.intake().drops == ()


def test_dismissing_a_row_leaves_the_document(tmp_path: Path) -> None:
    desk, (drop,) = taken(tmp_path, {"a.txt": PAPER})
    desk.intake().dismiss(drop)
    assert desk.intake().drops == ()
    assert [row.name for row in desk.app().documents()] == ["a.txt"]
    assert Received(desk.app().paths.uploads).all()


def test_a_large_file_keeps_no_small_one_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "book.txt")
    desk = desk_of(tmp_path)
    intake = desk.intake()
    (book,) = intake.take([("book.txt", LARGE)])
    assert gate.reached.wait(PATIENCE)
    notes = intake.take([("a.txt", PAPER), ("b.txt", b"Two.")])
    assert intake.wait(notes, PATIENCE)
    assert book.state == "reading"
    assert [row.name for row in desk.app().documents()] == ["a.txt", "b.txt"]
    assert desk.app().search("kettle", k=1).passages
    gate.opened.set()
    assert intake.wait(seconds=PATIENCE)
    assert book.state == "added"


def test_what_waits_can_be_cancelled_and_what_is_read_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "first.txt")
    desk = desk_of(tmp_path)
    intake = desk.intake()
    (first,) = intake.take([("first.txt", LARGE)])
    assert gate.reached.wait(PATIENCE)
    (second, third) = intake.take([("second.txt", LARGE + b"!"), ("third.txt", LARGE)])
    intake.cancel(second)
    intake.cancel(first)
    assert intake.drops == (third,)
    gate.opened.set()
    assert intake.wait([third], PATIENCE)
    assert (third.state, third.documents) == ("added", ("third.txt",))
    assert [row.name for row in desk.app().documents()] == ["third.txt"]
    assert intake.drops == (third,)


def test_many_people_drop_at_once(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)

    def drop(person: int) -> None:
        files = [(f"{n}.txt", f"Note {n} of {person}.".encode()) for n in range(8)]
        desk.intake().take([*files, ("common.txt", PAPER)])

    people = [Thread(target=drop, args=(person,)) for person in range(5)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    intake = desk.intake()
    assert intake.wait(seconds=PATIENCE)
    states = [drop.state for drop in intake.drops]
    assert (states.count("added"), states.count("unchanged")) == (41, 4)
    assert len(desk.app().documents()) == 41
    assert intake.ready == 41
    assert all(check.ok for check in desk.app().doctor())


def test_a_library_that_is_written_to_is_waited_for(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    intake = desk.intake()
    desk.home.mkdir(parents=True)
    with locked(desk.app().paths):
        (drop,) = intake.take([("a.txt", PAPER)])
        while not drop.held:
            assert not intake.wait([drop], 0.02)
        assert drop.state == "indexing"
    assert intake.wait(seconds=PATIENCE)
    assert (drop.state, drop.held) == ("added", False)


def test_what_the_library_could_not_take_in_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ModelError("The embedder is gone", "Bring it back.")

    with monkeypatch.context() as patch:
        patch.setattr(App, "ingest", fail)
        desk, (drop,) = taken(tmp_path, {"a.txt": PAPER})
        assert (drop.state, drop.cause) == ("failed", "library")
        assert "Bring it back" in drop.reason
    desk.intake().retry(drop)
    assert desk.intake().wait(seconds=PATIENCE)
    assert drop.state == "added"


def test_one_file_that_breaks_the_program_does_not_cost_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "a.txt")
    ingest = App.ingest

    def breaking(app: App, sources: list[Path], **given: object) -> object:
        if "bad.txt" in given["names"].values():  # type: ignore[attr-defined]
            raise RuntimeError("a mistake")
        return ingest(app, sources, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(App, "ingest", breaking)
    desk = desk_of(tmp_path)
    drops = desk.intake().take([("bad.txt", b"Bad."), ("a.txt", PAPER), ("b.txt", b"Two.")])
    gate.opened.set()
    assert desk.intake().wait(seconds=PATIENCE)
    assert [drop.state for drop in drops] == ["failed", "added", "added"]
    assert "a mistake" in drops[0].reason


def test_a_file_that_kills_its_reader_is_one_refused_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reader.read

    def failing(reader: Reader, drop: Drop, options: Options) -> WasRead:
        if drop.name == "bad.txt":
            raise OSError("no more processes")
        return read(reader, drop, options)

    monkeypatch.setattr(Reader, "read", failing)
    _, drops = taken(tmp_path, {"bad.txt": b"Bad.", "a.txt": PAPER})
    assert [drop.state for drop in drops] == ["failed", "added"]


def test_a_folder_that_cannot_be_written_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    desk = Desk(tmp_path / "home" / "below", Settings(workers=1))
    (drop,) = desk.intake().take([("a.txt", PAPER)])
    assert (drop.state, drop.cause) == ("failed", "storage")
    assert "cannot be written" in drop.reason


def test_what_waits_when_a_desk_closes_is_taken_up_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        gate = Gate(patch, "book.txt")
        desk = desk_of(tmp_path)
        desk.intake().take([("book.txt", LARGE)])
        assert gate.reached.wait(PATIENCE)
        desk.intake().take([("next.txt", LARGE + b"!")])
        other = desk_of(tmp_path)
        other.resume()
        assert other.intake().drops == (), "the first desk has the claim"
        gate.opened.set()
        desk.close()
    second = desk_of(tmp_path)
    second.resume()
    intake = second.intake()
    assert {drop.name for drop in intake.drops} == {"book.txt", "next.txt"}
    assert intake.wait(seconds=PATIENCE)
    assert [row.name for row in second.app().documents()] == ["book.txt", "next.txt"]


PROGRAM = """
import sys
from pathlib import Path
from rag.config import Settings
from rag.desk import Desk, waiting
waiting.SMALL = 2_000
from rag.desk.reading import Reader
read = Reader.read
def hang(self, drop, options):
    if drop.name.startswith("book"):
        print("reading", flush=True)
        sys.stdin.read()
    return read(self, drop, options)
Reader.read = hang
desk = Desk(Path(sys.argv[1]), Settings(workers=1))
notes = desk.intake().take([("заметка.txt", Path(sys.argv[2]).read_bytes())])
assert desk.intake().wait(notes, 60)
desk.intake().take([("book.txt", Path(sys.argv[3]).read_bytes()), ("late.txt", b"Late. " * 500)])
desk.intake().wait()
"""


def test_killed_in_the_middle_the_next_desk_goes_on(tmp_path: Path) -> None:
    note, book = tmp_path / "note", tmp_path / "book"
    note.write_bytes(PAPER)
    book.write_bytes(LARGE)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "home"), str(note), str(book)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGKILL)
    desk = desk_of(tmp_path)
    assert [row.name for row in desk.app().documents()] == ["заметка.txt"]
    desk.resume()
    intake = desk.intake()
    assert [drop.name for drop in intake.drops] == ["book.txt", "late.txt"]
    assert intake.wait(seconds=PATIENCE)
    assert [drop.state for drop in intake.drops] == ["added", "added"]
    names = [row.name for row in desk.app().documents()]
    assert names == ["book.txt", "late.txt", "заметка.txt"]
    assert all(check.ok for check in desk.app().doctor())


def test_a_file_taken_in_before_the_kill_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Received, "settle", lambda *_: None)  # killed before it was noted
        taken(tmp_path, {"a.txt": PAPER})[0].close()
    monkeypatch.setattr(Reader, "read", lambda *_: pytest.fail("it was read again"))
    desk = desk_of(tmp_path)
    desk.resume()
    (drop,) = desk.intake().drops
    assert desk.intake().wait(seconds=PATIENCE)
    assert (drop.state, drop.documents) == ("added", ("a.txt",))


def test_a_desk_takes_up_what_waits_in_every_collection(tmp_path: Path) -> None:
    digest = "a" * 64
    Received(tmp_path / "home" / "other+uploads").keep("a.md", digest, ".md", PAPER)
    (tmp_path / "home" / "no name!+uploads").mkdir()
    desk = desk_of(tmp_path)
    desk.resume()
    assert [drop.name for drop in desk.intake("other").drops] == ["a.md"]
    assert desk.intake("other").wait(seconds=PATIENCE)


def a_drop(name: str, size: int, digest: str = "") -> Drop:
    return Drop(name, size, Kept(name, Path(name), digest or name, size))


def test_the_line_gives_lanes_what_suits_them() -> None:
    queue = Waiting()
    small, large, later = a_drop("s", 10), a_drop("l", SMALL + 1), a_drop("m", SMALL + 2)
    for drop in (small, large, later):
        queue.add(drop)
    assert queue.turn(quick=True) is small
    assert queue.turn(quick=False) is large
    queue.take(large)
    queue.take(later)
    assert queue.turn(quick=False) is small
    queue.take(small)
    assert queue.turn(quick=True) is None
    assert len(queue) == 0


def test_of_files_with_the_same_bytes_one_goes_ahead() -> None:
    queue = Waiting()
    first, second, third = (a_drop(name, 10, "same") for name in "abc")
    for drop in (first, second, third):
        queue.add(drop)
    assert len(queue) == 1
    assert queue.leave(second) == [first, third]
    assert queue.leave(first) == [third]
    assert queue.turn(quick=True) is third
    queue.take(third)
    assert queue.done(third) == [third]
    queue.add(first)
    assert queue.leave(first) == []
    assert len(queue) == 0
