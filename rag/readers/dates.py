"""The day a document says it is of: in its first lines, in its stamps, or in the name of its file.

A day that may be read in two ways («11/12/2025»), that no calendar has, or of a span that ends
before it begins is no day: none is better than a wrong one.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MONTHS = {
    stem: number
    for number, stems in enumerate(
        (
            ("янв", "jan"),
            ("фев", "feb"),
            ("мар", "mar"),
            ("апр", "apr"),
            ("мая", "май", "may"),
            ("июн", "jun"),
            ("июл", "jul"),
            ("авг", "aug"),
            ("сен", "sep"),
            ("окт", "oct"),
            ("ноя", "nov"),
            ("дек", "dec"),
        ),
        start=1,
    )
    for stem in stems
}
_MONTH = (
    r"(?P<month>янв[а-я]*|фев[а-я]*|мар[а-я]*|апр[а-я]*|ма[яй]|июн[а-я]*|июл[а-я]*|авг[а-я]*"
    r"|сен[а-я]*|окт[а-я]*|ноя[а-я]*|дек[а-я]*|jan[a-z]*|feb[a-z]*|mar[a-z]*|apr[a-z]*|may"
    r"|june?|july?|aug[a-z]*|sep[a-z]*|oct[a-z]*|nov[a-z]*|dec[a-z]*)"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
#: «12–» of «12–13 ноября», «с 12 по»: the first day of several
_SINCE = (
    r"(?:(?<![\d.,№#-])(?:(?P<since>\d{1,2})[-–—]"
    r"|(?:\bс|\bfrom)\s(?P<from>\d{1,2})(?:-?го|st|nd|rd|th)?\s(?:по|to)\s"
    r"|(?P<both>\d{1,2})\s(?:и|and)\s))?"
)
_DAY_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-_./])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?!\d)",
        rf"{_SINCE}(?<!\d)(?P<day>\d{{1,2}})[._](?P<month>\d{{1,2}})[._]{_YEAR}",
        rf"{_SINCE}(?<![\d-])«?\"?(?P<day>\d{{1,2}})\"?»?(?:-?го|st|nd|rd|th)?(?:\s+|-|/)(?:of\s+)?"
        rf"{_MONTH}\.?,?(?:\s+|-|/){_YEAR}",
        rf"\b{_MONTH}\.?[\s-]\s*(?P<day>\d{{1,2}})(?:\s?[-–]\s?\d{{1,2}})?(?:st|nd|rd|th)?,?[\s-]\s*{_YEAR}",
    )
)
#: of each form, the groups that hold the first day of several
_FIRST_OF = {form: form.groupindex.keys() & {"since", "from", "both"} for form in _DAY_FORMS}
#: what stands between two days of a span, and after a first day that lacks its year
_SPAN = re.compile(r"\d\W{0,3}(?:г\.?\s?)?(?:[-–—]|по|to|until)\W{0,3}$")
_OPEN_SPAN = re.compile(r"\d\s+[^\W\d]{3,9}\s{0,2}(?:[-–—]|по|to)\s{0,2}$")
#: «11/25/2025» and «25-11-2025»: the day or the month goes first
_EITHER = re.compile(
    rf"(?<![\d/-])(?P<day>\d{{1,2}})(?P<mark>[/-])(?P<month>\d{{1,2}})(?P=mark){_YEAR}"
)
_SHORT_YEAR = re.compile(r"(?<![\w.])(?P<day>\d{1,2})\.(?P<month>\d\d)\.(?P<year>\d\d)(?!\d|\.\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
#: «GMT20251008-070312», «20251118_101500», as recorders stamp
_RECORDED = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)[-_T]\d{4,6}(?!\d)")
#: a line says its date where a label leads it …
_DATE_LABEL = re.compile(r"\W*(?:дата|date|когда|when|день|dated|held\s+on)\b", re.IGNORECASE)
#: … or where it names the kind of the paper
_LABEL = re.compile(
    r"\W*(?:дата|date|когда|when|день|day|от|dated)\b"
    r"|\W*(?:протокол|стенограмма|расшифровка|заседание|совещание|встреча|созвон|собрание"
    r"|конференция|планёрка|планерка|летучка|интервью|чат|minutes|meeting|transcript|notes|call"
    r"|sync|standup|interview|agenda|memo|report|отчёт|отчет|приказ|договор|акт)\b",
    re.IGNORECASE,
)
#: lines that tell another day than the document's own
_OTHER_DAY = re.compile(
    r"\W*(?:следующ|предыдущ|прошл|ближайш|срок|дедлайн|выгружен|создан|распечатан|обновлен|обновлён"
    r"|дата\s+(?:рожд|следующ|предыдущ|созда|выгруз|печат|оконч|исполн|сдач)"
    r"|next|previous|last|deadline|due|exported|created|updated|printed|generated"
    r"|date\s+(?:of\s+birth|of\s+next|created|exported|due))",
    re.IGNORECASE,
)
_MONTH_WORD = (
    "(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    "|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
#: a day by which something is to be done
_DEADLINE = re.compile(
    r"\b(?:до|ко?|не\s+позднее|срок\w*:?|by|until|till|before|due)\s+"
    rf"(?:\d{{1,2}}[./]\d{{1,2}}[./]\d|\d{{4}}-\d|\d{{1,2}}\s+{_MONTH_WORD}|{_MONTH_WORD}\w*\s+\d)",
    re.IGNORECASE,
)
#: how many lines, blank ones not counted, belong to the head of a document, and how many may hold
#: a labelled date
_HEAD_LINES, _LABELLED_LINES = 6, 20
#: a line of the head no longer than this that holds a date is there to state it
_SHORT_LINE = 100
_HEAD_CHARACTERS = 4000
#: the two-digit years that are of this century
_CENTURY, _LAST_SHORT_YEAR = 2000, 69
_PARTS, _MONTHS_A_YEAR, _LAST_DAY, _HUNDRED = 3, 12, 31, 100


class _Day(NamedTuple):
    """A day found in a text: its place, and ISO, "" where it is no valid or certain one."""

    start: int
    iso: str


def date_of(name: str, text: str) -> str | None:
    """ISO date of a document from its file `name`, else from the head of its `text`, or None.

    A line of running prose that mentions a day does not date a document: the line must be short
    or carry a label («Дата:», "Minutes of …").
    """
    return _first_day(name, compact=True) or _day_in_head(text)


def meeting_day(name: str, head: str, stamps: Sequence[str] = ()) -> str | None:
    """ISO day of a meeting: as its `head` says, else its `stamps`, else the file's `name`, or None.

    `head` is what stands before the first words said, so that a day that is spoken of dates
    nothing; `stamps` are the days of its messages as they are written, in order.
    """
    day = _day_in_head(head, short_years=True) or next(filter(None, days_of(stamps)), None)
    return day or _first_day(name, compact=True, short_years=True)


def days_of(stamps: Sequence[str]) -> list[str | None]:
    """The days that a chat's stamps name, ISO; all are written in one order.

    «11/12/25» is the 11th of December where another stamp reads «25/12/25», the 12th of November
    where one reads «11/25/25», and none where no stamp tells.
    """
    parts = [tuple(map(int, re.findall(r"\d+", stamp))) for stamp in stamps]
    whole = [numbers for numbers in parts if len(numbers) == _PARTS]
    day_first = any(numbers[0] > _MONTHS_A_YEAR for numbers in whole) or any(
        "." in s for s in stamps
    )
    month_first = any(numbers[1] > _MONTHS_A_YEAR for numbers in whole)
    return [_day_of(numbers, day_first=day_first, month_first=month_first) for numbers in parts]


def _day_of(numbers: tuple[int, ...], *, day_first: bool, month_first: bool) -> str | None:
    """The day of a stamp's three numbers in the order that the others show."""
    if len(numbers) != _PARTS:
        return None
    first, second, year = numbers
    if first > _LAST_DAY:
        return _iso(first, second, year) or None
    if day_first == month_first and first != second:
        return None
    year += _CENTURY if year < _HUNDRED else 0
    day, month = (first, second) if day_first else (second, first)
    return _iso(year, month, day) or None


