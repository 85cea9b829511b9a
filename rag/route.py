"""Which documents a question names: by a company, a title, a file name, a year.

No index is built: names and titles are one text, a document a line, and a word of the question is
looked for in it, so that ten thousand documents cost some milliseconds once and microseconds a
question. A word speaks for a document the more, the fewer documents bear it; a proper name speaks
louder than a word that is rare in the library, and an ordinary one hardly.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from rag.words import STOP_WORDS, fold, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_GAP = re.compile(r"[\W_]+")
#: borders inside «BestBuy», «FY2018», «отчёт2018»
_SEAM = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[^\W\d_])(?=(?:19|20)\d\d(?!\d))")
_FISCAL = re.compile(r"\b(?:fy|фг) ?'?(\d\d)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: three to six words with capitals in a row, small words between them allowed
_LONG_NAME = re.compile(
    r"[A-ZА-ЯЁ][\w'’-]+(?:(?:[ -]|\s+(?:of|and|the|for|и|по|для)\s+)[A-ZА-ЯЁ][\w'’-]+){2,5}"
)
_ENDING = 3  # letters a name may have beyond the stem that is looked for
_MIN_LETTERS = 3  # of a word that names; abbreviations in capitals may be shorter
_MOST_BEARERS = 0.25  # share of the documents from which on a word does not tell them apart
_FEW = 3  # documents that may all bear it, however few there are
_YEAR_WORTH = 0.5  # a year alone names less than a name
_ORDINARY_WORTH = 0.5  # so does a word that is no proper name, however rare
_WORDS = 32  # of a question that are looked up, at most
_NAMED = 8  # documents that a question names, at most


class Entry(NamedTuple):
    """A document as it may be named: its id, the name of its file, its title."""

    id: str
    name: str
    title: str


class Router:
    """The documents of a library by what they are called."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._ids = [entry.id for entry in entries]
        self._starts: list[int] = []
        lines, place = [], 0
        for entry in entries:
            lines.append(_called(entry))
            self._starts.append(place)
            place += len(lines[-1])
        self._text = "".join(lines)

    def route(self, question: str, rarity: Callable[[str], float]) -> dict[str, float]:
        """Documents (ids) that the question names, clearest first, and how clearly, from 0 to 1.

        `rarity` says of a stem how rare it is in the texts of the library, from 0 to 1.
        """
        found: dict[int, float] = {}
        for word, worth in _names(question, rarity):
            bearers = self._bearers(word)
            for line in bearers:
                tells = 1 - math.log(len(bearers)) / math.log(len(self._ids) + 1)
                found[line] = found.get(line, 0.0) + worth * tells
        best = sorted(found, key=lambda line: (-found[line], line))[:_NAMED]
        clearest = found[best[0]] if best else 0.0
        return {self._ids[i]: found[i] / (found[i] + 1) * found[i] / clearest for i in best}

    def _bearers(self, word: str) -> list[int]:
        """Lines with the word, an ending allowed; none where too many have it."""
        most = max(_FEW, int(_MOST_BEARERS * len(self._ids)))
        lines: list[int] = []
        at = self._text.find(f" {word}")
        while at >= 0:
            after = at + 1 + len(word)
            end = self._text.find(" ", after)
            if end - after <= _ENDING and (not word.isdigit() or end == after):
                lines.append(bisect_right(self._starts, at) - 1)
                if len(lines) > most:
                    return []
                following = lines[-1] + 1  # once a line is enough
                end = self._starts[following] if following < len(self._starts) else len(self._text)
            at = self._text.find(f" {word}", end)
        return lines


def _called(entry: Entry) -> str:
    """The words of a document's name and title, a space before each and at the end."""
    name = str(PurePosixPath(entry.name).with_suffix(""))
    title = "" if entry.title == PurePosixPath(name).name else entry.title
    parted = fold(_SEAM.sub(" ", f"{name} {title}"))
    return f" {_GAP.sub(' ', _FISCAL.sub(_century, parted)).strip()} \n"


def _century(match: re.Match[str]) -> str:
    return f"20{match[1]}"


def _names(question: str, rarity: Callable[[str], float]) -> Iterator[tuple[str, float]]:
    """What in a question may name a document, as it is looked for, and what it is worth."""
    seen: set[str] = set()
    spelled = _FISCAL.sub(_century, _SEAM.sub(" ", question).replace("FY", "fy"))
    found = [m.group() for m in _WORD.finditer(spelled)]
    for i, written in enumerate(found[:_WORDS]):
        word = fold(written)
        joined = word + fold(found[i + 1]) if i + 1 < len(found) else ""
        if joined and written[0].isupper() and found[i + 1][0].isupper() and joined not in seen:
            seen.add(joined)  # «Best Buy» in BESTBUY_2023.pdf
            yield joined, 1.0
        if word in STOP_WORDS or word in seen:
            continue
        seen.add(word)
        capital = written.isupper() or (i > 0 and written[0].isupper())
        if _YEAR.fullmatch(word):
            yield word, _YEAR_WORTH
        elif len(word) >= _MIN_LETTERS or (written.isupper() and not word.isdigit()):
            yield stem(word), 1.0 if capital else _ORDINARY_WORTH * rarity(stem(word))
    for match in _LONG_NAME.finditer(question):
        initials = "".join(w[0] for w in _WORD.findall(match.group()) if w[0].isupper())
        yield fold(initials), 1.0  # «Advanced Micro Devices» in AMD_2022.pdf
