"""How well a sentence answers a question, and whether any does: explainable models over features.

`features` says what is to be said of a sentence, each a number that a person can check. `boosted`
adds them up by small decision trees fitted to order sentences, `confidence` by a weighted sum
fitted to tell questions that the passages answer from those they do not. The numbers lie readable
in `rag/weights`; the scripts that fit them are in `training`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from rag.rank.boosted import Trees
from rag.rank.confidence import confidence
from rag.rank.cutting import Cut, announces, cut
from rag.rank.features import FEATURES, Reading, Text, describe
from rag.rank.features import read as read_passage
from rag.rank.pointing import pointed
from rag.rank.question import Question, Term, analyse
from rag.rank.weights import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "Candidate",
    "Cut",
    "Question",
    "Reading",
    "Term",
    "Text",
    "analyse",
    "announces",
    "confidence",
    "cut",
    "pointed",
    "rank",
    "read_passage",
]

#: What a line loses that says nothing by itself; the sets that the trees were fitted on hold few.
_ANNOUNCING = 3.0
_PLACE = {name: i for i, name in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage: its span in the passage's text, its features, its score.

    `passage` is the place of the passage in the list that was ranked. `raw` is what the trees say,
    higher is better, without bounds; `score` is the same from 0 to 1: about the chance that the
    sentence answers, where the question has an answer.
    """

    passage: int
    start: int
    end: int
    features: tuple[float, ...]
    raw: float
    score: float

    @property
    def cover(self) -> float:
        """How much of the question the sentence itself holds, from 0 to 1."""
        return self.feature("soft")

    @property
    def met(self) -> float:
        """How much of the question is met around it and in its passage, from 0 to 1."""
        return (self.feature("around") + self.feature("passage")) / 2

    def feature(self, name: str) -> float:
        """A feature by its name; see `rag.rank.features.FEATURES`."""
        return self.features[_PLACE[name]]


def rank(
    question: Question, passages: Sequence[Text], readings: Sequence[Reading] | None = None
) -> list[Candidate]:
    """All sentences of the passages, best first; `readings` as `read` gives them, if they exist."""
    if readings is None:
        cuts = [cut(passage.text, passage.context) for passage in passages]
        readings = [read_passage(question, each) for each in cuts]
    found, described = describe(question, passages, readings)
    if not found:
        return []
    trees = sentence_trees()
    raw = judge(trees, described)
    scores = trees.calibrated(raw)
    order = np.argsort(-raw, kind="stable")
    rows = described.tolist()
    return [
        Candidate(
            found[i].passage,
            found[i].start,
            found[i].end,
            tuple(rows[i]),
            float(raw[i]),
            float(scores[i]),
        )
        for i in order.tolist()
    ]


def judge(trees: Trees, described: Floats) -> Floats:
    """What trees say of described sentences, less where one only announces: shape (sentences,)."""
    announcing = described[:, _PLACE["announces"]]
    return trees.predict(described) - _ANNOUNCING * announcing


@cache
def sentence_trees() -> Trees:
    """The trees that order sentences."""
    return Trees(read("sentences"), FEATURES)
