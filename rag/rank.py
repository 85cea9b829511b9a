"""How well a sentence answers a question: a linear model over features a person can check.

Each feature is a number between 0 and 1. Words weigh by their inverse document frequency in the
collection (Robertson, Spärck Jones, 1976), so that rare words of the question decide; a word of
the question also meets a word that begins alike («Пэнтерс», «Пэнтеров»), for less. The weights
were fitted on halves of question sets by a softmax over the sentences of the best passages.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from rag import sentences
from rag.words import STOP_WORDS, fold, stem, tokens, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.words import Token

_ALIKE = 0.7  # what a word that only begins alike is worth
_ALIKE_MIN = 4  # letters such a beginning has at least
_ALIKE_SHARE = 0.7  # of the longer word
_END_MARKS = frozenset('.!?…»"|')
_LEADERS = re.compile(r"(?:\. ?){5,}|_{5,}")
_REFERENCE = re.compile(r"arXiv|\bet al\.,|\bpp\. \d|\bdoi:|Proceedings of|\bISBN\b")
_CAPTION = re.compile(r"(?:таблица|рисунок|рис|схема|table|figure|fig)\b", re.IGNORECASE)
_SECTION = re.compile(r"^\W*\d[\d.]*\s")  # the number of a heading
_FIGURE = re.compile(r"\d")  # a short line with a figure in it is a row of a table
_SAYING_WORDS = 3  # «Задача 1.» says nothing
_HEADING_WORDS = 7  # a line of fewer without an end mark only announces
_LONG = 60  # words; a longer sentence gains nothing more from its length

#: Weights of the features of a sentence, in the order of `FEATURES`.
FEATURES = (
    "cover",  # share of the question's IDF that the sentence holds
    "around",  # the same for the sentence with its two neighbours
    "passage",  # the same for the whole passage with its title and headings
    "found",  # how well search liked the passage, against the best one
    "pairs",  # share of neighbouring question words that stand close together here too
    "kind",  # the sentence holds what the question asks for: a number, a date, a name
    "length",  # words of the sentence against 60: a very short one seldom answers
    "heading",  # it only announces what follows: a heading, a line that ends in a colon
)
WEIGHTS = (5.75, 4.25, 2.75, 3.5, 0.65, 1.4, -0.5, -5.0)

_COVER = FEATURES.index("cover")
_AROUND = FEATURES.index("around")
_PASSAGE = FEATURES.index("passage")

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "number",
        r"сколько|скольк\w+|во сколько|как(?:ая|ой|ова|ов|ую|ие|им|ого) (?:\w+ ){0,2}?(?:сумм|доход"
        r"|выручк|прибыл|цен|стоимост|дол|процент|вес|размер|возраст|количеств|температур|скорост)\w*"
        r"|how (?:many|much|long|old|far|large|big|high|heavy|often)"
        r"|wh(?:at|ich) (?:\w+ ){0,5}?(?:revenues?|sales|income|price|cost|percent\w*|share|weight"
        r"|number|amount|rate|total|temperature|speed|size)",
    ),
    (
        "date",
        r"когда|в како[мй] (?:году|месяце|день)|до какого|какого числа|when|what (?:year|date)",
    ),
    ("name", r"кто|кого|кому|кем|чей|чья|чьё|who|whom|whose"),
    ("place", r"где|куда|откуда|where"),
    (
        "meaning",
        r"что такое|что (?:значит|означает)|кто так(?:ой|ая|ие)|what (?:is|are) (?!the\b)|define",
    ),
)
_KIND_OF = tuple((kind, re.compile(rf"\b(?:{found})\b", re.IGNORECASE)) for kind, found in _KINDS)
_MEANING = re.compile(
    r"[—–-] это\b|\bэто\b|называ[юе]т|представляет собой|означает|определя[ею]т|\bis (?:an?|the)\b"
    r"|\bare\b|refers? to|\bmeans?\b|defined as|known as",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:од(?:ин|на|но)|дв[ае]|три|четыре|пять|шесть|семь|восемь|девять|десять|сто|тысяч\w*|"
    r"миллион\w*|one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d{2})\b|\b\d{1,2}[./]\d{1,2}\b|\b(?:январ|феврал|март|апрел|ма[йя]\b|июн|июл|"
    r"август|сентябр|октябр|ноябр|декабр|понедельник|вторник|сред[уы]|четверг|пятниц|суббот|"
    r"воскресень|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|веке?|century)",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;:—–«(\"'] )[«\"(]?[A-ZА-ЯЁ][\w’'-]+|^[A-ZА-ЯЁ][\w’'-]+(?=:)")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that is searched for, and its inverse document frequency.

    `also` are stems that say the same.
    """

    stem: str
    idf: float
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be held against sentences."""

    text: str
    terms: tuple[Term, ...]
    kinds: frozenset[str]
    total: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage: its span in the passage's text, its features, its score.

    `passage` is the place of the passage in the list that was ranked.
    """

    passage: int
    start: int
    end: int
    features: tuple[float, ...]
    score: float

    @property
    def cover(self) -> float:
        """How much of the question the sentence itself holds, from 0 to 1."""
        return self.features[_COVER]

    @property
    def confidence(self) -> float:
        """How much of the question is met here, from 0 to 1: the measure of refusal."""
        return (self.features[_AROUND] + self.features[_PASSAGE]) / 2


