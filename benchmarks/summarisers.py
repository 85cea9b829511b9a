"""Ways to pick the sentences of a summary, to set beside `rag summarize`.

Each takes sentences and gives their places, the best first. They follow their papers: TextRank
(Mihalcea, Tarau, "TextRank: bringing order into texts", 2004), LexRank (Erkan, Radev, "LexRank:
graph-based lexical centrality as salience in text summarization", 2004; continuous), and LexRank
that leans to a question (Otterbacher, Erkan, Radev, "Using random walks for question-focused
sentence retrieval", 2005).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DAMPING = 0.85
_STEPS = 60  # of the power iteration, after which nothing changes any more
_LEAN = 0.7  # weight of the question against the sentences around; the paper's best is high


def lead(sentences: Sequence[str]) -> list[int]:
    """The first sentences."""
    return list(range(len(sentences)))


def textrank(sentences: Sequence[str]) -> list[int]:
    """Sentences linked by the words they share, over the logarithms of their lengths."""
    bags = [set(_bag(text)) for text in sentences]
    shared = np.zeros((len(bags), len(bags)))
    held: dict[str, list[int]] = {}
    for row, bag in enumerate(bags):
        for word in bag:
            held.setdefault(word, []).append(row)
    for rows in held.values():
        shared[np.ix_(rows, rows)] += 1
    sizes = np.array([math.log(len(bag)) if bag else 0.0 for bag in bags])
    lengths = sizes[:, None] + sizes[None, :]
    links = np.divide(shared, lengths, out=np.zeros_like(shared), where=lengths > 0)
    return _best(_walk(links, np.ones(len(bags))))


def lexrank(sentences: Sequence[str]) -> list[int]:
    """Sentences linked by their cosines."""
    return _best(_walk(_cosines(sentences), np.ones(len(sentences))))


def lexrank_about(sentences: Sequence[str], topic: str) -> list[int]:
    """LexRank whose walk returns to the sentences that hold words of the topic."""
    wanted = set(_bag(topic))
    rarity = _rarity([_bag(text) for text in sentences])
    near = np.array(
        [
            sum(math.log1p(n) * rarity[w] for w, n in Counter(_bag(text)).items() if w in wanted)
            for text in sentences
        ]
    )
    return _best(_walk(_cosines(sentences), near if near.any() else near + 1, lean=_LEAN))


def _bag(text: str) -> list[str]:
    return stems_of(word for word in words(text) if word not in STOP_WORDS)


def _rarity(bags: Sequence[Sequence[str]]) -> dict[str, float]:
    held = Counter(word for bag in bags for word in set(bag))
    return {word: math.log((len(bags) + 1) / (0.5 + n)) for word, n in held.items()}


def _cosines(sentences: Sequence[str]) -> Floats:
    bags = [_bag(text) for text in sentences]
    rarity = _rarity(bags)
    places = {word: place for place, word in enumerate(rarity)}
    vectors = np.zeros((len(bags), max(len(places), 1)))
    for row, bag in enumerate(bags):
        for word, count in Counter(bag).items():
            vectors[row, places[word]] = count * rarity[word]
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray(vectors @ vectors.T)


def _walk(links: Floats, start: Floats, lean: float = 1 - _DAMPING) -> Floats:
    """Where a walk along the links stands in the long run, when it begins anew ever so often."""
    np.fill_diagonal(links, 0.0)
    steps = links / np.maximum(links.sum(axis=1, keepdims=True), 1e-12)
    begin = start / start.sum()
    standing = begin
    for _ in range(_STEPS):
        standing = lean * begin + (1 - lean) * (standing @ steps)
    return np.asarray(standing)


def _best(scores: Floats) -> list[int]:
    return [int(row) for row in np.argsort(-scores, kind="stable")]
