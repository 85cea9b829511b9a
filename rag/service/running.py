"""Work that takes a while, done in a thread for a client who may go away meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import to_thread

from rag.desk.line import Caller, calling
from rag.errors import RagError, Stopped
from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import Request

    from rag.service.admission import Kind
    from rag.service.entry import Client
    from rag.service.state import Service

    #: How work tells of itself as it goes on: the name of an event, and what is to be said.
    Tell = Callable[[str, object], None]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """What work tells: `done` comes last with the result, or `failed` with the error."""

    name: str
    value: object


async def run(
    service: Service, request: Request, client: Client, kind: Kind, work: Callable[[], T]
) -> T:
    """The result of work, which is done in a thread once it is the client's turn.

    Raises what the work raises; Refused (429) where too many wait already. A client that goes away
    stops the model that writes for it.
    """
    caller = Caller(client.name)
    gone = asyncio.ensure_future(_stop_when_gone(request, caller))
    try:
        async with service.admission.turn(client.name, kind):
            return await to_thread.run_sync(partial(_for, caller, work))
    except Stopped:
        raise Refused(499, "client-gone", "Nobody waits for the answer any more") from None
    finally:
        gone.cancel()


async def events(
    service: Service, client: Client, kind: Kind, work: Callable[[Tell], T]
) -> AsyncIterator[Event]:
    """What work tells as it goes on, then "done" with its result or "failed" with a RagError.

    Closing the iterator, as happens when the client goes away, stops the model that writes. A slow
    client holds nothing up: what it has not read yet is kept for it.
    """
    caller = Caller(client.name)
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Event] = asyncio.Queue()

    def tell(name: str, value: object) -> None:
        caller.heed()
        loop.call_soon_threadsafe(told.put_nowait, Event(name, value))

    async def working() -> None:
        try:
            async with service.admission.turn(client.name, kind):
                done = await to_thread.run_sync(partial(_for, caller, partial(work, tell)))
            told.put_nowait(Event("done", done))
        except Stopped:
            pass
        except RagError as error:
            told.put_nowait(Event("failed", error))

    task = asyncio.ensure_future(working())
    try:
        while (event := await told.get()).name not in {"done", "failed"}:
            yield event
        yield event
    finally:
        caller.stop()
        await asyncio.wait([task])


def _for(caller: Caller, work: Callable[[], T]) -> T:
    with calling(caller):
        return work()


async def _stop_when_gone(request: Request, caller: Caller) -> None:
    """Call the errand off when the client goes away; the request's body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    caller.stop()
