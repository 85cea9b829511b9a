"""The day a document says it is of: in the name of its file, or in its first lines."""

from __future__ import annotations

import re
from datetime import date

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
_DAY_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_.](?P<month>\d\d)[-_.](?P<day>\d\d)(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})[._](?P<month>\d{1,2})[._](?P<year>(?:19|20)\d\d)(?!\d)",
        rf"(?<![\d-])«?(?P<day>\d{{1,2}})»?(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+"
        r"(?P<year>(?:19|20)\d\d)(?!\d)",
        rf"\b{_MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)(?!\d)",
    )
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
#: a line says its date where a label leads it, or where it names the kind of the paper
_LABEL = re.compile(
    r"\W*(?:дата|date|когда|when|день|day|от|dated)\b"
    r"|\W*(?:протокол|стенограмма|расшифровка|заседание|совещание|встреча|созвон|собрание"
    r"|конференция|планёрка|планерка|летучка|интервью|чат|minutes|meeting|transcript|notes|call"
    r"|sync|standup|interview|agenda|memo|report|отчёт|отчет|приказ|договор|акт)\b",
    re.IGNORECASE,
)
#: how many lines, blank ones not counted, belong to the head of a document
_HEAD_LINES = 6
#: a line of the head no longer than this that holds a date is there to state it
_SHORT_LINE = 100


def date_of(name: str, text: str) -> str | None:
    """ISO date of a document from its file `name`, else from the head of its `text`, or None.

    A line of running prose that mentions a day does not date a document: the line must be short
    or carry a label («Дата:», "Minutes of …").
    """
    return _first_day(name, compact=True) or _day_in_head(text)


def _day_in_head(text: str) -> str | None:
    lines = (line.strip() for line in text[:4000].split("\n"))
    head = [line for line in lines if line][:_HEAD_LINES]
    for line in head:
        if (found := _LABEL.match(line)) and (day := _first_day(line[: found.end() + 200])):
            return day
    for line in head:
        if len(line) <= _SHORT_LINE and (day := _first_day(line)):
            return day
    return None


def _first_day(text: str, *, compact: bool = False) -> str | None:
    """The first valid calendar day written in `text`, ISO."""
    found = [m for form in _DAY_FORMS for m in form.finditer(text)]
    if compact:
        found.extend(_COMPACT.finditer(text))
    for match in sorted(found, key=lambda m: m.start()):
        month = match["month"]
        number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
        try:
            return date(int(match["year"]), number, int(match["day"])).isoformat()
        except ValueError:
            continue
    return None
