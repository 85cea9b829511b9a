"""Promises as CSV: a row each, for spreadsheets and for the importers of trackers.

The columns have the names that Jira and Trello use for their fields, in every language. Excel
parts cells by the list separator of its country, so Russian meetings have semicolons, others
commas. There is no line "sep=": with it Excel forgets that the file is UTF-8, and everybody else
reads it as data.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rag.exports.outline import plain, quoted, spoken, state_of, titled
from rag.jobs.tables import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.record import Record
    from rag.types import Promise

COLUMNS = (
    *("Summary", "Assignee", "Recipient", "Start Date", "Due Date", "Due Words", "Status"),
    *("Labels", "Notes", "Description", "Line", "Time", "Meeting", "Meeting Date", "File"),
)
_STATUS = {"open": "To Do", "conditional": "To Do", "done": "Done", "cancelled": "Cancelled"}


def table(records: Sequence[Record]) -> str:
    """The promises of all meetings under one row of names; lines end as the standard says."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter(records), lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for record in records:
        for row in _rows(record):
            writer.writerow([cell(value) for value in row])
    return out.getvalue()


def delimiter(records: Sequence[Record]) -> str:
    """What parts the cells: what Excel expects where most of the meetings' language is spoken."""
    russian = sum(spoken(each) == "ru" for each in records)
    return ";" if 2 * russian >= len(records) and records else ","


def _rows(record: Record) -> Iterator[tuple[str | int | None, ...]]:
    title = titled(record)
    for promise in sorted(record.minutes.promises, key=lambda each: each.line):
        when = promise.when
        yield (
            plain(promise.what),
            plain(promise.who or ""),
            plain(promise.to_whom or ""),
            when.start if when else None,
            when.end if when else None,
            plain(when.raw) if when else None,
            _STATUS[promise.status],
            " ".join(_marks(promise)),
            state_of(record, promise),
            quoted(record, promise),
            promise.line,
            plain(promise.time or ""),
            title,
            record.minutes.date,
            plain(record.name),
        )


def _marks(promise: Promise) -> Iterator[str]:
    """Labels without spaces, as trackers take them."""
    yield promise.act
    if promise.status == "conditional":
        yield "conditional"
    if promise.force == "tentative":
        yield "tentative"
    yield from (flag.replace(" ", "-") for flag in promise.flags)
