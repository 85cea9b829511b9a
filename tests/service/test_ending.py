"""How a service ends: nothing new is taken, requests end in their time, those left are told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from served import SECONDS, SETTINGS, Client, Running, served

from rag.desk.line import Caller
from rag.errors import Stopped
from rag.service.entry import Client as Person
from rag.service.running import run
from rag.service.state import service_of


class Held:
    """Routes whose end a test holds up, and a stream that never ends."""

    def __init__(self) -> None:
        self.reached = threading.Semaphore(0)
        self.go = threading.Event()
        self.stopped = threading.Event()

    def add(self, app: FastAPI) -> None:
        @app.get("/held")
        def held() -> str:
            self.reached.release()
            self.go.wait(SECONDS)
            return "held"

        @app.post("/asked")
        async def asked(request: Request) -> str:
            return await run(service_of(request), request, Person("anna"), "answer", self.ask)

        async def stream() -> StreamingResponse:
            async def pieces() -> AsyncIterator[bytes]:
                yield b"data: 1\n\n"
                self.reached.release()
                await asyncio.sleep(SECONDS)

            return StreamingResponse(pieces(), media_type="text/event-stream")

        app.get("/stream")(stream)
        app.post("/stream")(stream)
        app.post("/v1/stream")(stream)

    def ask(self) -> str:
        """As a model does that writes until it is stopped."""
        from rag.desk.line import _caller

        caller: Caller = _caller()
        with caller.woken_by(self.stopped.set):
            self.reached.release()
            self.stopped.wait(SECONDS)
        raise Stopped


@pytest.fixture
def held() -> Held:
    return Held()


def running_with(tmp_path: Path, held: Held, seconds: float):  # type: ignore[no-untyped-def]
    return served(tmp_path / "home", replace(SETTINGS, serve_drain_seconds=seconds), held.add)


def last_event(client: Client) -> tuple[str, dict[str, object]]:
    head, data = b"".join(client.chunks()).decode().strip().split("\n\n")[-1].split("\n")
    return head, json.loads(data.removeprefix("data: "))


def head_of(client: Client) -> None:
    while client._file.readline().strip():
        pass


def draining(running: Running) -> None:
    while not running.service.life.draining.is_set():
        running.thread.join(0.01)


def test_requests_end_and_nothing_new_begins(tmp_path: Path, held: Held) -> None:
    with (
        running_with(tmp_path, held, 30.0) as running,
        Client(running.port) as client,
        Client(running.port) as coming,
        Client(running.port) as idle,
    ):
        client.send("GET /held HTTP/1.1")
        coming.raw(b"GET /readyz HTTP/1.1\r\n")
        assert held.reached.acquire(timeout=SECONDS)
        running.end()
        assert idle.ended
        with pytest.raises(ConnectionError):
            Client(running.port)
        coming.send("Accept: */*")
        answer = coming.answer()
        assert (answer.status, answer.json["code"]) == (503, "draining")
        assert coming.ended
        held.go.set()
        assert client.answer().body == b'"held"'
        assert client.ended
        running.thread.join(SECONDS)
        assert not running.thread.is_alive()


def test_a_model_is_stopped_and_its_client_told_when_time_is_up(tmp_path: Path, held: Held) -> None:
    with running_with(tmp_path, held, 0.0) as running, Client(running.port) as client:
        client.send("POST /asked HTTP/1.1", "Content-Length: 0")
        assert held.reached.acquire(timeout=SECONDS)
        running.end()
        answer = client.answer()
        assert (answer.status, answer.json["code"]) == (503, "ending")
        assert answer.headers["retry-after"] == "5"
        assert held.stopped.is_set()


def test_a_stream_is_told_of_the_end(tmp_path: Path, held: Held) -> None:
    with running_with(tmp_path, held, 0.0) as running, Client(running.port) as client:
        client.send("POST /stream HTTP/1.1", "Content-Length: 0")
        head_of(client)
        assert held.reached.acquire(timeout=SECONDS)
        running.end()
        event, told = last_event(client)
        assert (event, told["code"]) == ("event: problem", "ending")


def test_a_client_of_openais_api_is_told_as_it_expects(tmp_path: Path, held: Held) -> None:
    with running_with(tmp_path, held, 0.0) as running, Client(running.port) as client:
        client.send("POST /v1/stream HTTP/1.1", "Content-Length: 0")
        head_of(client)
        assert held.reached.acquire(timeout=SECONDS)
        running.end()
        last = b"".join(client.chunks()).decode().strip().split("\n\n")[-1]
        assert json.loads(last.removeprefix("data: "))["error"]["code"] == "ending"


def test_who_only_watches_holds_up_no_end(tmp_path: Path, held: Held) -> None:
    with (
        running_with(tmp_path, held, 30.0) as running,
        Client(running.port) as watching,
        Client(running.port) as working,
    ):
        for client, method in ((watching, "GET"), (working, "POST")):
            client.send(f"{method} /stream HTTP/1.1", "Content-Length: 0")
            head_of(client)
            assert held.reached.acquire(timeout=SECONDS)
        running.end()
        assert last_event(watching)[1]["code"] == "ending"
        assert running.service.life.state == "draining"
        running.service.life.ending.set()
        assert last_event(working)[1]["code"] == "ending"
