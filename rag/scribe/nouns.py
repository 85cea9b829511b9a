"""What a model's reading of a meeting comes to, and the account of what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rag.jobs.result import Sent
    from rag.summary import Gap
    from rag.types import Decision, Minutes, OpenQuestion, Promise

Kind = Literal["promise", "decision", "question"]
#: What of a promise a model and the rules may see differently.
Field = Literal["who", "to_whom", "when", "status"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A field of a promise of the rules that the model reads otherwise.

    `promise` is its place in `Minutes.promises`. `rules` is what stands there and goes on standing,
    `model` what the model says, checked: a name of the roster that the lines know, deadline words
    as they stand there, a status. None is nothing.
    """

    promise: int
    field: Field
    rules: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something the model said that is not kept: of which kind, its words, harmless, and why."""

    kind: Kind
    said: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What the model alone has seen and the code cannot confirm; verbatim all the same.

    It is no part of the minutes: a person reads the lines and decides. Promises here are
    `tentative` and flagged "check".
    """

    promises: tuple[Promise, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """What was done: how the meeting was cut, what was sent, what came of it.

    `windows` were asked about; `kept` of the replies were there from an earlier run; `sent` bills
    the others. `agreed` promises of the rules the model has found too, `filled` are fields that it
    gave them, `added` are promises, decisions and questions that are its own. `gaps` are lines that
    it gave no usable reply about.
    """

    windows: int
    kept: int
    sent: Sent
    agreed: int = 0
    filled: int = 0
    added: int = 0
    dropped: tuple[Dropped, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The minutes after a model has read the meeting too, and how they came about.

    `minutes` hold every promise, decision and question of the rules.
    """

    minutes: Minutes
    account: Account
    doubts: tuple[Doubt, ...] = ()
    suggestions: Suggestions = Suggestions()
