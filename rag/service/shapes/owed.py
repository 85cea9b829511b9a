"""Promises, and what people set right in them; see `rag.schema.owed`."""

from __future__ import annotations

from typing import Literal

from rag.service.shapes.base import Shape, Told

State = Literal["open", "conditional", "tentative", "done", "cancelled"]
Set = Literal["who", "to_whom", "what", "when", "state", "own"]


class EarlierDeadline(Shape):
    """An earlier deadline of a promise, and the line that held it."""

    line: int
    when_raw: str | None


class CorrectedField(Shape):
    """A field that a person has set: what is true, and what had been read."""

    field: Set
    value: str | None
    was: str | None
    time: str
    by: str


class Promise(Shape):
    """Who does what for whom by when; `when_*` and `support` as the meeting's lines give them."""

    who: str | None
    to_whom: str | None
    what: str
    when_raw: str | None
    when_from: str | None
    when_to: str | None
    act: Literal["self", "accepted", "assigned", "reported", "joint"]
    status: Literal["open", "conditional", "done", "cancelled"]
    force: Literal["firm", "tentative"]
    condition: str | None
    line: int
    support: list[int]
    history: list[EarlierDeadline]
    flags: list[str]
    quote: str
    start: int
    end: int
    corrections: list[CorrectedField]


class PromiseLink(Shape):
    """Another place of a promise, in another meeting."""

    kind: Literal["repeated", "moved", "handed over", "done", "cancelled"]
    document: str
    title: str
    meeting_date: str | None
    line: int
    start: int
    end: int
    quote: str
    who: str | None
    when_raw: str | None
    when_from: str | None
    when_to: str | None


class RegisterEntry(Promise):
    """A promise in the register of all meetings; `state` is how it stands after all of them."""

    document: str
    title: str
    meeting_date: str | None
    state: State
    links: list[PromiseLink]


class PromiseRow(RegisterEntry):
    """An entry with the groups that it belongs to: overdue, mine, to me, no owner, …"""

    groups: list[str]


class Promises(Told):
    """Rows of the register by deadline; `today` is the day that overdue counts from."""

    today: str
    me: str | None
    promises: list[PromiseRow]


class Correction(Shape):
    """One thing that a person has set right in a meeting; see docs/minutes.md."""

    id: int
    kind: Literal["who", "to_whom", "what", "when", "state", "struck", "own", "day"]
    value: str | None
    was: str | None
    quote: str
    what: str
    start: int
    time: str
    by: str
    placed: bool


class Corrections(Told):
    """What people have set right in a meeting, and its promises as they are now."""

    document: str
    meeting_date: str | None
    corrections: list[Correction]
    promises: list[Promise]
