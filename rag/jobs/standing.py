"""Whether a value stands in a text, and where: so that no field of a record is made up.

A number stands as that amount however it is written, a day as that day, a code (a card, a phone,
an address of mail) sign by sign, words in any inflection («Иванов» in «карта Иванова»). A longer
phrase stands where a sentence of the text supports it, as sentences of an answer do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag import figures, sentences
from rag.cite.facts import akin, facts
from rag.words import WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.jobs.fields import Kind

Span = tuple[int, int]

_MOST_PLACES = 50
#: Words of a value that is looked for as a run; a longer one is a sentence.
_LONGEST_RUN = 8
#: Words from which on a value may be told in other words.
_PHRASE = 5
#: Letters that all forms of a word begin with.
_HEAD = 3
_DIGITS = re.compile(r"[\d\s().+\-–/№#]*\d[\d\s().+\-–/№#]*")
_LEAST_DIGITS = 2
#: Digits that may be one number, whatever parts them.
_JOINED = re.compile(r"\d(?:[\s().\-–/]*\d)*")
#: Beside digits, what shows that they are only a part of a longer number.
_MORE_BEFORE = re.compile(r"(?<!\d)(?<!\d{4}[ \-])")
_MORE_AFTER = re.compile(r"(?!\d)(?![ \-]\d{4})")
#: A year may stand beside another one: 1941-1945.
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_NUMBER_BEFORE, _NUMBER_AFTER = (
    re.compile(r"\d[.,]\Z|\d{4}[ \-]\Z"),
    re.compile(r"[.,]\d|[ \-]\d{4}"),
)
_BESIDE = 6  # signs beside a number that may belong to it
_CODE = re.compile(r"\S*[\d@_/\\]\S*")
_MINUS = re.compile(r"(?:[-−–]|минус|minus)\s*\Z", re.I)
_NUMBERED_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Word:
    """A word of a text where it stands, folded, and its stem."""

    start: int
    end: int
    folded: str
    stem: str


@dataclass(frozen=True)
class Text:
    """A text that values are looked for in; `date` is the document's own day, where it has one."""

    text: str
    date: str | None = None

    @cached_property
    def folded(self) -> str:
        """The text in lower case, of the same length."""
        folded = fold(self.text)
        return folded if len(folded) == len(self.text) else self.text.translate(_LOWER)

    @cached_property
    def squeezed(self) -> tuple[str, list[int]]:
        """The folded text with one space for any run of white space, and where each sign stood."""
        kept = [
            (" " if char.isspace() else char, place)
            for place, char in enumerate(self.folded)
            if not char.isspace() or not self.folded[place - 1 : place].isspace()
        ]
        return "".join(char for char, _ in kept), [place for _, place in kept]

    @cached_property
    def joined(self) -> tuple[tuple[str, list[int]], ...]:
        """Digits that may be one number, with the place of each."""
        return tuple(
            (
                "".join(char for char in match.group() if char.isdecimal()),
                [match.start() + n for n, char in enumerate(match.group()) if char.isdecimal()],
            )
            for match in _JOINED.finditer(self.text)
        )

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words, in order."""
        return tuple(_words(self.text))

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        """Places of words by their first letters, and by their stems."""
        index: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            for key in _keys(word):
                index.setdefault(key, []).append(place)
        return index

    def near(self, word: Word) -> set[int]:
        """Places of words that may be forms of one."""
        return {place for key in _keys(word) for place in self._index.get(key, ())}

    @cached_property
    def numbers(self) -> tuple[tuple[Decimal, Span], ...]:
        """The amounts it states, with their places; years and days of dates among them."""
        found = []
        for start, end in sentences.split(self.text):
            stated = facts(self.text[start:end])
            spots = [(start + left, start + right) for left, right in stated.spots]
            dates, numbers = spots[: len(stated.dates)], spots[len(stated.dates) :]
            for date, spot in zip(stated.dates, dates, strict=True):
                found += [(Decimal(part), spot) for part in (date.year, date.day) if part]
            for number, spot in zip(stated.numbers, numbers, strict=True):
                found += [(value, spot) for value in number.values]
        return tuple(found)

    @cached_property
    def days(self) -> tuple[tuple[str, Span], ...]:
        """The days it names, in ISO form; "--11-15" where it says no year."""
        found = [
            (figure.value, (figure.start, figure.end))
            for figure in figures.find(self.folded)
            if _NUMBERED_DAY.fullmatch(figure.value)
        ]
        for start, end in sentences.split(self.text):
            stated = facts(self.text[start:end])
            for date, (left, right) in zip(stated.dates, stated.spots, strict=False):
                if date.month and date.day:
                    year = f"{date.year:04}" if date.year else "-"
                    day = f"{year}-{date.month:02}-{date.day:02}"
                    found.append((day, (start + left, start + right)))
        return tuple(dict.fromkeys(found))


_LOWER = {
    ord(letter): letter.lower() for letter in map(chr, range(0x2000)) if len(letter.lower()) == 1
}


def places(value: Any, kind: Kind, text: Text) -> list[Span]:
    """Where a value stands in a text; nowhere where it does not. Not for a yes or no."""
    if kind == "date":
        return _days(str(value), text)
    if isinstance(value, (int, float)):
        return _amounts(Decimal(str(value)), text)
    return _texts(str(value), text)


def _days(value: str, text: Text) -> list[Span]:
    """A day with its year, or without where the document itself is of that year."""
    wanted = {value}
    if text.date and text.date[:4] == value[:4]:
        wanted.add(f"-{value[4:]}")
    return [spot for day, spot in text.days if day in wanted][:_MOST_PLACES]


def _amounts(value: Decimal, text: Text) -> list[Span]:
    found = [spot for number, spot in text.numbers if number == abs(value)]
    if value < 0:
        found = [(start, end) for start, end in found if _MINUS.search(text.text[:start][-8:])]
    return found[:_MOST_PLACES]


def _texts(value: str, text: Text) -> list[Span]:
    """Where a text stands: word for word, a number of digits however parted, words inflected."""
    value = value.strip()
    found = _literal(value, text)
    digits = "".join(char for char in value if char.isdecimal())
    wanted = list(_words(value))
    if len(digits) >= _LEAST_DIGITS and _DIGITS.fullmatch(value):
        found += _joined(digits, text)
    elif wanted and len(wanted) <= _LONGEST_RUN and not _CODE.fullmatch(value):
        found += _runs(wanted, text)
    return sorted(set(found))[:_MOST_PLACES]


def _literal(value: str, text: Text) -> list[Span]:
    """Where the very words stand, whatever their case and the space between them."""
    wanted = " ".join(fold(value).split())
    squeezed, at = text.squeezed
    found: list[Span] = []
    place = squeezed.find(wanted) if wanted else -1
    while place >= 0 and len(found) < _MOST_PLACES:
        end = place + len(wanted)
        if _alone(squeezed, place, end):
            found.append((at[place], at[end - 1] + 1))
        place = squeezed.find(wanted, place + 1)
    return found


def _joined(digits: str, text: Text) -> list[Span]:
    """Where digits stand as one number, whatever parts them."""
    found = []
    for run, at in text.joined:
        place = run.find(digits)
        while place >= 0:
            start, end = at[place], at[place + len(digits) - 1] + 1
            if _MORE_BEFORE.match(text.text, start) and _MORE_AFTER.match(text.text, end):
                found.append((start, end))
            place = run.find(digits, place + 1)
    return found


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a span is no part of a longer word or number."""
    before, after = text[max(start - _BESIDE, 0) : start], text[end : end + _BESIDE]
    if _YEAR.fullmatch(text, start, end):
        return not before[-1:].isalnum() and not after[:1].isalnum()
    if text[start].isdigit() and _NUMBER_BEFORE.search(before):
        return False
    if text[end - 1].isdigit() and _NUMBER_AFTER.match(after):
        return False
    word_before = text[start].isalnum() and (before[-1:].isalnum() or before.endswith("_"))
    word_after = text[end - 1].isalnum() and (after[:1].isalnum() or after.startswith("_"))
    return not word_before and not word_after


