"""What searches find: keys of chunks with their scores, and how several lists become one.

Fusion is by reciprocal rank (Cormack, Clarke, Büttcher, "Reciprocal rank fusion outperforms
Condorcet and individual rank learning methods", 2009).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.words import stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.embed import Reranker
    from rag.passages import Vectors
    from rag.pointers import Pointers
    from rag.query import Query
    from rag.rank import Question, Reading
    from rag.store.rows import ChunkRow

Hit = tuple[int, float]

#: What may find a chunk: one of the searches, or the page that the question names.
_WAYS = ("words", "vectors", "page")
#: What judges the best of them.
RERANKER = "reranker"
#: What puts a passage into its place, in the order in which it is told.
WAYS = (*_WAYS, RERANKER)

_RRF_CONSTANT = 10
_PUT_TO_RERANKER = 30  # chunks; each costs a run of the model
_RERANKER_SHARE = 0.8  # of the score, against that of words and vectors
_SAME_WORDS = 0.9  # Jaccard similarity above which two chunks say the same
_RARE = 0.5  # of the highest IDF in a question, that of a rare word


@dataclass(slots=True)
class Hits:
    """Chunks that were found, by their keys, and what is known of them before they are read.

    `words` and `vectors` are the scores of the searches, best first, of more chunks than `keys`,
    those to be read, holds. `meant` and `named` are the places that the question names and the
    documents (ids), and how clearly; `pointed` the chunks on the pages among these places. `kind`
    is that of the vectors. `rows` and `readings` are the chunks that have been read already.
    """

    query: Query
    meant: Pointers
    words: dict[int, float]
    vectors: dict[int, float]
    keys: dict[int, None]
    kind: Vectors
    named: dict[str, float] = field(default_factory=dict)
    rows: dict[int, ChunkRow] = field(default_factory=dict)
    readings: dict[int, Reading] = field(default_factory=dict)
    pointed: frozenset[int] = frozenset()

    def add(self, more: Iterable[Hit]) -> None:
        """Take in further hits of the word search; the score of one already there stays."""
        for key, score in more:
            self.words.setdefault(key, score)
            self.keys.setdefault(key)

    def point(self, keys: Sequence[int]) -> None:
        """Take in the chunks on a page that the question names."""
        self.pointed = frozenset(keys)
        self.keys |= dict.fromkeys(keys)


def fuse(by_words: Sequence[Hit], by_vectors: Sequence[Hit], weight: float) -> list[int]:
    """Keys by the sum of reciprocal ranks, those of the vectors weighted, best first."""
    scores: dict[int, float] = {}
    for hits, worth in ((by_words, 1.0), (by_vectors, weight)):
        for place, (key, _) in enumerate(hits, 1):
            scores[key] = scores.get(key, 0.0) + worth / (_RRF_CONSTANT + place)
    return sorted(scores, key=lambda key: (-scores[key], key))


def via(hits: Hits) -> dict[int, tuple[str, ...]]:
    """For each chunk to be read which searches found it, or that its page was named."""
    return {
        key: tuple(
            way
            for way, found in zip(_WAYS, (hits.words, hits.vectors, hits.pointed), strict=True)
            if key in found
        )
        for key in hits.keys
    }


def rarest(asked: Question) -> tuple[str, ...]:
    """The words of a question that are rare where it is asked; none where all are, or none is."""
    highest = max((term.idf for term in asked.terms), default=0.0)
    rare = {term.stem for term in asked.terms if term.idf >= _RARE * highest}
    if len(rare) == len(asked.terms):
        return ()
    return tuple(word for word in words(asked.text) if stem(word) in rare)


def judge(
    reranker: Reranker, question: str, rows: Sequence[ChunkRow], scores: Sequence[float]
) -> dict[int, float]:
    """What a reranker says of the chunks that have the best scores, by their places in `rows`."""
    best = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:_PUT_TO_RERANKER]
    texts = [f"{rows[i].chunk.context}\n{rows[i].chunk.text}".strip() for i in best]
    return dict(zip(best, reranker.score(question, texts), strict=True))


def with_judgement(scores: Sequence[float], judged: dict[int, float]) -> list[float]:
    """Scores mixed with those of a reranker; what was not put to it comes after."""
    mixed = {i: (1 - _RERANKER_SHARE) * scores[i] + _RERANKER_SHARE * judged[i] for i in judged}
    lowest = min(mixed.values(), default=0.0)
    return [mixed.get(i, lowest * score) for i, score in enumerate(scores)]


def distinct(texts: Sequence[str], order: Sequence[int], k: int) -> list[int]:
    """The first k of the order, without texts that say the same as a better one."""
    kept: list[int] = []
    held: list[set[str]] = []
    for i in order:
        if len(kept) == k:
            break
        found = set(words(texts[i]))
        if any(len(found & other) >= _SAME_WORDS * len(found | other) for other in held):
            continue
        kept.append(i)
        held.append(found)
    return kept
