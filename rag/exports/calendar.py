"""Deadlines as iCalendar (RFC 5545): an event of whole days for each promise with a day.

Events and not to-dos: Google and Outlook import nothing else. A deadline without a first day stands
on its last one. What was cancelled comes as a cancelled event, so that an earlier import is taken
back. The same minutes give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from rag import __version__
from rag.exports.outline import cut, day_of, place_of, plain, quoted, titled, words_of
from rag.exports.rows import Row, rows_of_register
from rag.words import fold, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.record import Record
    from rag.types import Entry, Promise

_STATUS = {"conditional": "TENTATIVE", "cancelled": "CANCELLED"}
_UID_DIGITS = 32


def calendar(records: Sequence[Record]) -> bytes:
    """The dated promises of all meetings as one calendar."""
    return _written(
        _event(Row(record, promise, promise), uid)
        for record in records
        for promise, uid in _named(record)
        if day_of(promise)
    )


def register_calendar(entries: Sequence[Entry], records: Mapping[str, Record]) -> bytes:
    """The dated rows of the register; an event has the UID that its meeting alone gives it."""
    uids = {name: _named(records[name]) for name in {entry.document for entry in entries}}
    return _written(
        _event(row, next(uid for said, uid in uids[row.record.name] if said is row.said))
        for row in rows_of_register(entries, records)
        if day_of(row.promise)
    )


def _written(events: Iterable[Event]) -> bytes:
    found = Calendar()
    found.add("prodid", f"-//rag//rag {__version__}//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    for event in events:
        found.add_component(event)
    text: bytes = found.to_ical()
    return text


def _named(record: Record) -> list[tuple[Promise, str]]:
    """All promises of a meeting, each with the UID of its event."""
    times_seen: Counter[str] = Counter()
    found = []
    for promise in record.minutes.promises:
        key = _key(record, promise)
        times_seen[key] += 1
        found.append((promise, _uid(key, times_seen[key])))
    return found


def _key(record: Record, promise: Promise) -> str:
    """What an event stays itself by: the meeting, who, and the act without its deadline.

    Neither lines nor days nor the bytes of the file: a meeting that is corrected and exported again
    moves its events. The day of a meeting is the one its file tells, so that another `--date` moves
    them too; meetings in files of one name are told apart by it. What a person has set changes no
    event for another.
    """
    promise = promise.read or promise
    what = fold(promise.what)
    for raw in (promise.when and promise.when.raw, *(c.when_raw for c in promise.history)):
        what = what.replace(fold(raw), " ") if raw else what
    parts = (
        record.name.rpartition("/")[2],
        record.document.date or record.minutes.date or "",
        fold(promise.who or ""),
        " ".join(stems_of(words(what))),
    )
    return "\n".join(parts)


def _uid(key: str, times_seen: int) -> str:
    digest = hashlib.sha256(f"{key}\n{times_seen}".encode(errors="replace")).hexdigest()
    return f"{digest[:_UID_DIGITS]}@rag"


def _event(row: Row, uid: str) -> Event:
    record, promise = row.record, row.promise
    words_ = words_of(record)
    last = date.fromisoformat(day_of(promise))
    first = last
    if promise.when and promise.when.start:
        first = min(date.fromisoformat(promise.when.start), last)
    told = date.fromisoformat(record.minutes.date) if record.minutes.date else first
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", datetime.combine(told, time(), UTC))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("summary", _headline(promise, words_.get(f"is_{promise.status}", "")))
    event.add("description", _description(row, words_))
    event.add("status", _STATUS.get(promise.status, _status_of_force(promise)))
    changes = len(promise.history) + len(promise.edits)
    event.add("sequence", changes + (promise.status == "cancelled"))
    event.add("transp", "TRANSPARENT")
    return event


def _status_of_force(promise: Promise) -> str:
    return "TENTATIVE" if promise.force == "tentative" else "CONFIRMED"


def _headline(promise: Promise, status: str) -> str:
    who = plain(promise.who or "—")
    if promise.to_whom:
        who += f" → {plain(promise.to_whom)}"
    done = f" ({status})" if status else ""
    return f"{who}: {cut(promise.what)}{done}"


def _description(row: Row, words_: dict[str, str]) -> str:
    """The quote, the words of the deadline, what to look at, and the place."""
    record, promise = row.record, row.promise
    raw = f"{words_['when']}: {plain(promise.when.raw)}" if promise.when else ""
    place = f"{plain(record.name)}, {place_of(promise, words_)}"
    quote = quoted(record, promise)
    return "\n".join(filter(None, (quote, raw, row.state, titled(record), place)))
