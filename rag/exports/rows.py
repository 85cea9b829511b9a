"""Promises as rows of a table or a calendar, of one meeting's record or of the register of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from rag.exports.labels import labels
from rag.exports.outline import (
    Outline,
    most_spoken,
    plain,
    spoken,
    state_of,
    task_of,
    words_of,
)
from rag.register import group_text, link_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.exports.outline import Task
    from rag.record import Record
    from rag.register.view import Group
    from rag.types import Entry, Promise


@dataclass(frozen=True, slots=True)
class Row:
    """A promise as it stands now, and the meeting that said it last.

    `said` is the promise by the minutes of that meeting alone; `further` is what other meetings
    say of it, a line each.
    """

    record: Record
    said: Promise
    promise: Promise
    further: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """What became of it, and what a person should look at, in words."""
        own = replace(self.promise, status=self.said.status) if self.further else self.promise
        return "; ".join(filter(None, (state_of(self.record, own), *self.further)))


def rows_of(records: Sequence[Record]) -> Iterator[Row]:
    """The promises of all meetings, each in the order of its text."""
    for record in records:
        for promise in sorted(record.minutes.promises, key=lambda each: each.line):
            yield Row(record, promise, promise)


def rows_of_register(entries: Sequence[Entry], records: Mapping[str, Record]) -> Iterator[Row]:
    """Rows of the register in their order; `records` are the meetings by the document's name."""
    for entry in entries:
        record, kept = records[entry.document], entry.promise
        said = next(
            each
            for each in record.minutes.promises
            if (each.start, each.end, each.act) == (kept.start, kept.end, kept.act)
            and (each.what, each.who, each.to_whom) == (kept.what, kept.who, kept.to_whom)
        )
        further = (plain(link_line(link, spoken(record))) for link in entry.links)
        yield Row(record, said, _as_it_stands(entry), tuple(further))


def register_outline(
    groups: Sequence[tuple[Group, Sequence[Entry]]], records: Mapping[str, Record]
) -> Outline:
    """Rows of the register under the titles of their groups, in the language of most meetings."""
    held = [(group, list(rows_of_register(entries, records))) for group, entries in groups]
    language = most_spoken([row.record for _, rows in held for row in rows])
    number = count(1)
    return Outline(
        language,
        title=labels(language)["promises"],
        groups=tuple(
            (group_text(group, language), tuple(_task(row, next(number)) for row in rows))
            for group, rows in held
        ),
    )


def _task(row: Row, number: int) -> Task:
    """A row, ready to be shown; its place names the file."""
    task = task_of(row.record, row.promise, number, words_of(row.record))
    return replace(task, state=row.state, place=f"{plain(row.record.name)}, {task.place}")


def _as_it_stands(entry: Entry) -> Promise:
    """The promise of an entry with the people and the state that all meetings together give it."""
    return replace(
        entry.promise,
        who=entry.who,
        to_whom=entry.to_whom,
        status="open" if entry.state == "tentative" else entry.state,
        force="tentative" if entry.state == "tentative" else "firm",
    )
