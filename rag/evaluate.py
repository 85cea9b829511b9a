"""Question sets to measures.

A set is a folder with `questions.jsonl`, one JSON object a line: `id`, `lang`, `question`,
`answerable`, `evidence` (a list of `document`, `page`, `quote`, `lines`), `answers`, and perhaps
`scope` (the document that is asked) and `kind`. Ranks are of documents unless said otherwise.
nDCG is that of Järvelin and Kekäläinen (2002) with binary gains.
"""

from __future__ import annotations

import json
import math
import re
import time
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rag import extract
from rag.errors import UsageError
from rag.types import Evidence, Scope
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from rag.retrieve import Mode, Retriever
    from rag.types import Citation

QUESTIONS = "questions.jsonl"
_DEPTH = 10
_WINDOW_TURNS = 8  # lines a found passage counts for in span_hit, around its best sentence
_SHORT = 12  # letters below which a sentence inside a quote proves nothing


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers; what the set does not say is None."""

    document: str
    page: int | None
    quote: str | None
    lines: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a set."""

    id: str
    question: str
    answerable: bool
    evidence: tuple[Gold, ...]
    answers: tuple[str, ...]
    scope: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to. Ranks count from 1; None is not found, or not asked for."""

    item: Item
    document_rank: int | None
    page_rank: int | None
    span_rank: int | None
    sentence_rank: int | None
    confidence: float
    seconds: float


def load(path: Path) -> list[Item]:
    """The questions of a file. Raises UsageError where it is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_item(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is no set of questions ({error!r})", "See the format: rag eval --help"
        ) from error


def documents_folder(folder: Path, items: Sequence[Item]) -> Path:
    """Where the documents lie that the questions name: in `folder/documents`, or in `folder`."""
    named = [gold.document for item in items for gold in item.evidence]
    if named and all((folder / name).exists() for name in named):
        return folder
    below = folder / "documents"
    return below if below.is_dir() else folder


def _item(value: dict[str, Any]) -> Item:
    evidence = tuple(
        Gold(
            e["document"],
            e.get("page"),
            e.get("quote"),
            (e["lines"][0], e["lines"][1]) if e.get("lines") else None,
        )
        for e in value["evidence"]
    )
    return Item(
        str(value["id"]),
        value["question"],
        value["answerable"],
        evidence,
        tuple(value["answers"]),
        value.get("scope"),
    )


def run(
    items: Sequence[Item],
    retriever: Retriever,
    *,
    mode: Mode = "hybrid",
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Outcome]:
    """Put every question to the library and see where its evidence comes out."""
    outcomes = []
    for number, item in enumerate(items, 1):
        began = time.perf_counter()
        scope = Scope((item.scope,)) if item.scope else Scope()
        if item.scope and not retriever.holds(item.scope):  # its file could not be read
            evidence = Evidence((), ())
        else:
            evidence = retriever.retrieve(item.question, k=_DEPTH, scope=scope, mode=mode)
        seconds = time.perf_counter() - began
        outcomes.append(_outcome(item, evidence, seconds))
        on_progress(number, len(items))
    return outcomes


def _outcome(item: Item, evidence: Evidence, seconds: float) -> Outcome:
    documents = list(dict.fromkeys(p.document for p in evidence.passages))
    pages = _pages(evidence)
    gold_pages = {(g.document, g.page) for g in item.evidence if g.page is not None}
    spans = [g for g in item.evidence if g.lines]
    quotes = [(g.document, _plain(g.quote)) for g in item.evidence if g.quote]
    answers = [_plain(answer) for answer in item.answers]
    return Outcome(
        item,
        _first(d in {g.document for g in item.evidence} for d in documents),
        _first(page in gold_pages for page in pages),
        _first(_overlaps(window, spans) for window in _windows(evidence)) if spans else None,
        _first(_says(f.citation, quotes, answers) for f in evidence.sentences) if quotes else None,
        evidence.confidence,
        seconds,
    )


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
    said = _plain(citation.quote)
    return any(
        document == citation.document
        and (
            quote in said
            or (said in quote and len(said) >= _SHORT and any(a in said for a in answers))
        )
        for document, quote in quotes
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _first(hits: Iterable[bool]) -> int | None:
    return next((rank for rank, hit in enumerate(hits, 1) if hit), None)


def measures(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """The figures of a run; None where the set does not ask for one. Times in milliseconds."""
    answerable = [o for o in outcomes if o.item.answerable]
    located = [o for o in answerable if o.item.evidence]
    paged = [o for o in located if any(g.page is not None for g in o.item.evidence)]
    lined = [o for o in located if any(g.lines for g in o.item.evidence)]
    quoted = [o for o in located if any(g.quote for g in o.item.evidence)]
    refusable = outcomes if 0 < len(answerable) < len(outcomes) else []
    times = sorted(o.seconds * 1000 for o in outcomes)

    def hit(rows: Sequence[Outcome], rank: Callable[[Outcome], int | None], k: int) -> float | None:
        return _mean([(rank(o) or math.inf) <= k for o in rows])

    return {
        "ndcg@10": _mean([_gain(o) for o in located]),
        "hit@1": hit(located, lambda o: o.document_rank, 1),
        "hit@5": hit(located, lambda o: o.document_rank, 5),
        "hit@10": hit(located, lambda o: o.document_rank, 10),
        "page_hit@1": hit(paged, lambda o: o.page_rank, 1),
        "page_hit@5": hit(paged, lambda o: o.page_rank, 5),
        "span_hit@5": hit(lined, lambda o: o.span_rank, 5),
        "sentence@1": hit(quoted, lambda o: o.sentence_rank, 1),
        "sentence@3": hit(quoted, lambda o: o.sentence_rank, 3),
        "refusal_auroc": auroc(
            [o.confidence for o in refusable if o.item.answerable],
            [o.confidence for o in refusable if not o.item.answerable],
        ),
        "refusal_accuracy": _mean(
            [(o.confidence >= extract.REFUSE_BELOW) == o.item.answerable for o in refusable]
        ),
        "p50_ms": _quantile(times, 0.5),
        "p95_ms": _quantile(times, 0.95),
        "n": len(outcomes),
    }


def _gain(outcome: Outcome) -> float:
    """nDCG@10 by document: several documents of evidence count by the first that is found."""
    rank = outcome.document_rank
    return 1 / math.log2(rank + 1) if rank is not None and rank <= _DEPTH else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties by half; None where one is missing.

    The area under the ROC curve as the Mann–Whitney statistic (Hanley, McNeil, 1982).
    """
    if not positive or not negative:
        return None
    ordered = sorted([(v, True) for v in positive] + [(v, False) for v in negative])
    below = wins = 0.0
    for _, group in groupby(ordered, key=lambda pair: pair[0]):
        hits = [hit for _, hit in group]
        up = sum(hits)
        down = len(hits) - up
        wins += up * (below + down / 2)
        below += down
    return wins / (len(positive) * len(negative))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else None
