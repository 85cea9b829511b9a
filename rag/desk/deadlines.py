"""Promises as a page shows them: those a person has chosen, their deadlines, and files of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, get_args

from rag.corrections import STATES
from rag.exports import export, export_register
from rag.promised import Listed
from rag.register import EVERY, Wish, due_of, is_overdue, select
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from rag.exports import Form
    from rag.record import Record
    from rag.register.linking import Joined
    from rag.types import Entry, State

#: Orders of rows.
Order = Literal["deadline", "line", "who", "state"]
ORDERS: tuple[Order, ...] = get_args(Order)
#: In a filter of people: what nobody has taken on, or what is for nobody.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which promises to keep; None keeps everybody.

    `who` and `to` are names that entries have, `due` is as `rag.register.due_of` takes it, "" for
    any; `words` stand in the promise, its quote or the name of its meeting.
    """

    who: str | None = None
    to: str | None = None
    due: str = ""
    states: frozenset[State] = EVERY
    words: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A promise with a day on a line of time: who, and from which day to which (ISO)."""

    at: int
    who: str | None
    first: str
    last: str
    overdue: bool
    entry: Entry


def kept(joined: Joined, chosen: Chosen, today: date, order: Order = "deadline") -> list[Entry]:
    """The promises to show, in an order. Raises UsageError for a deadline that cannot be read."""
    when = due_of(chosen.due, today) if chosen.due else None
    found = select(joined, Wish(states=chosen.states, when=when), today)
    wanted = fold(chosen.words).split()
    rows = [
        entry
        for entry in found
        if chosen.who in (None, entry.who or NOBODY)
        and chosen.to in (None, entry.to_whom or NOBODY)
        and all(word in _words_of(entry) for word in wanted)
    ]
    return ordered(rows, order)


def _words_of(entry: Entry) -> str:
    promise = entry.promise
    parts = (entry.who, entry.to_whom, promise.what, promise.quote, entry.title, entry.document)
    return fold(" ".join(part for part in (*parts, promise.when and promise.when.raw) if part))


def ordered(entries: Sequence[Entry], order: Order) -> list[Entry]:
    """Rows by deadline as they come, by line, by owner or by state."""
    if order == "line":
        return sorted(entries, key=lambda e: (e.date or "", e.document, e.promise.line))
    if order == "who":
        return sorted(entries, key=lambda e: (e.who is None, fold(e.who or "")))
    if order == "state":
        return sorted(entries, key=lambda e: STATES.index(e.state))
    return list(entries)


def people_of(entries: Iterable[Entry]) -> tuple[list[str], list[str]]:
    """Owners and recipients that entries have, in alphabetical order."""
    owners: set[str] = set()
    recipients: set[str] = set()
    for entry in entries:
        owners |= {entry.who} if entry.who else set()
        recipients |= {entry.to_whom} if entry.to_whom else set()
    return sorted(owners, key=fold), sorted(recipients, key=fold)


def marks(entries: Sequence[Entry], today: date) -> list[Mark]:
    """The promises of rows that have a day, with their places among the rows."""
    found = []
    for at, entry in enumerate(entries):
        when = entry.promise.when
        last = (when.end or when.start) if when else None
        if when and last:
            first = min(when.start or last, last)
            found.append(Mark(at, entry.who, first, last, is_overdue(entry, today), entry))
    return found


def file_of(
    entries: Sequence[Entry],
    records: Mapping[str, Record],
    form: Form,
    today: date,
    *,
    alone: Record | None = None,
) -> bytes:
    """What is shown as a file: the minutes of one meeting with these promises, or the register.

    `records` are the meetings that the rows stand in, `alone` is the one meeting that is shown. Its
    table and calendar are those of the register, so that an event keeps its UID whatever is chosen.
    """
    if alone is not None and form in ("md", "docx", "json"):
        shown = {entry.promise for entry in entries}
        promises = tuple(p for p in alone.minutes.promises if p in shown)
        return export(
            [replace(alone, minutes=replace(alone.minutes, promises=promises))], form, many=False
        )
    listed = Listed(tuple(entries), today, None, len(records), len(entries))
    return export_register(listed, records, form)


def file_name(name: str | None, form: Form, register: str) -> str:
    """What the file of a meeting is called, or that of all meetings, which `register` names."""
    return f"{PurePath(name).stem}.minutes.{form}" if name else f"{register}.{form}"
