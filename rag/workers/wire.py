"""What goes between the processes: frames of bytes, and prepared documents as JSON in them.

A frame is its length in eight bytes, one byte for its kind, and its payload. Nothing is pickled.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Any

from rag.chunk import Coverage
from rag.prepare import Prepared, Words
from rag.readers.options import Limits, Options
from rag.store import layout
from rag.types import Chunk, Document

if TYPE_CHECKING:
    from rag.locate import Span

LENGTH_BYTES = 8
#: Kinds of requests: read a file; embed texts; draw a page.
READ, EMBED, DRAW = b"R", b"E", b"W"
#: Kinds of answers: how many pages a file has; pages are done; a document; a reason why there is
#: none; the file is done; the bytes that were asked for.
COUNT, PAGES, DOCUMENT, ERROR, DONE, BYTES = b"N", b"P", b"D", b"X", b"Z", b"B"

_FIELDS = ("id", "title", "text", "kind", "date", "encoding")


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """A message of a kind, ready to be written."""
    return (len(payload) + 1).to_bytes(LENGTH_BYTES, "big") + kind + payload


def dump(value: object) -> bytes:
    """Plain values as UTF-8 JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")  # a lone surrogate has no place in UTF-8


def options_to_json(options: Options) -> bytes:
    """Options without what is called back."""
    names = ("password", "ocr", "languages", "ocr_jobs", "keep_hidden", "day")
    value = {name: getattr(options, name) for name in names}
    return dump({**value, "limits": asdict(options.limits)})


def options_from_json(data: bytes) -> Options:
    """The options `options_to_json` wrote."""
    value = json.loads(data)
    return Options(**{**value, "limits": Limits(**value["limits"])})


def prepared_to_json(member: str, prepared: Prepared) -> bytes:
    """A prepared document and the name of the member of the file that it is."""
    chunks = [(c.id, c.start, c.end, c.context) for c in prepared.chunks]
    record = {
        "member": member,
        "document": _document_to(prepared.document),
        "chunks": chunks,
        "words": prepared.words,
        "coverage": astuple(prepared.coverage),
        "asides": prepared.asides,
        "minutes": layout.minutes_to_json(prepared.minutes) if prepared.minutes else None,
    }
    return dump(record)


def prepared_from_json(data: bytes) -> tuple[str, Prepared]:
    """What `prepared_to_json` wrote. Raises ValueError where `data` is no such thing."""
    try:
        return _prepared(json.loads(data))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no document: {error}") from error


def reading_to_bytes(path: bytes, name: str) -> bytes:
    """What is to be read: the file at a path, and what its reader is told that it is called."""
    return path + b"\0" + os.fsencode(name)


def reading_from_bytes(data: bytes) -> tuple[bytes, str]:
    """What `reading_to_bytes` wrote."""
    path, _, name = data.partition(b"\0")
    return path, os.fsdecode(name)


def drawing_to_json(path: bytes, document: Document, number: int, span: Span | None) -> bytes:
    """What is to be drawn: a page of a document, read from the file at a path."""
    return dump([path.decode("latin-1"), _document_to(document), number, span])


def drawing_from_json(data: bytes) -> tuple[bytes, Document, int, Span | None]:
    """What `drawing_to_json` wrote."""
    path, document, number, span = json.loads(data)
    return path.encode("latin-1"), _document_from(document), number, tuple(span) if span else None


def _document_to(document: Document) -> dict[str, Any]:
    fields = {name: getattr(document, name) for name in _FIELDS}
    return {"fields": fields, "places": layout.pack(document), "notes": document.notes}


def _document_from(record: dict[str, Any]) -> Document:
    places = layout.unpack(record["places"], record["fields"]["text"])
    return Document(**record["fields"], **places, notes=tuple(record["notes"]))


def _prepared(record: dict[str, Any]) -> tuple[str, Prepared]:
    document = _document_from(record["document"])
    text = document.text
    minutes = record["minutes"]
    return record["member"], Prepared(
        document,
        tuple(
            Chunk(identity, document.id, start, end, text[start:end], context)
            for identity, start, end, context in record["chunks"]
        ),
        tuple(Words(*pair) for pair in record["words"]),
        Coverage(*record["coverage"]),
        dict(record["asides"]),
        layout.minutes_from_json(minutes) if minutes else None,
    )
