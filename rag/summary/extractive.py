"""Summaries without a model: verbatim sentences of the documents, nothing else.

A sentence is worth its nearness to the centroid of its document (Radev et al., "Centroid-based
summarization of multiple documents", 2004), its place, and of a meeting also its wording; the next
one taken is worth most after what it repeats of those taken before (maximal marginal relevance:
Carbonell, Goldstein, 1998). docs/summaries.md tells how the weights were found.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.summary import LENGTHS
from rag.summary.candidates import Candidate, candidates, touches
from rag.summary.style import Style, meaningful
from rag.summary.vectors import Vectors
from rag.types import Sentence
from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from rag.types import Citation, Decision, Document, Minutes, Promise, Topic

    Span = tuple[int, int]
    Floats = NDArray[np.float64]
    Cite = Callable[[str, int, int], Citation]

_CENTRAL = 0.5  # what the sentence nearest to the centroid gains
_LEAD, _LEAD_FALL = 0.4, 5  # what the first sentence gains; half of it this many further on
_OPENS = 0.1  # what the first sentence below a heading gains
_ESSENCE, _APPENDIX = 0.2, -0.5  # parts such as a conclusion, and such as a bibliography
_FIGURE = 0.1
_POINTS_BACK = -0.1  # what a written sentence loses that leans on the one before
_LONG, _FULL = 0.2, 10  # what a sentence of so many words or more gains
_STALE = -0.6  # what loses that does not hold any more
#: What promises and decisions gain; and what they do where their share among the sentences is such
#: that the meeting is made of them. Only there its parts are told safely.
_GAINS, _MADE_OF, _DENSE = (0.3, 0.3), (0.75, 1.25), 0.05
#: Weights of the shares of words in what is spoken.
_FORMAL, _PERSONAL, _FILLER, _NOTED = 1.5, -0.8, -0.8, -1.0
#: Weights of likeness to what was taken. Talk comes back to few words, so its sentences are alike
#: only where they say the same; those of a short text share its subject.
_REDUNDANCY, _REDUNDANCY_SPOKEN = 0.5, 1.2
_SAME = 0.7  # likeness from which on two sentences say the same
_FOCUS = 1.0  # what a sentence gains that holds all of the topic
_AROUND = 16  # sentences, at whose distance talk about a topic counts half
_TALK = 0.1  # of the most talk about a topic that is around a sentence which holds none of it
_LEAST_ABOUT = 0.3  # share of a topic that some sentence must hold, for there to be a summary


@dataclass(frozen=True, slots=True)
class Source:
    """A document to summarise, and what is known of a meeting by spans of its text.

    Sentences gain that touch `favoured` spans (promises) and those `decided`, and lose that touch
    `stale` ones (promises taken back). Where promises and decisions are a good part of the talk,
    one sentence of each of the `parts` comes before all others.
    """

    document: Document
    favoured: Sequence[Span] = ()
    decided: Sequence[Span] = ()
    stale: Sequence[Span] = ()
    parts: Sequence[Span] = ()


def source_of(document: Document, minutes: Minutes | None) -> Source:
    """A document with the promises, decisions and topics of a meeting."""
    if minutes is None:
        return Source(document)
    kept = [each for each in minutes.promises if each.status != "cancelled"]
    gone = [each for each in minutes.promises if each.status == "cancelled"]
    return Source(
        document,
        favoured=_spans(kept),
        decided=_spans(minutes.decisions),
        stale=_spans(gone),
        parts=_spans(minutes.topics),
    )


def _spans(found: Iterable[Promise | Decision | Topic]) -> list[Span]:
    return [(each.start, each.end) for each in found]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The best sentences of one document: places, what they are worth, and their words."""

    document: Document
    spans: list[Span]
    worth: Floats
    bags: list[list[str]]


def summarise(
    sources: Iterable[Source], cite: Cite, *, most: int = LENGTHS["medium"], about: str = ""
) -> list[Sentence]:
    """The sentences that say most of the documents, at most `most`, in the order of the text.

    Args:
        sources: Read one after another; of each only its best sentences are kept.
        cite: Makes the citation of a span of a document (id, start, end).
        most: Sentences in all. As far as they go round, every document has one.
        about: The topic to keep to; "" is all of it.

    Returns:
        Each sentence with the one citation it is a quotation of; none where there are no whole
        statements, or none about the topic.
    """
    ranked = [each for each in (_rank(source, most, about) for source in sources) if each.spans]
    if len(ranked) == 1:
        chosen = [(0, row) for row in range(len(ranked[0].spans))]
    else:
        chosen = _across(ranked, most)
    return [
        Sentence(citation.quote, "supported", (citation,))
        for place, row in sorted(chosen, key=lambda c: (c[0], ranked[c[0]].spans[c[1]]))
        for citation in [cite(ranked[place].document.id, *ranked[place].spans[row])]
    ]


def order(source: Source, most: int, about: str = "") -> list[Span]:
    """The spans of a document's best sentences in the order they are taken, the best first."""
    return _rank(source, most, about).spans


