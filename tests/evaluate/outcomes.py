"""Outcomes made by hand and by hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from rag.evaluate import Gold, Item, Outcome

#: The same examples every time, however slow the first is.
steadily = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def item(number: int = 1, **changed: Any) -> Item:
    """A question that one quoted line of one page answers."""
    gold = Gold("a.pdf", 3, "It takes 308 days.", (12, 18))
    held = {"answerable": True, "evidence": (gold,), "answers": ("308",)}
    return Item(**{"id": str(number), "question": f"How long is no. {number}?", **held, **changed})


def none(number: int = 1) -> Item:
    """A question without an answer."""
    return item(number, answerable=False, evidence=(), answers=())


def outcome(asked: Item, **changed: Any) -> Outcome:
    """Everything found at once, and right; a question without an answer is refused."""
    right: dict[str, Any] = {"page_rank": 1, "span_rank": 1, "sentence_rank": 1}
    if not asked.answerable:
        right = dict.fromkeys(right)
    held = {
        **right,
        "document_ranks": (1,) if asked.answerable else (),
        "confidence": 0.9 if asked.answerable else 0.1,
        "refused": not asked.answerable,
        "answer": "It takes 308 days." if asked.answerable else "",
        "highlight": "",
        "top": None,
        "seconds": 0.01,
    }
    return Outcome(asked, **{**held, **changed})


_RANK = st.none() | st.integers(1, 12)


@st.composite
def runs(draw: st.DrawFn, least: int = 1, most: int = 12) -> list[Outcome]:
    """A run of some questions, with and without an answer, with whatever came of them."""
    found = []
    for number in range(draw(st.integers(least, most))):
        answerable = draw(st.booleans())
        asked = item(number) if answerable else none(number)
        rank = draw(_RANK) if answerable else None
        found.append(
            outcome(
                asked,
                document_ranks=() if rank is None else (rank,),
                page_rank=draw(_RANK) if answerable else None,
                span_rank=draw(_RANK) if answerable else None,
                sentence_rank=draw(_RANK) if answerable else None,
                confidence=draw(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
                refused=draw(st.booleans()),
                answer=draw(st.sampled_from(["", "308", "It takes 308 days.", "No idea."])),
                sentences=draw(st.integers(0, 3)),
                struck=draw(st.integers(0, 2)),
            )
        )
    return found
