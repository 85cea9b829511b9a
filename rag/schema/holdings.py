"""What a library holds and takes in, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.holdings import Holding, Remark, Unread
    from rag.picture import Picture
    from rag.report import Report
    from rag.store.rows import DocumentRow
    from rag.types import Document


def report(value: Report) -> Json:
    """What `rag ingest --json` prints: every file stands in one of the lists."""
    return {
        "schema": SCHEMA,
        "dry_run": value.dry_run,
        "added": list(value.added),
        "changed": list(value.changed),
        "unchanged": list(value.unchanged),
        "removed": list(value.removed),
        "skipped": [asdict(row) for row in value.skipped],
        "read": [asdict(row) for row in value.read],
        "pages": value.pages,
        "page_kinds": value.page_kinds,
        "chunks": value.chunks,
        "characters": value.characters,
        "set_aside": value.asides,
        "coverage": value.coverage,
        "seconds": round(value.seconds, 3),
    }


def documents(rows: Iterable[DocumentRow]) -> Json:
    """What `rag list --json` prints."""
    return {"schema": SCHEMA, "documents": [document_row(row) for row in rows]}


def document_row(row: DocumentRow) -> Json:
    """One document of a listing."""
    value = asdict(row)
    return {"document": value.pop("name"), **value, "notes": list(row.notes)}


def holding(row: DocumentRow, value: Holding) -> Json:
    """One document of a listing with all that is known of it but where its file lies.

    `covered` and `set_aside` are shares of its characters, `size` is in bytes.
    """
    return {
        **document_row(row),
        "size": value.size,
        "covered": round(value.covered, 6),
        "set_aside": round(value.aside, 6),
        "promises": value.promises,
        "uploaded": value.uploaded,
        "remarks": [_remark(each) for each in value.remarks],
    }


def _remark(value: Remark) -> Json:
    """What a reader says of a document, for programs."""
    return {
        "kind": value.kind,
        "text": value.text,
        "pages": list(value.pages),
        "more": value.more,
        "count": value.count,
        "problem": value.is_problem,
    }


def unread(value: Unread) -> Json:
    """A file of which the library holds nothing, and why."""
    return {"document": value.name, "reason": value.reason, "cause": value.cause}


def document(row: DocumentRow, value: Document, start: int, end: int) -> Json:
    """What `rag show --json` prints: the text from `start` to `end` and the pages."""
    part = {"start": start, "end": end, "text": value.text[start:end]}
    pages = [asdict(page) for page in value.pages]
    return {"schema": SCHEMA, **document_row(row), **part, "page_list": pages}


def picture(value: Picture, output: str) -> Json:
    """What `rag show -o FILE --json` prints."""
    start, end = value.span or (None, None)
    width, height = value.size
    return {
        "schema": SCHEMA,
        "document": value.document,
        "page": value.page,
        "start": start,
        "end": end,
        "output": output,
        "width": width,
        "height": height,
    }
