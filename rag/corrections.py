"""What a person has set right in the minutes of a meeting, put over what was read; pure.

A correction holds to the words it was made on: the quote, the words of the act and where the quote
began. A promise is found again by them in the same document, in one that was read anew and in one
that has changed. What is not found again is lost to the minutes and told of, never thrown away.
The quote and the line are the meeting's own and are never corrected.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from rag.errors import UsageError
from rag.types import Due, Edit, Promise
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rag.types import Document, Flag, Minutes, State
    from rag.types import Field as EditField
    from rag.words import Language

Kind = Literal["who", "to_whom", "what", "when", "state", "struck", "own", "day"]
#: What a person sets of a promise, in the order in which it is shown.
FIELDS: tuple[Literal["who", "to_whom", "what", "when", "state"], ...] = (
    *("who", "to_whom", "what", "when", "state"),
)
STATES: tuple[State, ...] = ("open", "conditional", "tentative", "done", "cancelled")
#: Characters of a name, and of an act; a longer one was pasted by mistake.
LONGEST = {"who": 200, "to_whom": 200, "what": 1_000, "when": 200}

_ANY_DAY, _OTHER_DAY = date(2025, 6, 11), date(2027, 1, 5)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO = re.compile(r"\d{4}-\d\d?-\d\d?")
_YEARS = range(1900, 2200)
_DAY_HINT = "Write a day, 2025-11-14 or 14.11.2025, or words such as «к пятнице» or by Friday."
#: What a person who has set a field need not look at any more.
_SETTLED: dict[Flag, frozenset[str]] = {
    "ambiguous owner": frozenset({"who"}),
    "ambiguous recipient": frozenset({"to_whom"}),
    "check": frozenset(get_args(Kind)),
}


class Fault(UsageError):
    """A value that cannot be what a person wants it to be; `field` is where it was to stand."""

    def __init__(self, field: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.field = field


class Anchor(NamedTuple):
    """What a correction holds to; see `Correction`."""

    quote: str
    what: str
    start: int


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that a person has set right in a meeting.

    `document` is the id of the text it was made on and `name` the name that this had; `value` is
    what is true, None for nothing, and `was` what had been read, in words. `quote`, `what` and
    `start` are those of the promise as it was read. Of a promise of the person's own `what` is a
    token and `value` the line that `quote` begins on. `time` is ISO, in UTC; `by` may be empty.
    """

    document: str
    name: str
    kind: Kind
    value: str | None
    quote: str = ""
    what: str = ""
    start: int = 0
    was: str | None = None
    time: str = ""
    by: str = ""
    id: int = 0

    @property
    def anchor(self) -> Anchor:
        """What it holds to."""
        return Anchor(self.quote, self.what, self.start)


@dataclass(frozen=True, slots=True)
class Made:
    """A correction that is in the minutes, and the promise there; none of one that was struck."""

    correction: Correction
    promise: Promise | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """Minutes with a person's corrections, those that are in them, and those without a place."""

    minutes: Minutes
    made: tuple[Made, ...] = ()
    lost: tuple[Correction, ...] = ()

    def of(self, promise: Promise) -> tuple[Correction, ...]:
        """What was corrected of a promise of these minutes."""
        return tuple(each.correction for each in self.made if each.promise == promise)

    @property
    def count(self) -> int:
        """How many there are in the minutes; a promise of the person's own is one."""
        own = {m.correction.anchor for m in self.made if m.correction.kind == "own"}
        return len(own) + sum(m.correction.anchor not in own for m in self.made)

    @property
    def struck(self) -> tuple[Correction, ...]:
        """The promises that the person says are none."""
        return tuple(m.correction for m in self.made if m.correction.kind == "struck")

    @property
    def day(self) -> Correction | None:
        """The day of the meeting where the person told it."""
        days = [m.correction for m in self.made if m.correction.kind == "day"]
        return days[-1] if days else None


