"""What a sentence states that words alone do not carry: numbers, dates, names, negations.

Everything is brought to one form, Russian and English alike: «1 000 000» and 1,000,000,
15.11.2025 and «15 ноября 2025», «5 процентов» and 5 %, «три» and three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rag.words import STOP_WORDS, WORD, fold, stem

Spot = tuple[int, int]


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


class Number(NamedTuple):
    """A number as written, its possible values ("1,000" has two) and its unit where it has one."""

    written: str
    values: frozenset[Decimal]
    unit: str | None

    def same(self, other: Number) -> bool:
        """Whether both can mean the same amount; a unit counts where both have one."""
        units = self.unit is None or other.unit is None or self.unit == other.unit
        return units and bool(self.values & other.values)


class Name(NamedTuple):
    """A capitalised word, an acronym, a code, a Latin word among Russian ones, a weekday or season.

    `sure` is False for a capitalised word that opens a sentence: it may be any word.
    """

    written: str
    stem: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text, and the spots that are taken up by dates and numbers."""

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]
    spots: tuple[Spot, ...]


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
    rf"|\b(?P<sm>May|March)\s+(?P<sy>{_YEAR})\b",
)

_CARDINALS = {
    2: "два две двух двум двумя двое двоих вдвое дважды two twice double",
    3: "три трех трем тремя трое троих втрое трижды three triple",
    4: "четыре четырех четырем четырьмя четверо four",
    5: "пять пяти пятью пятеро five",
    6: "шесть шести шестью six",
    7: "семь семи семью seven",
    8: "восемь восьми восемью eight",
    9: "девять девяти девятью nine",
    10: "десять десяти десятью ten",
    11: "одиннадцать одиннадцати eleven",
    12: "двенадцать двенадцати twelve",
    13: "тринадцать тринадцати thirteen",
    14: "четырнадцать четырнадцати fourteen",
    15: "пятнадцать пятнадцати fifteen",
    16: "шестнадцать шестнадцати sixteen",
    17: "семнадцать семнадцати seventeen",
    18: "восемнадцать восемнадцати eighteen",
    19: "девятнадцать девятнадцати nineteen",
    20: "двадцать двадцати twenty",
    30: "тридцать тридцати thirty",
    40: "сорок сорока forty",
    50: "пятьдесят пятидесяти fifty",
    60: "шестьдесят шестидесяти sixty",
    70: "семьдесят семидесяти seventy",
    80: "восемьдесят восьмидесяти eighty",
    90: "девяносто девяноста ninety",
    100: "сто ста hundred",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
}
_ORDINALS = {
    2: "втор двойн", 3: "треть трет тройн", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм",
    8: "восьм", 9: "девят", 10: "десят",
}  # fmt: skip
_ORDINAL_ENDINGS = "ый ой ий ая ое ого ому ом ым ую ые ых ыми ою я е его ему ем ей ю и их".split()
_EN_ORDINALS = "third fourth fifth sixth seventh eighth ninth tenth".split()
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12}
_WORDS: dict[str, int] = {
    **{first + last: n for n, all_ in _ORDINALS.items() for first in all_.split()
       for last in _ORDINAL_ENDINGS},
    **{form: n for n, forms in _CARDINALS.items() for form in forms.split()},
    **{form: n for n, form in enumerate(_EN_ORDINALS, 3)},
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![^\W\d_])(?:(?P<sign>[$€£₽])\s?)?(?P<digits>"
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d+(?:[.,]\d+)?)(?:-?(?:й|я|е|го|му|м|х|ый|ого|ому|ми|ти|st|nd|rd|th)\b)?"
)
_SCALES = (
    (re.compile(r"\s*(?:тыс\b\.?|тысяч\w*|thousand\b|k\b)", re.I), 10**3),
    (re.compile(r"\s*(?:млн\b\.?|миллион\w*|million\b|mln\b)", re.I), 10**6),
    (re.compile(r"\s*(?:млрд\b\.?|миллиард\w*|billion\b|bn\b)", re.I), 10**9),
    (re.compile(r"\s*(?:трлн\b\.?|триллион\w*|trillion\b)", re.I), 10**12),
)
_UNITS = {
    "%": r"%|процент\w*|percent\b|per cent\b",
    "RUB": r"₽|руб(?:л\w*|\b)|rubles?\b|roubles?\b|rub\b",
    "USD": r"\$|долл(?:ар\w*|\b)|dollars?\b|usd\b",
    "EUR": r"€|евро\b|euros?\b|eur\b",
    "GBP": r"£|фунт\w* стерлинг\w*|pounds?\b|gbp\b",
    "day": r"дн(?:я|ей|ю|ем|ями|ях|\.)|день|сут(?:ки|ок|кам)\b|days?\b",
    "week": r"недел\w*|weeks?\b",
    "month": r"месяц\w*|мес\b|months?\b",
    "year": r"год(?:а|у|ом|ов|е|\b)|лет\b|г\.|гг\.|years?\b",
    "hour": r"час(?:а|ов|\b)|hours?\b",
    "minute": r"минут\w*|мин\b|minutes?\b",
    "second": r"секунд\w*|сек\b|seconds?\b",
    "t": r"[тt]\b|тонн\w*|tons?\b|tonnes?\b",
    "kg": r"кг\b|килограмм\w*|kg\b|kilograms?\b",
    "g": r"грамм\w*|grams?\b",
    "km": r"км\b|километр\w*|km\b|kilomet\w+",
    "m": r"м\b|метр(?:а|ов|\b)|met(?:er|re)s?\b",
    "cm": r"см\b|сантиметр\w*|cm\b",
    "mm": r"мм\b|миллиметр\w*|mm\b",
    "l": r"л\b|литр\w*|lit(?:er|re)s?\b",
}
_UNIT = {name: re.compile(rf"\s*(?:{forms})", re.I) for name, forms in _UNITS.items()}
_PERIODS = ("day", "week", "month", "hour", "minute")
_EACH = re.compile(
    r"(?<!\w)(?:кажд\w+|за|per|each|every|an?)(?=\s+(?:"
    + "|".join(_UNITS[name] for name in _PERIODS)
    + "))",
    re.I,
)
_BETWEEN = re.compile(
    r"\s+[^\W\d_]+ый\b|\s+[^\W\d_]+(?:ых|их|ого|ими)\b|\s+(?:business|calendar|working)\b"
)
#: Days of the week and seasons: written small in Russian, and as exact as a name.
_CALENDAR = re.compile(
    r"понедельник|вторник|сред[ауые]\b|четверг|пятниц|суббот|воскресень"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|весн(?:а|ы|е|у|ой)\b|летом\b|осен(?:ь|и|ью)\b|зим(?:а|ы|е|у|ой)\b|summer\b|autumn\b|winter\b"
)
_CODE = re.compile(r"(?=\w*[^\W\d_])(?=\w*\d)[^\W\d_]\w*")
_LEGAL_FORMS = frozenset("ооо оао ао пао зао ип гк нко inc ltd llc corp plc gmbh co".split())
_OPENING = " \t\n\"'«“‘([—–-•*"
_CASE_ENDINGS = frozenset(
    "а я у ю е и ы о ь й ом ем ым им ой ей ов ев ин ого ому ам ами ах ям ями ях ова ева ина ову "
    "евой овой иной овым евым иным овой".split()
) | {""}


