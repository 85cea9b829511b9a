"""Answers and summaries without a model: verbatim sentences of the documents, nothing else.

A summary takes the sentences nearest to the centroid of the document (Radev et al.,
"Centroid-based summarization of multiple documents", 2004) and passes over those that repeat one
already taken (maximal marginal relevance: Carbonell, Goldstein, 1998).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from rag import rank, sentences
from rag.types import Sentence
from rag.words import content_stems, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.types import Citation, Document, Evidence, Found

Span = tuple[int, int]
Vector = dict[str, float]

#: Evidence that meets less of the question than this is no answer; see docs/refusal.md.
REFUSE_BELOW = 0.5

_MOST = 3  # sentences of an answer
_NEAR = 0.6  # of the best sentence's score, that a further one reaches at least
_HOLDS = 0.5  # of what the best sentence holds of the question, that a further one holds
_REPEATS = 0.6  # share of a sentence's words that an earlier one may hold
SUMMARY_SENTENCES = 7
_ENDS = frozenset(".!…")  # a question or a bare line says nothing in a summary
_SUMMARY_WORDS = (5, 60)  # a sentence of a summary is not shorter or longer
_LEAD = 0.15  # what the first sentence of a document gains over the last
_FAVOUR = 0.3  # what a promise or a decision gains
_SAME = 0.7  # likeness from which on two sentences say the same
_REDUNDANCY = 0.3  # weight of likeness to what was taken, against nearness to the centroid


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


def summarise(
    document: Document,
    cite: Callable[[str, int, int], Citation],
    *,
    most: int = SUMMARY_SENTENCES,
    favoured: Sequence[Span] = (),
) -> list[Sentence]:
    """The sentences that say most of a document, at most `most`, in the order of the text.

    Sentences that touch the `favoured` spans, a meeting's promises and decisions, gain by it.

    `cite` makes the citation of a span of a document (id, start, end). Headings and spans set
    aside are not considered.
    """
    spans = [span for span in sentences.split(document.text) if _tells(document, span)]
    bags = [Counter(content_stems(document.text[a:b])) for a, b in spans]
    gains = [
        _LEAD * (1 - place / len(spans))
        + _FAVOUR * any(a < right and left < b for left, right in favoured)
        for place, (a, b) in enumerate(spans)
    ]
    chosen = _central(_weighted(bags), gains, most)
    citations = [cite(document.id, *spans[i]) for i in sorted(chosen)]
    return [Sentence(citation.quote, "supported", (citation,)) for citation in citations]


def _tells(document: Document, span: Span) -> bool:
    """Whether a span is a whole sentence of fitting length and not set aside."""
    start, end = span
    if any(
        m.kind in ("aside", "heading") and m.start < end and start < m.end for m in document.marks
    ):
        return False
    text = document.text[start:end]
    count = len(text.split())
    if not _SUMMARY_WORDS[0] <= count <= _SUMMARY_WORDS[1] or rank.announces(text):
        return False
    return text.rstrip('»")')[-1:] in _ENDS


def _weighted(bags: Sequence[Counter[str]]) -> list[Vector]:
    """Unit vectors of counts times inverse sentence frequency."""
    frequency = Counter(item for bag in bags for item in bag)
    out = []
    for bag in bags:
        vector = {w: n * math.log(1 + len(bags) / frequency[w]) for w, n in bag.items()}
        length = math.sqrt(sum(v * v for v in vector.values())) or 1.0
        out.append({w: v / length for w, v in vector.items()})
    return out


def _central(vectors: Sequence[Vector], gains: Sequence[float], most: int) -> list[int]:
    """Indices of the vectors nearest to their sum, gains added, each unlike those before."""
    centroid: Vector = {}
    for vector in vectors:
        for word, value in vector.items():
            centroid[word] = centroid.get(word, 0.0) + value
    length = math.sqrt(sum(v * v for v in centroid.values())) or 1.0
    worth = [_dot(v, centroid) / length + gain for v, gain in zip(vectors, gains, strict=True)]
    taken: list[int] = []
    likeness = [0.0] * len(vectors)
    while len(taken) < most:
        left = [i for i in range(len(vectors)) if i not in taken and likeness[i] < _SAME]
        if not left:
            break
        i = max(left, key=lambda i: worth[i] - _REDUNDANCY * likeness[i])
        taken.append(i)
        likeness = [max(s, _dot(v, vectors[i])) for s, v in zip(likeness, vectors, strict=True)]
    return taken


def _dot(one: Vector, other: Vector) -> float:
    return sum(value * other[word] for word, value in one.items() if word in other)
