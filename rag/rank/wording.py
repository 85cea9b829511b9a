"""What is to be said of a sentence by its words alone, beside the words of the question.

The features and their meaning are listed in `WORDING`; `rag.rank.features` adds those of its place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from rag import kinds
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.rank.question import Question
    from rag.words import Token

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


def wording(
    question: Question,
    sentence: str,
    offset: int,
    found: Sequence[Token],
    places: Sequence[tuple[int, int]],
) -> list[float]:
    """The features of `WORDING`.

    `found` are the words of the sentence, with places in a text in which it begins at `offset`;
    `places` those among them that meet the question: place of the word, place of the term.
    """
    present = set(_WORDS.findall(fold(sentence)))
    width = places[-1][0] - places[0][0] + 1 if places else 1
    count = len(found)
    return [
        len(question.forms & present) / max(len(question.forms), 1),
        len(question.functions & present) / max(len(question.functions), 1),
        *_closeness(question, places),
        len({term for _, term in places}) / width,
        *_kind(question, sentence, offset, found, [i for i, _ in places]),
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
