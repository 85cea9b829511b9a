"""Summaries of documents: which sentences say most, and how a long text is cut for a model."""

from __future__ import annotations

from rag.summary.extractive import LENGTHS, Source, order, summarise

__all__ = ["LENGTHS", "Source", "order", "summarise"]
