"""Promises of one meeting and of all, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.corrections import value_of
from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from rag.corrections import Corrected
    from rag.promised import Listed
    from rag.types import Edit, Entry, Promise


def promise(value: Promise) -> Json:
    """A promise; `when_*` and `support` as the meeting's lines give them."""
    when = value.when
    return {
        "who": value.who,
        "to_whom": value.to_whom,
        "what": value.what,
        "when_raw": when.raw if when else None,
        "when_from": when.start if when else None,
        "when_to": when.end if when else None,
        "act": value.act,
        "status": value.status,
        "force": value.force,
        "condition": value.condition,
        "line": value.line,
        "support": list(value.support),
        "history": [asdict(change) for change in value.history],
        "flags": list(value.flags),
        "quote": value.quote,
        "start": value.start,
        "end": value.end,
        "corrections": [_edit(value, each) for each in value.edits],
    }


def _edit(value: Promise, edit: Edit) -> Json:
    """A field that a person has set: what is true, and what had been read."""
    own = edit.field == "own"
    return {
        "field": edit.field,
        "value": None if own else value_of(value, edit.field),
        "was": None if own or value.read is None else value_of(value.read, edit.field),
        "time": edit.time,
        "by": edit.by,
    }


def entry(value: Entry) -> Json:
    """A row of the register: the promise, how it stands, and the other places of it."""
    links = [
        {
            "kind": link.kind,
            "document": link.document,
            "title": link.title,
            "meeting_date": link.date,
            "line": link.line,
            "start": link.start,
            "end": link.end,
            "quote": link.quote,
            "who": link.who,
            "when_raw": link.when.raw if link.when else None,
            "when_from": link.when.start if link.when else None,
            "when_to": link.when.end if link.when else None,
        }
        for link in value.links
    ]
    return {
        "document": value.document,
        "title": value.title,
        "meeting_date": value.date,
        **promise(value.promise),
        "who": value.who,
        "to_whom": value.to_whom,
        "state": value.state,
        "links": links,
    }


def promises(value: Listed) -> Json:
    """What `rag promises --json` prints."""
    return {
        "schema": SCHEMA,
        "today": value.today.isoformat(),
        "me": value.me,
        "promises": [{**entry(row), "groups": list(value.groups_of(row))} for row in value.entries],
    }


def corrections(document: str, value: Corrected) -> Json:
    """What people have set right in a meeting, and its promises as they are now.

    One that is not `placed` finds no place in the text any more.
    """
    made = [each.correction for each in value.made]
    rows = [
        {
            "id": each.id,
            "kind": each.kind,
            "value": each.value,
            "was": each.was,
            "quote": each.quote,
            "what": each.what,
            "start": each.start,
            "time": each.time,
            "by": each.by,
            "placed": each in made,
        }
        for each in sorted((*made, *value.lost), key=lambda each: each.id)
    ]
    return {
        "schema": SCHEMA,
        "document": document,
        "meeting_date": value.minutes.date,
        "corrections": rows,
        "promises": [promise(each) for each in value.minutes.promises],
    }
