"""A fair line before the model that all share: whoever has waited longest is next.

A person has one turn at a time and then stands at the end again, so minutes of a long meeting,
which take many turns, hold nobody up who has one question. `Rota` says who is next, `Line` makes
threads wait, `Queued` is a model that is asked through a line.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

from rag.breaker import Breaker
from rag.errors import ModelAway, Stopped
from rag.models import Model
from rag.observe import observer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from rag.breaker import Attempt
    from rag.models import Ending, Sampling, TokenCounter
    from rag.types import Message

#: Answers that a server is asked for at once at least: it has a queue of its own, and batches.
SERVER_AT_ONCE = 4

#: What work takes: a search is quick, an answer may ask a model, a long one reads whole documents.
Kind = Literal["search", "answer", "long"]

_IN_PROCESS = "transformers"


class Caller:
    """Somebody who asks models: one person, one errand. See `calling`.

    `on_place` is told how many turns must end before the one that is waited for: 0 as it begins.
    `heard` tells that a stop ended something.
    """

    def __init__(self, person: str, on_place: Callable[[int], None] = lambda _: None) -> None:
        self.person = person
        self.on_place = on_place
        self.heard = False
        self._stopped = threading.Event()
        self._wakers: set[Callable[[], None]] = set()
        self._lock = threading.Lock()

    @property
    def stopped(self) -> bool:
        """Whether the errand is called off."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Call the errand off: whatever waits for a model or reads its words raises Stopped."""
        self._stopped.set()
        with self._lock:
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def heed(self) -> None:
        """Raise Stopped where the errand is called off."""
        if self.stopped:
            self.heard = True
            raise Stopped

    @contextmanager
    def woken_by(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have `wake` called when the errand is called off while this lasts, or was before."""
        with self._lock:
            self._wakers.add(wake)
        if self.stopped:
            wake()
        try:
            yield
        finally:
            with self._lock:
                self._wakers.discard(wake)


_CALLER: ContextVar[Caller] = ContextVar("caller")


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """Let whatever asks a model here, in this thread, do so for this caller."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)


def _caller() -> Caller:
    """Who asks; each thread for itself where nobody has said."""
    return _CALLER.get(None) or Caller(f"thread {threading.get_ident()}")


@dataclass(eq=False, slots=True)
class Ticket:
    """One turn of a person."""

    person: str


class Rota:
    """Whose turn it is, of those who have come. Not for several threads: see `Line`.

    `at_once` have a turn at the same time, `each` is how many of these one person may have.
    """

    def __init__(self, at_once: int = 1, each: int = 1) -> None:
        self._at_once, self._each = at_once, each
        self._waiting: dict[str, deque[Ticket]] = {}  # what each person waits for, first come first
        self._order: deque[str] = deque()  # those of them who may have a turn, or one more
        self._served: dict[Ticket, None] = {}  # those that began first come first
        self._turns: Counter[str] = Counter()  # how many of them are of each person

    def join(self, person: str) -> Ticket:
        """Take a ticket; its turn may begin at once."""
        ticket = Ticket(person)
        self._waiting.setdefault(person, deque()).append(ticket)
        self._line_up(person)
        self._serve()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """End a turn, or give it up before it began."""
        person = ticket.person
        if ticket in self._served:
            del self._served[ticket]
            self._turns[person] -= 1
            if not self._turns[person]:
                del self._turns[person]
            self._line_up(person)
        elif ticket in (waiting := self._waiting.get(person, deque())):
            waiting.remove(ticket)
            if not waiting:
                del self._waiting[person]
                if person in self._order:
                    self._order.remove(person)
        self._serve()

    def begun(self, ticket: Ticket) -> bool:
        """Whether it is this ticket's turn."""
        return ticket in self._served

    def before(self, ticket: Ticket) -> int:
        """How many turns must end before this one begins, if nobody comes or gives up.

        Of turns at the same time the one that began first is taken to end first.
        """
        ahead = self._copy()
        ended = 0
        while not ahead.begun(ticket):
            ahead.leave(next(iter(ahead._served)))
            ended += 1
        return ended

    def _copy(self) -> Rota:
        copy = Rota(self._at_once, self._each)
        copy._waiting = {person: deque(tickets) for person, tickets in self._waiting.items()}
        copy._order = deque(self._order)
        copy._served = dict(self._served)
        copy._turns = Counter(self._turns)
        return copy

    def _line_up(self, person: str) -> None:
        """Let a person stand in the line who waits and may have a turn."""
        may = self._turns[person] < self._each
        if may and person in self._waiting and person not in self._order:
            self._order.append(person)

    def _serve(self) -> None:
        while self._order and len(self._served) < self._at_once:
            person = self._order.popleft()
            waiting = self._waiting[person]
            self._served[waiting.popleft()] = None
            self._turns[person] += 1
            if not waiting:
                del self._waiting[person]
            self._line_up(person)


class Line:
    """Makes threads wait for their turn; `at_once` of them have theirs at the same time."""

    def __init__(self, at_once: int = 1) -> None:
        self._rota = Rota(at_once)
        self._moved = threading.Condition()

    def enter(self, caller: Caller) -> Ticket:
        """Wait for a turn. It lasts until `leave`. Raises Stopped when the caller is."""
        with self._moved:
            ticket = self._rota.join(caller.person)
        try:
            with caller.woken_by(self._wake):
                self._wait(ticket, caller)
        except BaseException:
            self.leave(ticket)
            raise
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """End a turn."""
        with self._moved:
            self._rota.leave(ticket)
            self._moved.notify_all()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn of whoever asks here, for something else than an answer."""
        ticket = self.enter(_caller())
        try:
            yield
        finally:
            self.leave(ticket)

    def _wait(self, ticket: Ticket, caller: Caller) -> None:
        """Until it is this ticket's turn; the caller is told of each step, under no lock."""
        told = None
        while True:
            with self._moved:
                while (before := self._rota.before(ticket)) == told and not caller.stopped:
                    self._moved.wait()
            caller.heed()
            caller.on_place(before)
            if not before:
                return
            told = before

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()


@dataclass(frozen=True)
class Queued(Model):
    """A model that is asked through a line, one errand of a person at a time."""

    model: Model = field(kw_only=True)
    line: Line = field(kw_only=True)
    breaker: Breaker = field(kw_only=True, default_factory=Breaker)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> Generator[str, None, Ending]:
        """As `Model.stream`, once it is the caller's turn.

        Raises Stopped as soon as the caller is, however long the model takes to notice: the next
        turn begins when it has. Raises ModelAway at once while its server is known to be away.
        """
        with self.breaker.asked() as attempt:
            return (yield from self._asked(messages, sampling, attempt))

    def _asked(
        self, messages: Sequence[Message], sampling: Sampling | None, attempt: Attempt
    ) -> Generator[str, None, Ending]:
        caller, came = _caller(), time.perf_counter()
        ticket = self.line.enter(caller)
        observer().waited(time.perf_counter() - came)
        stream = self.model.stream(messages, sampling)
        reading = _Reading(stream, lambda: self.line.leave(ticket))
        pieces = 0
        try:
            with caller.woken_by(reading.close):
                reading.begin(attempt.heed)
                while (piece := reading.next()) is not None and not caller.stopped:
                    if not piece:
                        continue
                    pieces += 1
                    attempt.answered()
                    yield piece
            caller.heed()
            ending = reading.ending()
            attempt.answered()
            observer().wrote(ending.prompt_tokens, ending.answer_tokens or pieces)
            return ending
        finally:
            reading.close()


class _Reading:
    """A model's words, read in a thread of their own: whoever waits for them may walk away."""

    def __init__(self, stream: Generator[str, None, Ending], on_end: Callable[[], None]) -> None:
        self._stream = stream
        self._on_end = on_end
        self._pieces: SimpleQueue[str | None] = SimpleQueue()
        self._closed = threading.Event()
        self._ending: Ending | None = None
        self._error: BaseException | None = None

    def begin(self, heed: Callable[[], None]) -> None:
        """Let the model write, unless `heed` raises. RuntimeError where no thread can be had."""
        try:
            heed()
            threading.Thread(target=self._read, name="rag-reading", daemon=True).start()
        except (ModelAway, RuntimeError):
            self._on_end()
            raise

    def next(self) -> str | None:
        """The next words; None at the end, or once it is closed."""
        return self._pieces.get()

    def close(self) -> None:
        """Stop the model as soon as it hears, and let who waits for words go on without."""
        self._closed.set()
        self._pieces.put(None)

    def ending(self) -> Ending:
        """How the answer ended; raises what it ended with."""
        if self._error is not None:
            raise self._error
        assert self._ending is not None
        return self._ending

    def _read(self) -> None:
        try:
            with closing(self._stream) as stream:
                while not self._closed.is_set():
                    self._pieces.put(next(stream))
        except StopIteration as end:
            self._ending = end.value
        except BaseException as error:
            self._error = error
        finally:
            self._on_end()
            self._pieces.put(None)


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts tokens as the model does; where its server does that, only while it is there."""

    counter: TokenCounter
    breaker: Breaker

    @property
    def name(self) -> str:
        return self.counter.name

    @property
    def exact(self) -> bool:
        return self.counter.exact

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the messages with their template."""
        with self.breaker.asked():
            return self.counter.count(messages)

    def count_text(self, text: str) -> int:
        """Tokens of the text alone."""
        with self.breaker.asked():
            return self.counter.count_text(text)


def queued(
    model: Model, here: Line, servers: Line | None = None, breaker: Breaker | None = None
) -> Queued:
    """The model behind a line: that of this process, or that before servers, by default its own.

    `breaker` is that of its server, which others may ask too.
    """
    provider, colon, _ = model.name.partition(":")
    servers = servers or Line(SERVER_AT_ONCE)
    line = servers if colon and provider != _IN_PROCESS else here
    told = {each.name: getattr(model, each.name) for each in fields(model)}
    if line is servers:
        breaker = breaker or Breaker()
        told["counter"] = _Counter(model.counter, breaker)
    return Queued(**told, model=model, line=line, breaker=breaker or Breaker())
