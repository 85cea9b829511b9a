"""Question to evidence: word search and vector search fused by rank, then ranked by sentences.

Fusion is by chunk id and reciprocal rank (Cormack, Clarke, Büttcher, "Reciprocal rank fusion",
2009). The best chunks are ordered anew by the best sentence each holds; near-duplicates are
dropped and neighbours merged.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from rag import rank
from rag.errors import UsageError
from rag.types import Citation, Evidence, Found, Passage, Scope
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.embed import Embedder, Reranker
    from rag.index import Library
    from rag.store.catalogue import ChunkRow
    from rag.types import Document

Hit = tuple[int, float]
Mode = Literal["hybrid", "words", "vectors"]

_DEPTH = 50  # hits taken from each search
_RERANKED = 20  # fused hits whose sentences are looked at, at least
_RRF_CONSTANT = 10
_VECTORS_WEIGHT = 0.3  # of a rank in the vector search against one in the word search
_MEANING_SHARE = 0.15  # of a neural embedder's cosine in the score of a passage
_BEST_SCORE = sum(weight for weight in rank.WEIGHTS if weight > 0)
#: What puts a passage into its place, in the order in which it is told.
RERANKER = "reranker"
VIA = ("words", "vectors", RERANKER)
_PUT_TO_RERANKER = 30  # passages; each costs a run of the model
_RERANKER_SHARE = 0.8  # of the score, against that of words and vectors
_SAME_WORDS = 0.9  # Jaccard similarity above which two chunks say the same


class Retriever:
    """Finds passages in one library."""

    def __init__(
        self, library: Library, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        self._library = library
        self._reranker = reranker
        self._embedder = library.embedder(embedder)
        self._documents: dict[str, Document] = {}
        self._rows = library.catalogue.documents()
        self._names: dict[str, str] = {}
        for row in self._rows:
            self._names.setdefault(row.id, row.name)

    def holds(self, name: str) -> bool:
        """Whether there is a document of this name."""
        return any(row.name == name for row in self._rows)

    def document(self, name: str) -> Document:
        """The document of this name. Raises UsageError where there is none."""
        for row in self._rows:
            if row.name == name:
                return self._load(row.id)
        raise UsageError(f"There is no document {name}", "See what there is: rag list")

    def select(self, scope: Scope) -> list[str] | None:
        """Ids of the documents in scope; None for all. Raises UsageError where none is."""
        if scope.everything:
            return None
        chosen = [
            row.id
            for row in self._rows
            if (not scope.documents or any(_named(row.name, p) for p in scope.documents))
            and (scope.since is None or (row.date or "") >= scope.since)
            and (scope.until is None or "" < (row.date or "") <= scope.until)
        ]
        if not chosen:
            raise UsageError("No document matches the filter", "See what there is: rag list")
        return chosen

    def retrieve(
        self, question: str, *, k: int = 8, scope: Scope | None = None, mode: Mode = "hybrid"
    ) -> Evidence:
        """The k best passages for a question and their sentences; see `Evidence`."""
        library = self._library
        documents = self.select(scope or Scope())
        depth = max(_DEPTH, 2 * k)
        by_words = [] if mode == "vectors" else library.words.search(question, depth, documents)
        known = mode == "vectors" or self._embedder.knows(question)
        meant = known and not self._embedder.needs_fit
        searched = mode != "words" and known
        by_vectors = self._near(question, depth, documents) if searched else []
        fused = _fuse(by_words, by_vectors)[: max(_RERANKED, 2 * k)]
        rows = {row.key: row for row in library.catalogue.chunks(fused)}
        ordered = [rows[key] for key in fused if key in rows]
        asked = rank.analyse(question, library.words.frequency, len(library.words))
        top = max((score for _, score in by_words), default=1.0) or 1.0
        liked = {key: score / top for key, score in by_words}
        candidates = rank.rank(
            asked,
            [
                (row.chunk.text, f"{row.title} {row.chunk.context}", liked.get(row.key, 0.0))
                for row in ordered
            ],
        )
        via = _via(by_words, by_vectors)
        if mode == "vectors":  # the order of the vectors alone, for measuring them
            near = dict(by_vectors)
            scores = {i: near[row.key] for i, row in enumerate(ordered)}
        else:
            scores = _by_best(candidates, len(ordered))
            if mode == "hybrid" and meant:
                scores = _with_meaning(scores, ordered, dict(by_vectors))
        if mode == "hybrid" and self._reranker is not None:
            judged = self._judge(self._reranker, question, ordered, scores)
            scores = _with_judgement(scores, judged)
            via |= {ordered[i].key: (*via[ordered[i].key], RERANKER) for i in judged}
        return self._evidence(ordered, candidates, via, scores, k)

    def cite(self, document_id: str, start: int, end: int) -> Citation:
        """A citation of a span of a document."""
        document = self._load(document_id)
        return Citation(
            self._names[document_id],
            document.page_at(start),
            document.line_at(start),
            start,
            end,
            document.text[start:end],
        )

    def _near(self, question: str, depth: int, documents: list[str] | None) -> list[Hit]:
        library = self._library
        keys = None if documents is None else library.catalogue.keys_of(documents)
        return library.vectors.search(self._embedder.encode_query(question), depth, keys)

    @staticmethod
    def _judge(
        reranker: Reranker, question: str, rows: Sequence[ChunkRow], scores: dict[int, float]
    ) -> dict[int, float]:
        """What a reranker says of the passages that have the best scores."""
        best = sorted(scores, key=lambda i: (-scores[i], i))[:_PUT_TO_RERANKER]
        texts = [f"{rows[i].chunk.context}\n{rows[i].chunk.text}".strip() for i in best]
        return dict(zip(best, reranker.score(question, texts), strict=True))

    def _load(self, document_id: str) -> Document:
        if document_id not in self._documents:
            self._documents[document_id] = self._library.catalogue.document(document_id)
        return self._documents[document_id]

    def _evidence(
        self,
        rows: Sequence[ChunkRow],
        candidates: Sequence[rank.Candidate],
        via: dict[int, tuple[str, ...]],
        scores: dict[int, float],
        k: int,
    ) -> Evidence:
        """The k best passages without near-duplicates, neighbours merged, and their sentences."""
        order = sorted(scores, key=lambda i: (-scores[i], i))
        merged = self._merge([(i, rows[i]) for i in _distinct(rows, order)[:k]])
        passages: list[Passage] = []
        place: dict[int, int] = {}
        for number, (members, passage) in enumerate(merged):
            place.update(dict.fromkeys(members, number))
            found = {name for i in members for name in via[rows[i].key]}
            names = tuple(name for name in VIA if name in found)
            score = max(scores[i] for i in members)
            passages.append(replace(passage, score=score, rank=number + 1, via=names))
        sentences = tuple(
            Found(
                self._sentence(rows[c.passage], c),
                place[c.passage],
                c.score,
                c.cover,
                c.confidence,
            )
            for c in candidates
            if c.passage in place
        )
        return Evidence(tuple(passages), sentences)

    def _sentence(self, row: ChunkRow, candidate: rank.Candidate) -> Citation:
        start = row.chunk.start
        return self.cite(row.chunk.document_id, start + candidate.start, start + candidate.end)

    def _merge(self, chosen: Sequence[tuple[int, ChunkRow]]) -> list[tuple[list[int], Passage]]:
        """Passages of the chosen chunks; chunks with only white space between become one."""
        groups: list[list[tuple[int, ChunkRow]]] = []
        for item in chosen:
            for group in groups:
                if self._touches(group, item[1]):
                    group.append(item)
                    break
            else:
                groups.append([item])
        return [
            ([i for i, _ in group], self._passage([row for _, row in group])) for group in groups
        ]

    def _touches(self, group: Sequence[tuple[int, ChunkRow]], row: ChunkRow) -> bool:
        if group[0][1].chunk.document_id != row.chunk.document_id:
            return False
        start = min(member.chunk.start for _, member in group)
        end = max(member.chunk.end for _, member in group)
        left, right = sorted([(start, end), (row.chunk.start, row.chunk.end)])
        return not self._load(row.chunk.document_id).text[left[1] : right[0]].strip()

    def _passage(self, rows: Sequence[ChunkRow]) -> Passage:
        first = min(rows, key=lambda row: row.chunk.start).chunk
        end = max(row.chunk.end for row in rows)
        document = self._load(first.document_id)
        chunk = replace(first, end=end, text=document.text[first.start : end])
        pages: tuple[int, ...] = ()
        begin, last = document.page_at(chunk.start), document.page_at(max(end - 1, chunk.start))
        if begin is not None and last is not None:
            pages = tuple(range(begin, last + 1))
        line = document.line_at(chunk.start)
        return Passage(chunk, self._names[first.document_id], pages, line, 0.0, 0, ())


def is_name(name: str, given: str) -> bool:
    """Whether a document is meant: by its whole name, or by the last parts of its path."""
    return name == given or name.endswith("/" + given)


def _named(name: str, pattern: str) -> bool:
    """Whether a document is meant by a name, the end of its path, a folder, or a pattern."""
    return (
        is_name(name, pattern)
        or name.startswith(pattern.rstrip("/") + "/")
        or fnmatchcase(name, pattern)
    )


def _fuse(*searches: Sequence[Hit]) -> list[int]:
    """Keys by the sum of reciprocal ranks, best first."""
    scores: dict[int, float] = {}
    for hits, weight in zip(searches, (1.0, _VECTORS_WEIGHT), strict=True):
        for place, (key, _) in enumerate(hits, 1):
            scores[key] = scores.get(key, 0.0) + weight / (_RRF_CONSTANT + place)
    return sorted(scores, key=lambda key: (-scores[key], key))


def _via(by_words: Iterable[Hit], by_vectors: Iterable[Hit]) -> dict[int, tuple[str, ...]]:
    via: dict[int, tuple[str, ...]] = {key: ("words",) for key, _ in by_words}
    for key, _ in by_vectors:
        via[key] = (*via.get(key, ()), "vectors")
    return via


def _by_best(candidates: Sequence[rank.Candidate], count: int) -> dict[int, float]:
    """The score of each of `count` passages, from 0 to 1: that of its best sentence."""
    scores = dict.fromkeys(range(count), 0.0)
    for candidate in candidates:
        scores[candidate.passage] = max(scores[candidate.passage], candidate.score / _BEST_SCORE)
    return scores


def _with_meaning(
    scores: dict[int, float], rows: Sequence[ChunkRow], near: dict[int, float]
) -> dict[int, float]:
    """Scores mixed with the cosines of a neural embedder, from the worst hit 0 to the best 1."""
    low, high = min(near.values(), default=0.0), max(near.values(), default=0.0)
    span = (high - low) or 1.0
    return {
        i: (1 - _MEANING_SHARE) * score + _MEANING_SHARE * (near.get(rows[i].key, low) - low) / span
        for i, score in scores.items()
    }


def _with_judgement(scores: dict[int, float], judged: dict[int, float]) -> dict[int, float]:
    """Scores mixed with those of a reranker; what was not put to it comes after."""
    return {
        i: (1 - _RERANKER_SHARE) * score + _RERANKER_SHARE * judged[i]
        if i in judged
        else (1 - _RERANKER_SHARE) * score - 1.0
        for i, score in scores.items()
    }


def _distinct(rows: Sequence[ChunkRow], order: Sequence[int]) -> list[int]:
    """The order without chunks that say the same as a better one."""
    kept: list[int] = []
    held: list[set[str]] = []
    for i in order:
        found = set(words(rows[i].chunk.text))
        if any(len(found & other) >= _SAME_WORDS * len(found | other) for other in held):
            continue
        kept.append(i)
        held.append(found)
    return kept
