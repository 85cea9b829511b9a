"""Results as JSON values that others can rely on; described in docs/json.md and held by tests."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.config import Configured
    from rag.doctor import Check
    from rag.evaluate.asking import Outcome
    from rag.evaluate.compare import Comparison
    from rag.evaluate.measures import Figures
    from rag.evaluate.runs import Run
    from rag.fit import Answer as Fit
    from rag.fit import Parts, Subject
    from rag.jobs.records import Flag, Record
    from rag.jobs.result import Result
    from rag.jobs.shelf import Shelved
    from rag.picture import Picture
    from rag.promised import Listed
    from rag.prove import Proof
    from rag.query import Query
    from rag.report import Report
    from rag.store.catalogue import DocumentRow
    from rag.store.history import Conversation
    from rag.summary import Summary
    from rag.types import (
        Answer,
        Citation,
        Document,
        Entry,
        Evidence,
        Passage,
        Promise,
        Receipt,
        Sentence,
    )

#: Raised by one whenever a key goes or changes its meaning; new keys may come without.
SCHEMA = 1

Json = dict[str, Any]


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
        "calls": [asdict(call) for call in value.calls],
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


def search(value: Evidence) -> Json:
    """What `rag search --json` prints."""
    return {
        "schema": SCHEMA,
        "passages": [passage(p) for p in value.passages],
        "query": query(value.query) if value.query else None,
    }


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


def jobs(rows: Iterable[Shelved]) -> Json:
    """What `rag jobs --json` prints."""
    return {"schema": SCHEMA, "jobs": [job_row(row) for row in rows]}


def job_row(row: Shelved) -> Json:
    """One job of a listing; `fault` says why its file cannot be used."""
    made = row.template
    value: Json = {"name": row.name, "file": str(row.path), "fault": row.fault or None}
    names = ("description", "needs", "output", "check", "long", "rows", "temperature")
    value |= {name: getattr(made, name) if made else None for name in names}
    value["options"] = [asdict(option) for option in made.options] if made else []
    value["fields"] = [asdict(field) for field in made.fields] if made else []
    return value


def job(name: str, model: str, results: Sequence[Result]) -> Json:
    """What `rag job --json` prints: a result for each document."""
    return {
        "schema": SCHEMA,
        "job": name,
        "model": model or None,
        "results": [job_result(result) for result in results],
    }


def job_result(value: Result) -> Json:
    """What came of a job on one document."""
    return {
        "document": value.document,
        "output": value.output,
        "by": value.by,
        "text": value.text,
        "value": value.value,
        "records": [record(each) for each in value.records],
        "flags": [flag(each) for each in value.flags],
        "sentences": [sentence(each) for each in value.sentences],
        "struck": [sentence(each) for each in value.struck],
        "pieces": value.pieces,
        "agreement": None if value.agreement is None else round(value.agreement, 4),
        "notes": list(value.notes),
        "sent": asdict(value.sent) if value.sent else None,
    }


def record(value: Record) -> Json:
    """A record with the line of the document that it stands on."""
    return {"values": value.values, "place": citation(value.place) if value.place else None}


def flag(value: Flag) -> Json:
    """A value that a person should look at."""
    return asdict(value)


def doctor(checks: Sequence[Check]) -> Json:
    """What `rag doctor --json` prints."""
    return {
        "schema": SCHEMA,
        "ok": all(check.ok for check in checks),
        "checks": [asdict(check) for check in checks],
    }


def settings(value: Configured) -> Json:
    """What `rag config show --json` prints."""
    return {"schema": SCHEMA, "settings": asdict(value.settings), "origins": value.origins}


def fit(subject: Subject, value: Fit) -> Json:
    """What `rag fit --json` prints; sizes are bytes."""
    return {
        "schema": SCHEMA,
        "model": subject.name,
        "source": subject.source,
        "parameters": None if subject.source == "files" else value.need.weights.parameters,
        "dtype": value.wanted.dtype,
        "quantize": value.wanted.quantize,
        "context": value.wanted.context,
        "limit": subject.config.limit if subject.config else None,
        "fits": value.fits,
        "weights": value.need.weights.total,
        "cache": sum(value.need.cache),
        "activations": value.need.activations,
        "devices": [fit_parts(part) for part in value.parts],
        "largest_context": value.largest,
        "cards": value.cards and value.cards._asdict(),
        "fits_with": value.quantize,
    }


def fit_parts(value: Parts) -> Json:
    """What takes the memory of one device; all but `size` add up to it."""
    return {**asdict(value), "free": value.free}


def evaluation(
    run: Run,
    figures: Figures,
    groups: dict[str, dict[str, Figures]],
    failed: Sequence[Outcome] | None,
    compared: Comparison | None,
) -> Json:
    """What `rag eval --json` prints; `failed` and `comparison` are null where not asked for."""
    from rag.evaluate.rows import row

    return {
        "schema": SCHEMA,
        **figures,
        "by": groups,
        "how": run.how,
        "failed": None if failed is None else [row(outcome) for outcome in failed],
        "comparison": compared and comparison(compared),
    }


def comparison(value: Comparison) -> Json:
    """How one run differs from another."""
    return {
        "runs": [
            {"name": name, **run.how} for name, run in zip(value.names, value.runs, strict=True)
        ],
        "n": value.questions,
        "measures": {
            each.measure: {
                "first": each.first,
                "second": each.second,
                "change": each.change,
                "low": each.low,
                "high": each.high,
                "verdict": each.verdict,
            }
            for each in value.differences
        },
    }


def comparisons(values: Sequence[Comparison]) -> Json:
    """What `rag eval compare --json` prints: each further run against the first."""
    return {"schema": SCHEMA, "comparisons": [comparison(value) for value in values]}
