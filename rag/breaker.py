"""A model server that is away: who asks it meanwhile is told so at once, and one at a time tries.

Without this every question would wait for the same timeout, and hold a thread and a turn for it (a
circuit breaker: Nygard, "Release It!", 2007).
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rag.errors import ModelAway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds after which a server that is away is tried again, at first and at most: each try that
#: fails doubles them.
_SOONEST, _LATEST = 2.0, 10.0
#: A server that says for how long it is to be left alone is believed up to here.
_BELIEVED = 60.0


class Breaker:
    """Whether a server is there, as those found out who asked it. For any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._away: ModelAway | None = None
        self._pause = _SOONEST
        self._again = 0.0  # when it is tried again
        self._trying: Attempt | None = None

    @contextmanager
    def asked(self) -> Iterator[Attempt]:
        """Ask the server meanwhile; a ModelAway that is raised inside is told to who comes next.

        Raises ModelAway at once where it is away, and another one tries it or it is too early to.
        """
        attempt = Attempt(self)
        attempt.begin()
        try:
            yield attempt
        except ModelAway as error:
            if error is not attempt.told:
                self._note(error, attempt)
            raise
        finally:
            self._leave(attempt)

    def _enter(self, attempt: Attempt) -> None:
        with self._lock:
            if self._away is not None and self._trying is None and self._clock() >= self._again:
                self._trying = attempt

    def _leave(self, attempt: Attempt) -> None:
        with self._lock:
            if self._trying is attempt:
                self._trying = None

    def _absence(self, attempt: Attempt) -> ModelAway | None:
        """What is to be told to who asks; None where they may ask."""
        with self._lock:
            if self._away is None or self._trying is attempt:
                return None
            seconds = max(math.ceil(self._again - self._clock()), 1)
            hint = f"{self._away.hint}. It is tried again in {seconds} s."
            return ModelAway(self._away.message, hint, seconds)

    def _note(self, error: ModelAway, attempt: Attempt) -> None:
        with self._lock:
            if self._trying is attempt:
                self._pause = min(2 * self._pause, _LATEST)
            pause = max(self._pause, min(error.wait, _BELIEVED))
            self._away, self._again = error, self._clock() + pause

    def _is_there(self) -> None:
        with self._lock:
            self._away, self._pause, self._trying = None, _SOONEST, None


class Attempt:
    """One who asks a server. `told` is what was said instead of asking it."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker
        self.told: ModelAway | None = None

    def begin(self) -> None:
        """Be the one who tries, where it is time to; else raise as `heed`."""
        self._breaker._enter(self)
        self.heed()

    def heed(self) -> None:
        """Raise ModelAway where the server was found to be away since, by others."""
        self.told = self._breaker._absence(self)
        if self.told is not None:
            raise self.told

    def answered(self) -> None:
        """The server is there."""
        self._breaker._is_there()
