"""What is to be said of a sentence by its words alone, beside the words of the question.

The features and their meaning are listed in `WORDING`; `rag.rank.features` adds those of its place.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.rank.cutting import Clause
    from rag.rank.question import Question

#: In the order in which `wording` gives them.
WORDING = (
    "forms",  # share of the question's words that stand here as written
    "functions",  # the same for its stop words: "first", "after", "only" are among them
    "pairs",  # share of neighbouring words of the question that stand within three words here
    "adjacent",  # the same for two words in a row, in the question's order
    "order",  # longest common subsequence of question and sentence against the question
    "window",  # largest share of IDF within ten words in a row
    "density",  # words of the question between the first and the last one of them
    "kind",  # something of the kind asked for stands here that the question does not hold: 1 or
    # -1, and 0 where the kind is not clear
    "kind_near",  # how near it stands to a word of the question: 1 / (1 + words / 3), or the same
    "new_numbers",  # figures that are not in the question, at most 4
    "new_names",  # capitalised words that are not in the question, at most 6
    "length",  # words, at most 60
    "others",  # words that are not of the question, at most 60
    "announces",  # a heading, an opening, an entry of a list: it says nothing by itself
    "pronoun",  # it begins with a word that points back
)

_CLOSE = 3  # words between two that stand close together
_WINDOW = 10  # words
_LONG = 60  # words; a longer sentence gains nothing more from its length
_MOST_NUMBERS, _MOST_NAMES = 4, 6


def wording(question: Question, clause: Clause, places: Sequence[tuple[int, int]]) -> list[float]:
    """The features of `WORDING`.

    `places` are those of the sentence's words that meet the question: place of the word, place of
    the term.
    """
    present = clause.present
    width = places[-1][0] - places[0][0] + 1 if places else 1
    count = len(clause.stems)
    return [
        len(question.forms & present) / max(len(question.forms), 1),
        len(question.functions & present) / max(len(question.functions), 1),
        *_closeness(question, places),
        len({term for _, term in places}) / width,
        *_kind(question, clause, [i for i, _ in places]),
        min(sum(m not in question.folded for m in clause.figures), _MOST_NUMBERS),
        min(sum(m not in question.folded for m in clause.capitals), _MOST_NAMES),
        min(count, _LONG),
        min(count - len({i for i, _ in places}), _LONG),
        float(clause.announces),
        float(clause.points_back),
    ]


def _closeness(question: Question, places: Sequence[tuple[int, int]]) -> list[float]:
    """The features pairs, adjacent, order and window."""
    if not places:
        return [0.0, 0.0, 0.0, 0.0]
    at: dict[int, list[int]] = {}
    for i, term in places:
        at.setdefault(term, []).append(i)
    pairs = adjacent = 0
    for left, right in pairwise(range(len(question.terms))):
        gaps = [b - a for a in at.get(left, ()) for b in at.get(right, ())]
        pairs += any(abs(gap) <= _CLOSE for gap in gaps)
        adjacent += any(0 < gap <= 2 for gap in gaps)
    most = max(len(question.terms) - 1, 1)
    order = _common_subsequence(len(question.terms), [term for _, term in places])
    window = 0.0
    for first, (begin, _) in enumerate(places):
        inside = {term for i, term in places[first:] if i < begin + _WINDOW}
        window = max(window, sum(question.terms[term].idf for term in inside))
    return [
        pairs / most,
        adjacent / most,
        order / max(len(question.terms), 1),
        window / question.total,
    ]


def _common_subsequence(count: int, found: Sequence[int]) -> int:
    """Length of the longest rising subsequence of places of terms (patience sorting)."""
    tails: list[int] = []
    for term in found:
        spot = bisect_left(tails, term)
        tails[spot : spot + 1] = [term]
    return min(len(tails), count)


def _kind(question: Question, clause: Clause, met: Sequence[int]) -> tuple[float, float]:
    """Whether what is asked for stands here, and how near to a word of the question."""
    if not question.kinds:
        return 0.0, 0.0
    near = 0.0
    held = False
    for kind in question.kinds:
        for (start, end), said in clause.held(kind):
            if said in question.folded:
                continue
            if kind == "person" and start == 0 and " " not in clause.text[:end]:
                continue  # every sentence begins with a capital letter
            held = True
            spot = bisect_left(clause.begins, start)
            gap = min((abs(spot - i) for i in met), default=_LONG)
            near = max(near, 1 / (1 + gap / 3))
    return (1.0, near) if held else (-1.0, -1.0)
