"""The service as `rag serve` has it, in a thread or as a process, and clients without manners."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import FastAPI

from rag.config import Settings
from rag.desk import Desk
from rag.listening import listen
from rag.service import Service, build
from rag.service.process import Plan, configured
from rag.service.server import Served

FIRST_PORT = 18640
SECONDS = 60  # that anything may take before a test gives up
ROOT = Path(__file__).resolve().parents[1]
SETTINGS = Settings(workers=1)


@dataclass
class Running:
    """A service in a thread of this process."""

    port: int
    service: Service
    server: Served
    thread: threading.Thread

    def end(self) -> None:
        """Begin to end it, as a signal does."""
        self.server.should_exit = True

    def until(self, name: str, value: float) -> None:
        """Wait until a metric has this value."""
        for _ in range(SECONDS * 20):
            if self.counted(name) == value:
                return
            self.thread.join(0.05)
        raise AssertionError(f"{name} is {self.counted(name)}, not {value}")

    def counted(self, name: str) -> float:
        """A value of its metrics, by its name with labels."""
        lines = self.service.metrics.text().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


@contextmanager
def served(
    home: Path,
    settings: Settings = SETTINGS,
    add: Callable[[FastAPI], None] = lambda _: None,
    **plan: Any,
) -> Iterator[Running]:
    """A service over the library at `home`, with what `add` adds to it."""
    ready = threading.Event()
    with listen("127.0.0.1", None, FIRST_PORT) as bound:
        app = build(Desk(home, settings))
        add(app)
        config = configured(app, replace(Plan(settings, str(home)), **plan))
        server = Served(config, app.state.service, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        assert ready.wait(SECONDS)
        running = Running(bound.getsockname()[1], app.state.service, server, thread)
        try:
            yield running
        finally:
            running.end()
            thread.join(SECONDS)
            assert not thread.is_alive()


class Answer(NamedTuple):
    """What came over a connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A connection that sends what it is told, whole or not."""

    def __init__(self, place: int | Path, *, buffer: int = 0) -> None:
        is_port = isinstance(place, int)
        self.link = socket.socket(socket.AF_INET if is_port else socket.AF_UNIX)
        if buffer:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.link.settimeout(SECONDS)
        try:
            self.link.connect(("127.0.0.1", place) if is_port else str(place))
        except OSError:
            self.link.close()
            raise
        self._file = self.link.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.link.close()

    def send(self, *lines: str, body: bytes = b"") -> None:
        """Send a head, and a body."""
        self.link.sendall("\r\n".join([*lines, "Host: localhost", "", ""]).encode() + body)

    def raw(self, data: bytes) -> None:
        self.link.sendall(data)

    def trickle(self, piece: bytes) -> None:
        """Send the same piece again and again, until there is an answer."""
        while not select.select([self.link], [], [], 0.05)[0]:
            self.link.sendall(piece)

    def answer(self) -> Answer:
        """Read one answer; status 0 where the connection ends without."""
        first = self._file.readline()
        if not first:
            return Answer(0, {}, b"")
        headers = {}
        while line := self._file.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(self.chunks())
        else:
            body = self._file.read(int(headers.get("content-length", "0")))
        return Answer(int(first.split()[1]), headers, body)

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a body, as far as they come."""
        while (line := self._file.readline().strip()) and (size := int(line, 16)):
            yield self._file.read(size + 2)[:-2]
        self._file.readline()

    @property
    def ended(self) -> bool:
        """Whether the other side has nothing more to say, once it has said all."""
        try:
            return self._file.read(1) == b""
        except ConnectionError:
            return True


@dataclass
class Process:
    """`rag serve` as a process of its own; `log` are the lines that were read so far."""

    process: subprocess.Popen[str]
    log: list[str]

    def until(self, word: str) -> str:
        """Read the log up to a line with this word."""
        assert self.process.stderr is not None
        while line := self.process.stderr.readline():
            self.log.append(line)
            if word in line:
                return line
        raise AssertionError("".join(self.log))

    @property
    def port(self) -> int:
        told = next(line for line in self.log if "the service is at " in line)
        return int(told.split("the service is at ")[1].split()[0].rpartition(":")[2])

    def end(self, number: signal.Signals) -> int:
        """Send a signal; with which code it ends."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        _, rest = self.process.communicate(timeout=SECONDS)
        self.log.extend(rest.splitlines(keepends=True))
        return self.process.returncode


def events(lines: list[str], name: str) -> list[dict[str, Any]]:
    """The events of this name in a log of JSON."""
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [event for event in found if event["event"] == name]


@contextmanager
def serving(
    home: Path, *arguments: str, told: str = "the service is at ", **variables: str
) -> Iterator[Process]:
    """`rag serve` at the first free port; by the time it says so it takes requests."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OTEL_"))}
    port = () if {"--port", "--uds"} & set(arguments) else ("--port", str(_free_port()))
    command = [sys.executable, "-m", "rag", "--home", str(home), "serve", *port, *arguments]
    process = subprocess.Popen(
        command,
        cwd=home.parent,
        env={**environ, "PYTHONPATH": str(ROOT), "HOME": str(home.parent), **variables},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    found = Process(process, [])
    try:
        if told:
            found.until(told)
        yield found
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
