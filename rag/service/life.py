"""How far the life of a process has come: it starts, is ready, lets its requests end, and ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

State = Literal["starting", "ready", "draining", "ending"]


class Cause(NamedTuple):
    """What is wrong: a code as problems have it, its meaning, and whether nobody can be served."""

    code: str
    detail: str
    stops: bool = True


@dataclass(slots=True)
class Readiness:
    """Why not, as it was found out the last time; good until then, in time.monotonic()."""

    causes: tuple[Cause, ...] = ()
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Life:
    """What requests are told of the end.

    `draining`: nothing new is taken; whoever only watches something, as a stream of progress does,
    ends now. `ending`: the time of requests is over, and those that go on are cut.
    """

    warm: bool = False
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def state(self) -> State:
        """As readiness tells it."""
        if self.ending.is_set():
            return "ending"
        if self.draining.is_set():
            return "draining"
        return "ready" if self.warm else "starting"
