"""What a sentence states that words alone do not carry: numbers, dates, names, negations.

Everything is brought to one form, Russian and English alike: «1 000 000» and 1,000,000,
15.11.2025 and «15 ноября 2025», «5 процентов» and 5 %, «три» and three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rag.cite.amounts import CODE, EACH, LABELLED, Number, blanked
from rag.cite.amounts import numbers as amounts
from rag.cite.grammar import surely_name
from rag.cite.numerals import Spot, day, is_number
from rag.minutes.people.given_names import is_given_name
from rag.words import STOP_WORDS, WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Iterable


class Date(NamedTuple):
    """A day, a month of a year, or a month; None where the text does not say."""

    year: int | None
    month: int | None
    day: int | None

    def within(self, other: Date) -> bool:
        """Whether `other` says everything this date says."""
        return all(mine in (None, its) for mine, its in zip(self, other, strict=True))

    def __str__(self) -> str:
        fields = (self.year, self.month, self.day)
        return "-".join(f"{field:02d}" for field in fields if field is not None)


class Name(NamedTuple):
    """A capitalised word, an acronym, a code, a Latin word among Russian ones, a weekday or season.

    `sure` is False for a capitalised word that opens a sentence: it may be any word.
    """

    written: str
    stem: str
    sure: bool
    start: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text, and the spots that are taken up by dates and numbers."""

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]
    spots: tuple[Spot, ...]

    @property
    def placed(self) -> list[tuple[Number | Date, Spot]]:
        """The dates and numbers with their spots."""
        return list(zip((*self.dates, *self.numbers), self.spots, strict=True))


_RU_MONTH = (
    r"январ\w*|феврал\w*|март(?:а|е|у|ом)?|апрел\w*|ма[йяеюё]|июн[ьяею]|июл[ьяею]"
    r"|август(?:а|е|у|ом)?|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*"
)
_EN_MONTH = (
    r"January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_RU_HEADS = "янв фев мар апр ма июн июл авг сен окт ноя дек".split()
_EN_HEADS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_YEAR = r"(?:1[89]|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d)(?P<iy>{_YEAR})-(?P<im>[01]\d)-(?P<id>[0-3]\d)(?!\d)"
    rf"|(?<![\d.])(?P<nd>[0-3]?\d)[./](?P<nm>[01]?\d)[./](?P<ny>{_YEAR})(?!\d)"
    rf"|(?<!\d)(?P<rd>[0-3]?\d)(?:-?(?:го|му|е|ое))?\s+(?P<rm>{_RU_MONTH})\b"
    rf"(?:,?\s+(?P<ry>{_YEAR})\b)?"
    rf"|(?<!\d)(?P<ed>[0-3]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<em>{_EN_MONTH})\b\.?"
    rf"(?:,?\s+(?P<ey>{_YEAR})\b)?"
    rf"|\b(?P<am>{_EN_MONTH})\b\.?\s+(?P<ad>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<ay>{_YEAR})\b)?"
    rf"|\b(?P<mm>(?i:{_RU_MONTH})|(?!May\b|March\b|Mar\b|Dec\b|Sep\b|Jan\b){_EN_MONTH})\b"
    rf"(?:,?\s+(?P<my>{_YEAR})\b)?"
    rf"|\b(?P<sm>May|March)\s+(?P<sy>{_YEAR})\b"
    r"|(?:(?<=\bin )|(?<=\bby )|(?<=\bto )|(?<=\bof )|(?<=from )|(?<=until )|(?<=since )"
    r"|(?<=early )|(?<=late )|(?<=and ))(?P<lm>May|March)\b"
    r"|(?<![\d.])(?P<td>[0-3]\d)\.(?P<tm>[01]\d)\.(?P<ty>\d\d)(?![\d.])",
)

_WORDED_DAY = re.compile(
    r"\b((?:двадцать |тридцать |twenty-|thirty-)?[а-яёa-z]{4,})"
    rf"((?: of)? (?:{_RU_MONTH}|{_EN_MONTH})\b)"
)
#: The number of a clause or item: «3.2. Запрещается …».
_LABEL = re.compile(r"\s*\d{1,2}(?:\.\d{1,2})*[.)]\s+(?=[\"«]?[A-ZА-ЯЁ])")
#: What a number or a date cannot do without, number words aside.
_COUNTS = re.compile(
    rf"\d|{EACH.pattern}|{_RU_MONTH}|{_EN_MONTH}|(?:noon|midday|полд|полгода|полугода|ежедн|ежен|ежем|ежег|daily|weekly|monthly|yearly|annual)",
    re.I,
)
_DATED = re.compile(rf"\d[./-]\d|{_RU_MONTH}|{_EN_MONTH}", re.I)
#: Days of the week and seasons: written small in Russian, and as exact as a name.
_CALENDAR = re.compile(
    r"(?:понедельник|вторник|четверг|пятниц|суббот|воскресень)\w{0,2}\b|сред[ауые]\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|весн(?:а|ы|е|у|ой)\b|летом\b|осен(?:ь|и|ью)\b|зим(?:а|ы|е|у|ой)\b|summer\b|autumn\b|winter\b"
)
_LEGAL_FORMS = frozenset("ооо оао ао пао зао ип гк нко inc ltd llc corp plc gmbh co".split())
_LOOK_BACK = 8  # characters before a word that tell whether it opens a sentence
_STOPPED = re.compile(r"[.!?…:\n]\s*[\"'«“‘(—–-]*\s*$")
_INITIAL = re.compile(r"(?<!\w)[A-ZА-ЯЁ]\.\s*$")
_OPENING = " \t\n\"'«“‘([—–-•*"
_CASE_ENDINGS = frozenset(
    "а я у ю е и ы о ь й ом ем ым им ой ей ов ев ин ого ому ам ами ах ям ями ях ова ева ина ову "
    "евой овой иной овым евым иным овой".split()
) | {""}