def _day_in_head(text: str, *, short_years: bool = False) -> str | None:
    lines = (line.strip() for line in text[:_HEAD_CHARACTERS].split("\n"))
    rows = [line for line in lines if line][:_LABELLED_LINES]
    rows = [line for line in rows if not _OTHER_DAY.match(line)]
    labelled = (
        (row, _LABEL if place < _HEAD_LINES else _DATE_LABEL) for place, row in enumerate(rows)
    )
    for line, label in labelled:
        if (found := label.match(line)) and (
            day := _first_day(line[: found.end() + 200], short_years=short_years)
        ):
            return day
    for line in rows[:_HEAD_LINES]:
        if _DEADLINE.search(line):
            continue
        if len(line) <= _SHORT_LINE and (day := _first_day(line, short_years=short_years)):
            return day
    return None


def _first_day(text: str, *, compact: bool = False, short_years: bool = False) -> str | None:
    """The first valid calendar day written in `text`, ISO; None where its span ends before it."""
    found = sorted(_days(text, compact=compact, short_years=short_years), key=lambda day: day.start)
    valid = [day for day in found if day.iso]
    if not valid:
        return None
    first, *others = valid
    if others and others[0].iso < first.iso and _SPAN.search(text[first.start : others[0].start]):
        return None
    return None if _OPEN_SPAN.search(text[: first.start]) else first.iso


def _days(text: str, *, compact: bool, short_years: bool) -> Iterator[_Day]:
    for form in _DAY_FORMS:
        for match in form.finditer(text):
            month = match["month"]
            number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
            day = int(match["day"])
            first = next((int(match[group]) for group in _FIRST_OF[form] if match[group]), day)
            backwards = first > day
            iso = "" if backwards else _iso(int(match["year"]), number, first)
            yield _Day(match.start(), iso)
    for match in _EITHER.finditer(text):
        year, first, second = int(match["year"]), int(match["day"]), int(match["month"])
        readings = {_iso(year, second, first), _iso(year, first, second)} - {""}
        yield _Day(match.start(), readings.pop() if len(readings) == 1 else "")
    for match in _SHORT_YEAR.finditer(text) if short_years else ():
        year = int(match["year"])
        if year <= _LAST_SHORT_YEAR:
            yield _Day(match.start(), _iso(_CENTURY + year, int(match["month"]), int(match["day"])))
    for match in (_COMPACT if compact else _RECORDED).finditer(text):
        numbers = (int(match[part]) for part in ("year", "month", "day"))
        yield _Day(match.start(), _iso(*numbers))


def _iso(year: int, month: int, day: int) -> str:
    """The day, ISO; "" where no calendar has it."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
