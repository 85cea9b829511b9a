"""Work done in a thread for one call: it tells how far it is, and is called off with the call."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import move_on_after, to_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio import CapacityLimiter

    from rag.access.clients import Client
    from rag.desk.line import Caller, Kind
    from rag.mcp.host import Host

T = TypeVar("T")

#: Seconds that a thread whose call is over may go on before it is left to itself.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far work is: what it does now, and its pieces that are done, of all, where it has any."""

    message: str
    done: int | None = None
    total: int | None = None


class Errand:
    """What work hears of its call and tells about itself, and the threads it may be done in."""

    def __init__(
        self,
        person: str,
        on_step: Callable[[Step], None],
        threads: CapacityLimiter | None = None,
    ) -> None:
        from rag.desk.line import Caller  # with it comes the desk, which a start need not wait for

        self._on_step = on_step
        self.caller = Caller(person, self._waits)
        self.threads = threads

    def tell(self, message: str, done: int | None = None, total: int | None = None) -> None:
        """Tell what is done now. Raises Stopped where nobody waits for it any more."""
        self.caller.heed()
        self._on_step(Step(message, done, total))

    def heed(self, _: object = None) -> None:
        """Raise Stopped where nobody waits for the work any more."""
        self.caller.heed()

    def _waits(self, before: int) -> None:
        if before:
            self._on_step(Step(f"waiting for the model, {before} before this"))


async def worked(
    host: Host,
    client: Client,
    kind: Kind,
    work: Callable[[Errand], T],
    report: Callable[[Step], Awaitable[None]],
) -> T:
    """The result of work, done in a thread once it is the client's turn.

    `report` gets its steps in order, and never while the work waits for that. A call that is
    cancelled stops the model that writes for it. Raises what the work raises.
    """
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[Step | None] = asyncio.Queue()
    errand = Errand(client.name, lambda step: _put(loop, steps, step), host.threads)
    telling = asyncio.create_task(_tell(steps, report))
    try:
        async with host.turn(errand.caller, kind):
            result = await _in_thread(errand, partial(work, errand))
        steps.put_nowait(None)
        await telling
        return result
    finally:
        telling.cancel()


def _put(loop: asyncio.AbstractEventLoop, steps: asyncio.Queue[Step | None], step: Step) -> None:
    with suppress(RuntimeError):  # the loop has ended, and with it whoever listened
        loop.call_soon_threadsafe(steps.put_nowait, step)


async def _tell(
    steps: asyncio.Queue[Step | None], report: Callable[[Step], Awaitable[None]]
) -> None:
    while (step := await steps.get()) is not None:
        try:
            await report(step)
        except Exception:  # whoever listened has gone; the call ends of itself
            return


async def _in_thread(errand: Errand, work: Callable[[], T]) -> T:
    working = to_thread.run_sync(partial(_for, errand.caller, work), limiter=errand.threads)
    done = asyncio.ensure_future(working)
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        errand.caller.stop()
        with move_on_after(_PATIENCE, shield=True):
            await asyncio.wait([done])
        if done.done() and not done.cancelled():
            done.exception()  # heard: it ended since it was stopped
        raise


def _for(caller: Caller, work: Callable[[], T]) -> T:
    from rag.desk.line import calling

    with calling(caller):
        return work()
