"""What work tells, with the silence in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import Request

    from rag.errors import RagError
    from rag.service.running import Event

#: Seconds without a word that count as silence: a stream begins then in any case, and has a comment
#: sent each time, so that nobody on the way takes the connection for dead. What fails before it has
#: begun is told by the status of the answer.
SILENCE = 5.0


class Hearing:
    """Listens to the events of work; see `rag.service.running.events`."""

    def __init__(self, events: AsyncIterator[Event]) -> None:
        self._events = events
        self._next = asyncio.ensure_future(self._anext())

    async def first(self, request: Request) -> Event | None:
        """The first words, or the end, or None where it takes long; steps are passed over.

        Raises what failed before, and Refused (499) where the client goes away meanwhile.
        """
        gone = asyncio.ensure_future(self._stop_when_gone(request))
        try:
            event = await self.next()
            while event is not None and event.name == "step":
                event = await self.next()
        except asyncio.CancelledError:
            if not gone.done():
                raise
            raise Refused(499, "client-gone", "Nobody waits for the answer any more") from None
        finally:
            gone.cancel()
        if event is not None and event.name == "failed":
            raise cast("RagError", event.value)
        return event

    async def next(self) -> Event | None:
        """The next event; None where there is none for a while. Not to be asked after the last."""
        await asyncio.wait([self._next], timeout=SILENCE)
        if not self._next.done():
            return None
        event = self._next.result()
        self._next = asyncio.ensure_future(self._anext())
        return event

    def stop(self) -> None:
        """Hear no more: what still goes on is called off."""
        self._next.cancel()

    async def _stop_when_gone(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.stop()

    async def _anext(self) -> Event | None:
        return await anext(self._events, None)
