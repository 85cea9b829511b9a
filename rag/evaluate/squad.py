"""Whether an answer says what the answers of a set say.

F1, exact match and their normalisation are those of SQuAD (Rajpurkar, Zhang, Lopyrev, Liang,
"SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016): lower case, no punctuation, no
articles. For Russian, which has none, ё counts as е; spaces that part thousands go as commas do.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalised(text: str) -> list[str]:
    """The words of an answer as they are compared."""
    joined = _THOUSANDS.sub("", fold(text))
    return _ARTICLES.sub(" ", _PUNCTUATION.sub("", joined)).split()


def f1(said: str, answers: Sequence[str]) -> float:
    """Harmonic mean of precision and recall by words, against the nearest of the answers."""
    return _best(said, answers, _f1)


def exact(said: str, answers: Sequence[str]) -> float:
    """1.0 where the words are those of one of the answers, else 0.0."""
    return _best(said, answers, lambda one, other: float(one == other))


def contained(said: str, answers: Sequence[str]) -> float:
    """1.0 where one of the answers stands in what was said, word by word; else 0.0."""
    return _best(said, answers, _contains)


def _best(
    said: str, answers: Sequence[str], likeness: Callable[[list[str], list[str]], float]
) -> float:
    words = normalised(said)
    return max((likeness(words, normalised(answer)) for answer in answers), default=0.0)


def _f1(said: list[str], answer: list[str]) -> float:
    if not said or not answer:
        return float(said == answer)
    shared = sum((Counter(said) & Counter(answer)).values())
    return 2 * shared / (len(said) + len(answer))


def _contains(said: list[str], answer: list[str]) -> float:
    width = len(answer)
    windows = (said[place : place + width] for place in range(len(said) - width + 1))
    return float(bool(answer) and any(window == answer for window in windows))
