"""How likely the passages hold the answer: the measure of refusal, from 0 to 1.

A logistic regression over what the best sentence and its passage hold of the question and, above
all, what they do not: a name, a figure, the thing asked for; a "not" or an opposite on one side
only. The weights were fitted on halves of question sets whose questions have no answer, far from
the text and close to it; see docs/refusal.md.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from rag.rank.polarity import opposite, unmatched_negation
from rag.rank.weights import read
from rag.words import STOP_WORDS, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.rank import Candidate
    from rag.rank.features import Text
    from rag.rank.question import Question

#: Features of the best sentence that count, by their names in `rag.rank.features`.
BEST = (
    *("cover", "soft", "forms", "functions", "names", "numbers", "head", "missing", "pairs"),
    *("adjacent", "order", "window", "kind", "kind_near", "around", "inherited", "passage"),
    *("telling", "terms"),
)
#: Features whose highest value among all sentences counts.
HIGHEST = ("cover", "soft", "around", "passage", "pairs")
#: What else is said of the question, the best sentence and its passage.
FURTHER = (
    "score",  # what the trees say of the best sentence
    "lead",  # over the second one
    "lead_over_others",  # over the best one of another passage
    "unknown",  # share of the question's IDF in words that the collection does not hold
    "unknown_names",  # proper names of the question that the collection does not hold
    "all_names",  # proper names of the question
    "exact",  # share of IDF that the passage and its headings hold as the same stems
    "names_in_passage",  # share of the proper names that the passage holds; 1 without any
    "numbers_in_passage",  # the same for figures
    "missing_in_passage",  # IDF of the rarest word that the passage does not hold
    "words_missing",  # number of words that it does not hold
    "first_word",  # whether it holds the first word of the question that is searched for
    "last_word",  # the same for the last one
    "negated",  # the question says "not"
    "negated_alone",  # and the sentence does not
    "opposite",  # the sentence says "least" where the question says "most"
)
FEATURES = (*BEST, *(f"highest_{name}" for name in HIGHEST), *FURTHER)

_FAR = 5.0  # the lead over nothing


def confidence(
    question: Question, passages: Sequence[Text], candidates: Sequence[Candidate]
) -> float:
    """The chance that the best of the candidates answers; 0 where there is none.

    It is 0, too, for a question of nothing but stop words, which asks nothing. `candidates` are
    all sentences of the passages, best first.
    """
    if not candidates or question.forms <= STOP_WORDS:
        return 0.0
    weights, offset = _model()
    values = describe(question, passages, candidates)
    total = offset + sum(w * v for w, v in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


def describe(
    question: Question, passages: Sequence[Text], candidates: Sequence[Candidate]
) -> list[float]:
    """The features of a question that was searched for, in the order of `FEATURES`."""
    best = candidates[0]
    passage = passages[best.passage]
    return [
        *(best.feature(name) for name in BEST),
        *(max(c.feature(name) for c in candidates) for name in HIGHEST),
        *_scores(candidates),
        *_passage(question, f"{passage.text} {passage.context}"),
        *_polarity(question, passage.text[best.start : best.end]),
    ]


def _scores(candidates: Sequence[Candidate]) -> list[float]:
    best = candidates[0]
    second = candidates[1].raw if len(candidates) > 1 else best.raw - _FAR
    other = next((c.raw for c in candidates if c.passage != best.passage), best.raw - _FAR)
    return [best.raw, best.raw - second, best.raw - other]


def _passage(question: Question, text: str) -> list[float]:
    """From "unknown" to "last_word"."""
    held: set[int] = set()
    exact: set[int] = set()
    for stem in {token.stem for token in tokens(text)}:
        for place, worth in question.hits(stem):
            held.add(place)
            if worth == 1.0:
                exact.add(place)
    terms = question.terms
    gone = [term for i, term in enumerate(terms) if i not in held]

    def part(places: frozenset[int]) -> float:
        return len(places & held) / len(places) if places else 1.0

    return [
        sum(t.idf for t in terms if not t.known) / question.total,
        float(sum(not terms[i].known for i in question.named)),
        float(len(question.named)),
        sum(terms[i].idf for i in exact) / question.total,
        part(question.named),
        part(question.numbers),
        max((t.idf for t in gone), default=0.0),
        float(len(gone)),
        float(0 in held),
        float(len(terms) - 1 in held),
    ]


def _polarity(question: Question, sentence: str) -> list[float]:
    """From "negated" to "opposite"."""
    return [
        float(unmatched_negation(question.folded, "")),
        float(unmatched_negation(question.folded, sentence)),
        float(opposite(question.folded, sentence) is not None),
    ]


@cache
def _model() -> tuple[list[float], float]:
    model = read("refusal")
    return [model["weights"][name] for name in FEATURES], float(model["offset"])
