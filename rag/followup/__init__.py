"""A question of a conversation made to stand alone: by a model where there is one, else by rules.

Retrieval sees one question and nothing before it, so what a follow-up leaves unsaid is put into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.followup.rewriting import checked, request
from rag.followup.rules import leans
from rag.followup.rules import standalone as by_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.types import Exchange, Message

__all__ = ["standalone"]


def standalone(
    question: str,
    past: Sequence[Exchange],
    write: Callable[[Sequence[Message]], str] | None = None,
) -> str:
    """The question so that it can be understood without the conversation.

    Args:
        question: As typed.
        past: What was asked and answered before, oldest first.
        write: Asks a model; None without one. What it writes counts only where it passes
            `rewriting.checked`, and it is not asked about a question that plainly stands alone.

    Returns:
        The question unchanged where it needs nothing.
    """
    if not past:
        return question
    if write is not None and leans(question):
        try:
            made = checked(write(request(question, past)), question, past)
        except RagError:  # the question itself will meet the same, and say so
            made = None
        if made is not None:
            return made
    return by_rules(question, [(each.asked, each.answer) for each in reversed(past)])
