"""Conversations of several persons at once: each question is answered in a thread of its own.

What was asked goes on while a page is reloaded, and can be stopped at any moment. A `Turn` tells
how far it is to whoever looks, and `Turn.wait` tells when there is more to see.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from rag.app import checked_question
from rag.desk.line import Caller, calling
from rag.errors import RagError, Stopped, UsageError
from rag.types import Round

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.app import App
    from rag.talk import SoFar
    from rag.types import Answer, Scope

log = logging.getLogger(__name__)

#: Conversations that are held, and turns of them all together; a turn with its passages takes some
#: 20 KB. Beyond that those that nobody used for longest are forgotten.
MOST, MOST_TURNS = 200, 2_000
#: Turns of one conversation; the next one is refused, as nothing of it is to be lost unseen.
LONGEST = 200

State = Literal["waiting", "looking", "writing", "checking", "done", "stopped", "failed"]
_ENDS = ("done", "stopped", "failed")
#: What a step of an answer is to a person; a step that is not here changes nothing.
STATES: dict[str, State] = {
    "followup": "looking",
    "register": "looking",
    "retrieve": "looking",
    "model": "writing",
    "cite": "checking",
}


class Turn:
    """One question of a conversation, and what becomes of it. Any thread may look.

    question: As it was typed.
    scope: Where it looks; None for everywhere.
    collection: Whose documents it is put to.
    model: The name of the model that is set; "" for none.
    asked_at: When, in UTC.
    """

    def __init__(self, question: str, scope: Scope | None, app: App, person: str) -> None:
        self.question = question
        self.scope = scope
        self.collection = app.settings.collection
        self.model = app.settings.model
        self.asked_at = datetime.now(UTC)
        self._began = time.monotonic()
        self._caller = Caller(person, self._moved)
        self._changed = threading.Condition()
        self._version = 0
        self._state: State = "waiting"
        self._before = 0
        self._pieces: list[str] = []
        self._answer: Answer | None = None
        self._error: RagError | None = None
        self._seconds: float | None = None

    @property
    def state(self) -> State:
        """How far it is: "waiting" until it begins, and in the line before a model."""
        with self._changed:
            return "waiting" if self._before and not self._over else self._state

    @property
    def ahead(self) -> int:
        """Turns of the model that come before this one; 0 where it is not in the line."""
        return self._before

    @property
    def text(self) -> str:
        """A model's words so far, not checked yet; "" once there is an answer."""
        with self._changed:
            return "" if self._over else "".join(self._pieces)

    @property
    def answer(self) -> Answer | None:
        """What is answered; of a turn that was stopped, what was written before, if anything."""
        return self._answer

    @property
    def error(self) -> RagError | None:
        """Why it failed."""
        return self._error

    @property
    def seconds(self) -> float:
        """How long it took, or takes so far."""
        passed = self._seconds
        return time.monotonic() - self._began if passed is None else passed

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._state in _ENDS

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    def wait(self, seconds: float | None = None, seen: int | None = None) -> int:
        """Wait for another version than the one that was seen, by default for the end.

        Gives the version there is then. Returns after so many `seconds` in any case.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._over or (seen is not None and self._version != seen), seconds
            )
            return self._version

    def stop(self) -> None:
        """End it. What a model wrote so far is checked and becomes the answer."""
        with self._changed:
            if self._over:
                return
            if not self._pieces:
                self._end("stopped")
        self._caller.stop()

    def round(self) -> Round:
        """The turn as it ended; not before."""
        state, error = self._state, self._error
        assert state in ("done", "stopped", "failed")
        return Round(
            self.question,
            state,
            self.asked_at,
            self.seconds,
            self.scope,
            self.collection,
            self.model,
            self._answer,
            error.message if error else "",
            error.hint if error else "",
        )

    # -- for the thread that answers

    def _run(self, app: App, so_far: SoFar | None) -> SoFar | None:
        """Answer it, whatever happens. Gives the conversation with this exchange, if it is one."""
        try:
            talk = app.talk(after=so_far)
            with calling(self._caller):
                answer = talk.ask(
                    self.question, scope=self.scope, on_text=self._said, on_step=self._step
                )
        except Stopped:
            self._finish("stopped")
        except RagError as error:
            self._finish("failed", error=error)
        except BaseException as error:  # a library in Rust panics with what is no Exception
            log.exception("A question could not be answered")
            self._finish("failed", error=_unexpected(error))
        else:
            self._finish("stopped" if self._caller.heard else "done", answer)
            return talk.so_far
        return so_far

    def _step(self, name: str) -> None:
        """Hear of a step; ends the answer that nobody waits for any more."""
        with self._changed:
            if self._over:
                raise Stopped
            self._state = STATES.get(name, self._state)
            self._tell()

    def _said(self, piece: str) -> None:
        """Hear a model's words; ends them when the person does not want more."""
        with self._changed:
            self._caller.heed()
            if self._over:
                raise Stopped
            self._state = "writing"
            self._pieces.append(piece)
            self._tell()

    def _moved(self, before: int) -> None:
        """Hear of the place in the line."""
        with self._changed:
            if not self._over:
                self._before = before
                self._tell()

    def _finish(
        self, state: State, answer: Answer | None = None, error: RagError | None = None
    ) -> None:
        with self._changed:
            if not self._over:
                self._answer, self._error = answer, error
                self._end(state)

    def _end(self, state: State) -> None:
        self._state, self._before = state, 0
        self._seconds = time.monotonic() - self._began
        self._pieces.clear()
        self._tell()

    @property
    def _over(self) -> bool:
        return self._state in _ENDS

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()


