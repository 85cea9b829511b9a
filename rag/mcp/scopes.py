"""Which documents arguments mean, and how long a question may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.app import checked_question
from rag.errors import UsageError
from rag.types import Scope

if TYPE_CHECKING:
    from rag.mcp.arguments import Scoped
    from rag.mcp.host import Visit


def scope_of(wanted: Scoped) -> Scope:
    """Where to search."""
    return Scope(tuple(wanted.documents), wanted.since or None, wanted.until or None)


def checked(visit: Visit, question: str) -> str:
    """The question. Raises UsageError for none, and for one longer than the setting allows."""
    most = visit.host.settings.serve_question
    if len(question) > most:
        raise UsageError(
            f"The question has {len(question)} characters; the limit is {most}",
            "Ask about it in fewer words.",
        )
    return checked_question(question)
