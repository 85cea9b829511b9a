"""Server-sent events: what is told as it goes on, to a client that reads a stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from rag.service.bodies import as_json
from rag.service.running import until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import Request
    from starlette.types import Receive, Scope, Send

    from rag.errors import RagError
    from rag.service.running import Event

T = TypeVar("T")

MEDIA_TYPE: Final = "text/event-stream"
#: Seconds of silence after which a proxy might take the stream for dead.
SILENCE: Final = 15.0
#: Is sent in a silence: clients pass over it.
COMMENT: Final = b": it goes on\n\n"
#: What keeps proxies from holding a stream back.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_END: Final = object()


def event(value: object, name: str | None = None, number: int | None = None) -> bytes:
    """An event with a JSON value; its number is what a client names as the last it has seen."""
    id_ = None if number is None else str(number)
    return format_sse_event(event=name, data_str=as_json(value), id=id_)


class Hearing(Generic[T]):
    """Hears what is told, and the silence in between: None, each time that so many seconds pass.

    Whoever tells is always waited for, so that `stop` ends it even if nobody has heard it yet.
    """

    def __init__(self, told: AsyncIterator[T], silence: float = SILENCE) -> None:
        self._told = told
        self._silence = silence
        self._next = asyncio.ensure_future(self._wait())

    def __aiter__(self) -> Hearing[T]:
        return self

    async def __anext__(self) -> T | None:
        await asyncio.wait([self._next], timeout=self._silence)
        if not self._next.done():
            return None
        told = self._next.result()
        if told is _END:
            raise StopAsyncIteration
        self._next = asyncio.ensure_future(self._wait())
        return cast("T", told)

    async def first(self, request: Request) -> T | None:
        """What is told next to a client that has been sent nothing; its body must have been read.

        Raises Refused (499) where it goes away meanwhile.
        """
        told = asyncio.ensure_future(anext(self))
        leaving = asyncio.ensure_future(until_gone(request))
        try:
            await asyncio.wait([told, leaving], return_when=asyncio.FIRST_COMPLETED)
            if not told.done():
                raise leaving.result()
            return told.result()
        finally:
            told.cancel()
            leaving.cancel()

    async def stop(self) -> None:
        """Hear no more: what still goes on is called off, and waited for."""
        if self._next.cancel():
            await asyncio.wait([self._next])

    async def _wait(self) -> object:
        return await anext(self._told, _END)


class Stream(StreamingResponse):
    """What is heard, as `written` writes it; whatever becomes of the client, it is called off."""

    def __init__(
        self,
        hearing: Hearing[T],
        written: Callable[[AsyncIterator[T | None]], AsyncIterator[bytes]],
        *first: T | None,
    ) -> None:
        super().__init__(written(_joined(first, hearing)), media_type=MEDIA_TYPE, headers=_HEADERS)
        self._stop = hearing.stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it all, or as much as the client stays for."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._stop()


async def streamed(
    request: Request,
    events: AsyncIterator[Event],
    written: Callable[[AsyncIterator[Event | None]], AsyncIterator[bytes]],
    begins: Callable[[Event | None], bool],
    silence: float = SILENCE,
) -> Stream:
    """What work tells, as `written` writes it, from the first event or silence that `begins` it.

    What fails before that is raised, so that it has a status of its own. Raises Refused (499) where
    the client goes away before. The request's body must have been read.
    """
    hearing = Hearing(events, silence)
    try:
        first = await hearing.first(request)
        while not begins(first):
            first = await hearing.first(request)
        if first is not None and first.name == "failed":
            raise cast("RagError", first.value)
    except BaseException:
        await hearing.stop()
        raise
    return Stream(hearing, written, first)


async def _joined(
    first: tuple[T | None, ...], rest: AsyncIterator[T | None]
) -> AsyncIterator[T | None]:
    for each in first:
        yield each
    async for each in rest:
        yield each
