"""BM25 as an inner product of sparse vectors (Robertson, Zaragoza, 2009; k1 1.2, b 0.75).

A chunk's vector has a dimension for every term of every field and in it what the term's count and
the field's length make of the score; a question's vector has the inverse document frequencies. All
of it is as in tantivy, its rounding of lengths among it, so that both stores give the same scores.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from rag.prepare import words_of
from rag.store.lexical import CONTEXT_BOOST, FORM_BOOST, TITLE_BOOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.prepare import Words

#: The fields of a chunk, and what each counts.
BOOSTS = {"stems": 1.0, "forms": FORM_BOOST, "title": TITLE_BOOST, "context": CONTEXT_BOOST}
_K1, _B = 1.2, 0.75
#: Dimension that no question has: of a chunk without words, as no vector may be empty.
NOTHING = 2**32 - 2
_LONGEST, _WIDEST = 65_530, 4  # bytes of a term in tantivy, and of a letter
_EXACT = 24  # lengths below this are kept as they are


def _length(code: int) -> int:
    """The length that a code of one byte stands for: three bits of it and a shift."""
    if code < _EXACT:
        return code
    bits, shift = (code - _EXACT) & 7, (code - _EXACT) // 8 - 1
    return _EXACT + (bits if shift < 0 else (bits | 8) << shift)


_LENGTHS = [_length(code) for code in range(256)]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a chunk: how often each stands in each field, and the lengths of the fields."""

    counts: dict[str, Counter[str]]
    lengths: dict[str, int]

    def held(self) -> list[tuple[str, str]]:
        """Field and term, once each."""
        return [(field, term) for field, found in self.counts.items() for term in found]


def terms_of(found: Words, title: str, context: str) -> Terms:
    """The terms of a chunk, by its words, the title of its document and its headings."""
    split = {
        "stems": _terms(found.stems),
        "forms": _terms(found.forms),
        "title": _stems(title),
        "context": _stems(context),
    }
    return Terms(
        {field: Counter(items) for field, items in split.items()},
        {field: len(items) for field, items in split.items()},
    )


@lru_cache(maxsize=1024)
def _stems(text: str) -> list[str]:
    """Stems of a title or of headings, which many chunks in a row share."""
    return _terms(words_of(text).stems)


def _terms(text: str) -> list[str]:
    """The terms of a text but those that tantivy leaves out: what is so long is no word."""
    found = text.split()
    if len(text) * _WIDEST <= _LONGEST:
        return found
    return [term for term in found if len(term.encode("utf-8", "surrogatepass")) <= _LONGEST]


def dimension(field: str, term: str) -> int:
    """The dimension of a term of a field. Two terms share one once in four thousand million."""
    name = f"{field}\0{term}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=4).digest(), "little") % NOTHING


def vector(terms: Terms, averages: Mapping[str, float]) -> dict[int, float]:
    """The sparse vector of a chunk in a collection whose fields have these average lengths."""
    made = {
        dimension(field, term): boosted(field, count, terms.lengths[field], averages[field])
        for field, counts in terms.counts.items()
        for term, count in counts.items()
    }
    return made or {NOTHING: 1.0}


def boosted(field: str, count: int, length: int, average: float) -> float:
    """What a term's count makes of the score, without the term's rarity."""
    return BOOSTS[field] * (1 + _K1) * count / (count + _spread(length, average))


def _spread(length: int, average: float) -> float:
    """How many times a term must stand in a field of this length to give half of what it can."""
    rounded = _LENGTHS[bisect_right(_LENGTHS, length) - 1]
    return _K1 * (1 - _B + _B * rounded / average) if average else _K1


def again(value: float, field: str, length: int, before: float, now: float) -> float:
    """What `boosted` gave with one average length, with another."""
    share = value / (BOOSTS[field] * (1 + _K1))
    count = share * _spread(length, before) / (1 - share)
    return BOOSTS[field] * (1 + _K1) * count / (count + _spread(length, now))


def idf(chunks: int, total: int) -> float:
    """Inverse document frequency of a term that so many chunks of all hold."""
    return math.log(1 + (total - chunks + 0.5) / (chunks + 0.5))


def average(tokens: Mapping[str, int], total: int) -> dict[str, float]:
    """The average length of each field of so many chunks."""
    return {field: tokens.get(field, 0) / total if total else 0.0 for field in BOOSTS}


def occurrences(stems: Sequence[str], phrase: Sequence[str]) -> int:
    """How often the stems of a phrase stand in a row."""
    size, wanted = len(phrase), list(phrase)
    return sum(
        stems[place : place + size] == wanted
        for place in range(len(stems) - size + 1)
        if stems[place] == wanted[0]
    )