class Conversation:
    """One person's questions, one after another, each leaning on those before it.

    id: Nobody can guess it; whoever has it may look and ask.
    person: Whose turns in the line before a model these are.
    """

    def __init__(self, person: str = "", on_ask: Callable[[], None] = lambda: None) -> None:
        """Begin. `on_ask` is told of every question before it is answered."""
        self.id = secrets.token_urlsafe(16)
        self.person = person or self.id
        self.used = time.monotonic()
        self._on_ask = on_ask
        self._lock = threading.Lock()
        self._turns: tuple[Turn, ...] = ()
        self._asked: list[tuple[Turn, App]] = []
        self._working = False
        self._so_far: SoFar | None = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All of them, oldest first."""
        return self._turns

    @property
    def busy(self) -> bool:
        """Whether one is still being answered."""
        return any(not turn.done for turn in self._turns[-1:])

    def ask(self, app: App, question: str, scope: Scope | None = None) -> Turn:
        """Have a question answered; at once there is a turn to look at.

        Raises UsageError for no question, while another one is being answered, and at the end of a
        conversation of `LONGEST` turns.
        """
        question = checked_question(question)
        with self._lock:
            if self.busy:
                raise UsageError(
                    "The question before is still being answered", "Wait for it, or stop it."
                )
            if len(self._turns) >= LONGEST:
                raise UsageError(
                    f"This conversation has {LONGEST} questions", "Save it and begin a new one."
                )
            turn = Turn(question, scope, app, self.person)
            self.used = time.monotonic()
            self._turns = (*self._turns, turn)
            self._asked.append((turn, app))
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="rag-answer", daemon=True).start()
        self._on_ask()
        return turn

    def rounds(self) -> tuple[Round, ...]:
        """What was asked and came of it so far, to be saved; see `rag.exports.conversation`."""
        return tuple(turn.round() for turn in self._turns if turn.done)

    def stop(self) -> None:
        """Stop what is being answered; see `Turn.stop`."""
        for turn in self._turns[-1:]:
            turn.stop()

    def clear(self) -> None:
        """Stop, forget all turns, and begin anew."""
        with self._lock:
            turns, self._turns, self._so_far = self._turns, (), None
        for turn in turns[-1:]:
            turn.stop()

    def _work(self) -> None:
        """Answer what is asked. One thread a conversation: what was stopped ends before the next.

        It may take a while to: a model that is being loaded cannot be stopped.
        """
        while True:
            with self._lock:
                if not self._asked:
                    self._working = False
                    return
                turn, app = self._asked.pop(0)
                so_far = self._so_far
            found = so_far if turn.done else turn._run(app, so_far)
            with self._lock:
                if turn in self._turns:  # else it was cleared
                    self._so_far = found
            del turn, app  # a model that is no longer set goes with its app


class Talks:
    """The conversations of a desk."""

    def __init__(self, most: int = MOST, most_turns: int = MOST_TURNS) -> None:
        self._most = most
        self._most_turns = most_turns
        self._lock = threading.Lock()
        self._held: dict[str, Conversation] = {}

    def begin(self, person: str = "") -> Conversation:
        """A new conversation. `person` tells who waits for a model; by default the conversation.

        Where too many are held those that were used longest ago and are at rest are forgotten.
        """
        conversation = Conversation(person, self._forget)
        with self._lock:
            self._held[conversation.id] = conversation
        self._forget()
        return conversation

    def get(self, key: str) -> Conversation | None:
        """A conversation that is held, by its id; None for one forgotten, or that never was."""
        return self._held.get(key)

    def _forget(self) -> None:
        """Keep within bounds; the one that was used last stays in any case."""
        with self._lock:
            held = sorted(self._held.values(), key=lambda each: each.used)
            turns = sum(len(each.turns) for each in held)
            for each in held[:-1]:
                if len(self._held) <= self._most and turns <= self._most_turns:
                    return
                if not each.busy:
                    turns -= len(each.turns)
                    del self._held[each.id]


def _unexpected(error: BaseException) -> RagError:
    return RagError(
        f"Something went wrong that should not have ({type(error).__name__})",
        "Ask again. If it comes back, look at the log of this page, and examine the library:"
        " rag doctor",
    )
