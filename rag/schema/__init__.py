"""Results as JSON values that others can rely on; described in docs/json.md and held by tests."""

from __future__ import annotations

from rag.schema.answers import (
    answer,
    citation,
    conversation,
    history,
    passage,
    proofs,
    query,
    receipt,
    search,
    sentence,
    summary,
    verified,
)
from rag.schema.around import surroundings
from rag.schema.base import SCHEMA, Json
from rag.schema.entry import access_key, access_keys
from rag.schema.figures import comparison, comparisons, evaluation
from rag.schema.holdings import (
    document,
    document_row,
    documents,
    holding,
    picture,
    report,
    unread,
)
from rag.schema.labour import flag, job, job_result, job_row, jobs, record
from rag.schema.owed import corrections, entry, promise, promises
from rag.schema.setting import doctor, fit, fit_parts, settings

__all__ = [
    "SCHEMA",
    "Json",
    "access_key",
    "access_keys",
    "answer",
    "citation",
    "comparison",
    "comparisons",
    "conversation",
    "corrections",
    "doctor",
    "document",
    "document_row",
    "documents",
    "entry",
    "evaluation",
    "fit",
    "fit_parts",
    "flag",
    "history",
    "holding",
    "job",
    "job_result",
    "job_row",
    "jobs",
    "passage",
    "picture",
    "promise",
    "promises",
    "proofs",
    "query",
    "receipt",
    "record",
    "report",
    "search",
    "sentence",
    "settings",
    "summary",
    "surroundings",
    "unread",
    "verified",
]
