"""Summaries without a model, against those that people wrote: ROUGE at equal lengths.

    python benchmarks/summaries.py FOLDER [--words 100,150,200] [--half even|odd]

FOLDER is a set as `rag eval --help` describes it, whose questions each name one document. Those of
`kind: summary` ask for all of it. Of the others, "Summarize the discussion about X" asks for a
topic. Every contender chooses among the same sentences, those that rag considers, and its summary
is cut at the same number of words; "as rag" is the number that rag's own seven sentences have.
ROUGE is F1 with stemming (Lin, "ROUGE: a package for automatic evaluation of summaries", 2004; the
package rouge-score). Questions at the places 0, 2, 4 … of the file are the even half, which the
weights were chosen on; the odd half was only looked at afterwards. Intervals are those of the
paired bootstrap over questions, at 95 %.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import summarisers
from measuring import machine, table
from rouge_score.rouge_scorer import RougeScorer

from rag import summary
from rag.readers import read_document
from rag.summary.candidates import candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from rag.types import Document

    Span = tuple[int, int]
    #: A document, the spans of its sentences, and a topic, to spans with the best first.
    Contender = Callable[[Document, list[Span], str], list[Span]]
    Floats = NDArray[np.float64]

MEASURES = ("rouge1", "rouge2", "rougeL")
RAG, RAG_ABOUT = "rag", "rag, with the topic"
_SENTENCES = summary.LENGTHS["medium"]
_MOST = 60  # sentences of rag, more than any number of words here takes
_TOPIC = re.compile(r"summari[sz]e (?:the )?discussions? (?:about|on|of) (.+?)[.?]?", re.IGNORECASE)
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a summary: its document, its topic ("" for all), what a person wrote."""

    place: int
    document: Document
    topic: str
    gold: str


def main() -> int:
    """Print one table for whole documents, and one for topics."""
    args = _arguments()
    asked = [each for each in _questions(args.folder) if _in_half(each, args.half)]
    print(f"{args.folder.resolve().name}; {machine()}\n")
    whole: dict[str, Contender] = {
        "lead": _among(summarisers.lead),
        "TextRank": _among(summarisers.textrank),
        "LexRank": _among(summarisers.lexrank),
        RAG: lambda document, _, __: summary.order(summary.Source(document), _MOST),
    }
    topics: dict[str, Contender] = {
        **whole,
        "LexRank, with the topic": _about,
        RAG_ABOUT: lambda document, _, topic: summary.order(summary.Source(document), _MOST, topic),
    }
    _report("Whole documents", [a for a in asked if not a.topic], whole, RAG, args.words)
    _report("Topics", [a for a in asked if a.topic], topics, RAG_ABOUT, args.words)
    _speed([a.document for a in asked])
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--words", default="as rag,100,150,200", help="lengths (%(default)s)")
    parser.add_argument("--half", choices=("even", "odd"), help="only these questions")
    args = parser.parse_args()
    args.words = args.words.split(",")
    return args


def _questions(folder: Path) -> Iterator[Asked]:
    documents = cache(read_document)
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    for place, value in enumerate(map(json.loads, lines)):
        topic = _TOPIC.fullmatch(value["question"].strip())
        if value.get("kind") == "summary" or topic:
            document = documents(folder / "documents" / value["scope"])
            yield Asked(place, document, topic[1] if topic else "", value["answers"][0])


def _in_half(asked: Asked, half: str | None) -> bool:
    return half is None or ("even", "odd")[asked.place % 2] == half


def _among(pick: Callable[[Sequence[str]], list[int]]) -> Contender:
    def order(document: Document, spans: list[Span], _: str) -> list[Span]:
        return [spans[row] for row in pick([document.text[a:b] for a, b in spans])]

    return order


def _about(document: Document, spans: list[Span], topic: str) -> list[Span]:
    return _among(partial(summarisers.lexrank_about, topic=topic))(document, spans, topic)


def _report(
    title: str,
    asked: Sequence[Asked],
    contenders: dict[str, Contender],
    ours: str,
    words: list[str],
) -> None:
    """Print the measures of all contenders at all lengths and by halves, and how far ours leads."""
    scores = {(name, length): [] for name in contenders for length in words}
    for each in asked:
        spans = [(c.start, c.end) for c in candidates(each.document)[0]]
        orders = {name: pick(each.document, spans, each.topic) for name, pick in contenders.items()}
        own = sum(len(each.document.text[a:b].split()) for a, b in orders[ours][:_SENTENCES])
        for name, length in scores:
            most = own if length == "as rag" else int(length)
            scores[name, length].append(_rouge(each.gold, _text(each.document, orders[name], most)))
    even = np.array([each.place % 2 == 0 for each in asked])
    halves = {"even": even, "odd": ~even}
    if all(kept.any() for kept in halves.values()):
        halves["all"] = even | ~even
    rows = [
        (
            *(length, half, name),
            *(_cell(np.array(scores[name, length])[kept], column) for column in range(3)),
            *(
                ("", "", "")
                if name == ours
                else _lead(np.array(scores[ours, length]) - scores[name, length], kept)
            ),
        )
        for length in words
        for half, kept in halves.items()
        if kept.any()
        for name in contenders
    ]
    counts = ", ".join(f"{half} {int(kept.sum())}" for half, kept in halves.items())
    print(f"{title}: {len(asked)} questions ({counts}); behind {ours} by\n")
    head = ("words", "half", "contender", "R-1", "R-2", "R-L", "in R-1", "in R-2", "in R-L")
    print(table(head, rows, words=3) + "\n")


def _text(document: Document, spans: Sequence[Span], most: int) -> str:
    """The first spans in the order of the text, the last one cut so that `most` words stand."""
    taken: list[tuple[int, list[str]]] = []
    for start, end in spans:
        left = most - sum(len(found) for _, found in taken)
        if left <= 0:
            break
        taken.append((start, document.text[start:end].split()[:left]))
    return " ".join(word for _, found in sorted(taken) for word in found)


@cache
def _scorer() -> RougeScorer:
    return RougeScorer(list(MEASURES), use_stemmer=True)


def _rouge(gold: str, text: str) -> list[float]:
    found = _scorer().score(gold, text)
    return [found[name].fmeasure for name in MEASURES]


def _cell(scores: Floats, column: int) -> str:
    return f"{scores[:, column].mean():.3f}"


def _lead(ahead: Floats, kept: NDArray[np.bool_]) -> tuple[str, ...]:
    """By how much ours leads in each measure, with the interval."""
    part = ahead[kept]
    drawn = np.random.default_rng(0).integers(0, len(part), (_RESAMPLES, len(part)))
    low, high = np.percentile(part[drawn].mean(axis=1), (2.5, 97.5), axis=0)
    return tuple(
        f"{mean:+.3f} [{a:+.3f}, {b:+.3f}]"
        for mean, a, b in zip(part.mean(axis=0), low, high, strict=True)
    )


def _speed(documents: Sequence[Document]) -> None:
    began = time.perf_counter()
    for document in documents:
        summary.order(summary.Source(document), _SENTENCES)
    seconds = time.perf_counter() - began
    count = sum(len(document.text.split()) for document in documents)
    print(f"{count / seconds:,.0f} words a second ({len(documents)} summaries)")


if __name__ == "__main__":
    sys.exit(main())
