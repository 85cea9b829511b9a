"""A record as JSON values, whole and verbatim; described in docs/json.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag import schema
from rag.exports.outline import line_of
from rag.minutes.places import time_at
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.record import Record
    from rag.schema import Json
    from rag.scribe import Reading
    from rag.types import Decision, Minutes, OpenQuestion, Promise, Sentence, Topic


def record(value: Record) -> Json:
    """What `rag minutes --format json` prints for one meeting."""
    minutes = value.minutes
    found = {
        "schema": schema.SCHEMA,
        "file": value.name,
        "meeting_date": minutes.date,
        "participants": list(minutes.participants),
        "topics": [_topic(value, each) for each in minutes.topics],
        "summary": [_sentence(value, each) for each in value.summary.sentences],
        "decisions": [_item(each) for each in minutes.decisions],
        "promises": promise_rows(minutes),
        "open_questions": [_question(each) for each in minutes.questions],
    }
    return found if value.reading is None else {**found, "model": _reading(value, value.reading)}


def promise_rows(minutes: Minutes) -> list[Json]:
    """The promises of a meeting, in the order of the text."""
    return [_promise(each, minutes.participants) for each in minutes.promises]


def _promise(value: Promise, participants: Sequence[str]) -> Json:
    return {
        **schema.promise(value),
        "who_aliases": _aliases(value.who, participants),
        "to_whom_aliases": _aliases(value.to_whom, participants),
        "assumption": value.when.assumption if value.when else "",
        "time": value.time,
        "dont_care": value.force == "tentative",
    }


def _aliases(name: str | None, participants: Sequence[str]) -> list[str]:
    """The words of a participant's name that nobody else of the meeting has."""
    if name not in participants or len(words(name or "")) < 2:
        return []
    others = {word for other in participants if other != name for word in words(other)}
    return [word for word in (name or "").split() if not set(words(word)) & others]


def _item(value: Decision | OpenQuestion) -> Json:
    return {
        "text": value.text,
        "quote": value.text,
        "line": value.line,
        "time": value.time,
        "start": value.start,
        "end": value.end,
    }


def _question(value: OpenQuestion) -> Json:
    return {**_item(value), "asker": value.asker}


def _reading(record: Record, value: Reading) -> Json:
    """What a model reads otherwise, has seen alone, and said without the meeting bearing it out."""
    seen, account = value.suggestions, value.account
    people = record.minutes.participants
    return {
        "doubts": [asdict(each) for each in value.doubts],
        "promises": [_promise(each, people) for each in seen.promises],
        "decisions": [_item(each) for each in seen.decisions],
        "open_questions": [_question(each) for each in seen.questions],
        "dropped": [asdict(each) for each in account.dropped],
        "gaps": [asdict(each) for each in account.gaps],
        "windows": account.windows,
        "kept": account.kept,
    }


def _topic(record: Record, value: Topic) -> Json:
    """A topic; its quote is the line that it begins with."""
    said = record.document.text[value.start : value.end].strip()
    return {
        "title": value.title,
        "quote": said.partition("\n")[0],
        "line": value.line,
        "time": value.time,
        "start": value.start,
        "end": value.end,
    }


def _sentence(record: Record, value: Sentence) -> Json:
    """A sentence of the summary with its first place; all places are its citations."""
    first = value.citations[0] if value.citations else None
    return {
        "text": value.text,
        "quote": first and first.quote,
        "line": first and line_of(record, first.start),
        "time": first and time_at(record.document, first.start),
        "citations": [schema.citation(each) for each in value.citations],
    }
