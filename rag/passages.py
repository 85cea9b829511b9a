"""How well a passage meets a question: a linear model over features a person can check.

Each feature is a number from 0 to 1 and no weight is negative, so that every feature speaks for a
passage and its share of the score can be read off. `training/passages.py` fits the weights, which
lie in `weights/passages.json`, by the likelihood of the relevant passages of a question among all
that were found (a softmax over the list: Cao, Qin, Liu, Tsai, Li, "Learning to rank: from pairwise
approach to listwise approach", 2007), and maps the sum to a probability (Platt, "Probabilistic
outputs for support vector machines", 1999).
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.words import STOP_WORDS, fold, stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.rank import Question

WEIGHTS = Path(__file__).parent / "weights" / "passages.json"
#: Kinds of vectors: those of hashed words say little that the word search does not.
Vectors = Literal["hashed", "model"]

_FULL_SCORE = 40.0  # a BM25 score that leaves nothing to wish for: a long question met whole
_OTHERS = 2  # further passages of a document that speak for it
_SURNAME = 4  # letters of a word that names a speaker by itself
_LABEL = re.compile(r"^([^\n:]{2,80}):\s", re.MULTILINE)

FEATURES = (
    "sentence",  # score of the best sentence
    "words",  # score of the word search
    "vectors",  # cosine of the vector search
    "near",  # place in the vector search
    "document",  # how well the word search liked further passages of the same document
    "neighbours",  # and those just before and after
    "heading",  # share of the question's IDF in title and headings
    "page",  # it stands on a page that the question names
    "place",  # share of the figures, tables, sections named that it names too
    "speaker",  # share of its turns whose speaker the question names
    "named",  # how clearly the question names its document
)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage as the searches found it; scores are 0 where one did not.

    `key` numbers the passages of a document in order. `words` is a BM25 score, `cosine` that of the
    vectors, `near` their rank from 1 (0 for none), `sentence` the score of the best sentence from 0
    to 1. `above` is title and headings. `page`, `place` and `named` are features.
    """

    key: int
    document: str
    text: str
    above: str
    words: float
    cosine: float
    near: int
    sentence: float
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
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))[vectors]
    return Weights(tuple(held["weights"][name] for name in FEATURES), held["slope"], held["offset"])


def features(asked: Question, found: Sequence[Found]) -> list[tuple[float, ...]]:
    """The features of passages that were found together, in the order of `FEATURES`."""
    top = max((passage.words for passage in found), default=0.0) or 1.0
    liked = {passage.key: passage.words / top for passage in found}
    documents: dict[str, list[int]] = {}
    for passage in found:
        documents.setdefault(passage.document, []).append(passage.key)
    people = _people(asked.text)
    out = []
    for passage in found:
        siblings = documents[passage.document]
        others = sorted((liked[key] for key in siblings if key != passage.key), reverse=True)
        beside = [liked[key] for key in siblings if abs(key - passage.key) == 1]
        out.append(
            (
                passage.sentence,
                min(passage.words / _FULL_SCORE, 1.0),
                min(max(passage.cosine, 0.0), 1.0),
                1 / passage.near if passage.near else 0.0,
                sum(others[:_OTHERS]) / _OTHERS,
                sum(beside) / 2,
                _heading(asked, passage.above),
                passage.page,
                passage.place,
                _speaks(people, passage.text),
                passage.named,
            )
        )
    return out


def _heading(asked: Question, above: str) -> float:
    held = _stems(above)
    return sum(term.idf for term in asked.terms if term.stem in held) / asked.total


@lru_cache(maxsize=1024)
def _stems(text: str) -> frozenset[str]:
    """Stems of a title with headings, which many passages share."""
    return frozenset(stems(text))


def _people(question: str) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of a question's words, and of those among them that may be surnames."""
    written = re.findall(r"[^\W\d_]+", question)
    names = {stem(fold(w)) for w in written[1:] if w[0].isupper() and len(w) >= _SURNAME}
    return frozenset(stem(word) for word in words(question) if word not in STOP_WORDS), frozenset(
        names
    )


def _speaks(people: tuple[frozenset[str], frozenset[str]], text: str) -> float:
    """The share of the turns in a text whose speaker is named: by all words of it or a surname."""
    labels = _LABEL.findall(text)
    return sum(_is_named(label, *people) for label in labels) / len(labels) if labels else 0.0


@lru_cache(maxsize=4096)
def _is_named(label: str, asked: frozenset[str], names: frozenset[str]) -> bool:
    held = [stem(word) for word in words(label) if word not in STOP_WORDS]
    return bool(held) and (all(item in asked for item in held) or not names.isdisjoint(held))
