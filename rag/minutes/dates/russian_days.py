"""What the matches of Russian deadline patterns mean in days; see `russian`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.dates import periods
from rag.minutes.dates.phrases import Days

if TYPE_CHECKING:
    from datetime import date

    from rag.minutes.dates.periods import Part

from rag.minutes.dates.russian_numbers import (
    CARDINALS,
    SEASONS,
    cardinal,
    index,
    month_number,
    ordinal,
    weekday,
)

Match = re.Match[str]


def _part(match: Match) -> Part | None:
    word = match["part"]
    if word is None:
        return None
    return "start" if word.startswith("нач") else "middle" if word.startswith("сер") else "end"


def numeric(match: Match, base: date) -> Days | None:
    """«15.12», «15.12.2025»."""
    year = match["year"]
    found = periods.day_in_year(
        base, int(match["day"]), int(match["month"]), int(year) if year else None
    )
    return Days.one(found)


def iso(match: Match, base: date) -> Days | None:
    """«2025-12-15»."""
    return Days.one(
        periods.day_in_year(base, int(match["day"]), int(match["month"]), int(match["year"]))
    )


def day_month(match: Match, base: date) -> Days | None:
    """«20 ноября», «третьего марта»."""
    year = int(match["year"]) if match["year"] else None
    return Days.one(
        periods.day_in_year(base, ordinal(match["day"]), month_number(match["month"]), year)
    )


def day_range(match: Match, base: date) -> Days | None:
    """«с 17 по 20 ноября», «с первого по восьмое»."""
    last_month = match["month2"]
    if last_month is None:
        first = periods.next_day_of_month(base, ordinal(match["day"]))
        last = first and periods.next_day_of_month(first, ordinal(match["day2"]))
        return Days(first, last) if first and last else None
    first_month = match["month"] or last_month
    first = periods.day_in_year(base, ordinal(match["day"]), month_number(first_month), None)
    last = first and periods.day_in_year(
        first, ordinal(match["day2"]), month_number(last_month), None
    )
    return Days(first, last) if first and last else None


def day_only(match: Match, base: date) -> Days | None:
    """«к 15-му», «двадцатого»."""
    return Days.one(periods.next_day_of_month(base, ordinal(match["day"])))


_TENS = {"перв": (1, 10), "десят": (10, 19), "двадцат": (20, 31), "тридцат": (30, 31)}


def days_of_month(match: Match, base: date) -> Days | None:
    """«в двадцатых числах», «в первых числах апреля»: the tens of a month."""
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named)
    first_day, last_day = _TENS[match["tens"]]
    last = periods.last_of_month(year, number)
    if last_day < last.day:
        last = last.replace(day=last_day)
    if not match["month"] and last < base:
        later = periods.plus_months(base.replace(day=1), 1)
        last = periods.last_of_month(later.year, later.month)
        last = last.replace(day=min(last_day, last.day))
    return Days(last.replace(day=first_day), last, whole=True)


def next_week_day(match: Match, base: date) -> Days:
    """«на следующей неделе во вторник», «через неделю в пятницу»."""
    return Days.one_day(periods.weekday_of_week(base, weekday(match["weekday"]), 1))


def nth_weekday(match: Match, base: date) -> Days | None:
    """«в первый понедельник апреля», «в последнюю пятницу месяца»."""
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named, following=bool(match["next"]))
    nth = -1 if match["which"].startswith("последн") else ordinal(match["which"])
    return Days.one(periods.nth_weekday(year, number, weekday(match["weekday"]), nth))


def last_day(match: Match, base: date) -> Days:
    """«последнего марта», «в последний день месяца»."""
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named)
    return Days.one_day(periods.last_of_month(year, number))


def span(match: Match, base: date) -> Days:
    """«в течение марта», «за выходные», «в течение этой недели»: the end counts alone."""
    if match["weekend"]:
        return Days(None, periods.weekend(base)[1])
    if match["week"]:
        return Days(None, periods.week(base, 1 if match["next"] else 0)[1])
    if match["quarter"]:
        return Days(None, periods.quarter(base.year, (base.month + 2) // 3)[1])
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named)
    return Days(None, periods.last_of_month(year, number))


def relative(match: Match, base: date) -> Days:
    """«завтра», «сегодня-завтра»."""
    offsets = {"сегодня": 0, "седня": 0, "завтра": 1, "послезавтра": 2}
    first = offsets[match["day"]]
    last = offsets[match["day2"]] if match["day2"] else first
    return Days(periods.plus(base, first), periods.plus(base, last))


def adjective_day(match: Match, base: date) -> Days:
    """«к завтрашнему утру»."""
    return Days.one_day(periods.plus(base, 1 if match["day"].startswith("завтра") else 0))


def on_weekday(match: Match, base: date) -> Days:
    """«в пятницу», «в следующую пятницу»."""
    number = weekday(match["weekday"])
    if match["next"] or match["nextweek"]:
        return Days.one_day(periods.weekday_of_week(base, number, 1))
    return Days.one_day(periods.next_weekday(base, number))


def weekdays(match: Match, base: date) -> Days:
    """«в четверг-пятницу»."""
    first = periods.next_weekday(base, weekday(match["weekday"]))
    return Days(first, periods.next_weekday(first, weekday(match["weekday2"])))


def _after(number: int, unit: str, base: date) -> date | None:
    """The day that is `number` units after the base day; None for an unknown unit."""
    if re.match(r"рабоч", unit):
        return periods.plus_workdays(base, number)
    if re.match(r"полчас|минут", unit):
        return base
    if re.match(r"час", unit):
        return periods.plus(base, number // 24)
    if re.match(r"д[ен]|сут|календ", unit):
        return periods.plus(base, number)
    if re.match(r"недел", unit):
        return periods.plus(base, 7 * number)
    if re.match(r"меся[цч]", unit):
        return periods.plus_months(base, number)
    if re.match(r"полгода|полугод", unit):
        return periods.plus_months(base, 6 * number)
    return periods.plus_months(base, 12 * number) if re.match(r"год|лет", unit) else None


def in_units(match: Match, base: date) -> Days | None:
    """«через две недели»."""
    number = cardinal(match["number"]) if match["number"] else 1
    first = _after(number, match["unit"], base)
    second = match.groupdict().get("number2")
    last = _after(cardinal(second), match["unit"], base) if second else first
    return Days(first, last) if first and last else None


def within(match: Match, base: date) -> Days | None:
    """«в течение трёх дней», «за неделю»."""
    if match["unit"] == "дня" and not match["number"]:
        return Days(None, base)
    number = cardinal(match["number"]) if match["number"] else 1
    last = _after(number, match["unit"], base)
    return Days(None, last) if last else None


def term(match: Match, base: date) -> Days | None:
    """«в двухдневный срок»."""
    stem = match["number"] or ""
    number = next((n for word, n in CARDINALS.items() if word == stem), 1)
    number = int(stem.rstrip("-")) if stem.rstrip("-").isdigit() else number
    last = _after(number, match["unit"], base)
    return Days(None, last) if last else None


def week(match: Match, base: date) -> Days:
    """«на этой неделе», «в начале следующей недели»."""
    part = _part(match)
    weeks = (1 if match["next"] else 0) + bool(match["after"])
    first, last = periods.week(base, weeks, part)
    if last < base and not match["this"]:
        first, last = periods.week(base, weeks + 1, part)
    return Days(max(first, base), last, whole=part is None, bounded=part == "end")


def month(match: Match, base: date) -> Days:
    """«в декабре», «до конца месяца»."""
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named, following=bool(match["next"]))
    year = int(match["year"]) if named and match["year"] else year
    part = _part(match)
    first, last = periods.month(year, number, part)
    if not match["month"]:
        first = max(first, base) if part is None else first
    return Days(first, last, whole=part is None)


def half_month(match: Match, base: date) -> Days:
    """«во второй половине ноября»."""
    year, number = periods.named_month(base, month_number(match["month"]))
    return Days(*periods.half_month(year, number, ordinal(match["which"])))


def decade(match: Match, base: date) -> Days:
    """«в третьей декаде ноября»."""
    year, number = periods.named_month(base, month_number(match["month"]))
    parts: tuple[Part, ...] = ("start", "middle", "end")
    return Days(*periods.month(year, number, parts[min(ordinal(match["which"]), 3) - 1]))


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def quarter(match: Match, base: date) -> Days | None:
    """«в первом квартале», «до конца квартала»."""
    now = (base.month + 2) // 3
    year, number = base.year, now
    if match["which"]:
        number = _ROMAN.get(match["which"]) or ordinal(match["which"])
        if not 1 <= number <= 4:
            return None
        year, number = periods.named_quarter(base, number)
    elif match["next"]:
        year, number = (year + 1, 1) if now == 4 else (year, now + 1)
    part = _part(match)
    first, last = periods.quarter(year, number, part)
    return Days(first, last, whole=part is None)


def half_year(match: Match, base: date) -> Days:
    """«в первом полугодии»."""
    half = ordinal(match["which"])
    year = base.year + (half == 1 and base.month > 6)
    return Days(*periods.half_year(year, min(half, 2)))


def year(match: Match, base: date) -> Days:
    """«до конца 2026 года», «в следующем году», «к 2027 году»."""
    year = int(match["year"]) if match["year"] else base.year + bool(match["next"])
    first, last = periods.whole_year(year)
    return Days(first if match["next"] or year > base.year else base, last, whole=not match["part"])


def season(match: Match, base: date) -> Days:
    """«весной», «до лета»."""
    return Days(*periods.season(base, index(match["season"], SEASONS)), whole=True)


def weekend(match: Match, base: date) -> Days:
    """«в выходные»."""
    saturday, sunday = periods.weekend(base)
    if match["next"]:
        saturday, sunday = periods.plus(saturday, 7), periods.plus(sunday, 7)
    return Days(saturday, sunday, whole=True)


def none(_match: Match, _base: date) -> None:
    """A phrase without calendar anchor."""
    return