def _runs(wanted: list[Word], text: Text) -> list[Span]:
    """Runs of words that are those wanted, inflected, in any order; figures as they are."""
    size = len(wanted)
    near = {
        first
        for place in text.near(wanted[0])
        for first in range(max(place - size + 1, 0), min(place, len(text.words) - size) + 1)
    }
    found = []
    for first in sorted(near):
        left = list(wanted)
        for word in text.words[first : first + size]:
            match = next((each for each in left if _same(each, word)), None)
            if match is None:
                break
            left.remove(match)
        if not left:
            found.append((text.words[first].start, text.words[first + size - 1].end))
    return found


def _same(one: Word, other: Word) -> bool:
    if one.folded == other.folded:
        return True
    if any(char.isdigit() for char in one.folded + other.folded):
        return False
    # the stemmer takes «ям» of «Уильям» for an ending; the words themselves tell then
    return akin(one.stem, other.stem) or akin(one.folded, other.folded)


def _keys(word: Word) -> tuple[str, str]:
    return f"{word.folded[:_HEAD]}…", word.stem


def _words(text: str) -> Iterator[Word]:
    for match in WORD.finditer(text):
        folded = fold(match.group())
        yield Word(match.start(), match.end(), folded, stem(folded))


def is_phrase(value: Any) -> bool:
    """Whether a value is long enough to be judged as a sentence is."""
    return isinstance(value, str) and len(WORD.findall(value)) >= _PHRASE
