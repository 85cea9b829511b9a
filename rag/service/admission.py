"""How much is worked at once, and how many may wait for it."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from rag.config import Settings

#: What work takes: a search is quick, an answer may ask a model, a long one reads whole documents.
Kind = Literal["search", "answer", "long"]


class Admission:
    """A turn for each request that works; each kind has places of its own."""

    def __init__(self, settings: Settings) -> None:
        self._queue = settings.serve_queue
        places = settings.serve_answers or os.cpu_count() or 1
        self._places = {kind: asyncio.Semaphore(places) for kind in ("search", "answer", "long")}
        self._waiting = 0
        #: Told each turn as it begins: its kind, seconds it was waited for, how many still wait.
        self.on_turn: Callable[[Kind, float, int], None] = lambda *_: None

    @asynccontextmanager
    async def turn(self, person: str, kind: Kind) -> AsyncIterator[None]:
        """Wait for a place and hold it. Raises Refused (429) where too many wait already."""
        places = self._places[kind]
        if places.locked() and self._waiting >= self._queue:
            raise Refused(
                429,
                "busy",
                f"Too many wait already, {person} among them",
                "Ask again in a moment.",
                {"Retry-After": "2"},
            )
        self._waiting += 1
        came = time.perf_counter()
        try:
            await places.acquire()
        finally:
            self._waiting -= 1
        self.on_turn(kind, time.perf_counter() - came, self._waiting)
        try:
            yield
        finally:
            places.release()
