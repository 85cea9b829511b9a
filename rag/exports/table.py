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

from rag.exports.outline import most_spoken, plain, quoted, titled
from rag.exports.rows import rows_of, rows_of_register
from rag.jobs.tables import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.exports.rows import Row
    from rag.record import Record
    from rag.types import Entry, Promise

COLUMNS = (
    *("Summary", "Assignee", "Recipient", "Start Date", "Due Date", "Due Words", "Status"),
    *("Labels", "Notes", "Description", "Line", "Time", "Meeting", "Meeting Date", "File"),
    "Corrected",
)
#: The columns that hold what a person has set.
_EDITED = {
    "who": "Assignee",
    "to_whom": "Recipient",
    "what": "Summary",
    "when": "Due Date",
    "state": "Status",
    "own": "all",
}
_STATUS = {"open": "To Do", "conditional": "To Do", "done": "Done", "cancelled": "Cancelled"}


def table(records: Sequence[Record]) -> str:
    """The promises of all meetings under one row of names; lines end as the standard says."""
    return _written(list(rows_of(records)), delimiter(records))


def register_table(entries: Sequence[Entry], records: Mapping[str, Record]) -> str:
    """Rows of the register in the same columns; `records` are the meetings by their names."""
    rows = list(rows_of_register(entries, records))
    return _written(rows, delimiter([row.record for row in rows]))


def delimiter(records: Sequence[Record]) -> str:
    """What parts the cells: what Excel expects where most of the meetings' language is spoken."""
    return ";" if most_spoken(records) == "ru" else ","


def _written(rows: Sequence[Row], parted_by: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=parted_by, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell(value) for value in _cells(row)])
    return out.getvalue()


def _cells(row: Row) -> tuple[str | int | None, ...]:
    record, promise, when = row.record, row.promise, row.promise.when
    return (
        plain(promise.what),
        plain(promise.who or ""),
        plain(promise.to_whom or ""),
        when.start if when else None,
        when.end if when else None,
        plain(when.raw) if when else None,
        _STATUS[promise.status],
        " ".join(_marks(promise)),
        row.state,
        quoted(record, promise),
        promise.line or None,
        plain(promise.time or ""),
        titled(record),
        record.minutes.date,
        plain(record.name),
        ", ".join(_EDITED[edit.field] for edit in promise.edits),
    )


def _marks(promise: Promise) -> Iterator[str]:
    """Labels without spaces, as trackers take them."""
    yield promise.act
    if promise.status == "conditional":
        yield "conditional"
    if promise.force == "tentative":
        yield "tentative"
    yield from (flag.replace(" ", "-") for flag in promise.flags)
