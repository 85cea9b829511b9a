"""Several processes that serve one library: here, several desks of one, each with its locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from desk_driver import PAPER, PATIENCE, Gate, desk_of
from fastapi.testclient import TestClient
from service_driver import SETTINGS, client_of

from rag.desk.drops import Drop
from rag.desk.reading import Reader, WasRead
from rag.readers.options import Options
from rag.store import collections
from rag.store.place import LibraryPaths, locked

API = "/api/v1/collections"
DOCUMENTS, JOBS = f"{API}/default/documents", f"{API}/default/jobs"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a library with a collection that holds nothing."""
    collections.create(tmp_path / "home", "default")
    return tmp_path / "home"


@pytest.fixture
def both(home: Path) -> Iterator[tuple[TestClient, TestClient]]:
    """Clients of two services over one library, which wait for each other for a moment."""
    settings = replace(SETTINGS, serve_wait_seconds=0.3)
    with ExitStack() as stack:
        first, second = (stack.enter_context(client_of(home, settings)) for _ in range(2))
        yield first, second


def send(client: TestClient, name: str, data: bytes, wait: int = 0) -> dict[str, object]:
    answer = client.post(DOCUMENTS, params={"name": name, "wait": wait}, content=data)
    assert answer.status_code in (200, 202), answer.text
    told: dict[str, object] = answer.json()
    return told


def state_of(client: TestClient, job: object) -> str:
    """How the file of a job has ended, as any service tells."""
    with client.stream("GET", f"{JOBS}/{job}/events") as events:
        assert [line for line in events.iter_lines() if line.startswith("event: ")]
    state: str = client.get(f"{JOBS}/{job}").json()["files"][0]["state"]
    return state


def test_the_same_bytes_sent_to_two_processes_are_read_by_one(
    both: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, opened, read = Event(), Event(), Counter[str]()
    reading = Reader.read

    def counted(reader: Reader, drop: Drop, options: Options) -> WasRead:
        read[drop.digest] += 1
        reached.set()
        assert opened.wait(PATIENCE)
        return reading(reader, drop, options)

    monkeypatch.setattr(Reader, "read", counted)
    first, second = both
    one = send(first, "a.txt", PAPER)["id"]
    assert reached.wait(PATIENCE)
    two = send(second, "b.txt", PAPER)["id"]
    assert second.get(f"{JOBS}/{one}").json()["state"] in ("queued", "running")
    opened.set()
    assert state_of(second, one) == "added"
    assert state_of(first, two) == "unchanged"
    assert list(read.values()) == [1]
    assert [row["document"] for row in first.get(DOCUMENTS).json()["documents"]] == ["a.txt"]


def test_many_files_sent_to_both_are_all_there_once(
    both: tuple[TestClient, TestClient],
) -> None:
    jobs: list[object] = []

    def sending(client: TestClient) -> None:
        notes = ((f"{number}.txt", f"Note {number}.".encode()) for number in range(4))
        jobs.extend(send(client, name, note)["id"] for name, note in notes)

    threads = [Thread(target=sending, args=(client,)) for client in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = Counter(state_of(both[0], job) for job in jobs)
    assert states == {"added": 4, "unchanged": 4}
    assert both[1].get(DOCUMENTS).json()["total"] == 4


def test_a_job_of_another_process_is_cancelled_and_its_file_goes(
    both: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "a.txt")
    first, second = both
    job = send(first, "a.txt", PAPER)["id"]
    assert gate.reached.wait(PATIENCE)
    assert second.delete(f"{JOBS}/{job}").status_code == 202
    with second.stream("GET", f"{JOBS}/{job}/events") as events:
        assert "event: cancelled" in list(events.iter_lines())
    gate.opened.set()
    assert state_of(second, send(second, "b.txt", b"Another one.", 60)["id"]) == "added"
    assert second.get(DOCUMENTS).json()["total"] == 1


def test_a_collection_that_is_being_filled_is_left_as_it_is_called(
    both: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "a.txt")
    first, second = both
    job = send(first, "a.txt", PAPER)["id"]
    assert gate.reached.wait(PATIENCE)
    for client in both:
        for answer in (
            client.delete(f"{API}/default"),
            client.patch(f"{API}/default", json={"name": "new"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "library-busy")
            assert answer.headers["Retry-After"]
    gate.opened.set()
    assert state_of(second, job) == "added"
    assert second.patch(f"{API}/default", json={"name": "new"}).status_code == 200
    assert first.get(f"{API}/new/jobs/{job}").json()["state"] == "done"
    gone = first.post(DOCUMENTS, params={"name": "b.txt"}, content=b"Two.")
    assert (gone.status_code, gone.json()["code"]) == (404, "no-collection")
    assert first.delete(f"{API}/new").status_code == 204
    assert second.post(API, json={"name": "default"}).status_code == 201
    assert state_of(first, send(second, "c.txt", b"Three.")["id"]) == "added"


def test_what_changes_a_library_waits_for_its_writer_and_then_says_so(
    both: tuple[TestClient, TestClient], home: Path
) -> None:
    first, second = both
    job = send(first, "a.txt", PAPER, 60)
    document = second.get(DOCUMENTS).json()["documents"][0]["id"]
    assert job["state"] == "done"
    with locked(LibraryPaths(home, "default")):
        busy = (
            first.delete(f"{DOCUMENTS}/{document}"),
            second.patch(f"{DOCUMENTS}/{document}", json={"name": "b.txt"}),
            second.delete(f"{API}/default"),
        )
        waiting = send(second, "c.txt", b"Another.")["id"]
    assert [(each.status_code, each.json()["code"]) for each in busy] == [(503, "library-busy")] * 3
    assert state_of(first, waiting) == "added"
    assert first.delete(f"{DOCUMENTS}/{document}").status_code == 200


def test_a_page_beside_a_service_leaves_what_it_is_at(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "a.txt")
    page = desk_of(tmp_path)
    (drop,) = page.intake().take([("a.txt", PAPER)])
    assert gate.reached.wait(PATIENCE)
    with client_of(home) as client:
        other = send(client, "b.txt", b"Another.")["id"]
        assert state_of(client, other) == "added"
        same = send(client, "same.txt", PAPER)["id"]
        gate.opened.set()
        assert page.intake().wait([drop], PATIENCE)
        assert drop.state == "added"
        assert state_of(client, same) == "unchanged"
    page.close()
