"""Jobs and what came of them, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.schema.answers import citation, sentence
from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.jobs.records import Flag, Record
    from rag.jobs.result import Result
    from rag.jobs.shelf import Shelved


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
