"""CSV and TSV: a line a record, with the physical line that each begins on.

The delimiter is the one that cuts most records into equally many fields. A quotation mark that is
never closed would swallow the rest of the file into one field; such a line is read without quotes,
and said.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.dates import date_of
from rag.readers.draft import UNMARKED, Draft, listed
from rag.readers.encoding import decode
from rag.readers.options import DEFAULT, Options
from rag.readers.tables import add_rows
from rag.types import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Document

#: Delimiters, the likelier of two that fit equally well first.
DELIMITERS = "\t;,|"
_SAMPLE_LINES = 200
#: share of records that must have equally many fields
_CONSISTENT = 0.8
_DIRECTIVE = re.compile(r"sep=(.)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_LINE = re.compile(r"[^\n]+")
#: lines of a file that may be read again, in relation to those it has, before quotes are given up
_PATIENCE = 4


class _Record(NamedTuple):
    """The fields of a record, the physical line it begins on, and whether its quotes are broken."""

    line: int
    fields: list[str]
    broken: bool


def read_delimited(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a CSV or TSV file; its records are rows of a table, its title is its name.

    Raises ReadError for a binary or empty file.
    """
    text, encoding = decode(data)
    lines = text.translate(UNMARKED).split("\n")
    draft = Draft()
    places: list[int] = []
    broken: list[int] = []

    def rows() -> Iterator[list[str]]:
        for record in _records(lines):
            if record.broken:
                broken.append(record.line)
            if any(map(str.strip, record.fields)):
                places.append(record.line)
            yield [field.strip() for field in record.fields]

    with _long_fields(len(text)):
        add_rows(draft, rows())
    starts = (line.start() for line in _LINE.finditer(draft.text))
    return draft.document(
        data,
        name,
        title_in_text=False,
        date=date_of(name, ""),
        kind="text",
        lines=tuple(Line(place, start) for place, start in zip(places, starts, strict=True)),
        encoding=encoding,
        notes=[f"broken quotes: {listed(broken, 'line')}"] if broken else (),
    )


def _declared(line: str) -> str:
    """The delimiter that a first line «sep=;» tells Excel, "" without."""
    found = _DIRECTIVE.fullmatch(line.strip('\r\ufeff" '))
    return found[1] if found else ""


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter of a file that begins with these lines; a tab where nothing delimits."""
    text = "\n".join(lines)
    decimal = len(_DECIMAL_COMMA.findall(text)) >= _CONSISTENT * max(1, text.count(","))
    fits = {delimiter: _width(lines, delimiter) for delimiter in DELIMITERS}
    if decimal and any(fits[other] for other in DELIMITERS if other != ","):
        fits[","] = 0
    best = max(DELIMITERS, key=lambda delimiter: fits[delimiter])
    return best if fits[best] else max(DELIMITERS, key=text.count)


def _width(lines: Sequence[str], delimiter: str) -> int:
    """How many fields nearly all records have that a delimiter cuts, 0 where it cuts few."""
    widths = _widths(lines, delimiter)
    cut = Counter({width: records for width, records in widths.items() if width > 1})
    width, records = max(cut.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    fits = records >= _CONSISTENT * cut.total() and 2 * records >= widths.total()
    return width if fits else 0


def _widths(lines: Sequence[str], delimiter: str) -> Counter[int]:
    """How many records have so many fields."""
    return Counter(len(fields) for fields in csv.reader(lines, delimiter=delimiter) if fields)


class _Feed:
    """Hands out physical lines one by one and can go back to one of them."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self._lines = lines
        self.at = at
        self.handed_out = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._lines):
            raise StopIteration
        self.at += 1
        self.handed_out += 1
        return self._lines[self.at - 1] + "\n"


def _records(lines: Sequence[str]) -> Iterator[_Record]:
    """The records of a file; a line whose quotes are broken is one by itself.

    So is one whose record runs over several lines and has not as many fields as most.
    """
    declared = _declared(lines[0])
    first = 1 if declared else 0
    sample = lines[first : first + _SAMPLE_LINES]
    delimiter = declared or _delimiter(sample)
    width = max(_widths(sample, delimiter).items(), key=lambda item: item[1], default=(0, 0))[0]
    feed = _Feed(lines, first)
    strict = csv.reader(feed, delimiter=delimiter, strict=True)
    while feed.at < len(lines):
        start = feed.at
        fields = _strictly(strict) if feed.handed_out <= _PATIENCE * len(lines) else None
        if fields is None or (feed.at - start > 1 and width != len(fields)):
            feed.at = start + 1
            yield _Record(start + 1, _loosely(lines[start], delimiter), broken=True)
        else:
            yield _Record(start + 1, fields, broken=False)


def _strictly(reader: Iterator[list[str]]) -> list[str] | None:
    """The next record, None where its quotes are not closed as they should be."""
    try:
        return next(reader)
    except (csv.Error, StopIteration):
        return None


def _loosely(line: str, delimiter: str) -> list[str]:
    """The fields of a line with broken quotes: as far as they close on it, else without them."""
    reader = csv.reader(iter([f"{line}\n", ""]), delimiter=delimiter)
    fields = next(reader)
    return fields if reader.line_num == 1 else line.split(delimiter)


@contextmanager
def _long_fields(most: int) -> Iterator[None]:
    """Lets the csv module, which has one limit for all, read fields of up to `most` characters."""
    before = csv.field_size_limit(most)
    try:
        yield
    finally:
        csv.field_size_limit(before)
