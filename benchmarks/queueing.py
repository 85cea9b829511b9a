"""A small discrete-event simulator: stations with servers, parts that are waited for, batches.

Time is in seconds. Whatever is drawn comes from one seeded generator, so that the same seed gives
the same run.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Then = Callable[[], None]


class Events:
    """What happens when. `now` is the time of what happens at present."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Then]] = []
        self._order = count()

    def at(self, time: float, then: Then) -> None:
        """Have something happen at a time, after what was put there before."""
        heapq.heappush(self._heap, (time, next(self._order), then))

    def after(self, seconds: float, then: Then) -> None:
        """Have something happen in so many seconds."""
        self.at(self.now + seconds, then)

    def run(self, until: float = math.inf) -> None:
        """Let happen what happens before a time."""
        while self._heap and self._heap[0][0] <= until:
            self.now, _, then = heapq.heappop(self._heap)
            then()


class Station:
    """A line before some servers, first come, first served."""

    def __init__(self, events: Events, servers: int) -> None:
        self._events = events
        self.servers = servers
        self._free = servers
        self._line: deque[tuple[float, Then]] = deque()
        self._looked = 0.0
        self._inside = 0
        self.worked = 0.0  # seconds that its servers worked, together
        self.area = 0.0  # of the number inside over time

    def serve(self, seconds: float, then: Then) -> None:
        """Have a server work for so long, and go on when it is done."""
        self._count(1)
        if self._free:
            self._begin(seconds, then)
        else:
            self._line.append((seconds, then))

    def _begin(self, seconds: float, then: Then) -> None:
        self._free -= 1
        self.worked += seconds

        def done() -> None:
            self._free += 1
            self._count(-1)
            if self._line:
                self._begin(*self._line.popleft())
            then()

        self._events.after(seconds, done)

    def _count(self, change: int) -> None:
        now = self._events.now
        self.area += self._inside * (now - self._looked)
        self._looked, self._inside = now, self._inside + change


def join(parts: int, then: Then) -> Then:
    """What each of some parts calls at its end: goes on after the last."""
    left = parts

    def one() -> None:
        nonlocal left
        left -= 1
        if not left:
            then()

    return one


@dataclass(frozen=True, slots=True)
class Engine:
    """What a model server does a step in: all sums are of one server, whatever it is made of.

    A step reads the weights and the keys and values of all that is held (`weights` and
    `token_bytes` bytes at `bandwidth` a second) and computes `token_flops` for each token that is
    read or written (at `flops` a second); it takes the longer of the two, and `overhead` seconds.
    It holds keys and values of `room` tokens and reads at most `chunk` tokens of prompts.
    """

    weights: float
    token_bytes: float
    token_flops: float
    bandwidth: float
    flops: float
    room: int
    overhead: float = 0.002
    chunk: int = 2048
    most: int = 256

    def seconds(self, held: float, tokens: float) -> float:
        """How long a step takes that holds and computes so many tokens."""
        reading = (self.weights + self.token_bytes * held) / self.bandwidth
        return max(reading, self.token_flops * tokens / self.flops) + self.overhead


@dataclass(slots=True)
class _Written:
    """A request in a batch: `unread` tokens of its prompt, the step after which it is `over`."""

    prompt: int
    unread: int
    answer: int
    first: Then
    then: Then
    over: int = 0


@dataclass
class Batcher:
    """A model server with continuous batching: requests come and go between steps.

    Prompts are read first come, first served, in parts beside the tokens that are written (chunked
    prefill). A request is let in when there is room for all its keys and values.
    """

    events: Events
    engine: Engine
    inside: int = 0
    area: float = 0.0  # of the number inside over time
    _looked: float = 0.0
    _line: deque[_Written] = field(default_factory=deque)
    _reading: deque[_Written] = field(default_factory=deque)
    _writing: list[tuple[int, int, _Written]] = field(default_factory=list)
    _steps: int = 0  # made so far
    _held: float = 0.0
    _kept: int = 0  # tokens of room that are promised
    _busy: bool = False
    _order: count[int] = field(default_factory=count)

    def ask(self, prompt: int, known: int, answer: int, first: Then, then: Then) -> None:
        """Put a prompt, of which the first tokens are `known` to the server already.

        `first` is called with the first token of the answer and `then` with the last.
        """
        self._count(1)
        self._line.append(_Written(prompt, max(prompt - known, 1), answer, first, then))
        if not self._busy:
            self._step()

    def _step(self) -> None:
        self._admit()
        budget, read = self.engine.chunk, 0
        for each in self._reading:
            part = min(each.unread, budget - read)
            each.unread -= part
            read += part
            if read == budget:
                break
        writing = len(self._writing)
        self._busy = bool(read or writing)
        if not self._busy:
            return
        steps = 1 if self._reading or self._line else self._quiet()
        held = self._held + read + writing * (steps - 1) / 2
        seconds = steps * self.engine.seconds(held, read + writing)
        self._held += read + steps * writing
        self._steps += steps
        self.events.after(seconds, self._stepped)

    def _quiet(self) -> int:
        """Steps that may be made at once: none ends before; who comes meanwhile waits briefly."""
        return max(min(self._writing[0][0] - self._steps, _AT_ONCE), 1)

    def _admit(self) -> None:
        while self._line and len(self._reading) + len(self._writing) < self.engine.most:
            wanted = self._line[0].prompt + self._line[0].answer
            if self._kept and self._kept + wanted > self.engine.room:
                return
            self._kept += wanted
            each = self._line.popleft()
            self._held += each.prompt - each.unread
            self._reading.append(each)

    def _stepped(self) -> None:
        ended: list[Then] = []
        while self._writing and self._writing[0][0] <= self._steps:
            _, _, each = heapq.heappop(self._writing)
            self._leave(each)
            ended.append(each.then)
        while self._reading and not self._reading[0].unread:
            each = self._reading.popleft()
            ended.append(each.first)  # the step that ends the prompt writes the first token
            if each.answer <= 1:
                self._leave(each)
                ended.append(each.then)
            else:
                over = self._steps + each.answer - 1
                heapq.heappush(self._writing, (over, next(self._order), each))
        self._busy = False
        for then in ended:
            then()
        if not self._busy:
            self._step()

    def _count(self, change: int) -> None:
        now = self.events.now
        self.area += self.inside * (now - self._looked)
        self._looked, self.inside = now, self.inside + change

    def _leave(self, each: _Written) -> None:
        self._count(-1)
        self._kept -= each.prompt + each.answer
        self._held = max(self._held - each.prompt - each.answer, 0.0)


#: Steps in which nothing comes or goes that are made at once: a request that comes in the middle
#: waits so long more at most, which is a tenth of a second.
_AT_ONCE = 8


def erlang_c(load: float, servers: int) -> float:
    """The chance to wait before `servers` that are offered `load` (arrivals × mean service)."""
    below = sum(load**n / math.factorial(n) for n in range(servers))
    at = load**servers / math.factorial(servers) * servers / (servers - load)
    return at / (below + at)
