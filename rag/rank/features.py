"""What is to be said of a sentence that may answer: one number a feature, checkable by hand.

Shares are of the question's IDF. "Here" is the sentence, "around" it with its two neighbours,
"inherited" what an earlier sentence or the headings hold and this one does not: «Он» and "the
company" carry it on. Features named `…_below_best` are differences to the best sentence of all
passages, `…_below_passage` to the best one of the same passage: 0 for the best, below for others.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from rag import kinds, sentences
from rag.words import fold, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rag.rank.question import Question
    from rag.words import Token

    Floats = NDArray[np.float64]

#: Features of a sentence by itself, in the order in which `_own` gives them.
OWN = (
    "cover",  # share of the question's IDF that stands here as the same stems
    "soft",  # the same with words that are only akin
    "forms",  # share of the question's words that stand here as written
    "functions",  # the same for its stop words: "first", "after", "only" are among them
    "names",  # share of the question's proper names that stand here
    "numbers",  # share of its figures
    "head",  # the thing asked for stands here: 1, 0, or -1 where the question names none
    "rarest",  # IDF of the rarest word here against that of the rarest in the question
    "missing",  # the same for the rarest word that is not here
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
    *OWN,
    *PLACED,
    *(f"{name}_below_best" for name in _COMPARED),
    *(f"{name}_below_passage" for name in _COMPARED_INSIDE),
)
_PLACE = {name: i for i, name in enumerate(FEATURES)}

_CLOSE = 3  # words between two that stand close together
_WINDOW = 10  # words
_LONG = 60  # words; a longer sentence gains nothing more from its length
_MOST_NUMBERS, _MOST_NAMES = 4, 6
_FIGURE = re.compile(r"\d[\d.,]*")
_CAPITAL = re.compile(r"(?<=[\w,;:)] )[«\"“(]?([A-ZА-ЯЁ]\w+)")
_PRONOUN = re.compile(
    r"\W*(?:he|she|it|they|his|her|its|their|this|these|those|that|such|there|the (?:company|city"
    r"|team|university|game|group|work|area|country|book|latter|former)|он[аио]?|его|ее|их"
    r"|эт(?:о|от|а|и|ого|ому|им|их|ой|у)|так(?:ой|ая|ие)|там|здесь|тогда)\b",
    re.IGNORECASE,
)
_END_MARKS = frozenset('.!?…»"|')
#: Leaders of a table of contents, and what only references hold.
_LISTED = re.compile(r"\.(?: ?\.){4}|_{5}|arXiv|et al\.,|pp\. \d|doi:|Proceedings of|ISBN\b")
_CAPTION = re.compile(r"(?:таблица|рисунок|рис|схема|table|figure|fig)\b", re.IGNORECASE)
_SECTION = re.compile(r"^\W*\d[\d.]*\s")  # the number of a heading
_SAYING_WORDS = 3  # «Задача 1.» says nothing
_HEADING_WORDS = 7  # a line of fewer without an end mark only announces
_WORDS = re.compile(r"\w+")


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


@dataclass(slots=True)
class _Split:
    """A passage cut into sentences, and how well each meets every term."""

    spans: list[tuple[int, int]]
    own: list[list[float]]
    exact: list[list[float]]
    soft: list[list[float]]
    above: list[float]


def describe(question: Question, passages: Sequence[Text]) -> tuple[list[Sentence], Floats]:
    """The sentences of the passages and their features, shape (sentences, len(FEATURES))."""
    splits = [_split(question, passage) for passage in passages]
    found = [Sentence(i, *span) for i, split in enumerate(splits) for span in split.spans]
    if not found:
        return [], np.zeros((0, len(FEATURES)))
    held = [row for split in splits for row in split.soft]
    in_all = _telling_weights(held)
    rows = [
        row
        for place, (passage, split) in enumerate(zip(passages, splits, strict=True))
        for row in _placed(question, passage, split, place, in_all)
    ]
    own = np.array(rows)
    best = [own[:, _PLACE[name]] - own[:, _PLACE[name]].max() for name in _COMPARED]
    starts = np.cumsum([0, *(len(split.spans) for split in splits if split.spans)])
    counts = np.diff(starts)
    inside = []
    for name in _COMPARED_INSIDE:
        column = own[:, _PLACE[name]]
        inside.append(column - np.repeat(np.maximum.reduceat(column, starts[:-1]), counts))
    return found, np.column_stack([own, *best, *inside])


def _split(question: Question, passage: Text) -> _Split:
    spans = sentences.split(passage.text)
    found = tokens(passage.text)
    begins = [token.start for token in found]
    split = _Split(spans, [], [], [], _held(question, tokens(passage.context))[1])
    for start, end in spans:
        inside = found[bisect_left(begins, start) : bisect_left(begins, end)]
        exact, soft, places = _held(question, inside)
        split.exact.append(exact)
        split.soft.append(soft)
        split.own.append(
            _own(question, passage.text[start:end], start, inside, exact, soft, places)
        )
    return split


def _held(
    question: Question, found: Sequence[Token]
) -> tuple[list[float], list[float], list[tuple[int, int]]]:
    """How well words hold every term, exactly and akin; and where: place of word, place of term."""
    exact = [0.0] * len(question.terms)
    soft = [0.0] * len(question.terms)
    places = []
    hits = question.hits
    for i, token in enumerate(found):
        for term, worth in hits(token[2]):
            soft[term] = max(soft[term], worth)
            if worth == 1.0:
                exact[term] = 1.0
            places.append((i, term))
    return exact, soft, places


def _share(question: Question, held: Sequence[float]) -> float:
    return sum(t.idf * h for t, h in zip(question.terms, held, strict=True)) / question.total


def _part(held: Sequence[float], of: frozenset[int]) -> float:
    return sum(held[i] for i in of) / len(of) if of else -1.0


def _own(
    question: Question,
    sentence: str,
    offset: int,
    found: Sequence[Token],
    exact: Sequence[float],
    soft: Sequence[float],
    places: Sequence[tuple[int, int]],
) -> list[float]:
    """The features of `OWN`."""
    folded = fold(sentence)
    present = set(_WORDS.findall(folded))
    rarest = max((t.idf for t in question.terms), default=1.0) or 1.0
    here = max((t.idf for t, h in zip(question.terms, soft, strict=True) if h), default=0.0)
    gone = max((t.idf for t, h in zip(question.terms, soft, strict=True) if not h), default=0.0)
    width = places[-1][0] - places[0][0] + 1 if places else 1
    kind, near = _kind(question, sentence, offset, found, [i for i, _ in places])
    count = len(found)
    return [
        _share(question, exact),
        _share(question, soft),
        len(question.forms & present) / max(len(question.forms), 1),
        len(question.functions & present) / max(len(question.functions), 1),
        _part(soft, question.named),
        _part(soft, question.numbers),
        soft[question.head] if question.head >= 0 else -1.0,
        here / rarest,
        gone / rarest,
        *_closeness(question, places),
        len({term for _, term in places}) / width,
        kind,
        near,
        min(sum(m not in question.folded for m in _FIGURE.findall(sentence)), _MOST_NUMBERS),
        min(sum(fold(m) not in question.folded for m in _CAPITAL.findall(sentence)), _MOST_NAMES),
        min(count, _LONG),
        min(count - len({i for i, _ in places}), _LONG),
        float(announces(sentence)),
        float(_PRONOUN.match(sentence) is not None),
    ]


def _closeness(question: Question, places: Sequence[tuple[int, int]]) -> list[float]:
    """The features pairs, adjacent, order and window."""
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


def _kind(
    question: Question, sentence: str, offset: int, found: Sequence[Token], met: Sequence[int]
) -> tuple[float, float]:
    """Whether what is asked for stands here, and how near to a word of the question."""
    if not question.kinds:
        return 0.0, 0.0
    near = 0.0
    held = False
    begins = [token.start - offset for token in found]
    for kind in question.kinds:
        for start, end in kinds.held(kind, sentence):
            if not kinds.is_new((start, end), sentence, question.folded):
                continue
            if kind == "person" and start == 0 and " " not in sentence[:end]:
                continue  # every sentence begins with a capital letter
            held = True
            spot = bisect_left(begins, start)
            gap = min((abs(spot - i) for i in met), default=_LONG)
            near = max(near, 1 / (1 + gap / 3))
    return (1.0, near) if held else (-1.0, -1.0)


def _telling_weights(held: Sequence[Sequence[float]]) -> list[float]:
    """The IDF of every term among sentences."""
    count = len(held)
    holders = [sum(map(bool, column)) for column in zip(*held, strict=True)]
    return [math.log(1 + (count - n + 0.5) / (n + 0.5)) if n else 0.0 for n in holders]


def _placed(
    question: Question, passage: Text, split: _Split, place: int, in_all: Sequence[float]
) -> list[list[float]]:
    """The features of `OWN` and `PLACED` of the sentences of a passage."""
    if not split.spans:
        return []
    inside = [w * t.idf for w, t in zip(_telling_weights(split.soft), question.terms, strict=True)]
    whole = _share(question, [max(c) for c in zip(*split.soft, split.above, strict=True)])
    above = _share(question, split.above)
    last = len(split.spans) - 1
    carried = list(split.above)
    empty = [0.0] * len(question.terms)
    rows = []
    for i, soft in enumerate(split.soft):
        own = split.own[i]
        before = split.soft[i - 1] if i else empty
        after = split.soft[i + 1] if i < last else empty
        around = [max(triple) for triple in zip(before, soft, after, strict=True)]
        inherited = _beside(question, carried, soft)
        rows.append(
            [
                *own,
                _share(question, around),
                inherited,
                inherited * own[_PLACE["pronoun"]],
                _beside(question, before, soft),
                _beside(question, after, soft),
                _beside(question, split.soft[0], soft),
                above,
                whole,
                passage.liked,
                1 / (1 + place),
                i / max(last, 1),
                _weighted(soft, inside),
                _weighted(soft, in_all),
                len(question.terms),
            ]
        )
        carried = [max(pair) for pair in zip(carried, soft, strict=True)]
    return rows


def _beside(question: Question, other: Sequence[float], here: Sequence[float]) -> float:
    """Share of IDF that another place holds and this one does not."""
    return _share(question, [o if not h else 0.0 for o, h in zip(other, here, strict=True)])


def _weighted(held: Sequence[float], weights: Sequence[float]) -> float:
    return sum(h * w for h, w in zip(held, weights, strict=True)) / (sum(weights) or 1.0)


def announces(sentence: str) -> bool:
    """Whether a line says nothing by itself: a heading, an opening, an entry of a list."""
    text = sentence.rstrip()
    if text.endswith(":") or _LISTED.search(text):
        return True
    count = len(_WORDS.findall(text))
    if count < _SAYING_WORDS:
        return True
    if text[-1:] in _END_MARKS or count >= _HEADING_WORDS:
        return False
    return bool(_CAPTION.match(text)) or not _FIGURE.search(_SECTION.sub("", text))
