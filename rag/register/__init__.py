"""The register: the promises of all meetings, joined over time, filtered, and asked for.

`join` makes entries of the promises of many meetings, `select` keeps those a person wishes for,
`look_up` those a question asks for, and `answer` makes an answer of them. The rules of meetings are
loaded at the first use of a name, so that what only shows promises does not load them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.register.answering import answer
    from rag.register.lines import (
        cited,
        due_text,
        edits_text,
        entry_place,
        group_text,
        link_line,
        promise_line,
        state_text,
    )
    from rag.register.linking import Joined, join
    from rag.register.matching import titled
    from rag.register.questions import Rows, beside, look_up
    from rag.register.replies import replied, told
    from rag.register.view import (
        EVERY,
        OPEN,
        Wish,
        due_of,
        grouped,
        groups_of,
        is_overdue,
        select,
        states_of,
        the_person,
    )
    from rag.register.wording import may_ask, wanted

__all__ = [
    "EVERY",
    "OPEN",
    "Joined",
    "Rows",
    "Wish",
    "answer",
    "beside",
    "cited",
    "due_of",
    "due_text",
    "edits_text",
    "entry_place",
    "group_text",
    "grouped",
    "groups_of",
    "is_overdue",
    "join",
    "link_line",
    "look_up",
    "may_ask",
    "promise_line",
    "replied",
    "select",
    "state_text",
    "states_of",
    "the_person",
    "titled",
    "told",
    "wanted",
]
_ROOMS = {
    **dict.fromkeys(("answer",), "answering"),
    **dict.fromkeys(
        (
            "cited",
            "due_text",
            "edits_text",
            "entry_place",
            "group_text",
            "link_line",
            "promise_line",
            "state_text",
        ),
        "lines",
    ),
    **dict.fromkeys(("Joined", "join"), "linking"),
    **dict.fromkeys(("titled",), "matching"),
    **dict.fromkeys(("Rows", "beside", "look_up"), "questions"),
    **dict.fromkeys(("replied", "told"), "replies"),
    **dict.fromkeys(
        (
            "EVERY",
            "OPEN",
            "Wish",
            "due_of",
            "grouped",
            "groups_of",
            "is_overdue",
            "select",
            "states_of",
            "the_person",
        ),
        "view",
    ),
    **dict.fromkeys(("may_ask", "wanted"), "wording"),
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for (PEP 562)."""
    if name in _ROOMS:
        from importlib import import_module

        return getattr(import_module(f"rag.register.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
