"""Server-sent events: what work tells, as it goes on, to a client that reads a stream."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from rag.errors import RagError
from rag.service.problems import Refused
from rag.shown import escaped

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from fastapi import Request
    from starlette.types import Receive, Scope, Send

    from rag.service.running import Event

MEDIA_TYPE = "text/event-stream"
#: Seconds of silence after which a proxy might take the stream for dead.
PING_SECONDS = 15.0
#: What keeps proxies from holding a stream back.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Stream(StreamingResponse):
    """A stream of events that is closed whatever becomes of the client."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, media_type=MEDIA_TYPE, headers=_HEADERS)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it all, or as much as the client stays for."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._events.aclose()


async def streamed(
    request: Request, events: AsyncIterator[Event], shown: Callable[[Event], bytes]
) -> Stream:
    """What work tells, as `shown` writes it.

    What goes wrong before anything is told is raised, so that it has a status of its own. Raises
    Refused (499) where the client goes away before that. The request's body must have been read.
    """
    first = await _first(request, events)
    if first.name == "failed":
        assert isinstance(first.value, RagError)
        raise first.value
    return Stream(_written(first, events, shown))


def event(name: str, value: object) -> bytes:
    """An event with a JSON value."""
    return format_sse_event(event=name, data_str=escaped(json.dumps(value, ensure_ascii=False)))


async def _first(request: Request, events: AsyncIterator[Event]) -> Event:
    """The first that is told, if the client waits for it."""
    told = asyncio.ensure_future(_next(events))
    gone = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait([told, gone], return_when=asyncio.FIRST_COMPLETED)
        if not told.done():
            raise Refused(499, "client-gone", "Nobody waits for the answer any more")
        return told.result()
    finally:
        gone.cancel()
        if told.cancel():  # which ends the work
            await asyncio.wait([told])


async def _next(events: AsyncIterator[Event]) -> Event:
    return await anext(events)


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _written(
    first: Event, events: AsyncIterator[Event], shown: Callable[[Event], bytes]
) -> AsyncGenerator[bytes, None]:
    """All events, with a comment wherever nothing is told for long."""
    yield shown(first)
    told = asyncio.ensure_future(_next(events))
    try:
        while True:
            await asyncio.wait([told], timeout=PING_SECONDS)
            if not told.done():
                yield KEEPALIVE_COMMENT
                continue
            try:
                each = told.result()
            except StopAsyncIteration:
                return
            told = asyncio.ensure_future(_next(events))
            yield shown(each)
    finally:
        if told.cancel():
            await asyncio.wait([told])
