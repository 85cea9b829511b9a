"""What failed, and how badly: the questions that a person should look at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.evaluate.asking import DEPTH
from rag.evaluate.measures import parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluate.asking import Outcome

#: What a question is judged by: whether its place came first, and whether it was rightly answered.
_JUDGED = ("ndcg@10", "page_hit@1", "span_hit@1", "sentence@1", "refusal_accuracy")


def failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with which something is wrong, the worst first."""
    wrong = [outcome for outcome in outcomes if reasons(outcome)]
    return sorted(wrong, key=_merit)


def reasons(outcome: Outcome) -> list[str]:
    """What is wrong with an outcome, in words; nothing where all that was sought came first."""
    item, told = outcome.item, []
    if not item.answerable:
        if outcome.refused:
            return []
        return [f"answered, though the documents do not say (confidence {outcome.confidence:.2f})"]
    if outcome.refused:
        told.append(f"refused (confidence {outcome.confidence:.2f})")
    if item.evidence:
        golds = item.evidence
        if len(outcome.document_ranks) < len({gold.document for gold in golds}):
            told.append(f"a document is not among the first {DEPTH}")
        for asked, name, rank in (
            (True, "document", outcome.document_rank or 1),
            (any(g.page is not None for g in golds), "page", outcome.page_rank),
            (any(g.lines for g in golds), "lines", outcome.span_rank),
            (any(g.quote for g in golds), "sentence", outcome.sentence_rank),
        ):
            if asked and rank != 1:
                told.append(f"{name} at rank {rank}" if rank else f"{name} not found")
    return told


def _merit(outcome: Outcome) -> float:
    """Mean of what a question is judged by, from 0 to 1."""
    found = parts(outcome)
    judged = [found[name][0] for name in _JUDGED if name in found]
    return sum(judged) / len(judged)
