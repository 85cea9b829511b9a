"""Work that takes a while, done in a thread for a client who may go away meanwhile.

A client that reads slowly holds neither a place nor a thread: both are free as soon as the work is
done, and what it has not read yet is kept for it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import to_thread

from rag.desk.line import Caller, calling
from rag.errors import RagError, Stopped
from rag.service.problems import gone, unexpected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from fastapi import Request

    from rag.desk.line import Kind
    from rag.service.entry import Client
    from rag.service.problems import Refused
    from rag.service.state import Service

    #: How work tells of itself as it goes on: the name of an event, and what is to be said.
    Tell = Callable[[str, object], None]

log = logging.getLogger(__name__)

#: Seconds after which a thread that works lets another one work; Python's own is 0.005.
_SWITCH_SECONDS = 0.0005

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """What work tells: `done` comes last with the result, or `failed` with the error."""

    name: str
    value: object


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let threads hand the interpreter over sooner, as long as requests are served.

    A request goes from the event loop to a thread and back, and where others work it waits each
    time until one of them is made to let go.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


async def run(
    service: Service, request: Request, client: Client, kind: Kind, work: Callable[[], T]
) -> T:
    """The result of work, which is done in a thread once it is the client's turn.

    Raises what the work raises; Refused (429) where too many wait already. A client that goes away
    leaves the line, and stops the model that writes for it.
    """
    caller = Caller(client.name)
    leaving = asyncio.ensure_future(until_gone(request))
    leaving.add_done_callback(lambda _: caller.stop())
    try:
        return await _worked(service, caller, kind, work)
    except Stopped:
        raise gone() from None
    finally:
        leaving.cancel()
        caller.stop()  # where this is cancelled, nobody waits for the work


async def events(
    service: Service, client: Client, kind: Kind, work: Callable[[Tell], T]
) -> AsyncIterator[Event]:
    """What work tells as it goes on, then "done" with its result or "failed" with a RagError.

    The first event may be a Refused (429), where too many wait already. Closing the iterator, as
    happens when the client goes away, stops the model that writes.
    """
    caller = Caller(client.name)
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Event] = asyncio.Queue()

    def tell(name: str, value: object) -> None:
        caller.heed()
        loop.call_soon_threadsafe(told.put_nowait, Event(name, value))

    async def working() -> None:
        try:
            last = Event("done", await _worked(service, caller, kind, partial(work, tell)))
        except Stopped:
            last = Event("failed", gone())
        except RagError as error:
            last = Event("failed", error)
        except Exception:
            log.exception("A request could not be worked")
            last = Event("failed", unexpected())
        told.put_nowait(last)

    task = asyncio.ensure_future(working())
    try:
        while (event := await told.get()).name not in {"done", "failed"}:
            yield event
        yield event
    finally:
        caller.stop()
        await asyncio.wait([task])


async def _worked(service: Service, caller: Caller, kind: Kind, work: Callable[[], T]) -> T:
    """The result of work that has its turn, in a thread, and is over with it."""
    admission = service.admission
    async with admission.turn(caller, kind):
        return await to_thread.run_sync(partial(_for, caller, work), limiter=admission.threads)


def _for(caller: Caller, work: Callable[[], T]) -> T:
    with calling(caller):
        return work()


async def until_gone(request: Request) -> Refused:
    """Wait until the client goes away; what it would be told. Its body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return gone()