def analyse(
    text: str,
    frequency: Callable[[str], int],
    size: int,
    variants: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Question:
    """The question's terms with the IDF they have among `size` chunks; see `frequency`.

    `variants` are stems that say the same as a stem of the question; see `rag.query`.
    """
    found = list(dict.fromkeys(words(text)))
    kept = [word for word in found if word not in STOP_WORDS] or found
    stems = dict.fromkeys(stem(word) for word in kept)
    terms = tuple(
        Term(item, _idf(sum(map(frequency, (item, *also))), size), also)
        for item in stems
        for also in [variants.get(item, ())]
    )
    kinds = frozenset(kind for kind, pattern in _KIND_OF if pattern.search(text))
    return Question(text, terms, kinds, sum(term.idf for term in terms) or 1.0)


def _idf(frequency: int, size: int) -> float:
    return math.log(1 + (size - min(frequency, size) + 0.5) / (frequency + 0.5))


def matches(question: Question, found: frozenset[str]) -> tuple[float, ...]:
    """For every term of the question how well a set of stems holds it, from 0 to 1."""
    return tuple(
        1.0
        if term.stem in found or not found.isdisjoint(term.also)
        else _ALIKE
        if _alike(term.stem, found)
        else 0.0
        for term in question.terms
    )


def _alike(wanted: str, found: frozenset[str]) -> bool:
    """Whether a stem begins like the wanted one for most of its length."""
    if len(wanted) < _ALIKE_MIN or wanted.isdigit():
        return False
    head = wanted[:_ALIKE_MIN]
    for item in found:
        if item.startswith(head):
            common = _common_prefix(item, wanted)
            if common >= _ALIKE_SHARE * max(len(item), len(wanted)):
                return True
    return False


def _common_prefix(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def share(question: Question, held: Sequence[float]) -> float:
    """The share of the question's IDF that matches of this quality hold."""
    return sum(t.idf * m for t, m in zip(question.terms, held, strict=True)) / question.total


def rank(question: Question, passages: Sequence[tuple[str, str, float]]) -> list[Candidate]:
    """All sentences of the passages, best first.

    `passages` are the text, what it stands under (title and headings), and how well search liked
    it, from 0 to 1.
    """
    found = [
        candidate
        for place, (text, context, liked) in enumerate(passages)
        for candidate in _candidates(question, place, text, context, liked)
    ]
    return sorted(found, key=lambda c: (-c.score, c.passage, c.start))


def _candidates(
    question: Question, place: int, text: str, context: str, liked: float
) -> list[Candidate]:
    spans = sentences.split(text)
    if not spans:
        return []
    split = [tokens(text[start:end]) for start, end in spans]
    held = [matches(question, frozenset(t.stem for t in found)) for found in split]
    above = matches(question, frozenset(token.stem for token in tokens(context)))
    whole = share(question, _union([*held, above]))
    out = []
    for i, (start, end) in enumerate(spans):
        features = (
            share(question, held[i]),
            share(question, _union(held[max(i - 1, 0) : i + 2])),
            whole,
            liked,
            _pairs(question, split[i]),
            _kind(question, text[start:end]),
            min(len(split[i]) / _LONG, 1.0),
            float(announces(text[start:end])),
        )
        score = sum(w * f for w, f in zip(WEIGHTS, features, strict=True))
        out.append(Candidate(place, start, end, features, score))
    return out


def announces(sentence: str) -> bool:
    """Whether a line says nothing by itself: a heading, an opening, an entry of a list."""
    text = sentence.rstrip()
    if text.endswith(":") or _LEADERS.search(text) or _REFERENCE.search(text):
        return True
    count = len(words(text))
    if count < _SAYING_WORDS:
        return True
    if text[-1:] in _END_MARKS or count >= _HEADING_WORDS:
        return False
    return bool(_CAPTION.match(text)) or not _FIGURE.search(_SECTION.sub("", text))


def _union(held: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(map(max, zip(*held, strict=True)))


def _pairs(question: Question, found: Sequence[Token]) -> float:
    """Share of the question's neighbouring terms that stand within three words of each other."""
    terms = [term.stem for term in question.terms]
    if len(terms) < 2:
        return 0.0
    places: dict[str, list[int]] = {}
    for i, token in enumerate(found):
        places.setdefault(token.stem, []).append(i)
    close = sum(
        any(abs(a - b) <= 3 for a in places.get(left, ()) for b in places.get(right, ()))
        for left, right in pairwise(terms)
    )
    return close / (len(terms) - 1)


def _kind(question: Question, sentence: str) -> float:
    """1 where the sentence holds something of the kind asked for that the question does not."""
    asked = fold(question.text)
    for kind in question.kinds:
        pattern = {"number": _NUMBER, "date": _DATE, "meaning": _MEANING}.get(kind, _NAME)
        if any(
            fold(match.group()).strip('«"( ') not in asked for match in pattern.finditer(sentence)
        ):
            return 1.0
    return 0.0
