"""Meetings: who speaks, and who promised what to whom by when.

The rules are loaded at the first use of a name, so that readers can look for turns without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.minutes.promises import extract, is_meeting

__all__ = ["extract", "is_meeting"]


def __getattr__(name: str) -> Any:
    """Import `extract` and `is_meeting` when they are first asked for (PEP 562)."""
    if name in __all__:
        from rag.minutes import promises

        return getattr(promises, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
