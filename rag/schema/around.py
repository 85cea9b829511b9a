"""What stands around a span of a document, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag import around
from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from rag.store.rows import DocumentRow
    from rag.types import Document


def surroundings(
    row: DocumentRow, document: Document, start: int, end: int, *, steps: int = 1
) -> Json:
    """A span of a document with its place and what stands around it, further with every step."""
    said = around.exchanges(document, start, end, steps=steps)
    return {
        "schema": SCHEMA,
        "document": row.name,
        "id": row.id,
        "title": row.title,
        "start": start,
        "end": end,
        "place": asdict(around.place_of(document, start)),
        "headings": list(around.headings_of(document, start)),
        "pages": list(around.pages_of(document, start, end)),
        "excerpt": asdict(around.excerpt(document, start, end, steps=steps)),
        "turns": _turns(said) if said else None,
    }


def _turns(value: around.Exchanges) -> Json:
    turns = [
        {
            "speaker": turn.speaker,
            "time": turn.time,
            "line": turn.line,
            "before": turn.words.before,
            "quote": turn.words.quote,
            "after": turn.words.after,
        }
        for turn in value.turns
    ]
    return {"turns": turns, "earlier": value.earlier, "later": value.later}
