"""Summaries of documents: which sentences say most, and how a long text is cut for a model."""

from __future__ import annotations

from rag.summary.extractive import Source, order, summarise
from rag.summary.nouns import LENGTHS, Call, Gap, Progress, Summary, Wanted

__all__ = [
    "LENGTHS",
    "Call",
    "Gap",
    "Progress",
    "Source",
    "Summary",
    "Wanted",
    "order",
    "summarise",
]