def facts(text: str) -> Facts:
    """The numbers, dates and names a text states."""
    dates, spots = _dates(text)
    blank = _blanked(text, spots)
    numbers, more = _numbers(blank)
    names = _names(_blanked(blank, more), text)
    return Facts(tuple(numbers), tuple(dates), tuple(names), (*spots, *more))


def akin(one: str, other: str) -> bool:
    """Whether two stems are forms of one name: equal, or apart by a Russian case ending."""
    if one == other:
        return True
    if one.isascii() or other.isascii():
        return False
    common = common_prefix(one, other)
    return common >= 4 and one[common:] in _CASE_ENDINGS and other[common:] in _CASE_ENDINGS


def is_number(word: str) -> bool:
    """Whether a folded word is a number in digits or in letters."""
    return word[0].isdigit() or word in _WORDS


def common_prefix(one: str, other: str) -> int:
    """Number of characters two strings begin with alike."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _blanked(text: str, spots: list[Spot]) -> str:
    """The text with spaces over the spots, its length kept."""
    for start, end in spots:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _dates(text: str) -> tuple[list[Date], list[Spot]]:
    dates, spots = [], []
    for match in _DATE.finditer(text):
        said = {name: value for name, value in match.groupdict().items() if value}
        fields = {name[1]: value for name, value in said.items()}
        month = fields["m"]
        number = int(month) if month.isdigit() else _month(month)
        year, day = fields.get("y"), fields.get("d")
        if 1 <= number <= 12 and (day is None or 1 <= int(day) <= 31):
            dates.append(Date(int(year) if year else None, number, int(day) if day else None))
            spots.append(match.span())
    return dates, spots


def _month(name: str) -> int:
    folded = fold(name)
    heads = _EN_HEADS if folded.isascii() else _RU_HEADS
    # «март» begins with «ма» as «май» does, so the longest head decides
    return max(
        (len(head), place) for place, head in enumerate(heads, 1) if folded.startswith(head)
    )[1]


def _numbers(text: str) -> tuple[list[Number], list[Spot]]:
    each = [(match.span(), {Decimal(1)}, None) for match in _EACH.finditer(text)]
    found = [*_digits(text), *_worded(text), *each]
    numbers, spots = [], []
    for (start, end), values, sign in sorted(found, key=lambda each: each[0]):
        stop, scale = end, 1
        for pattern, factor in _SCALES:
            if match := pattern.match(text, stop):
                stop, scale = match.end(), factor
                break
        unit, stop = _unit(text, stop, sign)
        scaled = frozenset(value * scale for value in values)
        numbers.append(Number(text[start:stop].strip(), scaled, unit))
        spots.append((start, stop))
    return numbers, spots


def _digits(text: str) -> list[tuple[Spot, set[Decimal], str | None]]:
    found = []
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\s", "", match.group("digits"))
        values = {
            Decimal(digits.replace(",", "") if digits.count(",") > 1 else digits.replace(",", "."))
        }
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
            values.add(Decimal(digits.replace(",", "")))
        found.append((match.span(), values, match.group("sign")))
    return found


def _worded(text: str) -> list[tuple[Spot, set[Decimal], str | None]]:
    """Runs of number words such as «двадцать пять», and Roman numerals."""
    found: list[tuple[Spot, set[Decimal], str | None]] = []
    open_until = 0  # the size the next word of a run must stay below
    for match in WORD.finditer(text):
        word = match.group()
        value = _ROMAN.get(word) or _WORDS.get(fold(word))
        if value is None:
            open_until = 0
            continue
        if open_until > value and text[found[-1][0][1] : match.start()] in (" ", "-"):
            (start, _), values, _ = found[-1]
            found[-1] = ((start, match.end()), {each + value for each in values}, None)
        else:
            found.append((match.span(), {Decimal(value)}, None))
        open_until = 100 if value >= 100 else 10 if value >= 20 else 0
    return found


def _unit(text: str, at: int, sign: str | None) -> tuple[str | None, int]:
    """The unit that follows a number at `at`, and where it ends."""
    if sign:
        return next(name for name, pattern in _UNIT.items() if pattern.match(sign)), at
    for place in (at, *(match.end() for match in [_BETWEEN.match(text, at)] if match)):
        for name, pattern in _UNIT.items():
            if match := pattern.match(text, place):
                return name, match.end() if place == at else at
    return None, at


def _names(text: str, whole: str) -> list[Name]:
    russian = bool(re.search(r"[а-яё]", whole, re.I))
    names = []
    opens = 0  # where the current sentence begins
    for match in WORD.finditer(text):
        word, folded = match.group(), fold(match.group())
        first = not whole[opens : match.start()].strip(_OPENING)
        if re.search(r"[.!?…]\s*$", whole[: match.start()]):
            first, opens = True, match.start()
        if _CALENDAR.match(folded) or _CODE.fullmatch(word):
            names.append(Name(word, stem(folded), sure=True))
        elif folded in STOP_WORDS or folded in _LEGAL_FORMS or len(word) < 2:
            continue
        elif (word.isupper() and not whole.isupper()) or (
            russian and word.isascii() and word.isalpha()
        ):
            names.append(Name(word, stem(folded), sure=True))
        elif word[0].isupper():
            names.append(Name(word, stem(folded), sure=not first))
    return names
