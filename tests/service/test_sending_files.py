"""Files sent to the service: streamed, kept, read, refused; and whatever may go wrong with them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from desk_driver import PAPER, pack, secret
from fastapi.testclient import TestClient
from service_driver import SETTINGS, client_of, serving

from rag.desk import publishing
from rag.desk.custody import Custody
from rag.desk.drops import Drop
from rag.errors import LibraryBusy, StorageError
from rag.service import receiving
from rag.store import collections, received
from rag.store.received import Received
from rag.store.tasks import Tasks

AT = "/api/v1/collections/default"
DOCUMENTS = f"{AT}/documents"
MEBIBYTE = 1024**2
PASSWORD = "moon over a/b"
LIMITS = replace(SETTINGS, max_upload_mb=1, serve_upload_files=3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a library with a collection that holds nothing."""
    collections.create(tmp_path / "home", "default")
    return tmp_path / "home"


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    with client_of(home, replace(LIMITS, read_unpacked_mb=1)) as client:
        yield client


def form(**files: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (name, data)) for name, data in files.items()]


def sent(client: TestClient, *files: tuple[str, bytes], **data: str) -> dict[str, Any]:
    """What became of files that were sent in one form."""
    parts = [("file", file) for file in files]
    answer = client.post(DOCUMENTS, params={"wait": 60}, files=parts, data=data)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def assert_nothing_is_kept(home: Path) -> None:
    assert Received(home / "default+uploads").all() == []
    assert Tasks(home / "default+jobs").all() == []
    left = [path for path in home.rglob("*") if path.is_file() and path.parent.name[0] in "+."]
    assert [path for path in left if path.parent.name != "+processes"] == []


def test_every_file_of_a_form_is_told_of_and_its_names_are_no_paths(
    client: TestClient, home: Path
) -> None:
    job = sent(client, ("../../план.txt", PAPER), ("x/Thumbs.db", b"x"), ("same.md", PAPER))
    told = [(each["name"], each["state"]) for each in job["files"]]
    assert told == [("план.txt", "added"), ("same.md", "unchanged")]
    assert job["result"]["added"] == 1
    ((document,), _) = (each["documents"] for each in job["files"])
    listed = client.get(DOCUMENTS).json()
    assert [(each["id"], each["document"]) for each in listed["documents"]] == [
        (document["id"], "план.txt")
    ]
    odd = sent(client, ("empty.txt", b""), ("setup.pdf", b"\x7fELF\x02"), ("a.xyz", b"x"))
    causes = [(each["state"], each["cause"]) for each in odd["files"]]
    assert causes == [("refused", "empty"), ("refused", "program"), ("refused", "unknown")]
    assert all(each["reason"] and each["hint"] for each in odd["files"])
    assert not any(path.suffix in (".exe", ".xyz") for path in home.rglob("*"))
    assert [kept.name for kept in Received(home / "default+uploads").all()] == ["план.txt"]


def test_a_body_is_one_file_and_its_job_can_be_followed(client: TestClient) -> None:
    answer = client.post(DOCUMENTS, params={"name": "чайник.txt"}, content=PAPER)
    assert answer.status_code == 202
    with client.stream("GET", f"{answer.headers['Location']}/events") as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        lines = list(events.iter_lines())
    assert [line for line in lines if line.startswith("event: ")][-1] == "event: done"
    last = [line for line in lines if line.startswith("id: ")][-1].removeprefix("id: ")
    with client.stream(
        "GET", f"{answer.headers['Location']}/events", headers={"Last-Event-ID": last}
    ) as events:
        assert sum(line.startswith("event: ") for line in events.iter_lines()) == 1
    job = client.get(answer.headers["Location"]).json()
    assert (job["state"], job["files"][0]["state"]) == ("done", "added")
    assert client.post(DOCUMENTS, content=PAPER).json()["code"] == "no-name"


def test_a_password_opens_files_and_is_kept_nowhere(client: TestClient, home: Path) -> None:
    locked = sent(client, ("secret.pdf", secret(PASSWORD)))["files"][0]
    assert (locked["state"], locked["cause"]) == ("refused", "encrypted")
    assert "password" in locked["hint"]
    assert Received(home / "default+uploads").all() == [], "nobody can ask for it again"
    wrong = sent(client, ("secret.pdf", secret(PASSWORD)), password="sun")["files"][0]
    assert wrong["cause"] == "password"
    answer = client.post(
        DOCUMENTS,
        params={"name": "secret.pdf", "wait": 60},
        content=secret(PASSWORD),
        headers={"X-Document-Password": quote(PASSWORD, safe="")},
    )
    assert answer.json()["files"][0]["state"] == "added"
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]


