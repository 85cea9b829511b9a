"""Meetings written down: what was taken from each, and a summary of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.corrections import apply
from rag.errors import NotAMeeting, RagError
from rag.named import Named, Unread
from rag.prepare import MINUTES_LIMIT, minutes_of
from rag.summary import LENGTHS, Brief, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.corrections import Corrected, Correction
    from rag.scribe import Doubt, Reading
    from rag.summary import Source, Summary
    from rag.types import Document, Minutes

    Read = Callable[[Document, Minutes], Reading]
    Summarise = Callable[[str, Source, Brief], Summary]

#: A summary has a sentence for so many characters, within the lengths of summaries.
_A_SENTENCE = 900
#: What a model calls the fields that a person sets under another name.
_SAME = {"status": "state", "condition": "state"}


@dataclass(frozen=True, slots=True)
class Record:
    """One meeting: the name and the file it goes by, its text, its minutes and a summary of it.

    `reading` is how the minutes came about where a model has read the meeting too. `corrected`
    tells what a person has set right in them; None where nothing has been.
    """

    name: str
    file: Path
    document: Document
    minutes: Minutes
    summary: Summary
    reading: Reading | None = None
    corrected: Corrected | None = None


def records_of(
    found: Iterable[Named | Unread], summarise: Summarise, *, day: str | None, read: Read | None
) -> Iterator[Record | Unread]:
    """The records of documents one by one; those that are no meetings with the reason.

    Args:
        found: What was named; minutes that are held are those of the document's own day.
        summarise: Makes the summary of a document by its name.
        day: The day of the meetings (ISO), where a person tells it.
        read: Has a model read a meeting beside the rules, and gives its minutes anew.
    """
    for each in found:
        if isinstance(each, Unread):
            yield each
            continue
        minutes = each.minutes
        if each.held and day is not None:
            minutes = minutes_of(each.document, day)
        if minutes is None:
            yield Unread(each.name, _no_meeting(each))
            continue
        reading = read(each.document, minutes) if read is not None else None
        if reading is not None:
            minutes = reading.minutes
        summary = summarise(each.name, source_of(each.document, minutes), brief_of(each.document))
        record = Record(each.name, each.file, each.document, minutes, summary, reading)
        told = [c for c in each.corrections if day is None or c.kind != "day"]
        yield with_corrections(record, told)


def with_corrections(record: Record, corrections: Sequence[Correction]) -> Record:
    """A record as it was read, with what a person has set right in its minutes.

    What a model reads otherwise than the rules stays where the person has not decided it.
    """
    if not corrections:
        return record
    found = apply(record.minutes, corrections, lambda: record.document)
    reading = record.reading
    if reading is not None:
        reading = replace(reading, doubts=tuple(_still_open(reading, found.minutes)))
    return replace(record, minutes=found.minutes, reading=reading, corrected=found)


def _still_open(reading: Reading, minutes: Minutes) -> Iterator[Doubt]:
    """The doubts of a reading about promises that stand in minutes, at their new places."""
    places = {promise.read or promise: at for at, promise in enumerate(minutes.promises)}
    for doubt in reading.doubts:
        at = places.get(reading.minutes.promises[doubt.promise])
        if at is not None:
            edited = {edit.field for edit in minutes.promises[at].edits}
            if not edited & {doubt.field, _SAME.get(doubt.field, doubt.field)}:
                yield replace(doubt, promise=at)


def brief_of(document: Document) -> Brief:
    """How long the summary of a meeting is: longer for a longer one."""
    return Brief(min(max(len(document.text) // _A_SENTENCE, LENGTHS["short"]), LENGTHS["medium"]))


def _no_meeting(found: Named) -> RagError:
    """Why a document has no minutes, and what can be had of it."""
    name = found.name if found.held else str(found.file)
    hint = f"Summarise it: rag summarize {shlex.quote(name)}"
    if len(found.document.text) > MINUTES_LIMIT:
        fault = f"has more than {MINUTES_LIMIT:,} characters, as no meeting has"
    elif found.document.turns:
        return RagError(f"No minutes could be made of {found.name}: the rules failed on it", hint)
    else:
        fault = "is not a meeting: nobody speaks in it, and it has no marks of minutes"
    return NotAMeeting(f"{found.name} {fault}", hint)
