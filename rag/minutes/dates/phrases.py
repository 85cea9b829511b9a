"""What a deadline rule is, and how its days become those of a phrase with its preposition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rag.minutes.dates import periods

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day, inclusive; None leaves a side open.

    `whole` marks a period that «до» comes before («до декабря»), unlike one it reaches the end of
    («до конца декабря»). `bounded` is a period whose end alone counts after «к».
    """

    first: date | None
    last: date | None
    whole: bool = False
    bounded: bool = False

    @classmethod
    def one_day(cls, day: date) -> Days:
        """A single day."""
        return cls(day, day)

    @classmethod
    def one(cls, day: date | None) -> Days | None:
        """A single day; None where the calendar has no such day."""
        return None if day is None else cls(day, day)


@dataclass(frozen=True)
class Rule:
    """A pattern over folded text and the days its match means on a base day.

    It finds itself in `example` and not in `counter`, which is near it.

    Named groups steer the reading: `open` leaves the start open, `from` the end, `topic` and `not`
    make the phrase no deadline.
    """

    example: str
    counter: str
    source: str
    read: Callable[[re.Match[str], date], Days | None]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled when it is first used: a question with no date needs none."""
        return re.compile(self.source)


def openness(match: re.Match[str], days: Days) -> Days:
    """The days of a phrase under the words that stand before it."""
    groups = match.groupdict()
    if groups.get("from"):
        return Days(days.first, None)
    if not groups.get("open"):
        return days
    if days.whole and days.first is not None:
        return Days(None, periods.plus(days.first, -1))
    return Days(None, days.last)