def apply(
    minutes: Minutes, corrections: Sequence[Correction], document: Callable[[], Document]
) -> Corrected:
    """The minutes as the corrections make them.

    Args:
        minutes: As they were read.
        corrections: Those of this meeting, oldest first: the later of two goes before.
        document: Gives the meeting's document; asked only where a promise of the person's own has
            to be found in it again.
    """
    if not corrections:
        return Corrected(minutes)
    made: list[Made] = []
    days = [each for each in corrections if each.kind == "day" and each.value]
    if days:
        minutes = with_day(minutes, days[-1].value or "")
        made += [Made(each, None) for each in days]
    held: dict[Anchor, list[Correction]] = defaultdict(list)
    for each in corrections:
        if each.kind != "day":
            held[each.anchor].append(each)
    own = {a: rows for a, rows in held.items() if any(row.kind == "own" for row in rows)}
    places = _places(minutes.promises, [anchor for anchor in held if anchor not in own])
    of_promise: dict[int, list[Correction]] = defaultdict(list)
    for anchor, at in places.items():
        of_promise[at] += held[anchor]
    kept: list[Promise] = []
    for at, promise in enumerate(minutes.promises):
        rows = sorted(of_promise[at], key=lambda row: row.id)
        struck = any(row.kind == "struck" for row in rows)
        changed = _edited(promise, rows, minutes.date) if rows and not struck else promise
        made += [Made(row, None if struck else changed) for row in rows]
        if not struck:
            kept.append(changed)
    for rows in own.values():
        promise = _own(rows, minutes.date, document)
        made += [Made(row, promise) for row in rows]
        kept.append(promise)
    lost = [row for a, rows in held.items() if a not in places and a not in own for row in rows]
    return Corrected(replace(minutes, promises=tuple(kept)), tuple(made), tuple(lost))


def _places(promises: Sequence[Promise], anchors: Sequence[Anchor]) -> dict[Anchor, int]:
    """Which promise each anchor holds to; the surest first, and no promise twice.

    The same words at the same place; else the same words nearest to it; else the same quote where
    one promise alone has it.
    """
    found: dict[Anchor, int] = {}
    free = set(range(len(promises)))

    def give(anchor: Anchor, at: int) -> None:
        found[anchor] = at
        free.discard(at)

    exact = {Anchor(p.quote, p.what, p.start): at for at, p in reversed([*enumerate(promises)])}
    for anchor in anchors:
        if anchor in exact:
            give(anchor, exact[anchor])
    for anchor in anchors:
        same = [at for at in free if (promises[at].quote, promises[at].what) == anchor[:2]]
        if anchor not in found and same:
            give(anchor, min(same, key=lambda at: (abs(promises[at].start - anchor.start), at)))
    quotes = defaultdict(list)
    for anchor in anchors:
        if anchor not in found:
            quotes[_folded(anchor.quote)].append(anchor)
    for quote, wanting in quotes.items():
        same = [at for at in free if _folded(promises[at].quote) == quote]
        if len(same) == 1 and len(wanting) == 1:
            give(wanting[0], same[0])
    return found


def _folded(text: str) -> str:
    return " ".join(text.split())


def _edited(promise: Promise, rows: Iterable[Correction], day: str | None) -> Promise:
    """A promise with the fields that corrections set."""
    last = {row.kind: row for row in rows}
    changed = promise
    for kind in FIELDS:
        if kind in last:
            changed = _with(changed, kind, last[kind].value, day)
    edits = tuple(Edit(_field(k), last[k].time, last[k].by) for k in (*FIELDS, "own") if k in last)
    flags = tuple(flag for flag in promise.flags if not _SETTLED[flag] & last.keys())
    return replace(changed, edits=edits, flags=flags, read=promise)


def _field(kind: str) -> EditField:
    return kind  # type: ignore[return-value]  # FIELDS and "own" are the fields


def _with(promise: Promise, kind: str, value: str | None, day: str | None) -> Promise:
    """A promise with one field as a person set it."""
    if kind == "who":
        return replace(promise, who=value)
    if kind == "to_whom":
        return replace(promise, to_whom=value)
    if kind == "what":
        return replace(promise, what=value or promise.what)
    if kind == "when":
        return replace(promise, when=_due(promise, value, day))
    return replace(
        promise,
        status="open" if value in (None, "tentative") else value,  # type: ignore[arg-type]
        force="tentative" if value == "tentative" else "firm",
        condition=promise.condition if value == "conditional" else None,
    )


def _due(promise: Promise, value: str | None, day: str | None) -> Due | None:
    """A deadline that was set. Words that the rules of today do not know stay words."""
    if value is None or (promise.when and promise.when.raw == value):
        return promise.when if value else None
    try:
        return deadline(value, day, language_of(promise.quote or value))
    except UsageError:
        return Due(value, None, None)


def _own(rows: Sequence[Correction], day: str | None, document: Callable[[], Document]) -> Promise:
    """A promise that the person has added, where its line is now."""
    first = next(row for row in rows if row.kind == "own")
    quote, line, start = first.quote, int(first.value or 0), first.start
    if quote:
        text = document()
        if text.id != first.document:
            ats = [found.start() for found in re.finditer(re.escape(quote), text.text)]
            start = min(ats, key=lambda at: abs(at - first.start), default=-1)
            line = (text.line_at(start) or text.text.count("\n", 0, start) + 1) if ats else 0
    if not line:
        quote, start = "", 0
    told = _edited(nothing(quote, start, line), rows, day)
    return replace(told, read=None, edits=(Edit("own", first.time, first.by),))


