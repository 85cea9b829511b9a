"""Words of the chunks of one generation, in Milvus; their statistics are in the catalogue.

Milvus gives the best chunks by the inner product of sparse vectors, which is their BM25 score. What
no inner product is, is made of the vectors of its best here: that a stem counts as much as its best
variant, that a phrase must be there, and average lengths that are others by now. The inner product
is an upper bound of all of it, so that it is known when no chunk that was not fetched is better.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.prepare import words_of
from rag.query import Query
from rag.store import terms
from rag.store.milvus import bm25, schema
from rag.store.milvus.scope import MOST, ranges, within
from rag.store.ties import NEAR, TIED
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.store.backend import Hit, Spans
    from rag.store.milvus.scope import Reader

_SPARE = 50  # hits fetched beyond those asked for, where their order may be another
_MORE = 4  # times as many are fetched where these did not do
_SMALL = 500  # chunks of documents whose vectors are fetched, and kept, to be scored here
_KEPT = 2000  # chunks whose vectors are kept
_REMEMBERED = 200_000  # terms whose frequencies are kept
_NOTHING = 1e-6  # of all rarity of a question: what is less changes no score that is told apart
_PREFIXES = 64  # beginnings of words whose lists are kept: those of few letters are long
_DRIFT = 0.01  # of an average length, which changes no score by more than a third of it

#: The terms of one field of which the best counts, each with its dimension and its rarity.
_Group = tuple[str, list[tuple[int, float]]]


class _Scored(NamedTuple):
    """An entity as it is scored: its key, its sparse vector, the lengths of its fields."""

    key: int
    words: dict[int, float]
    lengths: dict[str, int]


class MilvusWords:
    """Words open for searching."""

    def __init__(self, reader: Reader, tokens: dict[str, int]) -> None:
        self._reader = reader
        self._averages = bm25.average(tokens, reader.chunks)
        self._known: dict[tuple[str, str], int] = {}
        self._turn = Lock()
        self._kept: OrderedDict[str, list[_Scored]] = OrderedDict()
        self.words_from = lru_cache(maxsize=_PREFIXES)(self._words_from)
        self.stems_from = lru_cache(maxsize=_PREFIXES)(self._stems_from)
        before = reader.epoch.averages
        self._drift = max(
            (now / before[field] for field, now in self._averages.items() if before[field]),
            default=1.0,
        )
        self._drifted = any(
            abs(now - before[field]) > _DRIFT * before[field]
            for field, now in self._averages.items()
        )

    def __len__(self) -> int:
        return self._reader.chunks

    def close(self) -> None:
        """Let go of what it was opened on, for the vectors too."""
        self._reader.close()

    # -- statistics

    def frequency(self, stem: str, /) -> int:
        """Number of chunks whose text holds the stem."""
        return self._counts("stems", [stem])[stem]

    def frequencies(self, stems: Sequence[str], documents: Sequence[str]) -> tuple[int, list[int]]:
        """Number of chunks of the documents (ids), and of those among them that hold each stem."""
        spans = self._reader.spans_of(documents)
        size = _size(spans)
        dimensions = [bm25.dimension("stems", item) for item in stems]
        if size <= _SMALL:
            held = Counter(d for each in self._few(documents, spans) for d in each.words)
            return size, [held[d] for d in dimensions]
        return size, [
            sum(
                len(self._reader.search({d: 1.0}, MOST, part, anns_field="words", **_SPARSE))
                for part in _scopes(spans)
            )
            for d in dimensions
        ]

    def knows(self, stem: str) -> bool:
        """Whether a chunk, its title or its headings hold the stem."""
        return any(self._counts(field, [stem])[stem] for field in ("stems", "title", "context"))

    def counted(self, word: str) -> int:
        """Number of chunks whose text holds the word itself."""
        return self._counts("forms", [word])[word]

    def _words_from(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin so, the most frequent first, and how many chunks hold each."""
        return self._reader.look(terms.beginning, "forms", prefix, self._reader.generation)  # type: ignore[no-any-return]

    def _stems_from(self, prefix: str) -> list[tuple[str, int]]:
        """The same of stems."""
        return self._reader.look(terms.beginning, "stems", prefix, self._reader.generation)  # type: ignore[no-any-return]

    def spelled(self, wanted: str) -> str:
        """The most frequent word with this stem; the stem itself where there is none."""
        for head in (wanted, wanted[:-1]):  # stemming may change the last letter
            for word, _ in self.words_from(head):
                if stem(word) == wanted:
                    return word
        return wanted

    def _rarity(self, field: str, term: str) -> float:
        return bm25.idf(self._counts(field, [term])[term], len(self))

    def _counts(self, field: str, wanted: Sequence[str]) -> dict[str, int]:
        """How many chunks hold each of some terms."""
        asked = [term for term in wanted if (field, term) not in self._known]
        if asked:
            found = self._reader.look(terms.chunks_with, field, asked, self._reader.generation)
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known.update({(field, term): int(found.get(term, 0)) for term in asked})
        return {term: self._known.get((field, term), 0) for term in wanted}

    # -- phrases

    def holds(self, phrase: Sequence[str], documents: Sequence[str] | None = None) -> bool:
        """Whether a chunk of the documents (ids, all for None) holds these stems in a row."""
        query = Query("", "", (), (tuple(phrase),))
        return bool(self.search(query, 1, documents))

    def holding(self, phrases: Sequence[Sequence[str]], keys: Sequence[int]) -> set[int]:
        """Those of the chunks with these keys that hold one of the phrases."""
        return {key for key, counts in self._phrases(phrases, keys).items() if any(counts)}

    def _phrases(
        self, phrases: Sequence[Sequence[str]], keys: Iterable[int]
    ) -> dict[int, list[int]]:
        """How often the chunks with these keys hold each of the phrases."""
        rows = self._reader.look(lambda catalogue: list(catalogue.chunks(keys)))
        found = {row.key: words_of(row.chunk.text).stems.split() for row in rows}
        return {
            key: [bm25.occurrences(stems, phrase) for phrase in phrases]
            for key, stems in found.items()
        }

    # -- searching

    def search(self, query: Query, limit: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """Keys and BM25 scores of the best chunks, best first; of `documents` (ids) if given."""
        limit = max(limit, 1)
        groups = self._groups(query)
        spans = None if documents is None else self._reader.spans_of(documents)
        exact = self._drifted or bool(query.phrases) or any(len(some) > 1 for _, some in groups)
        hits: list[Hit] = []
        if spans is not None and documents is not None and _size(spans) <= _SMALL:
            hits = self._score(self._few(documents, spans), groups, query.phrases)
        else:
            for part in _scopes(spans):
                if exact:
                    hits += self._best(groups, query.phrases, limit, part)
                else:
                    hits += self._plain(groups, limit, part)
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def _groups(self, query: Query) -> list[_Group]:
        """What a question's score is the sum of; as the embedded index does it."""
        meant = [(item, *query.variants.get(item, ())) for item in query.stems]
        wanted = [
            *(("stems", items) for items in meant),
            *(("forms", (word,)) for word in query.words),
            *(("title", items) for items in meant),
            *(("context", items) for items in meant),
        ]
        total = len(self)
        groups: list[_Group] = []
        for field in bm25.BOOSTS:
            items = [term for name, some in wanted if name == field for term in some]
            self._counts(field, items)  # all of a field at once
        for field, some in wanted:
            counts = self._counts(field, some)
            held = [
                (bm25.dimension(field, term), bm25.idf(counts[term], total))
                for term in some
                if counts[term]
            ]
            if held:
                groups.append((field, held))
        return groups

    def _plain(self, groups: Sequence[_Group], limit: int, scope: str) -> list[Hit]:
        """What Milvus finds: the score is the inner product."""
        weights = _telling(_sum(groups))
        if not weights:
            return []
        found = self._reader.search(weights, limit, scope, anns_field="words", **_SPARSE)
        return [(int(hit["key"]), float(hit["distance"])) for hit in found]

    def _best(
        self,
        groups: Sequence[_Group],
        phrases: Sequence[Sequence[str]],
        limit: int,
        scope: str,
    ) -> list[Hit]:
        """The best chunks by their own scores, of as many as it takes by the inner product."""
        in_phrases = [
            ("stems", [(bm25.dimension("stems", item), self._rarity("stems", item))])
            for phrase in phrases
            for item in phrase
        ]
        wanted = _sum([*groups, *in_phrases])
        size, bound = limit + _SPARE, max(self._drift, 1.0)
        while wanted:
            found = self._reader.search(
                wanted,
                size,
                scope,
                ["words", *schema.LENGTHS],
                anns_field="words",
                **_SPARSE,
            )
            hits = self._score([_scored(hit) for hit in found], groups, phrases)[:limit]
            whole = len(found) < min(size, MOST) or size >= MOST
            if whole or (len(hits) == limit and _is_best(hits[-1][1], bound, found, size)):
                return hits
            size *= _MORE
        return []

    def _score(
        self,
        entities: Iterable[_Scored],
        groups: Sequence[_Group],
        phrases: Sequence[Sequence[str]],
    ) -> list[Hit]:
        """Entities that are found, by their scores as the embedded index has them, best first."""
        needed = [{bm25.dimension("stems", item) for item in phrase} for phrase in phrases]
        among = [e for e in entities if not needed or any(e.words.keys() >= n for n in needed)]
        counted = self._phrases(phrases, [each.key for each in among]) if phrases else {}
        hits: list[Hit] = []
        for each in among:
            score = sum(
                max(rare * self._weight(each, field, d) for d, rare in some)
                for field, some in groups
            )
            counts = counted.get(each.key, [])
            if phrases and not any(counts):
                continue
            for phrase, count in zip(phrases, counts, strict=False):
                score += self._phrase_score(phrase, count, each.lengths["stems"])
            if score > 0:
                hits.append((each.key, score))
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def _weight(self, entity: _Scored, field: str, dimension: int) -> float:
        """What a term of an entity weighs with the average lengths of now."""
        value = entity.words.get(dimension, 0.0)
        if not value or not self._drifted:
            return value
        before, now = self._reader.epoch.averages[field], self._averages[field]
        return bm25.again(value, field, entity.lengths[field], before, now)

    def _phrase_score(self, phrase: Sequence[str], count: int, length: int) -> float:
        if not count:
            return 0.0
        rare = sum(self._rarity("stems", item) for item in phrase)
        return rare * bm25.boosted("stems", count, length, self._averages["stems"])

    def _few(self, documents: Sequence[str], spans: Spans) -> list[_Scored]:
        """All entities of some documents, kept for the next question to them."""
        with self._turn:
            return self._fetched(documents, spans)

    def _fetched(self, documents: Sequence[str], spans: Spans) -> list[_Scored]:
        wanted = list(dict.fromkeys(documents))
        if not all(document in self._kept for document in wanted):
            keys = [key for first, end in spans.tolist() for key in range(first, end)]
            fields = ["words", "document", *schema.LENGTHS]
            found: dict[str, list[_Scored]] = {document: [] for document in wanted}
            for key, row in self._reader.entities(keys, fields).items():
                each = _Scored(key, row["words"], schema.lengths_of(row))
                found.setdefault(row["document"], []).append(each)
            self._kept.update(found)
        entities = [each for document in wanted for each in self._kept.get(document, [])]
        for document in wanted:
            if document in self._kept:
                self._kept.move_to_end(document)
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT:
            self._kept.popitem(last=False)
        return entities


_SPARSE: dict[str, Any] = {"search_params": {"metric_type": "IP", "params": {}}}


def _is_best(last: float, bound: float, found: Sequence[dict[str, Any]], size: int) -> bool:
    """Whether no chunk that was not fetched is better than the last one that is to be found.

    Nor as good, unless so many tie that it tells nothing which of them are found.
    """
    beyond = bound * float(found[-1]["distance"])
    return last > beyond * (1 + NEAR) or (last >= beyond * (1 - NEAR) and size >= TIED)


def _scored(hit: dict[str, Any]) -> _Scored:
    entity = hit["entity"]
    return _Scored(int(hit["key"]), entity["words"], schema.lengths_of(entity))


def _sum(groups: Sequence[_Group]) -> dict[int, float]:
    """The sparse vector of a question: an upper bound of what its groups give."""
    weights: dict[int, float] = {}
    for _, some in groups:
        for dimension, rare in some:
            weights[dimension] = weights.get(dimension, 0.0) + rare
    return weights


def _telling(weights: dict[int, float]) -> dict[int, float]:
    """A question's vector without what changes no score: words that all chunks hold cost most."""
    least = _NOTHING * sum(weights.values())
    return {dimension: rare for dimension, rare in weights.items() if rare > least}


def _size(spans: Spans) -> int:
    return int((spans[:, 1] - spans[:, 0]).sum())


def _scopes(spans: Spans | None) -> list[str]:
    """Filters that together let the chunks in spans through; one that lets all for None."""
    return [""] if spans is None else [within(part) for part in ranges(spans)]
