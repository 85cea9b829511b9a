"""Summaries of documents: which sentences say most, and how a long text is cut for a model."""

from __future__ import annotations

from rag.summary.extractive import Source, order, source_of, summarise
from rag.summary.nouns import LENGTHS, Brief, Call, Gap, Progress, Summary

__all__ = [
    "LENGTHS",
    "Brief",
    "Call",
    "Gap",
    "Progress",
    "Source",
    "Summary",
    "order",
    "source_of",
    "summarise",
]
