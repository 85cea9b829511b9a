"""Numbers, sizes and days as people write them in the language of the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Due
    from ui.texts import Texts

_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1024
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(count: int, texts: Texts) -> str:
    """A whole number with its thousands apart: «4 096»."""
    return f"{count:,}".replace(",", texts["thousands"])


def decimal(value: float, texts: Texts, digits: int) -> str:
    """A number with so many digits behind its point: «7,25»."""
    return f"{value:.{digits}f}".replace(".", texts["point"])


def size(count: int | None, texts: Texts) -> str:
    """Bytes in the unit that suits them: «1,2 МБ»; nothing where it is not known."""
    if count is None:
        return ""
    value, unit = float(count), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    digits = 0 if unit == 0 or value >= 100 else 1
    return f"{decimal(value, texts, digits)} {texts[f'unit_{_UNITS[unit]}']}"


def share(value: float, texts: Texts) -> str:
    """A part of 1: «100 %», «99,7 %»; never 100 where something is missing."""
    if value in (0.0, 1.0):
        return f"{value:.0%}".replace("%", " %")
    return f"{decimal(100 * min(value, 0.999), texts, 1)} %"


def day(iso: str | None, texts: Texts) -> str:
    """An ISO day: «14.11.2025»; nothing without one, and as it is where it is none."""
    if not iso:
        return ""
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return iso
    return texts["day"].format(found, _MONTHS[found.month - 1])


def days(when: Due, texts: Texts) -> str:
    """The days that a deadline means; nothing where it means none."""
    ends = dict.fromkeys(end for end in (when.start, when.end) if end)
    return " – ".join(day(end, texts) for end in ends)


def moment(iso: str, texts: Texts) -> str:
    """A time (ISO, UTC) by the clock here: «14.11.2025 09:05»."""
    here = datetime.fromisoformat(iso).astimezone()
    return f"{day(here.date().isoformat(), texts)} {here:%H:%M}"
