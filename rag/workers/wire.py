"""Documents as JSON bytes: between processes and in the catalogue. Nothing is ever unpickled."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from rag.types import Box, Document, Line, Mark, Page, Turn

_PARTS: dict[str, type[Page | Mark | Turn | Line | Box]] = {
    "pages": Page,
    "marks": Mark,
    "turns": Turn,
    "lines": Line,
    "boxes": Box,
}


def to_json(document: Document) -> bytes:
    """The document as UTF-8 JSON; each page, mark, turn and line an array of its fields."""
    record: dict[str, Any] = {}
    for field in fields(document):
        value = getattr(document, field.name)
        if field.name in _PARTS:
            names = [part.name for part in fields(_PARTS[field.name])]
            value = [[getattr(item, name) for name in names] for item in value]
        record[field.name] = value
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")  # a lone surrogate has no place in UTF-8


def from_json(data: bytes) -> Document:
    """The document `to_json` wrote. Raises ValueError where `data` is none."""
    try:
        record = json.loads(data)
        for name, part in _PARTS.items():
            record[name] = tuple(part(*values) for values in record[name])
        record["notes"] = tuple(record["notes"])
        return Document(**record)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no document: {error}") from error
