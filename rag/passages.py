"""How well a passage meets a question: a linear model over features a person can check.

Each feature is a number from 0 to 1 and no weight is negative, so that every feature speaks for a
passage and its share of the score can be read off. `training/passages.py` fits the weights, which
lie in `weights/passages.json`, by the likelihood of the relevant passages of a question among all
that were found (a softmax over the list: Cao, Qin, Liu, Tsai, Li, "Learning to rank: from pairwise
approach to listwise approach", 2007), and maps the sum to a probability (Platt, "Probabilistic
outputs for support vector machines", 1999).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rag.rank.weights import read

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Kinds of vectors: those of hashed words say little that the word search does not.
Vectors = Literal["hashed", "model"]

_FULL_SCORE = 40.0  # a BM25 score that leaves nothing to wish for: a long question met whole
_OTHERS = 2  # further passages of a document that speak for it

FEATURES = (
    "sentence",  # score of the best sentence
    "met",  # share of the question that is met there
    "words",  # score of the word search
    "near",  # one over the rank in the vector search
    "document",  # how well the word search liked further passages of the same document
    "neighbours",  # and those just before and after
    "page",  # it stands on a page that the question names
    "place",  # share of the figures, tables, sections named that it names too
    "named",  # how clearly the question names its document
)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage as the searches found it; scores are 0 where one did not.

    `key` numbers the passages of a document in order. `words` is a BM25 score, `near` the rank
    among the vectors from 1 (0 for none), `sentence` and `met` are score and confidence of the best
    sentence, from 0 to 1; `page`, `place` and `named` are features.
    """

    key: int
    document: str
    words: float
    near: int
    sentence: float
    met: float
    page: float
    place: float
    named: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each of `FEATURES`, and what makes a probability of the sum."""

    features: tuple[float, ...]
    slope: float
    offset: float

    def score(self, features: Sequence[float]) -> float:
        """The chance, from 0 to 1, that a passage with these features answers."""
        total = sum(w * f for w, f in zip(self.features, features, strict=True))
        return 1 / (1 + math.exp(-(self.slope * total + self.offset)))


@lru_cache(maxsize=2)
def weights(vectors: Vectors) -> Weights:
    """The weights that were fitted with vectors of this kind."""
    held = read("passages")[vectors]
    return Weights(tuple(held["weights"][name] for name in FEATURES), held["slope"], held["offset"])


def features(found: Sequence[Found]) -> list[tuple[float, ...]]:
    """The features of passages that were found together, in the order of `FEATURES`."""
    top = max((passage.words for passage in found), default=0.0) or 1.0
    liked = {passage.key: passage.words / top for passage in found}
    documents: dict[str, list[int]] = {}
    for passage in found:
        documents.setdefault(passage.document, []).append(passage.key)
    out: list[tuple[float, ...]] = []
    for passage in found:
        siblings = documents[passage.document]
        others = sorted((liked[key] for key in siblings if key != passage.key), reverse=True)
        beside = [liked[key] for key in siblings if abs(key - passage.key) == 1]
        out.append(
            (
                passage.sentence,
                passage.met,
                min(passage.words / _FULL_SCORE, 1.0),
                1 / passage.near if passage.near else 0.0,
                sum(others[:_OTHERS]) / _OTHERS,
                sum(beside) / 2,
                passage.page,
                passage.place,
                passage.named,
            )
        )
    return out
