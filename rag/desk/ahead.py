"""What the threads of a desk use, imported before any of them begins.

Two threads that first import one package at once may each see half of it; langchain-core and
pydantic were met so. It also takes the wait out of the first file and the first question.
"""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    *("faiss", "langchain_core.embeddings", "tantivy", "pymorphy3"),
    *("rag.answer", "rag.embed.hashed", "rag.extract", "rag.ingest", "rag.register.matching"),
    *("rag.register.replies", "rag.store.history", "rag.summary.requests", "rag.talk"),
)


def import_ahead() -> None:
    """Import them; where that was done before it costs nothing."""
    for name in _MODULES:
        import_module(name)
