"""What work tells, with the silence in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.service.running import Event

#: Seconds without a word that count as silence: a stream begins then in any case, and has a comment
#: sent each time, so that nobody on the way takes the connection for dead. What fails before it has
#: begun is told by the status of the answer.
SILENCE = 5.0


class Hearing:
    """Listens to the events of work; see `rag.service.running.events`."""

    def __init__(self, events: AsyncIterator[Event], seconds: float = SILENCE) -> None:
        self._events = events
        self._seconds = seconds
        self._next = asyncio.ensure_future(self._anext())

    async def next(self) -> Event | None:
        """The next event; None where there is none for a while. Not to be asked after the last."""
        await asyncio.wait([self._next], timeout=self._seconds)
        if not self._next.done():
            return None
        event = self._next.result()
        self._next = asyncio.ensure_future(self._anext())
        return event

    def stop(self) -> None:
        """Hear no more: what still goes on is called off."""
        self._next.cancel()

    async def _anext(self) -> Event | None:
        return await anext(self._events, None)
