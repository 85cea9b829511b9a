"""Pages, marks, turns, lines and minutes as plain JSON values, and back."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from typing import Any

from rag.types import (
    Box,
    Change,
    Decision,
    Document,
    Due,
    Line,
    Mark,
    Minutes,
    OpenQuestion,
    Page,
    Promise,
    Report,
    Topic,
    Turn,
)

Json = dict[str, Any]


def pack(document: Document) -> Json:
    """The places of a document. A turn's words are not repeated: its offsets give them."""
    return {
        "pages": [
            [p.number, p.label, p.start, p.end, p.kind, p.recognised] for p in document.pages
        ],
        "marks": [[m.kind, m.start, m.end, m.level, m.note] for m in document.marks],
        "turns": [[t.speaker, t.line, t.time, t.start, t.end, t.day] for t in document.turns],
        "lines": list(chain.from_iterable((n.number, n.start) for n in document.lines)),
        "boxes": [[b.start, b.end, b.left, b.top, b.right, b.bottom] for b in document.boxes],
    }


def unpack(value: Json, text: str) -> Json:
    """What `pack` gave, as those fields of a document of `text`."""
    numbers = value["lines"]
    return {
        "pages": tuple(Page(*p) for p in value["pages"]),
        "marks": tuple(Mark(*m) for m in value["marks"]),
        "turns": tuple(
            Turn(speaker, text[start:end], line, time, start, end, *day)
            for speaker, line, time, start, end, *day in value["turns"]
        ),
        "lines": tuple(Line(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)),
        "boxes": tuple(Box(*b) for b in value["boxes"]),
    }


def minutes_to_json(minutes: Minutes) -> Json:
    """Minutes as they were read, as JSON values, field by field; corrections lie elsewhere."""
    value = asdict(minutes)
    for promise in value["promises"]:
        del promise["edits"], promise["read"]
    return value


def minutes_from_json(value: Json) -> Minutes:
    """What `minutes_to_json` gave, here or in an older version, which knew less."""
    return Minutes(
        value["date"],
        tuple(value["participants"]),
        tuple(_promise(p) for p in value["promises"]),
        tuple(Decision(**d) for d in value["decisions"]),
        tuple(Topic(**t) for t in value.get("topics", ())),
        tuple(OpenQuestion(**q) for q in value.get("questions", ())),
        tuple(Report(**r) for r in value.get("reports", ())),
    )


def _promise(value: Json) -> Promise:
    when = value["when"]
    return Promise(
        **{
            **value,
            "when": Due(**when) if when else None,
            "support": tuple(value["support"]),
            "history": tuple(Change(**c) for c in value["history"]),
            "flags": tuple(value.get("flags", ())),
        }
    )
