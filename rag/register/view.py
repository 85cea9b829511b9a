"""Which entries of the register a person asks for, and how they are grouped.

The day of today comes from the caller: it decides what is overdue and what "this week" is, and
never what a deadline means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.register.linking import Joined
    from rag.register.people import Directory, Person
    from rag.types import Due, Entry, State

#: How entries are told together: what I owe, what others owe me, …
Group = Literal["overdue", "mine", "to me", "open", "no owner", "no date", "done", "cancelled"]
GROUPS: tuple[Group, ...] = (
    "overdue",
    "mine",
    "to me",
    "open",
    "no date",
    "no owner",
    "done",
    "cancelled",
)
#: What is still to be done; tentative words are promises to nobody.
OPEN: frozenset[State] = frozenset({"open", "conditional"})
EVERY: frozenset[State] = OPEN | {"tentative", "done", "cancelled"}
#: States that are over.
_CLOSED: frozenset[State] = frozenset({"done", "cancelled"})
_DUE_HINT = (
    "Say today, tomorrow, this-week, next-week, overdue, none, a day such as 2025-11-14,"
    " or 2025-11-10..2025-11-14"
)
_INTERVAL = re.compile(r"(\d{4}-\d\d-\d\d)?(?:(\.\.)(\d{4}-\d\d-\d\d)?)?")
_PEOPLE_NAMED = 12  # in an error


@dataclass(frozen=True, slots=True)
class When:
    """Deadlines to keep: those that end within `first` to `last`, or overlap them; see `due_of`.

    None is open at that side. `overdue` keeps what is open and past, `none` what has no deadline.
    """

    first: str | None = None
    last: str | None = None
    overdue: bool = False
    none: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What to keep of the register; None and empty keep everything."""

    who: Person | None = None
    to: Person | None = None
    when: When | None = None
    states: frozenset[State] = OPEN
    documents: frozenset[str] | None = None


def states_of(words: Iterable[str]) -> frozenset[State]:
    """The states that words ask for: open, done, cancelled, all; open ones without a word."""
    told = set(words)
    if "all" in told:
        return EVERY
    closed = frozenset(state for state in _CLOSED if state in told)
    return closed | OPEN if "open" in told or not closed else closed


def due_of(words: str, today: date) -> When:
    """Deadlines by a word, an ISO day or an interval of two. Raises UsageError for other words."""
    monday = today - timedelta(days=today.weekday())
    spans = {
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1),) * 2,
        "this-week": (monday, monday + timedelta(days=6)),
        "next-week": (monday + timedelta(days=7), monday + timedelta(days=13)),
    }
    if words in spans:
        first, last = spans[words]
        return When(first.isoformat(), last.isoformat())
    if words in ("overdue", "none"):
        return When(overdue=words == "overdue", none=words == "none")
    match = _INTERVAL.fullmatch(words)
    days = [day for day in (match[1], match[3]) if day] if match else []
    if match is None or not days or not all(map(_is_day, days)):
        raise UsageError(f"{words!r} is no deadline to look for", _DUE_HINT)
    if match[2] is None:
        return When(match[1], match[1])
    if match[1] and match[3] and match[1] > match[3]:
        raise UsageError(f"{words} ends before it begins", _DUE_HINT)
    return When(match[1], match[3])


def _is_day(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True


def the_person(people: Directory, asked: str) -> Person:
    """Who is meant by a name in any form. Raises UsageError for nobody or several people."""
    found = people.find(asked)
    if len(found) == 1:
        return found[0]
    if not found:
        known = [person.name for person in people.people if person.name[0].isupper()]
        some = ", ".join(dict.fromkeys(known[:_PEOPLE_NAMED])) or "nobody"
        more = f" and {len(known) - _PEOPLE_NAMED} more" if len(known) > _PEOPLE_NAMED else ""
        raise UsageError(f"Nobody is called {asked} in these meetings", f"There are {some}{more}")
    names = ", ".join(f"{p.name} ({p.document})" if p.document else p.name for p in found)
    raise UsageError(
        f"{asked} may be any of {names}",
        "Say the full name, or one meeting alone: -d FILE",
    )


def is_overdue(entry: Entry, today: date) -> bool:
    """Whether an open promise's last day has passed."""
    when = entry.promise.when
    return entry.state == "open" and when is not None and bool(when.end) and _past(when, today)


def _past(when: Due, today: date) -> bool:
    return (when.end or "") < today.isoformat()


def select(joined: Joined, wish: Wish, today: date) -> list[Entry]:
    """The entries that a wish keeps, by deadline, those without one last."""
    kept = [
        entry
        for entry in joined.entries
        if entry.state in wish.states
        and (wish.documents is None or _stands_in(entry, wish.documents))
        and (wish.who is None or _is(joined.people, entry, entry.who, wish.who))
        and (wish.to is None or _is(joined.people, entry, entry.to_whom, wish.to))
        and (wish.when is None or _due(entry, wish.when, today))
    ]
    return sorted(kept, key=by_deadline)


def by_deadline(entry: Entry) -> tuple[str, str, str, int]:
    """What entries are sorted by: last day, meeting, document, line."""
    when = entry.promise.when
    last = (when.end or when.start) if when else None
    return last or "9999", entry.date or "", entry.document, entry.promise.line


def _stands_in(entry: Entry, documents: frozenset[str]) -> bool:
    return entry.document in documents or any(link.document in documents for link in entry.links)


def _is(people: Directory, entry: Entry, name: str | None, person: Person) -> bool:
    return name is not None and people.person(entry.document, name) == person


def _due(entry: Entry, wanted: When, today: date) -> bool:
    when = entry.promise.when
    if wanted.none:
        return when is None or not (when.start or when.end)
    if wanted.overdue:
        return is_overdue(entry, today)
    if when is None or not (when.start or when.end):
        return False
    last = when.end or when.start or ""
    first = when.start or last  # «к пятнице» is due on that Friday
    return (wanted.first is None or last >= wanted.first) and (
        wanted.last is None or first <= wanted.last
    )


def groups_of(entry: Entry, me: str | None, today: date) -> tuple[Group, ...]:
    """Every group an entry belongs to, the most telling first; `me` is a person's fullest name."""
    if entry.state in ("done", "cancelled"):
        return ("done",) if entry.state == "done" else ("cancelled",)
    when = entry.promise.when
    told: dict[Group, bool] = {
        "overdue": is_overdue(entry, today),
        "mine": me is not None and entry.who == me,
        "to me": me is not None and entry.to_whom == me and entry.who != me,
        "no owner": entry.who is None,
        "no date": when is None or not (when.start or when.end),
    }
    return tuple(group for group, holds in told.items() if holds) or ("open",)


def grouped(
    entries: Iterable[Entry], me: str | None, today: date
) -> list[tuple[Group, Sequence[Entry]]]:
    """Entries by the first group they belong to, in the order of `GROUPS`."""
    found: dict[Group, list[Entry]] = {group: [] for group in GROUPS}
    for entry in entries:
        found[groups_of(entry, me, today)[0]].append(entry)
    return [(group, rows) for group, rows in found.items() if rows]
