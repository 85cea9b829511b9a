"""PDF: the text of every page in reading order, its kind and label, headings, hidden text aside.

native ─ page ─ layout ─┐                          where lines stand, and the order they are in
         scene ─ hidden ┼─ sheet ─ source ─┐       a page, all pages
         legible ───────┘    recognition ──┴─ here
         pagetext, joining, headings, notes        the pages as one text, and what it holds
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from contextlib import suppress
from datetime import date
from itertools import accumulate, islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.readers.dates import meeting_day
from rag.readers.options import DEFAULT, Options
from rag.readers.pdf.headings import headings_of
from rag.readers.pdf.joining import joined
from rag.readers.pdf.notes import check_readable, notes_of
from rag.readers.pdf.pagetext import running_lines
from rag.readers.pdf.source import read_source
from rag.types import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.readers.pdf.joining import Joined
    from rag.readers.pdf.source import Source
    from rag.types import Mark

_CREATED = re.compile(r"(?:D:)?\s*(\d{4})(\d\d)?(\d\d)?")
_FIRST_YEAR = 1980
_NO_TITLE = re.compile(
    r"untitled|без имени|без названия|document\s?\d*|документ\s?\d*|microsoft (?:word|powerpoint)"
    r"|powerpoint|(?:table of )?contents?$|preface$|introduction$|abstract$|references$|содержание$"
    r"|оглавление$|введение$|аннотация$|презентация|presentation\s?\d*$"
    r"|slide \d|title$|print|scan|.*\.\w{2,4}$|\W*\d",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3}")
_MAX_TITLE = 200


def read_pdf(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a PDF; `name` is the file's name, the title of last resort.

    Raises ReadError where it is encrypted, broken or too large, or has no page that can be read.
    """
    from rag.minutes.paper.marks import is_protocol

    source = read_source(data, options)
    pages = joined(source)
    check_readable(source, pages)
    marks = tuple(_marks(source, pages, keep_hidden=options.keep_hidden))
    on_paper = is_protocol(pages.text)
    day = meeting_day(name, pages.text) if on_paper else _iso_date(source.created)
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=_title(source.title, pages.text, marks) or PurePath(name).stem,
        text=pages.text,
        pages=pages.pages,
        marks=marks,
        kind="pdf",
        date=day,
        boxes=pages.boxes,
        notes=tuple(notes_of(source, pages, keep_hidden=options.keep_hidden)),
    )


def _marks(source: Source, pages: Joined, *, keep_hidden: bool) -> list[Mark]:
    """What is set aside and the headings, by place; a heading that is set aside is none."""
    asides = [*running_lines(pages.text, pages.pages), *(() if keep_hidden else pages.hidden)]
    asides.sort(key=lambda mark: mark.start)
    starts = [mark.start for mark in asides]
    reach = list(accumulate((mark.end for mark in asides), max))
    headings = [
        heading
        for heading in headings_of(source, pages)
        if not (before := bisect_right(starts, heading.start)) or reach[before - 1] <= heading.start
    ]
    return sorted([*asides, *headings], key=lambda mark: mark.start)


def _title(metadata_title: str, text: str, marks: Sequence[Mark]) -> str:
    """The metadata's title where a person wrote it, else a heading without number, else ""."""
    headings = (text[mark.start : mark.end] for mark in marks if mark.kind == "heading")
    for candidate in (metadata_title.replace("\x00", ""), *islice(headings, 1)):
        title = " ".join(candidate.split())
        if _WORD.search(title) and not _NO_TITLE.match(title) and _readable(title):
            return title[:_MAX_TITLE]
    return ""


def _readable(title: str) -> bool:
    """Whether a title is words: most of it ASCII or Cyrillic letters, nothing unprintable."""
    odd = sum("\x80" <= character <= "\xff" for character in title)
    return title.isprintable() and "\ufffd" not in title and odd <= len(title) / 4


def _iso_date(created: str) -> str | None:
    """The day of a PDF date, «D:20200826170457Z» or shorter, where it is a valid one."""
    match = _CREATED.match(created)
    if match and match[2] and match[3] and int(match[1]) >= _FIRST_YEAR:
        with suppress(ValueError):
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    return None
