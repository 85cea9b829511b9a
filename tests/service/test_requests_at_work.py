"""Work for clients over real sockets: who goes away, who is slow, and what threads there are."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from model_doubles import model_of

from rag.config import Settings
from rag.desk.line import Line, queued
from rag.errors import RagError
from rag.listening import Server, listen
from rag.models import Model
from rag.service import problems
from rag.service.admission import Admission
from rag.service.entry import Client
from rag.service.running import Event, events, run
from rag.service.state import Service
from rag.types import Message

FIRST_PORT = 18670
PATIENCE = 20.0


@dataclass
class Work:
    """What requests do here: they wait for a model that writes word after word for ever."""

    began: SimpleQueue[str] = field(default_factory=SimpleQueue)
    ended: SimpleQueue[str] = field(default_factory=SimpleQueue)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.model: Model = queued(model_of(lambda *_: "слово " * 100_000), Line(4))

    def write(self, name: str) -> str:
        """Write until nobody wants more."""
        self.began.put(name)
        try:
            for _ in self.model.stream([Message("user", "?")]):
                if self.go_on.wait(0.001):
                    return name
        finally:
            self.ended.put(name)
        return name

    def hold(self, name: str) -> str:
        """Wait until the test goes on; it hears nothing meanwhile."""
        self.began.put(name)
        assert self.go_on.wait(PATIENCE)
        self.ended.put(name)
        return name


def built(work: Work, settings: Settings) -> FastAPI:
    app = FastAPI()
    service = Service(None, Admission(settings), None, None)  # type: ignore[arg-type]
    app.state.service = service
    app.add_exception_handler(RagError, problems.on_error)

    @app.get("/write/{name}")
    async def write(request: Request, name: str) -> str:
        return await run(service, request, Client(name), "answer", partial(work.write, name))

    @app.get("/hold/{name}")
    async def hold(request: Request, name: str) -> str:
        return await run(service, request, Client(name), "answer", partial(work.hold, name))

    @app.get("/large")
    async def large(request: Request) -> str:
        return await run(service, request, Client("x"), "answer", lambda: "x" * 20_000_000)

    @app.get("/broken")
    async def broken() -> list[str]:
        def fail(_: object) -> None:
            raise ZeroDivisionError

        return [each.name async for each in events(service, Client("x"), "answer", fail)]

    @app.get("/stream/{name}")
    async def stream(name: str) -> StreamingResponse:
        def tell(tell: Callable[[str, object], None]) -> str:
            tell("text", "начало")
            return work.write(name)

        async def lines() -> AsyncIterator[bytes]:
            told: AsyncIterator[Event] = events(service, Client(name), "answer", tell)
            async for event in told:
                yield f"{event.name}\n".encode()

        return StreamingResponse(lines())

    return app


@contextmanager
def served(settings: Settings | None = None) -> Iterator[tuple[Work, str, Admission]]:
    """The work, the address and the places of a service on a real socket."""
    ready, work = threading.Event(), Work()
    app = built(work, settings or Settings(serve_answers=1, serve_queue=2))
    with listen("127.0.0.1", None, FIRST_PORT) as bound:
        server = Server(uvicorn.Config(app, log_config=None, access_log=False), ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        assert ready.wait(PATIENCE)
        try:
            yield work, f"http://127.0.0.1:{bound.getsockname()[1]}", app.state.service.admission
        finally:
            work.go_on.set()
            server.should_exit = True
            thread.join(PATIENCE)


@contextmanager
def connected(url: str, path: str) -> Iterator[socket.socket]:
    """A client that has asked for a path and reads nothing by itself."""
    parts = urlsplit(url)
    assert parts.hostname
    with socket.create_connection((parts.hostname, parts.port or 80), PATIENCE) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        yield client


@pytest.mark.parametrize("path", ["/write/a", "/stream/a"])
def test_a_client_that_goes_away_stops_the_model_and_frees_its_place(path: str) -> None:
    with served() as (work, url, _):
        with connected(url, path):
            assert work.began.get(timeout=PATIENCE) == "a"
        assert work.ended.get(timeout=PATIENCE) == "a"
        assert not work.go_on.is_set()
        work.go_on.set()
        assert httpx.get(f"{url}/write/b", timeout=PATIENCE).json() == "b"


def test_a_client_that_goes_away_while_it_waits_is_not_worked_for() -> None:
    with served() as (work, url, admission):
        with connected(url, "/hold/a"):
            assert work.began.get(timeout=PATIENCE) == "a"
            with connected(url, "/hold/b"):
                wait_for(lambda: admission.waiting("answer") == 1)
            wait_for(lambda: admission.waiting("answer") == 0)
            work.go_on.set()
            assert httpx.get(f"{url}/hold/c", timeout=PATIENCE).json() == "c"
        assert work.began.get(timeout=PATIENCE) == "c"


def test_too_many_are_refused_with_a_problem_and_the_seconds_to_wait() -> None:
    with served() as (work, url, admission):
        with (
            connected(url, "/hold/a"),
            connected(url, "/hold/b"),
            connected(url, "/hold/c"),
        ):
            wait_for(lambda: admission.waiting("answer") == 2)
            told = httpx.get(f"{url}/hold/d", timeout=PATIENCE)
            work.go_on.set()
        assert (told.status_code, told.json()["code"]) == (429, "busy")
        assert int(told.headers["Retry-After"]) >= 1
        assert told.headers["Content-Type"] == problems.MEDIA_TYPE


def test_a_client_that_reads_slowly_holds_no_place() -> None:
    with served() as (work, url, admission):
        work.go_on.set()
        with connected(url, "/large") as slow:  # more than the sockets take
            assert slow.recv(1)
            wait_for(lambda: admission.working("answer") == 0)
            assert httpx.get(f"{url}/hold/b", timeout=PATIENCE).json() == "b"


def test_what_fails_that_should_not_ends_a_stream() -> None:
    with served() as (_, url, _):
        assert httpx.get(f"{url}/broken", timeout=PATIENCE).json() == ["failed"]


def test_many_requests_leave_no_threads_and_no_files_behind() -> None:
    with served(Settings(serve_answers=2)) as (work, url, admission):
        work.go_on.set()
        ask(url, 8)
        threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))
        for _ in range(3):
            ask(url, 24)
        places = int(admission.threads.total_tokens)
        assert threading.active_count() <= threads + places
        wait_for(lambda: len(os.listdir("/proc/self/fd")) <= files)


def ask(url: str, many: int) -> None:
    """So many requests at once."""

    async def all_of_them() -> None:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            paths = [f"{url}/hold/{number}" for number in range(many)]
            for answer in await asyncio.gather(*map(client.get, paths)):
                assert answer.status_code == 200, json.dumps(answer.text)

    asyncio.run(all_of_them())


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when something is so; it is looked at often."""
    changed = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if condition():
            return
        changed.wait(0.01)
    raise AssertionError("it never came")
