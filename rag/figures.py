"""Figures that words write in many ways: dates, large numbers, financial years.

«15.11.2025», «15 ноября 2025» and "November 15, 2025" are one day; «5 млн» and 5 000 000 are one
number. Each is found with a value in one spelling, which is indexed beside the words of the text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCALES = {
    **dict.fromkeys(("тыс", "тысяч", "тысяча", "тысячи", "тысячу", "thousand", "k"), 10**3),
    **dict.fromkeys(("млн", "миллион", "миллиона", "миллионов", "million", "mln", "m"), 10**6),
    **dict.fromkeys(("млрд", "миллиард", "миллиарда", "миллиардов", "billion", "bn", "b"), 10**9),
    **dict.fromkeys(("трлн", "триллион", "триллиона", "триллионов", "trillion"), 10**12),
}
_MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "январь января январе янв january jan",
            "февраль февраля феврале фев февр february feb",
            "март марта марте мар march mar",
            "апрель апреля апреле апр april apr",
            "май мая мае may",
            "июнь июня июне июн june jun",
            "июль июля июле июл july jul",
            "август августа августе авг august aug",
            "сентябрь сентября сентябре сен сент september sep sept",
            "октябрь октября октябре окт october oct",
            "ноябрь ноября ноябре ноя нояб november nov",
            "декабрь декабря декабре дек december dec",
        ),
        1,
    )
    for form in forms.split()
}
_CURRENCIES = frozenset("$€£₽")
_CENTURY = 2000  # that a year of two digits is of
_LONGEST = 18  # signs of a number that somebody counts in thousands or millions
_DAYS = 31
_MONTHS_A_YEAR = 12

_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
# Patterns begin with what they look for, not with what may not stand before: that is much faster.
_WRITTEN = re.compile(
    r"\d(?<![\w.,:/-]\d)(?:"
    r"(?P<iso>\d{3}-\d\d-\d\d)(?!\d)"
    r"|(?P<day>\d?([./])\d{1,2}\3(?:\d{4}|\d\d))(?![\w/]|[.,]\d)"
    rf"|(?:\d*(?:[.,]\d+)*|\d{{0,2}}(?: \d{{3}}){{1,4}})\s?(?P<scale>{_SCALE})\b"
    r"|(?<!0)\d{0,2}(?: \d{3}){1,4}(?:[.,]\d+)?(?!\d|[.,]\d)"
    r")"
)
_YEAR = re.compile(r"(?:1\d|20)\d\d(?<![\d.,/-]\d{4})(?![\d/]|[.,-]\d)")
#: What stands before the year of a date in words; the text that it is looked for in is short.
_BEFORE_YEAR = re.compile(
    r"(?:(?<!\d)(\d{1,2})(?:[ -]?(?:st|nd|rd|th|го|е))?\.?\s+(?:of\s+)?)?"
    r"\b([a-zа-я]{3,9})\.?(?:\s+(\d{1,2})(?:st|nd|rd|th)?)?,?(?:\s+of)?\s+$"
)
_BEFORE = 32  # characters
_FINANCIAL = re.compile(r"fy(?<!\wfy)\s?'?((?:19|20)\d\d|\d\d)(?!\w)")


class Figure(NamedTuple):
    """A figure where it stands, `text[start:end]`, and its value.

    A day is written 2025-11-15, a month 2025-11; numbers and years have digits alone.
    """

    start: int
    end: int
    value: str


def find(text: str) -> list[Figure]:
    """The figures of a folded text whose value none of its words spells; they may overlap."""
    return [*_numeric(text), *_dates_in_words(text), *_financial_years(text)]


def _numeric(text: str) -> Iterator[Figure]:
    for match in _WRITTEN.finditer(text):
        start, end = match.span()
        if match["iso"]:
            year, month, day = map(int, match.group().split("-"))
            yield from _dated(start, end, year, month, day)
        elif match["day"]:
            yield from _day(match.group(), match[3], start, end)
        elif match["scale"]:
            short = len(match["scale"]) == 1  # $5M is an amount, 5 m a length
            if not short or text[start - 1 : start] in _CURRENCIES:
                number = text[start : match.start("scale")].strip()
                yield from _scaled(number, _SCALES[match["scale"]], start, end)
        else:
            yield Figure(start, end, match.group().replace(" ", "").replace(",", "."))


def _day(written: str, mark: str, start: int, end: int) -> Iterator[Figure]:
    """A day in figures, the day before the month; with strokes also the American way."""
    first, second, year = map(int, written.split(mark))
    if year < 100:
        year += _CENTURY
    yield Figure(start, end, str(year))
    yield from _dated(start, end, year, second, first)
    if mark == "/" and first != second:
        yield from _dated(start, end, year, first, second)


def _dated(start: int, end: int, year: int, month: int, day: int) -> Iterator[Figure]:
    if 1 <= month <= _MONTHS_A_YEAR and 1 <= day <= _DAYS:
        yield Figure(start, end, f"{year}-{month:02}")
        yield Figure(start, end, f"{year}-{month:02}-{day:02}")


def _scaled(number: str, scale: int, start: int, end: int) -> Iterator[Figure]:
    digits = number.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", digits):
        digits = digits.replace(",", "")
    if digits.count(".") + digits.count(",") > 1 or len(digits) > _LONGEST:
        return
    value = Decimal(digits.replace(",", ".")) * scale
    if value == value.to_integral_value():
        yield Figure(start, end, f"{value:.0f}")


def _dates_in_words(text: str) -> Iterator[Figure]:
    for year in _YEAR.finditer(text):
        first = max(year.start() - _BEFORE, 0)
        before = _BEFORE_YEAR.search(text[first : year.start()])
        month = _MONTHS.get(before[2]) if before else None
        if before is None or month is None:
            continue
        named = f"{year.group()}-{month:02}"
        yield Figure(first + before.start(2), year.end(), named)
        day = before[1] or before[3]
        if day and 1 <= int(day) <= _DAYS:
            yield Figure(first + before.start(), year.end(), f"{named}-{int(day):02}")


def _financial_years(text: str) -> Iterator[Figure]:
    for match in _FINANCIAL.finditer(text):
        year = int(match[1])
        yield Figure(*match.span(), str(year if year > 99 else _CENTURY + year))
