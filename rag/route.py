"""Which documents a question names: by a company, a title, a file name, a year.

A word of the question speaks for the documents that bear it in name or title, the more, the fewer
they are; a proper name speaks louder than a word that is rare in the library, and an ordinary one
hardly. Names that are written together, spelled out or shortened meet: «Best Buy» and BESTBUY,
«Advanced Micro Devices» and AMD, FY18 and 2018.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from rag.words import STOP_WORDS, fold, stem, stems_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_GAP = re.compile(r"[^\w\n]+|_+")
#: borders inside «BestBuy», «FY2018», «отчёт2018»
_SEAM = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[^\W\d_])(?=(?:19|20)\d\d(?!\d))")
_FISCAL = re.compile(r"\b(?:fy|фг) ?'?(\d\d)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
#: three to six words with capitals in a row, small words between them allowed
_LONG_NAME = re.compile(
    r"(?<![\w'’])[A-ZА-ЯЁ][\w'’]++(?:(?:[ -]| (?:of|and|the|for|и|по|для) )[A-ZА-ЯЁ][\w'’]++){2,5}"
)
_MIN_LETTERS = 3  # of a word that names; abbreviations in capitals may be shorter
_MOST_BEARERS = 0.25  # share of the documents from which on a word does not tell them apart
_FEW = 3  # documents that may all bear it, however few there are
_YEAR_WORTH = 0.5  # a year alone names less than a name
_ORDINARY_WORTH = 0.5  # so does a word that is no proper name, however rare
_WORDS = 32  # of a question that are looked up, at most
_NAMED = 8  # documents that a question names, at most
_DOCUMENTS = 50_000  # of a library with more, names are not looked at: it would take a second


class Entry(NamedTuple):
    """A document as it may be named: its id, the name of its file, its title."""

    id: str
    name: str
    title: str


class Router:
    """The documents of a library by what they are called."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._ids = [entry.id for entry in entries[:_DOCUMENTS]]
        self._bearers: dict[str, list[int]] = {}
        if len(entries) > _DOCUMENTS:
            return
        called = "\n".join(map(_called, entries))
        spaced = _GAP.sub(" ", _FISCAL.sub(_century, fold(_SEAM.sub(" ", called))))
        for place, line in enumerate(spaced.split("\n")):
            for item in set(stems_of(line.split())):
                self._bearers.setdefault(item, []).append(place)

    def route(self, question: str, rarity: Callable[[str], float]) -> dict[str, float]:
        """Documents (ids) that the question names, clearest first, and how clearly, from 0 to 1.

        `rarity` says of a stem how rare it is in the texts of the library, from 0 to 1.
        """
        most = max(_FEW, int(_MOST_BEARERS * len(self._ids)))
        found: dict[int, float] = {}
        for item, worth in _names(question, rarity):
            bearers = self._bearers.get(item, [])
            if len(bearers) > most:
                continue
            for place in bearers:
                tells = 1 - math.log(len(bearers)) / math.log(len(self._ids) + 1)
                found[place] = found.get(place, 0.0) + worth * tells
        best = sorted(found, key=lambda place: (-found[place], place))[:_NAMED]
        clearest = found[best[0]] if best else 0.0
        return {
            self._ids[i]: found[i] / (found[i] + 1) * found[i] / clearest for i in best if found[i]
        }


def is_titled_by_name(name: str, title: str) -> bool:
    """Whether a document's title is only the name of its file."""
    return (name.rpartition(".")[0] or name).endswith(title)


def _called(entry: Entry) -> str:
    """A line with a document's path without the ending, its title, and the initials of that."""
    name = entry.name.rpartition(".")[0] or entry.name
    title = "" if is_titled_by_name(entry.name, entry.title) else entry.title
    return " ".join(f"{name} {title} {' '.join(_initials(title))}".split())


def _initials(text: str) -> Iterator[str]:
    """The initials of long names in a text."""
    for match in _LONG_NAME.finditer(text):
        yield "".join(word[0] for word in _WORD.findall(match.group()) if word[0].isupper())


def _century(match: re.Match[str]) -> str:
    return f"20{match[1]}"


def _names(question: str, rarity: Callable[[str], float]) -> Iterator[tuple[str, float]]:
    """Stems in a question that may name a document, each once, and what they are worth."""
    seen: set[str] = set()
    for written, worth in _candidates(question):
        word = fold(written)
        item = stem(word)
        if word in STOP_WORDS or item in seen:
            continue
        seen.add(item)
        if _YEAR.fullmatch(word):
            yield item, _YEAR_WORTH
        elif len(word) >= _MIN_LETTERS or (written.isupper() and not word.isdigit()):
            yield item, worth if worth else _ORDINARY_WORTH * rarity(item)


def _candidates(question: str) -> Iterator[tuple[str, float]]:
    """Words of a question, pairs of them and initials; 1 for a proper name, 0 for another word."""
    spelled = _FISCAL.sub(_century, _SEAM.sub(" ", question))
    found = _WORD.findall(spelled)[:_WORDS]
    for i, word in enumerate(found):
        yield word, float(word.isupper() or (i > 0 and word[0].isupper()))
        following = found[i + 1] if i + 1 < len(found) else ""
        if word[0].isupper() and following[:1].isupper():
            yield word + following, 1.0
    for initials in _initials(question):
        yield initials, 1.0
