"""A question made ready to be held against sentences: its terms, their weights, what it wants.

A word of the text meets a term of the question exactly, by its stem; or it begins alike
(«Пэнтерс», «Пэнтеров»), or shares most of its character trigrams (Dice, 1945), for less.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from rag import kinds
from rag.words import STOP_WORDS, WORD, fold, stem, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.kinds import Kind

_ALIKE = 0.7  # what a word that only begins alike is worth
_ALIKE_MIN = 4  # letters such a beginning has at least
_ALIKE_SHARE = 0.7  # of the longer word
_DICE = 0.5  # share of trigrams from which on two words are akin
_SAME_START = 2  # letters with which two words begin that are compared at all
_AKIN_MIN = 4  # letters a word has at least to be akin to another
_MOST_TERMS = 64
_HEAD = re.compile(
    r"\b(?:what|which|как(?:ой|ая|ое|ие|ого|ому|им|ом|ую|их))\s+"
    r"(?:(?:type|kind|sort|тип\w*|вид\w*)\s+(?:of\s+)?)?(\w+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that is searched for, its inverse document frequency, and whether
    the collection holds it. `also` are stems that say the same."""

    stem: str
    idf: float
    known: bool
    also: tuple[str, ...] = ()


Hits = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be held against sentences.

    `text` is as asked, `folded` the same folded. `forms` are its words as written, `functions` its
    stop words; `named` and `numbers` hold the places of the terms that are proper names and
    figures, `head` that of the thing asked for («какой город» – город), or -1. `total` is the sum
    of the IDF of all terms.
    """

    text: str
    folded: str
    terms: tuple[Term, ...]
    forms: frozenset[str]
    functions: frozenset[str]
    named: frozenset[int]
    numbers: frozenset[int]
    head: int
    kinds: tuple[Kind, ...]
    total: float
    _beginnings: dict[str, tuple[int, ...]] = field(repr=False)
    _known: dict[str, Hits] = field(default_factory=dict, repr=False)

    def hits(self, found: str) -> Hits:
        """The terms that a stem of a text meets: their places, and how well, from 0 to 1."""
        known = self._known.get(found)
        if known is None:
            places = self._beginnings.get(found[:_SAME_START])
            known = self._meet(found, places) if places else ()
            self._known[found] = known
        return known

    def met(self, found: Sequence[str]) -> list[tuple[int, Hits]]:
        """The places of the stems that meet any terms, and these as in `hits`."""
        known, hits = self._known.get, self.hits
        return [
            (i, pairs)
            for i, item in enumerate(found)
            if (pairs := known(item)) or (pairs is None and (pairs := hits(item)))
        ]

    def _meet(self, found: str, places: tuple[int, ...]) -> Hits:
        worths = [(place, _worth(self.terms[place], found)) for place in places]
        return tuple(pair for pair in worths if pair[1])


def analyse(
    text: str,
    frequency: Callable[[str], int],
    size: int,
    variants: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Question:
    """The question's terms with the IDF they have among `size` chunks.

    `variants` are stems that say the same as a stem of the question; see `rag.query`.

    `frequency` gives the number of chunks that hold a stem. The IDF is that of Robertson and
    Spärck Jones, "Relevance weighting of search terms" (1976), kept above zero.
    """
    found = list(dict.fromkeys(words(text)))
    kept = [word for word in found if word not in STOP_WORDS] or found
    stems = list(dict.fromkeys(stem(word) for word in kept))
    if len(stems) > _MOST_TERMS:  # the rarest tell most
        rare = set(sorted(stems, key=frequency)[:_MOST_TERMS])
        stems = [item for item in stems if item in rare]
    terms = tuple(
        Term(item, _idf(count, size), count > 0, also)
        for item in stems
        for also in [variants.get(item, ())]
        for count in [sum(map(frequency, (item, *also)))]
    )
    place = {item: i for i, item in enumerate(stems)}
    head = _HEAD.search(text)
    beginnings: dict[str, list[int]] = {}
    for i, item in enumerate(stems):
        for spelled in (item, *variants.get(item, ())):
            beginnings.setdefault(spelled[:_SAME_START], []).append(i)
    return Question(
        text=text,
        folded=fold(text),
        terms=terms,
        forms=frozenset(kept),
        functions=frozenset(found) - frozenset(kept),
        named=frozenset(place[s] for s in _names(text) if s in place),
        numbers=frozenset(i for i, item in enumerate(stems) if item[:1].isdigit()),
        head=place.get(stem(fold(head.group(1))), -1) if head else -1,
        kinds=kinds.asked(text),
        total=sum(term.idf for term in terms) or 1.0,
        _beginnings={start: tuple(places) for start, places in beginnings.items()},
    )


def _idf(frequency: int, size: int) -> float:
    return math.log(1 + (size - min(frequency, size) + 0.5) / (frequency + 0.5))


def _names(text: str) -> list[str]:
    """Stems of the words written with a capital letter, but for the first."""
    found = list(WORD.finditer(text))[1:]
    return [stem(fold(match.group())) for match in found if match.group()[0].isupper()]


def _worth(term: Term, found: str) -> float:
    """How well a stem meets a term that begins alike, from 0 to 1."""
    wanted = term.stem
    if wanted == found or found in term.also:
        return 1.0
    if min(len(wanted), len(found)) < _AKIN_MIN or wanted.isdigit() or found.isdigit():
        return 0.0
    if _begins_alike(wanted, found):
        return _ALIKE
    one, other = _trigrams(wanted), _trigrams(found)
    dice = 2 * len(one & other) / (len(one) + len(other))
    return min(dice, _ALIKE) if dice >= _DICE else 0.0


def _trigrams(word: str) -> frozenset[str]:
    framed = f"<{word}>"
    return frozenset(framed[i : i + 3] for i in range(len(framed) - 2))


def _begins_alike(wanted: str, found: str) -> bool:
    """Whether two stems are the same for most of the length of the longer one."""
    if len(wanted) < _ALIKE_MIN or found[:_ALIKE_MIN] != wanted[:_ALIKE_MIN]:
        return False
    common = 0
    for left, right in zip(wanted, found, strict=False):
        if left != right:
            break
        common += 1
    return common >= _ALIKE_SHARE * max(len(wanted), len(found))
