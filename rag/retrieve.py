"""Question to evidence: word search and vector search fused by rank, then ranked by features.

Fusion is by chunk id and reciprocal rank (Cormack, Clarke, Büttcher, "Reciprocal rank fusion",
2009). To the best chunks come those of documents and pages that the question names. All of them are
ordered anew by what `rag.passages` sees in them, near-duplicates are dropped and neighbours joined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rag import passages, rank
from rag.errors import UsageError
from rag.hits import RERANKER, WAYS, Hit, Hits, distinct, fuse, judge, rarest, via, with_judgement
from rag.known import Known, let_go
from rag.naming import in_scope
from rag.pointers import Pointers, named_in, pages_meant, pages_of, pointers
from rag.query import understand
from rag.types import Citation, Evidence, Found, Passage, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.embed import Embedder, Reranker
    from rag.index import Library
    from rag.known import Meetings
    from rag.query import Query
    from rag.store.rows import ChunkRow
    from rag.store.vectors.index import Spans
    from rag.types import Document

Mode = Literal["hybrid", "words", "vectors"]

_DEPTH = 50  # hits taken from each search
_RERANKED = 14  # fused hits whose sentences are looked at, at least; 20 found no more
#: Weight of a rank in the vector search against one in the word search.
_VECTORS_WEIGHT = {"hashed": 0.3, "model": 1.0}
_READ_FIRST = 10  # hits of the word search that are read while the vectors are searched
_ROUTED = 5  # hits taken from the documents that the question names, or by its rarest words
_POINTED = 12  # chunks taken from the pages that it names
_FEW = 8  # documents whose pages are looked up, and whose own word frequencies count
_LOCAL = 50  # chunks from which on words weigh rather by their frequency among these
_POINTED_AT = 8  # best sentences in which the answer itself is looked for
_JOINED = 2  # neighbouring chunks that become one passage; more would bury the place


@dataclass(frozen=True, slots=True)
class Pool:
    """What was found for a question before any of it is left out.

    `query` is the question as searched for, `asked` its terms. `texts` and `rows` are the chunks,
    `features` theirs as in `passages.FEATURES`, `candidates` their sentences, best first, `via` the
    searches that found each (by key), `cosines` those of the vector search, `vectors` its kind.
    """

    query: Query
    asked: rank.Question
    texts: list[rank.Text]
    rows: list[ChunkRow]
    features: list[tuple[float, ...]]
    candidates: list[rank.Candidate]
    via: dict[int, tuple[str, ...]]
    cosines: dict[int, float]
    vectors: passages.Vectors


class Retriever:
    """Finds passages in one library."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        reranker: Reranker | None = None,
        known: Known | None = None,
    ) -> None:
        """`known` is what is known of this state of the library already."""
        self._library = library
        self._reranker = reranker
        self._embedder = library.embedder(embedder)
        self._known = known or Known(library.catalogue)
        self._rows, self._names = self._known.rows, self._known.names

    def _load(self, document_id: str) -> Document:
        return self._known.document(self._library.catalogue, document_id)

    def holds(self, name: str) -> bool:
        """Whether there is a document of this name."""
        return name in self._known.ids

    def document(self, name: str) -> Document:
        """The document of this name. Raises UsageError where there is none."""
        if name not in self._known.ids:
            raise UsageError(f"There is no document {name}", "See what there is: rag list")
        return self._load(self._known.ids[name])

    def meetings(self) -> Meetings:
        """All meetings: name, title, minutes."""
        return self._known.meetings(self._library.catalogue)

    def select(self, scope: Scope) -> list[str] | None:
        """Ids of the documents in scope; None for all. Raises UsageError where none is."""
        if scope.everything:
            return None
        names = self._known.ids.keys()
        chosen = [
            row.id
            for row in self._rows
            if (not scope.documents or in_scope(row.name, scope.documents, names))
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
        pool, scores = self._scored(question, k, scope, mode)
        with self._known.turn:
            place, found = self._best(pool, scores, k)
            shown = [c for c in pool.candidates if c.passage in place]
            sentences = tuple(
                self._sentence(pool, c, place[c.passage], point=i < _POINTED_AT)
                for i, c in enumerate(shown)
            )
            chance = rank.confidence(pool.asked, pool.texts, pool.candidates)
        return Evidence(found, sentences, chance, pool.query)

    def find(
        self, question: str, *, k: int = 8, scope: Scope | None = None, mode: Mode = "hybrid"
    ) -> Evidence:
        """The same passages without their sentences, and without the chance that they answer."""
        pool, scores = self._scored(question, k, scope, mode)
        with self._known.turn:
            found = self._best(pool, scores, k)[1]
        return Evidence(found, (), query=pool.query)

    def _scored(
        self, question: str, k: int, scope: Scope | None, mode: Mode
    ) -> tuple[Pool, list[float]]:
        """The pool of a question, and the score of each of its chunks."""
        pool = self.pool(question, k=k, scope=scope, mode=mode)
        scores = _scores(pool, mode)
        if mode == "hybrid" and self._reranker is not None:
            judged = judge(self._reranker, question, pool.rows, scores)
            scores = with_judgement(scores, judged)
            for i in judged:
                key = pool.rows[i].key
                pool.via[key] = (*pool.via[key], RERANKER)
        return pool, scores

    def nearest(self, text: str, *, k: int, scope: Scope | None = None) -> list[Passage]:
        """The k chunks that share most words with a text: at once, and in no finer order."""
        documents = self.select(scope or Scope())
        query = understand(text, self._library.words, documents)
        keys = [key for key, _ in self._library.words.search(query, k, documents)]
        rows = {row.key: row for row in self._library.catalogue.chunks(keys)}
        return [self._passage([rows[key]]) for key in keys if key in rows]

    def pool(
        self, question: str, *, k: int = 8, scope: Scope | None = None, mode: Mode = "hybrid"
    ) -> Pool:
        """The chunks that may be among the k best, with all that their order rests on."""
        with self._known.turn:
            return self._pool(question, k, scope, mode)

    def _pool(self, question: str, k: int, scope: Scope | None, mode: Mode) -> Pool:
        documents = self.select(scope or Scope())
        query = understand(question, self._library.words, documents)
        asked = self._analyse(query, documents)
        hits = self._search(query, asked, documents, mode, k)
        if mode != "vectors":
            self._look_further(hits, asked, documents, named=not (scope and scope.documents))
        self._read(hits, asked, hits.keys)
        rows = [hits.rows[key] for key in hits.keys if key in hits.rows]
        top = max(hits.words.values(), default=1.0) or 1.0
        texts = [
            rank.Text(row.chunk.text, _above(row), hits.words.get(row.key, 0.0) / top)
            for row in rows
        ]
        candidates = rank.rank(asked, texts, [hits.readings[row.key] for row in rows])
        features = passages.features(self._found(rows, candidates, hits))
        return Pool(
            query, asked, texts, rows, features, candidates, via(hits), hits.vectors, hits.kind
        )

    def _search(
        self,
        query: Query,
        asked: rank.Question,
        documents: Sequence[str] | None,
        mode: Mode,
        k: int,
    ) -> Hits:
        """The best of both searches, fused.

        While the vectors are searched, which needs no interpreter, the first hits of the words are
        read: nearly all of them will be among the best.
        """
        depth = max(_DEPTH, 2 * k)
        index = self._library.words
        known = mode == "vectors" or self._embedder.knows(query.text)
        kind: passages.Vectors = "model" if known and not self._embedder.needs_fit else "hashed"
        searched = mode != "words" and known
        spans = self._library.catalogue.spans_of(documents) if documents is not None else None
        near = self._known.beside.submit(self._near, query, depth, spans) if searched else None
        by_words = [] if mode == "vectors" else index.search(query, depth, documents)
        hits = Hits(query, pointers(query.asked), dict(by_words), {}, {}, kind)
        self._read(hits, asked, [key for key, _ in by_words[:_READ_FIRST]])
        if near:
            with let_go(self._known.turn):
                hits.vectors = dict(near.result())
        fused = fuse(by_words, list(hits.vectors.items()), _VECTORS_WEIGHT[kind])
        hits.keys = dict.fromkeys(fused[: max(_RERANKED, k)])
        return hits

    def _read(self, hits: Hits, asked: rank.Question, keys: Iterable[int]) -> None:
        """Fetch and read the chunks of these keys that are not read yet."""
        for row in self._library.catalogue.chunks([k for k in keys if k not in hits.rows]):
            hits.rows[row.key] = row
            hits.readings[row.key] = rank.read_passage(asked, self._cut(row))

    def _cut(self, row: ChunkRow) -> rank.Cut:
        text = row.chunk.text
        return self._known.cut(row.key, len(text), lambda: rank.cut(text, _above(row)))

    def _look_further(
        self, hits: Hits, asked: rank.Question, documents: Sequence[str] | None, *, named: bool
    ) -> None:
        """Add what the documents and pages that the question names hold, and its rarest words."""
        if named:
            hits.named = self._named(asked, documents)
            if hits.named:
                hits.add(self._library.words.search(hits.query, _ROUTED, list(hits.named)))
        elif documents is not None and len(documents) <= _FEW and (rare := rarest(asked)):
            rarely = replace(hits.query, words=rare, phrases=())
            hits.add(self._library.words.search(rarely, _ROUTED, documents))
        hits.point(self._pointed(hits.meant, list(hits.named) if named else documents))

    def _analyse(self, query: Query, documents: Sequence[str] | None) -> rank.Question:
        """The question's terms; where few documents are searched, as rare as they are there."""
        index = self._library.words
        asked = rank.analyse(query.text, index.frequency, len(index), query.variants)
        if documents is None or len(documents) > _FEW:
            return asked
        stems = [term.stem for term in asked.terms]
        size, counts = index.frequencies(stems, documents)
        local_counts = dict(zip(stems, counts, strict=True))
        here = rank.analyse(query.text, lambda item: local_counts.get(item, 0), size)
        share = size / (size + _LOCAL)
        terms = tuple(
            replace(term, idf=(1 - share) * term.idf + share * local.idf)
            for term, local in zip(asked.terms, here.terms, strict=True)
        )
        return replace(asked, terms=terms, total=sum(term.idf for term in terms) or 1.0)

    def _named(self, asked: rank.Question, documents: Sequence[str] | None) -> dict[str, float]:
        """Documents that the question names, of those given, and how clearly."""
        unknown = math.log(2 * len(self._library.words) + 2)  # the IDF of a word no chunk holds
        rarity = {term.stem: term.idf / unknown for term in asked.terms}
        router = self._known.router(self._library.catalogue)
        found = router.route(asked.text, lambda item: rarity.get(item, 0.0))
        if documents is None:
            return found
        allowed = frozenset(documents)
        return {key: clear for key, clear in found.items() if key in allowed}

    def _pointed(self, meant: Pointers, documents: Sequence[str] | None) -> list[int]:
        """Keys of the chunks on the pages that are meant, where few documents can be."""
        if not meant.to_pages or documents is None or len(documents) > _FEW:
            return []
        keys = []
        for document_id in documents:
            document = self._load(document_id)
            pages = pages_meant(meant, document)
            for page in document.pages:
                if page.number in pages:
                    within = (document_id, page.start, page.end)
                    keys += self._library.catalogue.keys_within(*within)
        return keys[:_POINTED]

    def _found(
        self, rows: Sequence[ChunkRow], candidates: Sequence[rank.Candidate], hits: Hits
    ) -> list[passages.Found]:
        near = {key: place for place, key in enumerate(hits.vectors, 1)}
        best: dict[int, rank.Candidate] = {}
        for candidate in candidates:
            best.setdefault(candidate.passage, candidate)
        return [
            passages.Found(
                row.key,
                row.chunk.document_id,
                hits.words.get(row.key, 0.0),
                near.get(row.key, 0),
                best[i].score if i in best else 0.0,
                best[i].met if i in best else 0.0,
                self._on_page(row, hits.meant),
                named_in(hits.meant, row.chunk.text, row.chunk.context),
                hits.named.get(row.chunk.document_id, 0.0),
            )
            for i, row in enumerate(rows)
        ]

    def _on_page(self, row: ChunkRow, meant: Pointers) -> float:
        if not meant.to_pages:
            return 0.0
        document = self._load(row.chunk.document_id)
        return float(not pages_meant(meant, document).isdisjoint(pages_of(document, row.chunk)))

    def cite(self, document_id: str, start: int, end: int) -> Citation:
        """A citation of a span of a document."""
        return self._load(document_id).citation(self._names[document_id], start, end)

    def _near(self, query: Query, depth: int, spans: Spans | None) -> list[Hit]:
        """The nearest chunks that hold the phrases, of those with keys in `spans` if given."""
        library = self._library
        hits = library.vectors.search(self._embedder.encode_query(query.text), depth, spans)
        if not query.phrases:
            return hits
        holding = library.words.holding(query.phrases, [key for key, _ in hits])
        return [hit for hit in hits if hit[0] in holding]

    def _best(
        self, pool: Pool, scores: Sequence[float], k: int
    ) -> tuple[dict[int, int], tuple[Passage, ...]]:
        """The k best passages without near-duplicates, neighbours joined.

        Before them, the place among them of each chunk of the pool that is in one.
        """
        rows = pool.rows
        order = sorted(range(len(rows)), key=lambda i: (-scores[i], i))
        merged = self._merge(
            [(i, rows[i]) for i in distinct([row.chunk.text for row in rows], order, k)]
        )
        out: list[Passage] = []
        place: dict[int, int] = {}
        for number, (members, passage) in enumerate(merged):
            place.update(dict.fromkeys(members, number))
            found = {name for i in members for name in pool.via[rows[i].key]}
            names = tuple(name for name in WAYS if name in found)
            score = max(scores[i] for i in members)
            out.append(replace(passage, score=score, rank=number + 1, via=names))
        return place, tuple(out)

    def _sentence(self, pool: Pool, candidate: rank.Candidate, place: int, *, point: bool) -> Found:
        chunk = pool.rows[candidate.passage].chunk
        start = chunk.start + candidate.start
        citation = self.cite(chunk.document_id, start, chunk.start + candidate.end)
        span = rank.pointed(pool.asked, citation.quote) if point else None
        highlight = (start + span[0], start + span[1]) if span else None
        return Found(citation, place, candidate.score, candidate.cover, highlight)

    def _merge(self, chosen: Sequence[tuple[int, ChunkRow]]) -> list[tuple[list[int], Passage]]:
        """Passages of the chosen chunks; two with only white space between become one."""
        groups: list[list[tuple[int, ChunkRow]]] = []
        for item in chosen:
            for group in groups:
                if len(group) < _JOINED and self._touches(group, item[1]):
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
        line = document.line_at(chunk.start)
        return Passage(
            chunk, self._names[first.document_id], pages_of(document, chunk), line, 0.0, 0, ()
        )


def _above(row: ChunkRow) -> str:
    return f"{row.title} {row.chunk.context}"


def _scores(pool: Pool, mode: Mode) -> list[float]:
    """How well each chunk of a pool meets the question, from 0 to 1."""
    if mode == "vectors":  # the order of the vectors alone, for measuring them
        return [max(pool.cosines.get(row.key, 0.0), 0.0) for row in pool.rows]
    weights = passages.weights(pool.vectors)
    return [weights.score(features) for features in pool.features]
