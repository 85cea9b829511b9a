"""What the matches of English deadline patterns mean in days; see `english`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.dates import periods
from rag.minutes.dates.english_numbers import (
    ORDINALS,
    SEASONS,
    cardinal,
    index,
    month_number,
    ordinal,
    weekday,
)
from rag.minutes.dates.phrases import Days

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rag.minutes.dates.periods import Part

Match = re.Match[str]


def _part(match: Match) -> Part | None:
    word = match["part"]
    if not word:
        return None
    if re.match(r"early|(?:the\s+)?(?:beginning|start)", word):
        return "start"
    return "middle" if re.match(r"mid|(?:the\s+)?middle", word) else "end"


def iso(match: Match, base: date) -> Days | None:
    return Days.one(
        periods.day_in_year(base, int(match["day"]), int(match["month"]), int(match["year"]))
    )


def slashed(match: Match, base: date) -> Days | None:
    return Days.one(periods.day_in_year(base, int(match["day"]), int(match["month"]), None))


def day_month(match: Match, base: date) -> Days | None:
    year = int(match["year"]) if match["year"] else None
    return Days.one(
        periods.day_in_year(base, ordinal(match["day"]), month_number(match["month"]), year)
    )


def day_only(match: Match, base: date) -> Days | None:
    return Days.one(periods.next_day_of_month(base, ordinal(match["day"])))


def day_range(match: Match, base: date) -> Days | None:
    first = periods.next_day_of_month(base, ordinal(match["day"]))
    last = first and periods.next_day_of_month(first, ordinal(match["day2"]))
    return Days(first, last) if first and last else None


def offset(days: int, *, open_start: bool = False) -> Callable[[Match, date], Days]:
    def read(_match: Match, base: date) -> Days:
        """The same days whatever the match."""
        day = periods.plus(base, days)
        return Days(None if open_start else day, day)

    return read


def on_weekday(match: Match, base: date) -> Days:
    number = weekday(match["weekday"])
    if match["next"] or match["nextweek"]:
        return Days.one_day(periods.weekday_of_week(base, number, 1))
    day = periods.next_weekday(base, number)
    weeks = {"week": 1, "fortnight": 2, "two weeks": 2}.get(match["plus"] or match["week"] or "", 0)
    return Days.one_day(periods.plus(day, 7 * weeks))


def week_from(match: Match, base: date) -> Days:
    """A week or more from today or tomorrow: "a week tomorrow", "a fortnight today"."""
    days = {"week": 7}.get(match["plus"], 14)
    return Days.one_day(periods.plus(base, days + (match["day"] == "tomorrow")))


def week_of(match: Match, base: date) -> Days | None:
    """ "The week of the 16th", "w/c 16 March": the working week that holds the day."""
    day: date | None
    if match["month"]:
        day = periods.day_in_year(base, ordinal(match["day"]), month_number(match["month"]), None)
    else:
        day = periods.next_day_of_month(base, ordinal(match["day"]))
    return Days(*periods.week(day, 0)) if day else None


def nth_weekday(match: Match, base: date) -> Days | None:
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named, following=bool(match["next"]))
    nth = -1 if match["which"] == "last" else ORDINALS[match["which"]]
    return Days.one(periods.nth_weekday(year, number, weekday(match["weekday"]), nth))


def week_after_next(match: Match, base: date) -> Days:
    return Days(*periods.week(base, 2, _part(match)))


def weekdays(match: Match, base: date) -> Days:
    number = weekday(match["weekday"])
    first = periods.weekday_of_week(base, number, 1) if match["next"] else None
    first = first or periods.next_weekday(base, number)
    return Days(first, periods.next_weekday(first, weekday(match["weekday2"])))


def _after(number: int, unit: str, base: date) -> date:
    """The day that is `number` units after the base day."""
    if re.match(r"business|working|work", unit):
        return periods.plus_workdays(base, number)
    if unit.startswith("hour"):
        return periods.plus(base, number // 24)
    for stem, days in (("minute", 0), ("day", 1), ("week", 7), ("fortnight", 14)):
        if unit.startswith(stem):
            return periods.plus(base, days * number)
    return periods.plus_months(base, number * (1 if unit.startswith("month") else 12))


def in_units(match: Match, base: date) -> Days:
    return Days.one_day(_after(cardinal(match["number"]), match["unit"], base))


def within(match: Match, base: date) -> Days:
    number = cardinal(match["number"]) if match["number"] else 1
    return Days(None, _after(number, match["unit"], base))


def week(match: Match, base: date) -> Days:
    first, last = periods.week(base, 1 if match["next"] else 0, _part(match))
    return Days(max(first, base), last, whole=not match["part"])


def week_end(_match: Match, base: date) -> Days:
    return Days(*periods.week(base, 0, "end"))


def before_out(match: Match, base: date) -> Days:
    """ "before the week's out": its last day."""
    lasts = {
        "week": periods.week(base, 0)[1],
        "month": periods.last_of_month(base.year, base.month),
        "year": periods.whole_year(base.year)[1],
    }
    return Days(None, lasts[match["period"]])


def midweek(_match: Match, base: date) -> Days:
    return Days.one_day(periods.next_weekday(base, 2))


def day_next_week(match: Match, base: date) -> Days:
    return Days.one_day(periods.weekday_of_week(base, weekday(match["weekday"]), 1))


def month(match: Match, base: date) -> Days:
    named = month_number(match["month"]) if match["month"] else None
    year, number = periods.month_meant(base, named, following=bool(match["next"]))
    year = int(match["year"]) if named and match["year"] else year
    part = _part(match)
    first, last = periods.month(year, number, part)
    if not match["month"] and part is None:
        first = max(first, base)
    return Days(first, last, whole=part is None)


def quarter(match: Match, base: date) -> Days:
    now = (base.month + 2) // 3
    year, number = base.year, now
    if match["which"]:
        which = match["which"]
        year, number = periods.named_quarter(
            base, int(which) if which.isdigit() else ORDINALS[which]
        )
    elif match["next"]:
        year, number = (year + 1, 1) if now == 4 else (year, now + 1)
    part = _part(match)
    first, last = periods.quarter(year, number, part)
    return Days(first, last, whole=part is None)


def year(match: Match, base: date) -> Days:
    first, last = periods.whole_year(base.year + bool(match["next"]))
    return Days(first if match["next"] else base, last, whole=not match["part"])


def season(match: Match, base: date) -> Days:
    return Days(*periods.season(base, index(match["season"], SEASONS)), whole=True)


def weekend(match: Match, base: date) -> Days:
    saturday, sunday = periods.weekend(base)
    weeks = 7 if match["next"] else 0
    return Days(periods.plus(saturday, weeks), periods.plus(sunday, weeks), whole=True)


def none(_match: Match, _base: date) -> None:
    return None
