"""Vector search over chunks: segments of vectors that never change, and the keys taken out of them.

Vectors have unit length, so the inner product is the cosine: higher is better. They are kept as
half floats, memory-mapped, beside the keys of their rows; nothing is pickled. A publication adds a
segment for what is new and a list of what is gone; segments that stay are linked, not copied.
Segments are merged when a later one has grown near to them (logarithmic method: Bentley, Saxe,
"Decomposable searching problems", 1980). For the built-in embedder the inverse document
frequencies that the vectors were made with are kept here too.

Its parts are loaded at the first use of a name: not every command searches.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.store.vectors.index import IDF, VectorIndex
    from rag.store.vectors.segment import EXACT_VALUES, Hit
    from rag.store.vectors.writer import build

__all__ = ["EXACT_VALUES", "IDF", "Hit", "VectorIndex", "build"]

_PARTS = {
    **dict.fromkeys(("EXACT_VALUES", "Hit"), "segment"),
    **dict.fromkeys(("IDF", "VectorIndex"), "index"),
    "build": "writer",
}


def __getattr__(name: str) -> Any:
    """Import what is first asked for, and FAISS with it (PEP 562)."""
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"rag.store.vectors.{_PARTS[name]}"), name)
