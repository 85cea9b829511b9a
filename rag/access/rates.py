"""How many requests each client may make: a bucket for each, filled evenly."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MINUTE = 60.0
#: Clients remembered; beyond that the one that asked longest ago begins anew.
MOST = 10_000


@dataclass(slots=True)
class _Bucket:
    """Requests that may be made at a time, in fractions as they grow back."""

    left: float
    at: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a request may be made, how many more at once, and seconds to the next one."""

    allowed: bool
    left: int
    wait: float


class Rates:
    """So many requests a minute for each client, in one process; a minute's worth at once.

    Not for several threads: a server asks it from its one loop.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.a_minute = a_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str) -> Taken:
        """Count a request of a client; one that may not be made costs nothing."""
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self.a_minute, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        a_second = self.a_minute / _MINUTE
        bucket.left = min(bucket.left + (now - bucket.at) * a_second, self.a_minute)
        bucket.at = now
        allowed = bucket.left >= 1
        if allowed:
            bucket.left -= 1
        wait = 0.0 if bucket.left >= 1 else (1 - bucket.left) / a_second
        return Taken(allowed, math.floor(bucket.left), wait)
