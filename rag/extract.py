"""Answers without a model: verbatim sentences of the documents, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import rank
from rag.types import Sentence
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Evidence, Found

#: Evidence that meets less of the question than this is no answer; see docs/refusal.md.
REFUSE_BELOW = 0.5

_MOST = 3  # sentences of an answer
_NEAR = 0.6  # of the best sentence's score, that a further one reaches at least
_HOLDS = 0.5  # of what the best sentence holds of the question, that a further one holds
_REPEATS = 0.6  # share of a sentence's words that an earlier one may hold


def answer(evidence: Evidence) -> list[Sentence]:
    """The sentences that answer, best first; none where the evidence is too thin."""
    if evidence.confidence < REFUSE_BELOW:
        return []
    taken: list[Found] = []
    best = evidence.sentences[0]
    for found in evidence.sentences:
        if len(taken) == _MOST or found.score < _NEAR * best.score:
            break
        if found.cover < _HOLDS * best.cover:
            continue
        if not rank.announces(found.citation.quote) and not _repeats(found, taken):
            taken.append(found)
    if not taken:  # headings only: the passage under the best of them
        taken = [best]
    return [
        Sentence(f.citation.quote, "supported", (f.citation,), highlight=f.highlight) for f in taken
    ]


def _repeats(one: Found, taken: Sequence[Found]) -> bool:
    found = set(words(one.citation.quote))
    return any(len(found & set(words(t.citation.quote))) > _REPEATS * len(found) for t in taken)
