"""Answers, their evidence and what checks them, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING

from rag.schema.base import SCHEMA, Json
from rag.schema.owed import entry
from rag.types import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.prove import Proof
    from rag.query import Query
    from rag.store.history import Conversation
    from rag.summary import Summary
    from rag.types import Answer, Citation, Evidence, Passage, Receipt, Round, Sentence


def answer(value: Answer) -> Json:
    """What `rag ask --json` prints."""
    return {
        "schema": SCHEMA,
        "answer": value.text,
        "by": value.by,
        "refusal": value.refusal,
        "sentences": [sentence(s) for s in value.sentences],
        "struck": [sentence(s) for s in value.struck],
        "passages": [passage(p) for p in value.passages],
        "promises": [entry(each) for each in value.entries],
        "receipt": receipt(value.receipt) if value.receipt else None,
        "timings": {name: round(seconds, 6) for name, seconds in value.timings.items()},
        "query": query(value.query) if value.query else None,
        "asked": value.asked,
        "notes": list(value.notes),
    }


def conversation(values: Sequence[Round]) -> Json:
    """A conversation as the page saves it; `rag prove` takes it, too."""
    return {"schema": SCHEMA, "rounds": [_round(each) for each in values]}


def _round(value: Round) -> Json:
    error = {"message": value.error, "hint": value.hint}
    return {
        "question": value.question,
        "state": value.state,
        "time": value.asked_at.astimezone(UTC).isoformat(timespec="seconds"),
        "seconds": round(value.seconds, 3),
        "collection": value.collection,
        "scope": asdict(value.scope or Scope()),
        "model": value.model or None,
        "error": error if value.error else None,
        "answer": answer(value.answer) if value.answer else None,
    }


def receipt(value: Receipt) -> Json:
    """The account of a prompt; `share` is of the window."""
    parts = [
        {**asdict(part), "share": round(part.tokens / value.window, 4)} for part in value.parts
    ]
    free = value.window - value.reserve - value.total
    return {**asdict(value), "parts": parts, "free": free}


def history(conversations: Iterable[Conversation]) -> Json:
    """What `rag logs --json` prints."""
    return {"schema": SCHEMA, "conversations": [asdict(each) for each in conversations]}


def summary(value: Summary) -> Json:
    """What `rag summarize --json` prints."""
    return {
        "schema": SCHEMA,
        "documents": list(value.documents),
        "language": value.language,
        "summary": value.text,
        "by": value.by,
        "refused": value.refused,
        "instead": value.instead,
        "sentences": [sentence(s) for s in value.sentences],
        "struck": [sentence(s) for s in value.struck],
        "pieces": value.pieces,
        "gaps": [asdict(gap) for gap in value.gaps],
        "calls": [{**asdict(call), "receipt": receipt(call.receipt)} for call in value.calls],
        "notes": list(value.notes),
    }


def query(value: Query) -> Json:
    """A question as it was searched for."""
    return {
        "text": value.text,
        "mended": [{"typed": typed, "read": read} for typed, read in value.mended],
        "missing": list(value.missing),
    }


def sentence(value: Sentence) -> Json:
    """A sentence with its verdict and citations."""
    return {
        "text": value.text,
        "verdict": value.verdict,
        "reason": value.reason,
        "highlight": list(value.highlight) if value.highlight else None,
        "citations": [citation(c) for c in value.citations],
        "place": value.place,
    }


def verified(values: Sequence[Sentence]) -> Json:
    """What `rag verify --json` prints."""
    keys = ("text", "verdict", "reason", "citations")
    return {
        "schema": SCHEMA,
        "sentences": [{key: sentence(each)[key] for key in keys} for each in values],
    }


def proofs(values: Sequence[Proof]) -> Json:
    """What `rag prove --json` prints."""
    return {
        "schema": SCHEMA,
        "ok": all(each.stands for each in values),
        "proofs": [
            {
                "state": each.state,
                "note": each.note,
                "citation": citation(each.citation),
                "now": citation(each.now) if each.now else None,
            }
            for each in values
        ],
    }


def citation(value: Citation) -> Json:
    """A citation: the document's text from `start` to `end` is `quote`."""
    return asdict(value)


def passage(value: Passage) -> Json:
    """A found passage. `page` is the first page its span touches."""
    return {
        "document": value.document,
        "page": value.pages[0] if value.pages else None,
        "line": value.line,
        "start": value.chunk.start,
        "end": value.chunk.end,
        "text": value.chunk.text,
        "score": round(value.score, 6),
        "via": list(value.via),
    }


def search(value: Evidence) -> Json:
    """What `rag search --json` prints."""
    return {
        "schema": SCHEMA,
        "passages": [passage(p) for p in value.passages],
        "query": query(value.query) if value.query else None,
    }
