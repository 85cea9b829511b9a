"""How much is worked at once, who is next, and how many may wait for it.

Searches, answers and long work have places of their own, so that none waits for another kind; but
work that takes longer begins when no search waits, or has kept it waiting for a while. In each line
whoever has waited longest is next, and stands at its end again after a turn, as in the
line before a model. A line has a bound; where it is full, a client that fills it makes room for
one with less in it, and whoever finds none is told when to come again.

Of several worker processes each has its own places and lines.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from anyio import CapacityLimiter

from rag.desk.line import Kind, Rota
from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.config import Settings
    from rag.desk.line import Caller, Ticket

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

#: Searches at once at most: they wait for the interpreter far more than for the disk.
_SEARCHES = 2
#: Seconds that a turn is taken to last before one was measured.
_GUESSED: Final[dict[Kind, float]] = {"search": 0.1, "answer": 5.0, "long": 30.0}
_STANDS_BACK = 1.0  # seconds that longer work lets searches go first, at most
_NEWEST = 0.1  # share of the last turn in the mean that is kept
_SOONEST, _LATEST = 1, 120  # seconds after which a client is told to come again


class Meter:
    """Is told what becomes of requests; this one takes no notice. Times are in seconds."""

    def began(self, kind: Kind, waited: float) -> None:
        """A request has its turn."""

    def ended(self, kind: Kind, worked: float) -> None:
        """A turn has ended, however it did."""

    def refused(self, kind: Kind) -> None:
        """A request was told to come again."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """A request that waits: `called` is done when it need not any more, for good or bad."""

    ticket: Ticket
    called: asyncio.Future[None]

    def call(self, error: Exception | None = None) -> None:
        """End the waiting."""
        if not self.called.done():
            self.called.set_exception(error) if error else self.called.set_result(None)


class _Line:
    """The requests of one kind. Only the thread of the event loop touches it."""

    def __init__(self, kind: Kind, places: int, each: int, room: int) -> None:
        self.kind, self.places, self.room = kind, places, room
        self.working = 0
        self.mean = _GUESSED[kind]
        self.is_empty = asyncio.Event()
        self.is_empty.set()
        self._rota = Rota(places, each)
        self._waiting: dict[Ticket, _Waiting] = {}  # oldest first

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def join(self, person: str) -> _Waiting:
        """Wait for a turn, which may begin at once. Raises Refused where there is no room."""
        ticket = self._rota.join(person)
        joined = _Waiting(ticket, asyncio.get_running_loop().create_future())
        self._waiting[ticket] = joined
        self._call()
        if len(self._waiting) > self.room:
            last = self._last_of_the_fullest(person)
            self.leave(last.ticket)
            if last is joined:
                raise self._refusal()
            last.call(self._refusal())
        return joined

    def leave(self, ticket: Ticket) -> None:
        """End a turn, or the waiting for one."""
        self._waiting.pop(ticket, None)
        self._rota.leave(ticket)
        self._call()

    def _call(self) -> None:
        """Tell those whose turn has begun."""
        for ticket in [each for each in self._waiting if self._rota.begun(each)]:
            self._waiting.pop(ticket).call()
        if self._waiting:
            self.is_empty.clear()
        else:
            self.is_empty.set()

    def _last_of_the_fullest(self, newcomer: str) -> _Waiting:
        """Who came last of those whose client waits for most; the newcomer where none has more."""
        counts = Counter(ticket.person for ticket in self._waiting)
        most = max(counts.values())
        full = {person for person, count in counts.items() if count == most}
        fullest = {newcomer} if newcomer in full else full
        return next(
            self._waiting[ticket] for ticket in reversed(self._waiting) if ticket.person in fullest
        )

    def _refusal(self) -> Refused:
        seconds = math.ceil(self.mean * (self.waiting + 1) / self.places)
        seconds = min(max(seconds, _SOONEST), _LATEST)
        return Refused(
            429,
            "busy",
            "Too many requests wait already",
            f"Ask again in {seconds} s.",
            {"Retry-After": str(seconds)},
        )


class Admission:
    """A turn for each request that works."""

    def __init__(self, settings: Settings) -> None:
        answers = settings.serve_answers or os.cpu_count() or 1
        searches = min(os.cpu_count() or 1, _SEARCHES)
        room = settings.serve_queue
        #: Who counts what becomes of requests.
        self.meter = Meter()
        self._lines: dict[Kind, _Line] = {
            "search": _Line("search", searches, searches, room),
            # a client that asks much leaves a place to others: an answer may take minutes
            "answer": _Line("answer", answers, max(answers - 1, 1), room),
            "long": _Line("long", max(answers // 2, 1), 1, room),
        }
        #: Threads in which requests are worked, never more than there are places.
        self.threads = CapacityLimiter(sum(line.places for line in self._lines.values()))

    def working(self, kind: Kind) -> int:
        """How many have their turn."""
        return self._lines[kind].working

    def waiting(self, kind: Kind) -> int:
        """How many wait for theirs."""
        return self._lines[kind].waiting

    @asynccontextmanager
    async def turn(self, caller: Caller, kind: Kind) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises Refused (429) where too many wait already, Stopped when the caller is.
        """
        line, came = self._lines[kind], time.perf_counter()
        try:
            joined = line.join(caller.person)
            await self._called(joined, caller, line)
        except Refused:
            self.meter.refused(kind)
            raise
        began = time.perf_counter()
        self.meter.began(kind, began - came)
        line.working += 1
        try:
            yield
        finally:
            took = time.perf_counter() - began
            line.working -= 1
            line.mean += _NEWEST * (took - line.mean)
            line.leave(joined.ticket)
            self.meter.ended(kind, took)

    async def _called(self, joined: _Waiting, caller: Caller, line: _Line) -> None:
        """Wait for the turn; whoever goes away before it begins leaves the line."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(joined.call)

        try:
            with caller.woken_by(wake):
                await joined.called
            caller.heed()
            if line.kind != "search":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._lines["search"].is_empty.wait(), _STANDS_BACK)
                caller.heed()
        except BaseException:
            line.leave(joined.ticket)
            raise
