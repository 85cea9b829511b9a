"""Outcomes to figures.

All but the area under the ROC curve and the times are ratios of sums over questions: each question
gives a measure a gain and a weight, so that what is printed and what is resampled are one thing.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from rag.evaluate import squad
from rag.evaluate.asking import DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.evaluate.asking import Outcome

Parts = dict[str, tuple[float, float]]
Figures = dict[str, float | int | None]

#: Every measure in the order in which it is told, and what it says in a line.
EXPLAINED = {
    "ndcg@10": "the documents sought, all of them, stand first (nDCG of the ten first)",
    "mrr@10": "one over the rank of the first document sought",
    "hit@1": "a document sought is the first",
    "hit@3": "… is among the first 3",
    "hit@5": "… among 5",
    "hit@10": "… among 10",
    "recall@1": "share of the documents sought that are the first",
    "recall@3": "… that are among the first 3",
    "recall@5": "… among 5",
    "recall@10": "… among 10",
    "page_hit@1": "a page sought is the first",
    "page_hit@3": "… is among the first 3",
    "page_hit@5": "… among 5",
    "page_hit@10": "… among 10",
    "span_hit@1": "the 8 lines around the first passage's best sentence touch the lines sought",
    "span_hit@5": "… those of the first 5 passages",
    "span_hit@10": "… of the first 10",
    "sentence@1": "the first sentence is the one quoted",
    "sentence@3": "… is among the first 3 sentences",
    "answer_f1": "words that the answer and the one expected share (F1 of SQuAD)",
    "answer_em": "the answer is the one expected, word for word",
    "answer_contained": "the answer holds the one expected",
    "answered": "share of the questions with an answer that are not refused",
    "refusal_auroc": "chance that one with an answer is trusted more than one without; 0.5 is luck",
    "refusal_accuracy": "share of the questions that are rightly answered or rightly refused",
    "refusal_precision": "share of the refused that have no answer",
    "refusal_recall": "share of those without an answer that are refused",
    "struck": "share of the model's sentences that the documents do not support",
    "p50_ms": "milliseconds to the evidence, median",
    "p95_ms": "… that 95 of 100 questions keep under",
    "answer_p50_ms": "milliseconds to the answer, median",
    "answer_p95_ms": "… that 95 of 100 questions keep under",
    "n": "questions",
}
_REFUSAL = ("refusal_accuracy", "refusal_precision", "refusal_recall")
_NOTHING = (0.0, 0.0)
AUROC = "refusal_auroc"
#: Measures of which less is better.
LESS = frozenset({"struck", "p50_ms", "p95_ms", "answer_p50_ms", "answer_p95_ms"})


def measures(outcomes: Sequence[Outcome]) -> Figures:
    """The figures of a run; None where the set does not ask for one. Times in milliseconds."""
    figures: Figures = dict.fromkeys(EXPLAINED)
    for name, (gains, weights) in columns(outcomes).items():
        if total := math.fsum(weights):
            figures[name] = math.fsum(gains) / total
    figures[AUROC] = auroc(
        [o.confidence for o in outcomes if o.item.answerable],
        [o.confidence for o in outcomes if not o.item.answerable],
    )
    times = [o.seconds * 1000 for o in outcomes]
    answer_times = [o.answer_seconds * 1000 for o in outcomes if o.answer_seconds is not None]
    for name, found in (("", times), ("answer_", answer_times)):
        figures[f"{name}p50_ms"] = _quantile(sorted(found), 0.5)
        figures[f"{name}p95_ms"] = _quantile(sorted(found), 0.95)
    figures["n"] = len(outcomes)
    return figures


def groups(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Figures]]:
    """The figures by language and by kind, for what the set has several of."""
    found: dict[str, dict[str, Figures]] = {}
    for name, none in (("lang", ""), ("kind", "–")):
        members: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            members.setdefault(getattr(outcome.item, name) or none, []).append(outcome)
        if len(members) > 1:
            found[name] = {label: measures(members[label]) for label in sorted(members)}
    return found


def columns(outcomes: Sequence[Outcome]) -> dict[str, tuple[list[float], list[float]]]:
    """Of each measure that is a ratio of sums: gains and weights, one for every question."""
    each = [parts(outcome) for outcome in outcomes]
    skipped = () if both(outcomes) else _REFUSAL
    return {
        name: (
            [one.get(name, _NOTHING)[0] for one in each],
            [one.get(name, _NOTHING)[1] for one in each],
        )
        for name in EXPLAINED
        if name not in skipped and any(name in one for one in each)
    }


def both(outcomes: Iterable[Outcome]) -> bool:
    """Whether there are questions with an answer and without, so that refusing can be measured."""
    return len({outcome.item.answerable for outcome in outcomes}) == 2


def parts(outcome: Outcome) -> Parts:
    """What a question gives to each measure it bears on: a gain, and the weight it counts by."""
    item = outcome.item
    found: Parts = {}
    if item.answerable:
        found |= _places(outcome)
        found["answered"] = (float(not outcome.refused), 1.0)
        if item.answers:
            said = outcome.highlight or outcome.answer
            found["answer_f1"] = (squad.f1(said, item.answers), 1.0)
            found["answer_em"] = (squad.exact(said, item.answers), 1.0)
            found["answer_contained"] = (squad.contained(outcome.answer, item.answers), 1.0)
    unanswerable, refused = float(not item.answerable), float(outcome.refused)
    found["refusal_accuracy"] = (float(unanswerable == refused), 1.0)
    found["refusal_precision"] = (unanswerable * refused, refused)
    found["refusal_recall"] = (unanswerable * refused, unanswerable)
    if total := outcome.sentences + outcome.struck:
        found["struck"] = (float(outcome.struck), float(total))
    return found


def _places(outcome: Outcome) -> Parts:
    """Whether the places of the evidence were found, for as much as the set says of them."""
    evidence = outcome.item.evidence
    if not evidence:
        return {}
    ranks, sought = outcome.document_ranks, len({gold.document for gold in evidence})
    found = {"ndcg@10": (ndcg(ranks, sought), 1.0), "mrr@10": (_reciprocal(ranks), 1.0)}
    for k in (1, 3, 5, 10):
        among = sum(rank <= k for rank in ranks)
        found[f"hit@{k}"] = (float(among > 0), 1.0)
        found[f"recall@{k}"] = (among / sought, 1.0)
    for asked, name, rank, depths in (
        (any(g.page is not None for g in evidence), "page_hit", outcome.page_rank, (1, 3, 5, 10)),
        (any(g.lines for g in evidence), "span_hit", outcome.span_rank, (1, 5, 10)),
        (any(g.quote for g in evidence), "sentence", outcome.sentence_rank, (1, 3)),
    ):
        if asked:
            found |= {f"{name}@{k}": (float(rank is not None and rank <= k), 1.0) for k in depths}
    return found


def ndcg(ranks: Iterable[int], relevant: int, depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain with binary gains, from 0 to 1.

    `ranks` of what was found, from 1, of so many `relevant` in all, of which the ideal order puts
    as many as fit at the top (Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR
    techniques", 2002, with the discount log2(1 + rank)).
    """
    gained = math.fsum(1 / math.log2(rank + 1) for rank in ranks if rank <= depth)
    ideal = math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(relevant, depth) + 1))
    return gained / ideal if ideal else 0.0


def _reciprocal(ranks: Sequence[int]) -> float:
    return 1 / ranks[0] if ranks and ranks[0] <= DEPTH else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties by half; None where one is missing.

    The area under the ROC curve as the Mann–Whitney statistic (Hanley, McNeil, 1982).
    """
    if not positive or not negative:
        return None
    ordered = sorted([(v, True) for v in positive] + [(v, False) for v in negative])
    below = wins = 0.0
    for _, group in groupby(ordered, key=lambda pair: pair[0]):
        hits = [hit for _, hit in group]
        up = sum(hits)
        down = len(hits) - up
        wins += up * (below + down / 2)
        below += down
    return wins / (len(positive) * len(negative))


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else None