def nothing(quote: str, start: int, line: int) -> Promise:
    """A promise of a person's own before anything is said of it."""
    end = start + len(quote)
    return Promise(None, None, "", None, "self", "open", quote, line, start=start, end=end)


# -- the day and deadlines


def with_day(minutes: Minutes, day: str) -> Minutes:
    """The minutes of a meeting that was held on another day (ISO): its deadlines read anew."""
    if minutes.date == day:
        return minutes

    def anew(promise: Promise) -> Promise:
        if promise.when is None:
            return promise
        due = _read(promise.when.raw, date.fromisoformat(day), language_of(promise.quote))
        return replace(promise, when=due or Due(promise.when.raw, None, None))

    return replace(minutes, date=day, promises=tuple(map(anew, minutes.promises)))


def _read(words: str, base: date | None, language: Language) -> Due | None:
    from rag.minutes.dates import find_due  # tables of days, for corrected meetings only

    other: Language = "en" if language == "ru" else "ru"
    return find_due(words, base, language, bare=True) or find_due(words, base, other, bare=True)


def deadline(words: str, day: str | None, language: Language) -> Due:
    """A deadline that a person has typed, against the day of the meeting (ISO), if it is known.

    A day («14.11.2025», 2025-11-14) needs no day of the meeting; without it words such as
    «к пятнице» stay words, as in a meeting. Raises UsageError for what is neither.
    """
    words = _folded(words)
    dotted = _DOTTED.fullmatch(words)
    if _ISO.fullmatch(words) or dotted:
        parts = [int(p) for p in (dotted.groups()[::-1] if dotted else words.split("-"))]
        found = _a_day(words, *parts)
        return Due(words, found, found)
    due = _read(words, date.fromisoformat(day) if day else None, language)
    if due is None or len(due.raw) * 2 < len(words):
        raise UsageError(f"{words!r} is no deadline", _DAY_HINT)
    if day is None:
        one, other = (_read(words, base, language) for base in (_ANY_DAY, _OTHER_DAY))
        if one == other and one is not None:  # «14 ноября 2025» means one day from anywhere
            due = one
    return replace(due, raw=words)


def _a_day(words: str, year: int, month: int, number: int) -> str:
    try:
        if year in _YEARS:
            return date(year, month, number).isoformat()
    except ValueError:
        pass
    raise UsageError(f"There is no day {words}", _DAY_HINT)


# -- what is written down


def changes(
    promise: Promise, wanted: Mapping[str, str | None], day: str | None
) -> dict[Kind, tuple[str | None, str | None]]:
    """What a person's wishes change of a promise: for each field the value and what was read.

    A field that is as it was read is there with the value that was read, so that an earlier
    correction of it can go. Raises Fault for a deadline that is none, a state that is none, no act,
    and for words that are too long (its `field` is "long" then).
    """
    read = promise.read or promise
    found: dict[Kind, tuple[str | None, str | None]] = {}
    for kind in FIELDS:
        if kind in wanted:
            found[kind] = _checked(kind, wanted[kind], day, read), value_of(read, kind)
    return found


def _checked(kind: str, value: str | None, day: str | None, read: Promise) -> str | None:
    """A value as it is kept, None for nothing. Raises Fault; see `changes`."""
    value = _folded("".join(c if c.isprintable() else " " for c in value or "")) or None
    if kind == "what" and value is None:
        raise Fault(kind, "A promise is about something", "Say what is to be done.")
    if kind == "state" and value not in STATES:
        raise Fault(kind, f"{value} is no state", f"There are {', '.join(STATES)}.")
    if value is not None and len(value) > LONGEST.get(kind, len(value)):
        raise Fault("long", f"That has more than {LONGEST[kind]} characters", "Say it shorter.")
    if kind == "when" and value is not None and not (read.when and value == read.when.raw):
        try:
            deadline(value, day, language_of(read.quote or value))
        except UsageError as error:
            raise Fault(kind, error.message, error.hint or "") from error
    return value


def value_of(promise: Promise, kind: str) -> str | None:
    """A field of a promise, as a correction holds it."""
    if kind == "when":
        return promise.when.raw if promise.when else None
    if kind == "state":
        tentative = promise.status == "open" and promise.force == "tentative"
        return "tentative" if tentative else promise.status
    value: str | None = getattr(promise, kind)
    return value
