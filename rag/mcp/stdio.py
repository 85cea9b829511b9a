"""The server over standard input and output, for a host that starts it as a process.

Standard output is the protocol's alone: whatever else is printed, here or by a child process, goes
to standard error. It ends when its input ends, and on SIGINT and SIGTERM.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import threading
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from typing import TYPE_CHECKING, cast

import anyio
from mcp.server.stdio import stdio_server

from rag.access.clients import Client
from rag.errors import EXIT_ANSWERED, EXIT_INTERRUPTED
from rag.mcp.server import build

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path
    from typing import BinaryIO

    from starlette.requests import Request

    from rag.config import Settings
    from rag.desk import Desk
    from rag.desk.line import Caller, Kind
    from rag.mcp.host import Host

_LINES = 64  # messages that are read ahead
#: Seconds after a signal within which the process ends, whatever a host does with its pipes.
_GRACE = 3.0


class Alone:
    """The host of a process that one person's program has started."""

    def __init__(self, home: Path, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self.secret = secrets.token_bytes(32)
        self.threads: anyio.CapacityLimiter | None = None
        self._desk: Desk | None = None
        self._lock = threading.Lock()

    def desk(self) -> Desk:
        """Made when first wanted, since it takes most of a start; the lock is held meanwhile."""
        with self._lock:
            if self._desk is None:
                from rag.desk import Desk

                self._desk = Desk(self.home, self.settings)
            return self._desk

    def client(self, _request: Request | None) -> Client:
        """The person whose program it is."""
        return Client("me")

    def turn(self, _caller: Caller, _kind: Kind) -> AbstractAsyncContextManager[None]:
        """There are no others to wait for."""
        return nullcontext()

    def close(self) -> None:
        """End what goes on."""
        if self._desk is not None:
            self._desk.close()


def serve(host: Alone) -> int:
    """Serve until the input ends or a signal comes; gives the exit code."""
    try:
        return asyncio.run(_serving(host))
    finally:
        host.close()


async def _serving(host: Host) -> int:
    server = build(host)
    code = EXIT_ANSWERED
    with anyio.CancelScope() as scope, _wire() as wire, _signals(scope) as heard:
        try:
            lines = cast("anyio.AsyncFile[str]", _lines(wire))
            # strays that Python keeps back would come out when descriptor 1 is the wire again
            async with stdio_server(stdin=lines) as (read, write):
                with redirect_stdout(sys.stderr):
                    await server.run(read, write, server.create_initialization_options())
        except* BrokenPipeError:  # the host has gone
            pass
    if signal.SIGINT in heard:
        code = EXIT_INTERRUPTED
    return code


@contextmanager
def _wire() -> Iterator[BinaryIO]:
    """Standard input under a number of its own; children and libraries find nothing to read.

    It is never closed: the thread that reads it may wait for more to the end.
    """
    private = os.dup(0)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    try:
        yield os.fdopen(private, "rb", closefd=False)
    finally:
        os.dup2(private, 0)


async def _lines(wire: BinaryIO) -> AsyncIterator[str]:
    """Lines as they come. Waiting for one can be cancelled, which a read cannot."""
    loop = asyncio.get_running_loop()
    read: asyncio.Queue[str | None] = asyncio.Queue()
    room = threading.Semaphore(_LINES)

    def reading() -> None:
        with suppress(RuntimeError, OSError):  # the loop has ended
            for line in wire:
                room.acquire()
                loop.call_soon_threadsafe(read.put_nowait, line.decode("utf-8", "replace"))
            loop.call_soon_threadsafe(read.put_nowait, None)

    threading.Thread(target=reading, name="rag-wire", daemon=True).start()
    while (line := await read.get()) is not None:
        room.release()
        yield line


@contextmanager
def _signals(scope: anyio.CancelScope) -> Iterator[list[signal.Signals]]:
    """Cancel on SIGINT and SIGTERM, which are noted."""
    loop = asyncio.get_running_loop()
    heard: list[signal.Signals] = []

    def hear(number: signal.Signals) -> None:
        heard.append(number)
        scope.cancel()
        # a write to a pipe that nobody reads can be cancelled by nothing
        code = EXIT_INTERRUPTED if number is signal.SIGINT else EXIT_ANSWERED
        loop.call_later(_GRACE, os._exit, code)

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, hear, number)
    yield heard