def _rank(source: Source, most: int, about: str) -> _Ranked:
    document = source.document
    found, spoken = candidates(document, source.decided)
    texts = [document.text[each.start : each.end] for each in found]
    bags = [stems_of(meaningful(text)) for text in texts]
    vectors = Vectors(bags)
    topic = topic_of(about)
    worth = _worth(found, texts, vectors, source, spoken=spoken, led=not topic)
    if topic:
        near = vectors.about(topic)
        if near.max(initial=0.0) < _LEAST_ABOUT:
            return _Ranked(document, [], np.zeros(0), [])
        around = _around(near)
        worth = worth + _FOCUS * (near + around) / 2
        worth[(near == 0) & (around < _TALK)] = -np.inf
    redundancy = _REDUNDANCY_SPOKEN if spoken else _REDUNDANCY
    by_parts = not topic and _is_made_of(source, len(found))
    groups = _groups(found, worth, source.parts) if by_parts else []
    taken = _greedy(vectors, worth, most, redundancy, groups[:most])
    return _Ranked(
        document,
        [(found[row].start, found[row].end) for row in taken],
        worth[taken],
        [bags[row] for row in taken],
    )


def _is_made_of(source: Source, count: int) -> bool:
    """Whether of so many sentences the promises and decisions are a good part."""
    return len(source.favoured) + len(source.decided) >= max(1, _DENSE * count)


def _groups(found: Sequence[Candidate], worth: Floats, parts: Sequence[Span]) -> list[list[int]]:
    """Rows of each part of a meeting, the part with the best sentence first."""
    groups: list[list[int]] = [[] for _ in parts]
    starts = [start for start, _ in parts]
    for row, each in enumerate(found):
        part = bisect_right(starts, each.start) - 1
        if part >= 0 and each.start < parts[part][1]:
            groups[part].append(row)
    return sorted(filter(None, groups), key=lambda group: -float(worth[group].max()))


def topic_of(about: str) -> list[str]:
    """Stems of the words that name a topic."""
    return stems_of(word for word in words(about) if word not in STOP_WORDS)


def _worth(
    found: Sequence[Candidate],
    texts: Sequence[str],
    vectors: Vectors,
    source: Source,
    *,
    spoken: bool,
    led: bool,
) -> Floats:
    """What each sentence is worth by itself: shape (sentences,). `led`: the first ones are more."""
    styles = [Style.of(text) for text in texts]
    promised, decided = _MADE_OF if _is_made_of(source, len(found)) else _GAINS
    gains = [
        (_LEAD / (1 + each.place / _LEAD_FALL) if led else 0.0)
        + _OPENS * each.opens
        + _ESSENCE * each.essence
        + _APPENDIX * each.appendix
        + promised * touches(source.favoured, each.start, each.end)
        + decided * touches(source.decided, each.start, each.end)
        + _STALE * touches(source.stale, each.start, each.end)
        + _FIGURE * style.figure
        + _LONG * min(len(text.split()) / _FULL, 1.0)
        + (_spoken(style, each, source) if spoken else _POINTS_BACK * style.points_back)
        for each, text, style in zip(found, texts, styles, strict=True)
    ]
    return _CENTRAL * vectors.nearness() + np.asarray(gains, dtype=np.float64)


def _spoken(style: Style, each: Candidate, source: Source) -> float:
    """What wording is worth; the «я» of a promise does not tell against it."""
    worth = (
        _FORMAL * style.formal
        + _PERSONAL * style.personal
        + _FILLER * style.filler
        + _NOTED * style.noted
    )
    known = touches([*source.favoured, *source.decided], each.start, each.end)
    return max(worth, 0.0) if known else worth


def _around(near: Floats) -> Floats:
    """How much each sentence and those around it hold of a topic: a mean that fades both ways."""
    fade = 0.5 ** (1 / _AROUND)
    total = np.zeros_like(near)
    for row in (slice(None), slice(None, None, -1)):
        kept = 0.0
        out = total[row]
        for place, value in enumerate(near[row]):
            kept = fade * kept + (1 - fade) * float(value)
            out[place] += kept
    return total / max(float(total.max(initial=0.0)), 1e-12)


def _greedy(
    vectors: Vectors,
    worth: Floats,
    most: int,
    redundancy: float,
    first: Sequence[Sequence[int]] = (),
) -> list[int]:
    """Rows in the order they are taken; of each group in `first` one before all others."""
    left = worth.copy()
    repeated = np.zeros(len(worth))
    taken: list[int] = []
    groups = [np.asarray(group) for group in first]
    while len(taken) < most and np.isfinite(left).any():
        value = left - redundancy * repeated
        if groups:
            group = groups.pop(0)
            row = int(group[np.argmax(value[group])])
        else:
            row = int(np.argmax(value))
        if not np.isfinite(left[row]):
            continue
        taken.append(row)
        alike = vectors.likeness(row)
        repeated = np.maximum(repeated, alike)
        left[alike >= _SAME] = -np.inf
        left[row] = -np.inf
    return taken


def _across(ranked: Sequence[_Ranked], most: int) -> list[tuple[int, int]]:
    """Places of documents and rows of their sentences, chosen from the best of several."""
    pairs = [(place, row) for place, each in enumerate(ranked) for row in range(len(each.spans))]
    if not pairs:
        return []
    vectors = Vectors([ranked[place].bags[row] for place, row in pairs])
    # worth is told within a document only; across them, what is near to all of the others counts
    worth = np.concatenate([each.worth - each.worth.max() for each in ranked])
    worth += _CENTRAL * vectors.nearness()
    groups: list[list[int]] = [[] for _ in ranked]
    for number, (place, _) in enumerate(pairs):
        groups[place].append(number)
    groups.sort(key=lambda group: -float(worth[group].max()))
    return [pairs[number] for number in _greedy(vectors, worth, most, _REDUNDANCY, groups[:most])]
