"""The server of one process: it looks after its connections, and ends as it should.

    signal ─ draining: nothing new, requests go on ─ ending: those left are cut ─ the desk is closed

A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import uvicorn

from rag.service.connections import Bounds, Connection
from rag.service.logs import tell

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from types import FrameType

    from rag.service.state import Service

#: Seconds between two looks at all connections.
_LOOK: Final = 0.5
#: Seconds that requests which were cut have to end in.
_LAST = 5.0
_HANDSHAKE = 10.0  # seconds of TLS
#: Connections that wait to be taken, and those that are taken before any of them is heard: with
#: many at once, one could have to give way before its request is read.
_BACKLOG, _TAKEN = 1024, 8


class Served(uvicorn.Server):
    """`on_ready` is told once requests are taken, `on_end` when they are no more.

    `on_beat` is told every other moment for as long as the loop goes round.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        service: Service,
        on_ready: Callable[[], None],
        on_beat: Callable[[], None] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._service = service
        self._on_ready, self._on_beat, self._on_end = on_ready, on_beat, on_end
        self._looking: asyncio.Task[None] | None = None
        #: The signal that ended it.
        self.signal = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests, then tell. `should_exit` is set where the app cannot start."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            self.should_exit = True
            return
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_on_error)
        connection = partial(
            Connection,
            Bounds.of(self._service.settings),
            self._service.metrics,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        tls = self.config.ssl
        self.servers = [
            await loop.create_server(
                connection,
                sock=bound,
                backlog=_TAKEN,
                ssl=tls,
                ssl_handshake_timeout=_HANDSHAKE if tls else None,
            )
            for bound in sockets or ()
        ]
        for bound in sockets or ():
            bound.listen(_BACKLOG)
        self._looking = asyncio.create_task(self._look())
        self.started = True
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests end, then cut those that are left, then close the desk."""
        life, seconds = self._service.life, self._service.settings.serve_drain_seconds
        life.draining.set()
        self._on_end()
        tell("draining", seconds=seconds, requests=len(self.server_state.tasks))
        for server in self.servers:
            server.close()
        for bound in sockets or ():
            bound.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._until_idle(seconds)
        life.ending.set()
        if self.server_state.tasks:
            tell("cutting", requests=len(self.server_state.tasks))
        await self._until_idle(_LAST)
        for task in list(self.server_state.tasks):
            task.cancel()
        await self.lifespan.shutdown()
        if self._looking is not None:
            self._looking.cancel()
        tell("ended")

    async def _until_idle(self, seconds: float) -> None:
        """Wait until all requests are answered, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.server_state.tasks or self.server_state.connections:
                    await asyncio.sleep(0.02)

    async def _look(self) -> None:
        """Look at all connections, again and again."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK)
            now = loop.time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.look(now)
            self._service.metrics.look()
            self._on_beat()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Heed signals; unlike uvicorn's, one that was heeded is over with that."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        heeded = [signal.SIGINT, signal.SIGTERM]
        before = {each: signal.signal(each, self.handle_exit) for each in heeded}
        if hasattr(signal, "SIGHUP"):
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._handle_hangup)
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End; at the second time at once, whatever goes on."""
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit, self.signal = True, sig

    def _handle_hangup(self, sig: int, frame: FrameType | None) -> None:
        """Take the certificate anew for connections to come; without one, end."""
        certificate, key = self.config.ssl_certfile, self.config.ssl_keyfile
        if self.config.ssl is None or certificate is None:
            self.handle_exit(sig, frame)
            return
        try:
            self.config.ssl.load_cert_chain(certificate, key)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            tell("certificate-not-taken", logging.ERROR, error=type(error).__name__)
        else:
            tell("certificate-taken")


def _on_error(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """What went wrong outside of every request, told without what asyncio would print of it."""
    error = context.get("exception")
    kind = type(error).__name__ if error is not None else "none"
    if not isinstance(error, ConnectionError):  # a client that leaves is no event
        tell("loop-error", logging.ERROR, error=kind)
