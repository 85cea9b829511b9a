"""Clients that send slowly, too much or nonsense, that do not read, and that are too many."""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from served import SECONDS, SETTINGS, Client, Running, served

from rag.service import connections

GIGABYTES = 10 * 1000**3
GET = "GET /healthz HTTP/1.1"
POST = "POST /echo HTTP/1.1"


class Extra:
    """Routes that a test holds up."""

    def __init__(self) -> None:
        self.hold = threading.Event()
        self.reached = threading.Semaphore(0)

    def add(self, app: FastAPI) -> None:
        @app.get("/hold")
        def hold() -> str:
            self.reached.release()
            self.hold.wait(SECONDS)
            return "held"

        @app.get("/long")
        async def long() -> StreamingResponse:
            async def pieces() -> AsyncIterator[bytes]:
                while True:
                    yield bytes(64 * 1024)

            return StreamingResponse(pieces())

        @app.post("/pieces")
        async def pieces(request: Request) -> int:
            return sum([len(piece) async for piece in request.stream()])

        @app.post("/echo")
        async def echo(request: Request) -> int:
            return len(await request.body())


@pytest.fixture(scope="module")
def extra() -> Extra:
    return Extra()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, extra: Extra) -> Iterator[Running]:
    settings = replace(SETTINGS, serve_receive_seconds=1.0, serve_connections=4)
    with served(tmp_path_factory.mktemp("served") / "home", settings, extra.add) as running:
        yield running


def test_a_head_that_trickles_is_cut(running: Running) -> None:
    with Client(running.port) as client:
        client.raw(b"GET /healthz HTTP/1.1\r\nX-Long: ")
        client.trickle(b"a")
        answer = client.answer()
        assert (answer.status, answer.json["code"]) == (408, "too-slow")
        assert client.ended
    assert running.counted('rag_connections_cut_total{reason="slow-head"}') == 1


def test_a_body_that_trickles_is_cut_and_one_that_comes_slowly_is_not(running: Running) -> None:
    with Client(running.port) as client, Client(running.port) as steady:
        client.send(POST, "Content-Length: 100000")
        steady.send(POST, f"Content-Length: {3 * 4096}")
        steady.raw(bytes(4096))
        client.trickle(b"a")
        assert client.answer().status == 408
        assert client.ended
        steady.raw(bytes(8192))
        assert steady.answer().body == b"12288"
    assert running.counted('rag_connections_cut_total{reason="slow-body"}') == 1


def test_a_connection_without_a_request_is_closed_in_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0)
    with Client(running.port) as client:
        assert client.ended


def test_ten_gigabytes_are_refused_before_they_come(running: Running) -> None:
    with Client(running.port) as client:
        client.send(POST, f"Content-Length: {GIGABYTES}", "Expect: 100-continue")
        answer = client.answer()
        assert (answer.status, answer.json["code"]) == (413, "too-large")
        assert answer.headers["connection"] == "close"
        assert client.ended


def test_ten_gigabytes_in_chunks_are_cut_as_they_come(running: Running) -> None:
    chunk = b"%x\r\n" % 65536 + bytes(65536) + b"\r\n"
    sent = 0
    with Client(running.port) as client:
        client.send(POST, "Transfer-Encoding: chunked")
        while not select.select([client.link], [], [], 0)[0] and sent < GIGABYTES:
            client.raw(chunk)
            sent += len(chunk)
        answer = client.answer()
        assert (answer.status, answer.json["code"]) == (413, "too-large")
        assert client.ended
    assert sent < 50_000_000  # 1 MiB is read; the rest is what the system takes in between


def test_a_file_may_be_larger_than_other_bodies(running: Running) -> None:
    path = "/api/v1/collections/default/documents"
    with Client(running.port) as client:
        client.send(f"PATCH {path} HTTP/1.1", "Content-Length: 2000000", body=bytes(2_000_000))
        assert client.answer().status in (404, 405)
        client.send(f"PATCH {path} HTTP/1.1", f"Content-Length: {250 * 1024**2}")
        answer = client.answer()
        assert (answer.status, "200 MiB" in answer.json["detail"]) == (413, True)


def test_a_body_that_no_route_reads_does_not_go_on_for_ever(running: Running) -> None:
    chunk = b"%x\r\n" % 65536 + bytes(65536) + b"\r\n"
    with Client(running.port) as client:
        client.send("POST /nothing HTTP/1.1", "Transfer-Encoding: chunked")
        assert client.answer().status == 404
        with pytest.raises(ConnectionError):
            client.raw(chunk * 1000)


