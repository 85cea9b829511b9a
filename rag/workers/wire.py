"""What goes between the processes: frames of bytes, and prepared documents as JSON in them.

A frame is its length in eight bytes, one byte for its kind, and its payload. Nothing is pickled.
"""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from typing import Any

from rag.chunk import Coverage
from rag.prepare import Prepared, Words
from rag.readers.options import Limits, Options
from rag.store import layout
from rag.types import Chunk, Document

LENGTH_BYTES = 8
#: Kinds of requests: read a file; embed texts.
READ, EMBED = b"R", b"E"
#: Kinds of answers: a page is done; a document; a reason why there is none; the file is done;
#: vectors.
PAGE, DOCUMENT, ERROR, DONE, VECTORS = b"P", b"D", b"X", b"Z", b"V"

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
    names = ("password", "ocr", "languages", "ocr_jobs", "keep_hidden")
    value = {name: getattr(options, name) for name in names}
    return dump({**value, "limits": asdict(options.limits)})


def options_from_json(data: bytes) -> Options:
    """The options `options_to_json` wrote."""
    value = json.loads(data)
    return Options(**{**value, "limits": Limits(**value["limits"])})


def prepared_to_json(member: str, prepared: Prepared) -> bytes:
    """A prepared document and the name of the member of the file that it is."""
    document = prepared.document
    chunks = [(c.id, c.start, c.end, c.context) for c in prepared.chunks]
    record = {
        "member": member,
        "document": {name: getattr(document, name) for name in _FIELDS},
        "places": layout.pack(document),
        "notes": document.notes,
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


def _prepared(record: dict[str, Any]) -> tuple[str, Prepared]:
    text = record["document"]["text"]
    places = layout.unpack(record["places"], text)
    document = Document(**record["document"], **places, notes=tuple(record["notes"]))
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
