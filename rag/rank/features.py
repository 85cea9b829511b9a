"""What is to be said of a sentence that may answer: one number a feature, checkable by hand.

Shares are of the question's IDF. "Here" is the sentence, "around" it with its two neighbours,
"inherited" what an earlier sentence or the headings hold and this one does not: «Он» and "the
company" carry it on. Features named `…_below_best` are differences to the best sentence of all
passages, `…_below_passage` to the best one of the same passage: 0 for the best, below for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.rank.wording import WORDING, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rag.rank.cutting import Cut
    from rag.rank.question import Question

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]
    Columns = dict[str, Floats]

#: Features of what stands in the sentence of the question.
HOLDING = (
    "cover",  # share of the question's IDF that stands here as the same stems
    "soft",  # the same with words that are only akin
    "names",  # share of the question's proper names that stand here; -1 where it has none
    "numbers",  # the same for its figures
    "head",  # the thing asked for stands here; -1 where the question names none
    "rarest",  # IDF of the rarest word here against that of the rarest in the question
    "missing",  # the same for the rarest word that is not here
)
#: Features that a sentence has by its place among others.
PLACED = (
    "around",
    "inherited",
    "inherited_by_pronoun",
    "before",  # share of IDF in the sentence before that is not here
    "after",  # the same for the one after
    "first",  # the same for the first sentence of the passage
    "above",  # share of IDF in the title and headings
    "passage",  # share of IDF in the whole passage, title and headings
    "found",  # how well search liked the passage, against the best one
    "place",  # 1 / (1 + the place of the passage in the search)
    "position",  # 0 for the first sentence of the passage, 1 for the last
    "telling",  # share of the IDF that words have among the sentences of the passage
    "telling_in_all",  # the same among the sentences of all passages
    "terms",  # words of the question
)
_COMPARED = ("cover", "soft", "around", "passage", "telling", "kind_near", "window")
_COMPARED_INSIDE = ("cover", "soft", "around", "telling", "kind_near", "window", "new_names")
FEATURES = (
    *HOLDING,
    *WORDING,
    *PLACED,
    *(f"{name}_below_best" for name in _COMPARED),
    *(f"{name}_below_passage" for name in _COMPARED_INSIDE),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A passage to be ranked: its text, what it stands under (title and headings), and how well
    search liked it, from 0 to 1."""

    text: str
    context: str
    liked: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: the passage's place and the span in its text."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage cut into sentences: spans in its text, and of each how well it holds every term of
    the question, exactly and akin, and its features by its words alone. `above` is how well title
    and headings hold every term."""

    spans: list[tuple[int, int]]
    exact: list[list[float]]
    soft: list[list[float]]
    worded: list[list[float]]
    above: list[float]


@dataclass(frozen=True, slots=True)
class _Table:
    """All sentences of all passages, one a row.

    `exact` and `soft`, shape (sentences, terms), say how well each holds every term of the
    question, `above`, shape (passages, terms), the same of titles and headings. `of` is the place
    of each sentence's passage; `starts` are the first rows of passages that have any.
    """

    exact: Floats
    soft: Floats
    above: Floats
    of: Indices
    starts: Indices


def read(question: Question, passage: Cut) -> Reading:
    """What a passage says by itself; it may be read before the others are found."""
    reading = Reading([], [], [], [], _held(question, passage.above)[1])
    for clause in passage.clauses:
        exact, soft, places = _held(question, clause.stems)
        reading.spans.append((clause.start, clause.end))
        reading.exact.append(exact)
        reading.soft.append(soft)
        reading.worded.append(wording(question, clause, places))
    return reading


def describe(
    question: Question, passages: Sequence[Text], readings: Sequence[Reading]
) -> tuple[list[Sentence], Floats]:
    """The sentences of the passages and their features, shape (sentences, len(FEATURES)).

    `readings` are those of the passages, by `read`.
    """
    found = [Sentence(i, *span) for i, reading in enumerate(readings) for span in reading.spans]
    if not found:
        return [], np.zeros((0, len(FEATURES)))
    of = np.array([sentence.passage for sentence in found])
    table = _Table(
        np.array([row for reading in readings for row in reading.exact]),
        np.array([row for reading in readings for row in reading.soft]),
        np.array([reading.above for reading in readings]),
        of,
        np.flatnonzero(np.diff(of, prepend=-1)),
    )
    worded = np.array([row for reading in readings for row in reading.worded])
    columns = dict(zip(WORDING, worded.T, strict=True))
    columns |= _holding(question, table)
    columns |= _placed(question, table, passages, columns["pronoun"])
    columns |= _compared(columns, table)
    return found, np.column_stack([columns[name] for name in FEATURES])


def _held(
    question: Question, found: Sequence[str]
) -> tuple[list[float], list[float], list[tuple[int, int]]]:
    """How well stems hold every term, exactly and akin; and where: place of word, place of term."""
    exact = [0.0] * len(question.terms)
    soft = [0.0] * len(question.terms)
    places = []
    for i, hits in question.met(found):
        for term, worth in hits:
            soft[term] = max(soft[term], worth)
            if worth == 1.0:
                exact[term] = 1.0
            places.append((i, term))
    return exact, soft, places


def _idf(question: Question) -> Floats:
    return np.array([term.idf for term in question.terms])


def _holding(question: Question, table: _Table) -> Columns:
    """The features of `HOLDING`."""
    idf, soft = _idf(question), table.soft
    rarest = idf.max(initial=0.0) or 1.0
    nowhere = np.full(len(soft), -1.0)

    def part(places: frozenset[int]) -> Floats:
        return soft[:, sorted(places)].mean(axis=1) if places else nowhere

    return {
        "cover": table.exact @ idf / question.total,
        "soft": soft @ idf / question.total,
        "names": part(question.named),
        "numbers": part(question.numbers),
        "head": soft[:, question.head] if question.head >= 0 else nowhere,
        "rarest": np.where(soft > 0, idf, 0.0).max(axis=1, initial=0.0) / rarest,
        "missing": np.where(soft > 0, 0.0, idf).max(axis=1, initial=0.0) / rarest,
    }


def _placed(
    question: Question, table: _Table, passages: Sequence[Text], pronoun: Floats
) -> Columns:
    """The features of `PLACED`."""
    soft, of, starts = table.soft, table.of, table.starts
    shares = _idf(question) / question.total
    absent = np.where(soft > 0, 0.0, shares)  # what a word weighs that is not here
    ends = np.append(starts[1:], len(soft)) - 1
    counts = ends - starts + 1
    before, after, carried = np.zeros_like(soft), np.zeros_like(soft), np.zeros_like(soft)
    before[1:], after[:-1] = soft[:-1], soft[1:]
    before[starts] = after[ends] = 0.0
    for start, end in zip(starts, ends, strict=True):
        sofar = np.vstack([table.above[of[start]], soft[start:end]])
        carried[start : end + 1] = np.maximum.accumulate(sofar)
    inherited = (carried * absent).sum(axis=1)
    whole = np.maximum(np.maximum.reduceat(soft, starts), table.above[of[starts]])
    inside = _telling(np.add.reduceat(soft > 0, starts, dtype=float), counts[:, None]) * shares
    in_all = _telling((soft > 0).sum(axis=0, dtype=float), len(soft))
    liked = np.array([passage.liked for passage in passages])
    position = np.arange(len(soft)) - np.repeat(starts, counts)
    return {
        "around": np.maximum(np.maximum(before, after), soft) @ shares,
        "inherited": inherited,
        "inherited_by_pronoun": inherited * pronoun,
        "before": (before * absent).sum(axis=1),
        "after": (after * absent).sum(axis=1),
        "first": (np.repeat(soft[starts], counts, axis=0) * absent).sum(axis=1),
        "above": table.above[of] @ shares,
        "passage": np.repeat(whole @ shares, counts),
        "found": liked[of],
        "place": 1 / (1.0 + of),
        "position": position / np.repeat(np.maximum(counts - 1, 1), counts),
        "telling": _weighted(soft, np.repeat(inside, counts, axis=0)),
        "telling_in_all": _weighted(soft, in_all),
        "terms": np.full(len(soft), float(len(shares))),
    }


def _telling(holders: Floats, count: Indices | int) -> Floats:
    """The IDF of terms that so many of a number of sentences hold."""
    idf = np.log(1 + (count - holders + 0.5) / (holders + 0.5))
    told: Floats = np.where(holders > 0, idf, 0.0)
    return told


def _weighted(held: Floats, weights: Floats) -> Floats:
    """The share of the weights, which each row may have of its own, that each row holds."""
    total = np.broadcast_to(weights, held.shape).sum(axis=1)
    shares: Floats = (held * weights).sum(axis=1) / np.where(total > 0, total, 1.0)
    return shares


def _compared(columns: Columns, table: _Table) -> Columns:
    """How far a sentence stays behind the best one, of all and of its passage."""
    counts = np.diff(np.append(table.starts, len(table.soft)))
    best = {f"{name}_below_best": columns[name] - columns[name].max() for name in _COMPARED}
    inside = {
        f"{name}_below_passage": columns[name]
        - np.repeat(np.maximum.reduceat(columns[name], table.starts), counts)
        for name in _COMPARED_INSIDE
    }
    return best | inside
