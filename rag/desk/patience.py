"""Waiting for a library that another process, or another thread of this one, is writing to."""

from __future__ import annotations

import math
import time
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from rag.errors import LibraryBusy, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Result = TypeVar("Result")

#: Seconds that a person is kept waiting by a click.
PATIENCE = 10.0
#: Seconds that work in the background waits: for as long as it has to.
FOREVER = math.inf
#: Seconds to the second try, about as long as a publication takes; each further wait is twice as
#: long, up to the last.
_AGAIN_AFTER, _AT_MOST = 0.1, 0.8


def pauses() -> Iterator[float]:
    """Seconds to wait before each further try."""
    pause = _AGAIN_AFTER
    while True:
        yield pause
        pause = min(2 * pause, _AT_MOST)


def when_free(
    work: Callable[[], Result],
    *,
    seconds: float = PATIENCE,
    on_wait: Callable[[LibraryBusy], None] = lambda _: None,
    stop: Event | None = None,
) -> Result:
    """Do what writes to a library, again and again while somebody else writes.

    `on_wait` is told each time that it has to wait. Raises LibraryBusy after `seconds`, Stopped
    when `stop` is set while it waits.
    """
    stop = stop or Event()
    end, waits = time.monotonic() + seconds, pauses()
    while True:
        try:
            return work()
        except LibraryBusy as error:
            if time.monotonic() >= end:
                raise
            on_wait(error)
        if stop.wait(next(waits)):
            raise Stopped
