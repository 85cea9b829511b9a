"""Calendar arithmetic under the conventions that deadlines are read by.

A period is a pair of days, both inclusive. The conventions: a bare weekday is the next one strictly
after the base day; a working week is Monday to Friday; the beginning of a week is Monday and
Tuesday, its middle Wednesday, its end Thursday and Friday; a month falls into 1-10, 11-20 and
21-last, a quarter into its three months. Public holidays are not known.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

Period = tuple[date, date]
Part = Literal["start", "middle", "end"]


def plus(day: date, days: int) -> date:
    """The day `days` later (earlier where negative)."""
    return day + timedelta(days=days)


def last_of_month(year: int, month: int) -> date:
    """The last calendar day of a month."""
    return date(year, month, monthrange(year, month)[1])


def plus_months(day: date, months: int) -> date:
    """The same day some months later, cut to the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def plus_workdays(day: date, days: int) -> date:
    """The day `days` working days later; Saturdays and Sundays are skipped."""
    while days > 0:
        day = plus(day, 1)
        days -= day.weekday() < 5
    return day


def next_weekday(base: date, weekday: int) -> date:
    """The next such weekday (Monday is 0) strictly after the base day."""
    return plus(base, (weekday - base.weekday() - 1) % 7 + 1)


def weekday_of_week(base: date, weekday: int, weeks: int) -> date:
    """That weekday of the calendar week `weeks` after the one that holds the base day."""
    return plus(base, weekday - base.weekday() + 7 * weeks)


def next_day_of_month(base: date, day: int) -> date | None:
    """The next date with that day number strictly after the base day; None for an absurd number."""
    if not 1 <= day <= 31:
        return None
    year, month = base.year, base.month
    for _ in range(12):
        if day <= monthrange(year, month)[1] and date(year, month, day) > base:
            return date(year, month, day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def day_in_year(base: date, day: int, month: int, year: int | None) -> date | None:
    """A day and month; without a year the first such date not before the base day."""
    try:
        if year is not None:
            return date(year + 2000 if year < 100 else year, month, day)
        found = date(base.year, month, day)
        return found if found >= base else date(base.year + 1, month, day)
    except ValueError:
        return None


def week(base: date, weeks: int, part: Part | None = None) -> Period:
    """The working week `weeks` later, or a part of it."""
    monday = weekday_of_week(base, 0, weeks)
    first, last = {None: (0, 4), "start": (0, 1), "middle": (2, 2), "end": (3, 4)}[part]
    return plus(monday, first), plus(monday, last)


def month(year: int, number: int, part: Part | None = None) -> Period:
    """A month or one of its thirds."""
    last = monthrange(year, number)[1]
    first_day, last_day = {
        None: (1, last),
        "start": (1, 10),
        "middle": (11, 20),
        "end": (21, last),
    }[part]
    return date(year, number, first_day), date(year, number, last_day)


def half_month(year: int, number: int, half: int) -> Period:
    """Days 1-15 or 16-last of a month."""
    first, last = month(year, number)
    return (first, first.replace(day=15)) if half == 1 else (first.replace(day=16), last)


def named_month(base: date, number: int) -> tuple[int, int]:
    """(year, month) of the named month that is not over on the base day."""
    return (base.year + (number < base.month), number)


def month_meant(base: date, number: int | None, *, following: bool = False) -> tuple[int, int]:
    """(year, month): the named month that is not over, else the following or the present one."""
    if number is not None:
        return named_month(base, number)
    day = plus_months(base, 1) if following else base
    return day.year, day.month


def quarter(year: int, number: int, part: Part | None = None) -> Period:
    """A quarter, or its first, second or third month."""
    first = 3 * number - 2
    if part is None:
        return date(year, first, 1), last_of_month(year, first + 2)
    return month(year, first + {"start": 0, "middle": 1, "end": 2}[part])


def named_quarter(base: date, number: int) -> tuple[int, int]:
    """(year, quarter) of the numbered quarter that is not over on the base day."""
    return (base.year + (number < (base.month + 2) // 3), number)


def nth_weekday(year: int, number: int, weekday: int, nth: int) -> date | None:
    """The nth such weekday of a month, -1 for the last; None where there are not so many."""
    first = date(year, number, 1)
    days = [plus(first, (weekday - first.weekday()) % 7 + 7 * week) for week in range(5)]
    inside = [day for day in days if day.month == number]
    return inside[nth if nth < 0 else nth - 1] if nth <= len(inside) else None


def half_year(year: int, half: int) -> Period:
    """The first or second half of a year."""
    return (
        (date(year, 1, 1), date(year, 6, 30))
        if half == 1
        else (
            date(year, 7, 1),
            date(year, 12, 31),
        )
    )


def whole_year(year: int) -> Period:
    """A calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def season(base: date, number: int) -> Period:
    """The next winter (0), spring, summer or autumn (3) that is not over on the base day."""
    for year in (base.year - 1, base.year, base.year + 1):
        first = date(year, 12, 1) if number == 0 else date(year, 3 * number, 1)
        last_month = plus_months(first, 2)
        last = last_of_month(last_month.year, last_month.month)
        if last >= base:
            return first, last
    raise AssertionError("one of three years always holds the season")


def weekend(base: date) -> Period:
    """The Saturday and Sunday of the week that holds the base day."""
    saturday = weekday_of_week(base, 5, 0)
    return saturday, plus(saturday, 1)