def test_who_does_not_read_is_left(running: Running) -> None:
    with Client(running.port, buffer=4096) as client:
        client.send("GET /long HTTP/1.1")
        running.until('rag_connections_cut_total{reason="slow-reader"}', 1)
        running.until("rag_requests_in_flight", 0)


def test_one_without_a_request_gives_way_to_one_with(running: Running) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(Client(running.port)) for _ in range(4)]
        for client in idle[1:]:  # they have had an answer, and half of the next request
            client.send(GET)
            assert client.answer().status == 200
            client.raw(b"GET / HT")
        newcomer = stack.enter_context(Client(running.port))
        newcomer.send(GET)
        assert newcomer.answer().status == 200
        assert idle[0].ended


def test_too_many_with_requests_are_told_to_come_again(running: Running, extra: Extra) -> None:
    extra.hold.clear()
    with ExitStack() as stack:
        held = [stack.enter_context(Client(running.port)) for _ in range(4)]
        for client in held:
            client.send("GET /hold HTTP/1.1")
            assert extra.reached.acquire(timeout=SECONDS)
        with Client(running.port) as late:
            answer = late.answer()
            assert (answer.status, answer.json["code"]) == (503, "full")
            assert answer.headers["retry-after"] == "2"
            assert late.ended
        extra.hold.set()
        assert [client.answer().body for client in held] == [b'"held"'] * 4


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01", 400),  # the beginning of TLS
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 60_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 10_000 + b"\r\n", 431),
    ],
)
def test_what_is_no_request_is_refused_as_other_problems_are(
    running: Running, sent: bytes, status: int
) -> None:
    with Client(running.port) as client:
        client.raw(sent + b"\r\n\r\n")
        answer = client.answer()
        assert (answer.status, answer.json["code"]) == (status, "bad-request")
        assert answer.headers["content-type"] == "application/problem+json"
        assert client.ended


def test_cyrillic_as_it_is_in_an_address_is_told_how_to_be_written(running: Running) -> None:
    with Client(running.port) as client:
        client.raw("GET /?who=Павел HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        answer = client.answer()
        assert answer.status == 400
        assert "--data-urlencode" in answer.json["hint"]


def test_a_body_that_turns_out_to_be_nonsense_is_refused(running: Running) -> None:
    with Client(running.port) as client:
        client.send(POST, "Transfer-Encoding: chunked", body=b"5\r\nhello\r\nzz\r\n")
        assert client.answer().status == 400
        assert client.ended


def test_a_client_that_leaves_amid_its_body_is_no_mistake(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with Client(running.port) as client:
        client.send("POST /pieces HTTP/1.1", "Content-Length: 10", body=b"half")
    running.until('rag_requests_total{method="POST",route="/pieces",status="499"}', 1)
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


def test_a_head_alone_gets_a_head_alone(running: Running) -> None:
    with Client(running.port) as client:
        client.raw(b"HEAD /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n")
        head = client._file.readline()
        assert head.split()[1] in (b"404", b"405")


def test_requests_one_after_another_are_answered_in_order(running: Running) -> None:
    with Client(running.port) as client:
        client.send(GET, "X-Request-ID: first")
        client.send(POST, "Content-Length: 3", "X-Request-ID: second", body=b"abc")
        client.send(GET, "X-Request-ID: third")
        found = [client.answer().headers["x-request-id"] for _ in range(3)]
        assert found == ["first", "second", "third"]


def test_a_wish_for_a_websocket_is_not_heeded(running: Running) -> None:
    with Client(running.port) as client:
        client.send(GET, "Connection: Upgrade", "Upgrade: websocket")
        assert client.answer().status == 200


def test_files_of_sockets_are_replaced_only_where_nobody_listens(tmp_path: Path) -> None:
    from rag.errors import UsageError
    from rag.listening import listen_at_path

    path = tmp_path / "rag.sock"
    with listen_at_path(path) as bound:
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(UsageError, match="listens at"), listen_at_path(path):
            pass
        left = bound.dup()
    assert not path.exists()
    left.close()
    path.write_text("a file of somebody")
    with pytest.raises(UsageError, match="cannot listen"), listen_at_path(path):
        pass
    assert path.read_text() == "a file of somebody"