def test_a_bomb_is_refused_with_its_reason_and_the_service_lives(
    client: TestClient, home: Path
) -> None:
    bomb = pack({"a.txt": bytes(8 * MEBIBYTE)})
    told = sent(client, ("bomb.zip", bomb))["files"][0]
    assert (told["state"], told["cause"]) == ("refused", "limits")
    assert Received(home / "default+uploads").all() == []
    assert sent(client, ("a.txt", PAPER))["files"][0]["state"] == "added"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("a.txt", PAPER), ("b.txt", b"x" * (MEBIBYTE + 1))], "too-large"),
        ([(f"{number}.txt", b"x") for number in range(4)], "too-many-files"),
        ([(f"{number}.txt", b"x" * MEBIBYTE) for number in range(2)], "too-large"),
    ],
)
def test_a_form_that_is_too_large_is_refused_whole(
    client: TestClient, home: Path, files: list[tuple[str, bytes]], code: str
) -> None:
    answer = client.post(DOCUMENTS, files=[("file", file) for file in files])
    assert (answer.status_code, answer.json()["code"]) == (413, code)
    assert_nothing_is_kept(home)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"nothing of the kind", "multipart/form-data; boundary=x", "no-form"),
        (b"", "multipart/form-data; boundary=x", "no-form"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", "no-files"),
        (b"--x\r\n", "multipart/form-data", "no-form"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe',
            "multipart/form-data; boundary=x",
            "no-form",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nThe\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            "no-files",
        ),
    ],
)
def test_a_form_that_is_none_is_told(
    client: TestClient, home: Path, body: bytes, kind: str, code: str
) -> None:
    answer = client.post(DOCUMENTS, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert_nothing_is_kept(home)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def full_at_the_second(write: Callable[..., None]) -> Callable[..., None]:
    written = []

    def failing(path: Path, *given: object, **options: object) -> None:
        written.append(path)
        if len(written) > 1:
            full()
        write(path, *given, **options)

    return failing


@pytest.mark.parametrize("where", ["while it comes", "when it is kept", "when it is promised"])
def test_a_full_disk_is_told_and_nothing_is_half_kept(
    client: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with monkeypatch.context() as patch:
        if where == "while it comes":
            patch.setattr(os, "fsync", full)
        elif where == "when it is kept":
            patch.setattr(received, "write_whole", full_at_the_second(received.write_whole))
        else:
            patch.setattr(Tasks, "_write", full)
        answer = client.post(DOCUMENTS, files=[("f", ("a.txt", PAPER)), ("f", ("b.txt", b"Two."))])
        assert (answer.status_code, answer.json()["code"]) == (507, "storage-error")
        assert "the disk is full" in answer.json()["detail"]
        assert str(home) not in answer.text
    assert_nothing_is_kept(home)
    assert sent(client, ("a.txt", PAPER))["files"][0]["state"] == "added"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_disk_that_is_full_to_the_last_byte_is_told_as_such(tmp_path: Path) -> None:
    def come() -> None:
        with receiving.Received(SETTINGS, lambda: tmp_path / "sent") as coming:
            coming.begin("a.txt")
            assert coming._file is not None
            coming._file.close()
            # what it has taken it cannot write, not even as it is closed
            coming._file = Path("/dev/full").open("wb")  # noqa: SIM115
            coming.write(b"words")
            coming.end()

    with pytest.raises(StorageError, match="the disk is full"):
        come()


def test_what_was_promised_waits_for_room_on_the_disk_and_for_the_next_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, busy = SimpleQueue[str](), ["once", "twice"]
    rejoin = Custody.rejoin

    def full_disk(*_: object) -> None:
        tried.put("ingest")
        raise StorageError("The library cannot be written (the disk is full)")

    def held_up(custody: Custody, *given: Any) -> Drop:
        if busy:
            raise LibraryBusy(f"Another process brings files in: {busy.pop()}")
        return rejoin(custody, *given)

    with monkeypatch.context() as patch, client_of(home) as client:
        patch.setattr(publishing, "_ingest", full_disk)
        job = client.post(DOCUMENTS, params={"name": "план.txt"}, content=PAPER).json()
        for _ in range(2):  # and again
            tried.get(timeout=60)
        assert client.get(f"{AT}/jobs/{job['id']}").json()["state"] in ("queued", "running")
    monkeypatch.setattr(Custody, "rejoin", held_up)
    with client_of(home) as client:
        with client.stream("GET", f"{AT}/jobs/{job['id']}/events") as events:
            assert "event: done" in list(events.iter_lines())
        (file,) = client.get(f"{AT}/jobs/{job['id']}").json()["files"]
    assert (file["state"], busy) == ("added", [])


def link_to(address: str) -> socket.socket:
    parts = urlsplit(address)
    assert parts.port is not None
    return socket.create_connection(("127.0.0.1", parts.port), timeout=60)


def head(length: str) -> bytes:
    lines = [f"POST {DOCUMENTS}?name=a.txt HTTP/1.1", "Host: 127.0.0.1", length]
    return "\r\n".join([*lines, "", ""]).encode()


def test_ten_gigabytes_are_refused_before_they_come(home: Path) -> None:
    with serving(home, LIMITS) as address, closing(link_to(address)) as link:
        link.sendall(head(f"Content-Length: {10 * 1024**3}"))  # and not a byte of it
        assert link.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert_nothing_is_kept(home)


def test_a_body_without_a_length_is_refused_when_it_is_too_long(home: Path) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with serving(home, LIMITS) as address, closing(link_to(address)) as link:
        link.sendall(head("Transfer-Encoding: chunked"))
        link.setblocking(False)
        answer, left = b"", memoryview(chunk)
        while not answer:  # it goes on sending for as long as it is let
            try:
                answer = link.recv(4096)
            except BlockingIOError:
                try:
                    left = left[link.send(left) :] or memoryview(chunk)
                except BlockingIOError:
                    continue
                except (BrokenPipeError, ConnectionResetError):
                    link.setblocking(True)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert_nothing_is_kept(home)


def test_a_client_that_falls_silent_or_goes_away_leaves_nothing(home: Path) -> None:
    settings = replace(LIMITS, serve_receive_seconds=1.0)
    with serving(home, settings) as address:
        with closing(link_to(address)) as link:
            link.sendall(head("Content-Length: 1000") + b"The beginning")
            assert link.recv(4096).startswith(b"HTTP/1.1 408 ")
        with closing(link_to(address)) as link:
            link.sendall(head("Content-Length: 1000") + b"The beginning")
    assert_nothing_is_kept(home)
