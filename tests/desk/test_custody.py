"""Bytes that several processes bring into one library: who wants them, who deals with them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Event

import pytest
from desk_driver import PAPER, PATIENCE, Gate, desk_of, taken

from rag.desk import Desk, uploads
from rag.errors import LibraryBusy
from rag.store import collections, received
from rag.store.processes import Presence
from rag.store.received import Received
from rag.store.tasks import Task, Tasks, new_id, now

GONE = "0" * 16
DIGEST = hashlib.sha256(PAPER).hexdigest()


def received_of(desk: Desk) -> Received:
    return Received(desk.app().paths.uploads)


def test_a_process_is_there_until_it_ends_however_it_does(tmp_path: Path) -> None:
    first, second = Presence(tmp_path), Presence(tmp_path)
    token = first.token
    assert first.token == token
    assert second.lives(token)
    assert first.lives(second.token)
    assert not second.lives(GONE)
    assert not second.lives("../../etc/passwd")
    first.close()
    assert not second.lives(token)
    assert [path.name for path in (tmp_path / "+processes").iterdir()] == [second.token]
    assert first.token != token, "it may come again under another name"


def test_what_was_being_sent_to_a_process_that_is_gone_is_deleted(tmp_path: Path) -> None:
    first, second = Presence(tmp_path), Presence(tmp_path)
    for each in (first, second):
        each.incoming().write_bytes(b"half a file")
    first.close()
    second.clear()
    (left,) = (tmp_path / "+incoming").iterdir()
    assert left.name.startswith(second.token)


def test_bytes_go_when_nobody_wants_them_any_more(tmp_path: Path) -> None:
    files = Received(tmp_path / "a")
    one, two = received.process("1" * 16), received.job("2" * 20)
    kept = files.keep("a.txt", DIGEST, ".txt", PAPER, by=one)
    assert files.keep("b.txt", DIGEST, ".txt", PAPER, by=two) == kept, "it is called a.txt already"
    files.release(DIGEST, [one])
    assert kept.path.exists()
    files.release(DIGEST, [two])
    assert files.all() == []
    files.settle(files.keep("a.txt", DIGEST, ".txt", PAPER, by=one), [one])
    files.release(DIGEST)
    assert kept.path.exists(), "it is in the library"


def test_one_at_a_time_deals_with_bytes(tmp_path: Path) -> None:
    first, second = Received(tmp_path / "a"), Received(tmp_path / "a")
    lock = first.begin_reading(DIGEST)
    assert lock is not None
    assert second.begin_reading(DIGEST) is None
    first.end_reading(lock)
    again = second.begin_reading(DIGEST)
    assert again is not None
    second.end_reading(again)
    assert list((tmp_path / "a" / ".reading").iterdir()) == []


def test_a_process_that_lives_takes_up_what_another_one_leaves(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    desk.home.mkdir()
    desk.resume()
    files, pause = received_of(desk), Event()
    files.keep("a.txt", DIGEST, ".txt", PAPER, by=received.process(GONE))
    while not desk.intake().drops:
        pause.wait(0.02)
    assert desk.intake().wait(seconds=PATIENCE)
    (drop,) = desk.intake().drops
    assert (drop.state, drop.documents) == ("added", ("a.txt",))
    assert not files.expects(lambda _: True)
    desk.close()


def test_what_a_job_wants_is_left_to_it_unless_nobody_was_promised_it(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    files = received_of(desk)
    promised, other = new_id(), new_id()
    digest = hashlib.sha256(b"Two.").hexdigest()
    files.keep("a.txt", DIGEST, ".txt", PAPER, by=received.job(promised))
    files.keep("b.txt", digest, ".txt", b"Two.", by=received.job(other))
    tasks = Tasks(desk.app().paths.jobs)
    tasks.begin(Task(promised, "ingest", "me", "queued", now(), now()), GONE)
    desk.resume()
    assert desk.intake().drops == ()
    assert [kept.name for kept in files.all()] == ["a.txt"]
    desk.close()


def test_a_file_of_an_earlier_version_that_waits_is_taken_up(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    received_of(desk).keep("a.txt", DIGEST, ".txt", PAPER)  # nobody has it on its way
    desk.resume()
    assert desk.intake().wait(seconds=PATIENCE)
    assert [row.name for row in desk.app().documents()] == ["a.txt"]
    desk.close()


def test_a_document_goes_and_its_bytes_stay_for_who_has_just_sent_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = taken(tmp_path, {"a.txt": PAPER})
    desk.app().remove("a.txt")
    gate = Gate(monkeypatch, "b.txt")
    (drop,) = desk.intake().take([("b.txt", PAPER)])
    assert gate.reached.wait(PATIENCE)
    assert drop.kept is not None
    received_of(desk).discard(drop.kept.path)
    gate.opened.set()
    assert desk.intake().wait(seconds=PATIENCE)
    assert (drop.state, drop.documents) == ("added", ("b.txt",))
    uploads.remove(desk.app(), "b.txt")
    assert not drop.kept.path.exists()


def test_a_collection_that_another_process_fills_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "a.txt")
    desk = desk_of(tmp_path)
    (drop,) = desk.intake().take([("a.txt", PAPER)])
    assert gate.reached.wait(PATIENCE)
    collections.create(desk.home, "other")
    for change in (
        lambda: collections.rename(desk.home, "other", "third"),
        lambda: collections.delete(desk.home, "third"),
    ):
        change()
    gate.opened.set()
    assert desk.intake().wait([drop], PATIENCE)
    gate.opened.clear()
    gate.reached.clear()
    late = desk.intake().take([("a.txt", b"Another.")])
    assert gate.reached.wait(PATIENCE)
    with pytest.raises(LibraryBusy, match="Something is being done"):
        collections.delete(desk.home, "default")
    with pytest.raises(LibraryBusy, match="Something is being done"):
        collections.rename(desk.home, "default", "new")
    gate.opened.set()
    assert desk.intake().wait(late, PATIENCE)
    collections.delete(desk.home, "default")
    assert not [path for path in desk.home.iterdir() if not path.name.startswith("+")]


def test_a_collection_that_another_process_has_renamed_is_forgotten(tmp_path: Path) -> None:
    desk, _ = taken(tmp_path, {"a.txt": PAPER})
    desk.resume()
    before = desk.intake()
    desk.app().search("paper", k=1)
    assert len(desk._libraries) == 1
    collections.rename(desk.home, "default", "new")
    pause = Event()
    while desk.intake() is before:
        pause.wait(0.02)
    assert desk.intake().drops == ()
    assert len(desk._libraries) == 0
    desk.close()
