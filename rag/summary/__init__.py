"""Summaries of documents: which sentences say most, and how a long text is cut for a model.

Its parts are loaded at the first use of a name: every command knows the lengths, few summarise.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.summary.extractive import Source, order, source_of, summarise
    from rag.summary.nouns import Brief, Call, Gap, Progress, Summary

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

#: Sentences of a summary, by length.
LENGTHS = {"short": 3, "medium": 7, "long": 15}

_NOUNS = frozenset({"Brief", "Call", "Gap", "Progress", "Summary"})


def __getattr__(name: str) -> Any:
    """Import what is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    part = "nouns" if name in _NOUNS else "extractive"
    return getattr(import_module(f"rag.summary.{part}"), name)
