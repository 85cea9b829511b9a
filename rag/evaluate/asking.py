"""Questions put to a library, and where their evidence comes out.

Ranks count from 1 and are those of passages unless said otherwise; several passages of one document
or page count as one.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag import extract
from rag.types import Evidence, Scope
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.answer import Answerer
    from rag.evaluate.items import Gold, Item
    from rag.retrieve import Mode, Retriever
    from rag.types import Citation, Sentence

#: Passages that a question is answered with, so the deepest rank there is.
DEPTH = 10
_WINDOW_TURNS = 8  # lines a found passage counts for in span_hit, around its best sentence
_SHORT = 12  # letters below which a sentence inside a quote proves nothing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to. A rank that is None is not found, or not asked for.

    `document_ranks` are those of the documents of the evidence that were found, by rank of
    document. `answer` is what was said, empty after a refusal: the first sentence, where nobody was
    asked for more. `highlight` is the part of it that is the answer itself, where that is clear;
    `top` the best sentence of the best passage. `struck` and `sentences` count those of a model's
    answer.
    """

    item: Item
    document_ranks: tuple[int, ...]
    page_rank: int | None
    span_rank: int | None
    sentence_rank: int | None
    confidence: float
    refused: bool
    answer: str
    highlight: str
    top: Citation | None
    seconds: float
    answer_seconds: float | None = None
    sentences: int = 0
    struck: int = 0

    @property
    def document_rank(self) -> int | None:
        """Rank of the first document of the evidence."""
        return self.document_ranks[0] if self.document_ranks else None


@dataclass(frozen=True, slots=True)
class Trial:
    """A set whose questions can be put to a library.

    `answerer` is None where no answers are asked for. `place` is the folder of the library,
    `documents` that of the documents it was made of, None where it was there before; `notes` say
    what a person should know of the set.
    """

    items: Sequence[Item]
    retriever: Retriever
    answerer: Answerer | None
    name: str
    place: Path
    documents: Path | None
    embedder: str
    notes: Sequence[str]

    def run(
        self,
        items: Sequence[Item],
        *,
        mode: Mode = "hybrid",
        unscoped: bool = False,
        passages: int = DEPTH,
    ) -> Iterator[Outcome]:
        """Put questions to the library, one at a time.

        With `unscoped`, those that name the document they are put to are put to all. Where there
        is an answerer, each is answered too, from so many `passages`, as `rag ask` would, and
        these answers and refusals count. Raises what `Answerer.answer` does.
        """
        for item in items:
            scope = Scope((item.scope,)) if item.scope and not unscoped else Scope()
            lost = bool(scope.documents) and not self.retriever.holds(scope.documents[0])
            began = time.perf_counter()
            evidence = Evidence((), ())
            if not lost:  # else its file could not be read
                evidence = self.retriever.retrieve(item.question, k=DEPTH, scope=scope, mode=mode)
            found = outcome(item, evidence, time.perf_counter() - began)
            if self.answerer and not lost:
                found = _answered(self.answerer, found, scope, passages)
            yield found


def _answered(answerer: Answerer, found: Outcome, scope: Scope, passages: int) -> Outcome:
    """An outcome with the answer that a person would get."""
    began = time.perf_counter()
    answer = answerer.answer(found.item.question, k=passages, scope=scope)
    return replace(
        found,
        refused=answer.refusal is not None,
        answer="" if answer.refusal else answer.text,
        highlight=_highlight(answer.sentences) if answer.by == "documents" else "",
        answer_seconds=time.perf_counter() - began,
        sentences=len(answer.sentences) if answer.by == "model" else 0,
        struck=len(answer.struck),
    )


def outcome(item: Item, evidence: Evidence, seconds: float) -> Outcome:
    """Where the evidence of a question stands in what was found for it."""
    documents = list(dict.fromkeys(p.document for p in evidence.passages))
    golds = {g.document for g in item.evidence}
    gold_pages = {(g.document, g.page) for g in item.evidence if g.page is not None}
    spans = [g for g in item.evidence if g.lines]
    quotes = [(g.document, plain(g.quote)) for g in item.evidence if g.quote]
    answers = [plain(answer) for answer in item.answers]
    said = extract.answer(evidence)
    return Outcome(
        item,
        tuple(rank for rank, name in enumerate(documents, 1) if name in golds),
        _first(page in gold_pages for page in _pages(evidence)),
        _first(_overlaps(window, spans) for window in _windows(evidence)) if spans else None,
        _first(_says(f.citation, quotes, answers) for f in evidence.sentences) if quotes else None,
        evidence.confidence,
        not said,
        said[0].text if said else "",
        _highlight(said),
        _top(evidence),
        seconds,
    )


def plain(text: str) -> str:
    """The folded words of a text and nothing between them but a space."""
    return " ".join(re.findall(r"\w+", fold(text)))


def _highlight(said: Sequence[Sentence]) -> str:
    """The words of the first sentence that are the answer itself; empty where none are marked."""
    span = said[0].highlight if said else None
    if span is None:
        return ""
    citation, (start, end) = said[0].citations[0], span
    return citation.quote[start - citation.start : end - citation.start]


def _top(evidence: Evidence) -> Citation | None:
    """The best sentence of the best passage."""
    best = _best_sentences(evidence)
    return best[min(best)] if best else None


def _best_sentences(evidence: Evidence) -> dict[int, Citation]:
    """The best sentence of each passage, by the passage's place, in that order."""
    best: dict[int, Citation] = {}
    for found in evidence.sentences:
        best.setdefault(found.passage, found.citation)
    return dict(sorted(best.items()))


def _pages(evidence: Evidence) -> list[tuple[str, int]]:
    """Pages by rank of passage; of each passage the page of its best sentence first."""
    best = _best_sentences(evidence)
    pages: dict[tuple[str, int], None] = {}
    for place, passage in enumerate(evidence.passages):
        first = best[place].page if place in best else None
        numbers = passage.pages if first is None else (first, *passage.pages)
        pages.update(dict.fromkeys((passage.document, number) for number in numbers))
    return list(pages)


def _windows(evidence: Evidence) -> list[tuple[str, int, int]]:
    """Document and lines around the best sentence of each passage, by rank of the passage."""
    half = _WINDOW_TURNS // 2
    return [
        (citation.document, citation.line - half, citation.line + half - 1)
        for citation in _best_sentences(evidence).values()
        if citation.line is not None
    ]


def _overlaps(window: tuple[str, int, int], spans: Iterable[Gold]) -> bool:
    name, first, last = window
    return any(
        g.document == name and g.lines is not None and g.lines[0] <= last and first <= g.lines[1]
        for g in spans
    )


def _says(citation: Citation, quotes: Sequence[tuple[str, str]], answers: Sequence[str]) -> bool:
    """Whether a sentence is the one quoted, or the part of it that holds the answer."""
    said = plain(citation.quote)
    return any(
        document == citation.document
        and (
            quote in said
            or (said in quote and len(said) >= _SHORT and any(a in said for a in answers))
        )
        for document, quote in quotes
    )


def _first(hits: Iterable[bool]) -> int | None:
    return next((rank for rank, hit in enumerate(hits, 1) if hit), None)
