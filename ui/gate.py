"""The gate before everything: who asks for the page by a strange name, from elsewhere, or unasked.

It stands before Streamlit, so pages, media, uploads, websockets and what tells how it is doing are
all behind it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse

from rag.access.strangers import strangeness

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.access.names import Names
    from rag.access.strangers import Strange

_REFUSED = 1008  # the code of a websocket that is closed for what it may not
_REASONS: dict[Strange, str] = {
    "name": "This page does not answer to that name; see rag ui --name",
    "origin": "This page takes nothing from pages elsewhere",
    "elsewhere": "This page shows nothing inside pages elsewhere",
    "proxy": "This page is for its own machine; behind a proxy, start rag ui with --name",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who may come in, until `ends` in seconds of `time.time`, or until `key` has left."""

    key: bytes
    ends: float


class Door(Protocol):
    """How people come in."""

    def entry(self, asked: HTTPConnection) -> Entry | None:
        """Who asks, if they may come in."""

    async def answer(self, request: Request, leave: Callable[[bytes], None]) -> Response | None:
        """The answer to a request for the door itself; None for any other.

        `leave` is told the key of an entry that has ended before its time.
        """

    def closed(self, request: Request) -> Response:
        """The answer to who may not come in."""

    def leads_in(self, path: str, /) -> bool:
        """Whether a path is open to everyone, since people come in by it."""


class Gate:
    """ASGI middleware that lets in whom the door lets in; without one, all on this machine."""

    def __init__(self, app: ASGIApp, names: Names, door: Door | None) -> None:
        self._app = app
        self._names = names
        self._door = door
        self._sockets: dict[bytes, set[_Socket]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        proxied = self._door is not None
        strange = strangeness(asked.headers, self._names, links=True, proxied=proxied)
        if strange is not None:
            await _refuse(scope, receive, send, _REASONS[strange])
        elif self._door is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(self._door, Request(scope, receive, send))
        else:
            entry = self._door.entry(asked)
            if entry is None:
                await _refuse(scope, receive, send, "Sign in first")
            else:
                await self._watched(entry, scope, receive, send)

    async def _answer(self, door: Door, request: Request) -> None:
        scope, receive, send = request.scope, request.receive, request._send
        response = await door.answer(request, self._leave)
        if response is not None:
            await response(scope, receive, send)
        elif door.leads_in(request.scope["path"]):
            await self._app(scope, receive, send)
        elif (entry := door.entry(request)) is None:
            await door.closed(request)(scope, receive, send)
        else:
            await self._app(scope, receive, _with_refresh(send, entry.ends))

    async def _watched(self, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a websocket on for as long as its person may be here."""
        socket = _Socket(receive, send, entry.ends)
        self._sockets.setdefault(entry.key, set()).add(socket)
        try:
            await self._app(scope, socket.receive, socket.send)
        finally:
            self._sockets[entry.key].discard(socket)
            if not self._sockets[entry.key]:
                del self._sockets[entry.key]

    def _leave(self, key: bytes) -> None:
        for socket in self._sockets.get(key, ()):
            socket.left.set()


class _Socket:
    """A websocket that is closed when its person has left, or may no longer be here."""

    def __init__(self, receive: Receive, send: Send, ends: float) -> None:
        self._receive = receive
        self._send = send
        self._ends = ends
        self._closed = False
        self.left = asyncio.Event()

    async def receive(self) -> Message:
        """The next message of the browser, or that it is gone."""
        message = asyncio.ensure_future(self._receive())
        left = asyncio.ensure_future(self.left.wait())
        try:
            seconds = max(self._ends - time.time(), 0.0)
            await asyncio.wait(
                (message, left), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if message.done():
                return message.result()
        finally:
            message.cancel()
            left.cancel()
        await self.send({"type": "websocket.close", "code": _REFUSED})
        self._closed = True
        return {"type": "websocket.disconnect", "code": _REFUSED}

    async def send(self, message: Message) -> None:
        """Send on to the browser; what comes after the end is dropped."""
        if not self._closed:
            await self._send(message)


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Answer so; a websocket is closed before it is open, which the browser sees as a 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _REFUSED, "reason": reason})
    else:
        await PlainTextResponse(f"{reason}\n", 403)(scope, receive, send)


def _with_refresh(send: Send, ends: float) -> Send:
    """Have an open page come back to the door by itself when its time is over."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                headers["Refresh"] = str(max(int(ends - time.time()) + 1, 1))
        await send(message)

    return sending