def facts(text: str) -> Facts:
    """The numbers, dates and names a text states."""
    if label := _LABEL.match(text):
        text = " " * label.end() + text[label.end() :]
    dates, spots = _dates(text) if _DATED.search(text) else ([], [])
    blank = blanked(text, spots)
    numbers, more = amounts(blank)
    names = _names(blanked(blank, more), text)
    return Facts(tuple(numbers), tuple(dates), tuple(names), (*spots, *more))


def may_count(text: str, forms: Iterable[str]) -> bool:
    """Whether a text of these folded words may state a number or a date."""
    return bool(_COUNTS.search(text)) or any(is_number(form) for form in forms)


def calendar(form: str) -> bool:
    """Whether a folded word is a day of the week or a season."""
    return bool(_CALENDAR.match(form))


def akin(one: str, other: str) -> bool:
    """Whether two stems are forms of one name: equal, or apart by a Russian case ending."""
    if one == other:
        return True
    if one.isascii() or other.isascii():
        return False
    common = common_prefix(one, other)
    return common >= 4 and one[common:] in _CASE_ENDINGS and other[common:] in _CASE_ENDINGS


def common_prefix(one: str, other: str) -> int:
    """Number of characters two strings begin with alike."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _dates(text: str) -> tuple[list[Date], list[Spot]]:
    dates, spots = [], []
    worded = _blanked_ordinals(text)
    for match in _DATE.finditer(worded):
        said = {name: value for name, value in match.groupdict().items() if value}
        fields = {name[1]: value for name, value in said.items()}
        month = fields["m"]
        number = int(month) if month.isdigit() else _month(month)
        year, day = fields.get("y"), fields.get("d")
        if 1 <= number <= 12 and (day is None or 1 <= int(day) <= 31):
            year = f"20{year}" if year and len(year) == 2 else year
            dates.append(Date(int(year) if year else None, number, int(day) if day else None))
            spots.append(match.span())
    return dates, spots


def _blanked_ordinals(text: str) -> str:
    """The text with days in words, as in «двадцатого октября», in digits of the same length."""

    def digits_for(match: re.Match[str]) -> str:
        value = day(match.group(1))
        return str(value).ljust(len(match.group(1))) + match.group(2) if value else match.group()

    return _WORDED_DAY.sub(digits_for, text)


def _month(name: str) -> int:
    folded = fold(name)
    heads = _EN_HEADS if folded.isascii() else _RU_HEADS
    # «март» begins with «ма» as «май» does, so the longest head decides
    return max(
        (len(head), place) for place, head in enumerate(heads, 1) if folded.startswith(head)
    )[1]


def _names(text: str, whole: str) -> list[Name]:
    russian = bool(re.search(r"[а-яё]", whole, re.I))
    names = []
    opens = 0  # where the current sentence begins
    for match in WORD.finditer(text):
        word, folded = match.group(), fold(match.group())
        capital = word[0].isupper()
        first = False
        before = whole[max(match.start() - _LOOK_BACK, 0) : match.start()] if capital else ""
        if capital:
            first = not whole[opens : match.start()].strip(_OPENING)
        if capital and _STOPPED.search(before) and not _INITIAL.search(before):
            first, opens = True, match.start()
        if _CALENDAR.match(folded) or CODE.fullmatch(word):
            names.append(Name(word, stem(folded), True, match.start()))
        elif folded in STOP_WORDS or folded in _LEGAL_FORMS or len(word) < 2:
            continue
        elif (word.isupper() and not whole.isupper()) or (
            russian and word.isascii() and word.isalpha()
        ):
            names.append(Name(word, stem(folded), True, match.start()))
        elif word[0].isupper():
            known = surely_name(word) or is_given_name(word)
            if not known and LABELLED.match(word):
                continue
            names.append(Name(word, stem(folded), known or not first, match.start()))
    return names
