"""PDF: the text of every page with its label, the outline as headings, running lines set aside.

pdfium reads everything. On the files where both were compared it gives the labels, outlines and
metadata pypdf gives, eighteen times faster. pypdf is the second opinion on a file pdfium refuses:
it tells encrypted from broken, and sometimes reads what pdfium does not.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError
from rag.readers.legible import garbled_pages
from rag.readers.options import DEFAULT, Options
from rag.readers.pagetext import clean, numbered_headings, outline_headings, running_lines
from rag.readers.rows import text_by_rows
from rag.types import Document, Mark, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfDocument

#: A page count beyond this is that of a file made to be expensive.
MAX_PAGES = 50_000
_MAX_OUTLINE = 5_000
_MAX_LISTED = 10
_PAGE_BREAK = "\n\n"
_ENCRYPTED = "the file is encrypted: a password is needed"
_ENCRYPTED_HINT = "Remove the password and ingest again"

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


class _Raw(NamedTuple):
    """What a PDF library says about a file, not yet put in order.

    `outline` holds (level from 1, title, page index from 0); `created` is as the file writes it.
    """

    pages: list[str]
    labels: list[str]
    outline: list[tuple[int, str, int]]
    title: str
    created: str
    damaged: list[int]


def read_pdf(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a PDF; `name` is the file's name, the title of last resort.

    Raises ReadError where it is encrypted, broken, has no text layer or a garbled one.
    """
    raw = _read_with_pdfium(data) or _read_with_pypdf(data)
    if not any(map(str.strip, raw.pages)):
        raise _no_text(len(raw.pages), len(raw.damaged))
    garbled = set(garbled_pages(raw.pages))
    legible = ["" if index in garbled else page for index, page in enumerate(raw.pages)]
    text, pages = _join(clean(legible), raw.labels)
    if not text.strip():
        raise _no_text(len(pages), len(raw.damaged))
    marks = _marks(text, pages, raw.outline)
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=_title(raw.title, text, marks) or PurePath(name).stem,
        text=text,
        pages=pages,
        marks=marks,
        kind="pdf",
        date=_iso_date(raw.created),
        notes=tuple(_notes(pages, raw.damaged, sorted(index + 1 for index in garbled))),
    )


def _no_text(pages: int, damaged: int) -> ReadError:
    if damaged == pages:
        return ReadError("broken PDF: none of its pages can be opened")
    count = "1 page" if pages == 1 else f"{pages} pages"
    return ReadError(
        f"no text layer (a scan): {count} without a single letter",
        "Recognise the text with an OCR program and ingest the result",
    )


def _read_with_pdfium(data: bytes) -> _Raw | None:
    """Everything pdfium finds in the file; None where it cannot open it."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        pdf = PdfDocument(data)
    except PdfiumError:
        return None
    with pdf:
        count = len(pdf)
        if count > MAX_PAGES:
            raise ReadError(f"too many pages: {count}, at most {MAX_PAGES} are read")
        pages, damaged = [], []
        for index in range(count):
            try:
                pages.append(_page_text(pdf, index))
            except PdfiumError:
                pages.append("")
                damaged.append(index + 1)
        labels = [pdf.get_page_label(index) for index in range(count)]
        return _Raw(
            pages,
            labels,
            list(_pdfium_outline(pdf)),
            pdf.get_metadata_value("Title"),
            pdf.get_metadata_value("CreationDate"),
            damaged,
        )


def _page_text(pdf: PdfDocument, index: int) -> str:
    page = pdf[index]
    try:
        textpage = page.get_textpage()
        text = text_by_rows(textpage)
        textpage.close()
        return text
    finally:
        page.close()


def _pdfium_outline(pdf: PdfDocument) -> Iterator[tuple[int, str, int]]:
    for count, entry in enumerate(pdf.get_toc()):
        if count >= _MAX_OUTLINE:
            return
        destination = entry.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            yield entry.level + 1, entry.get_title(), index


def _read_with_pypdf(data: bytes) -> _Raw:
    """Pages, labels and metadata of a file pdfium refuses; its outline is not worth a risk."""
    import io
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError(_ENCRYPTED, _ENCRYPTED_HINT)
        pages = [page.extract_text() for page in reader.pages]
        labels = list(reader.page_labels)
        metadata = dict(reader.metadata or {})
        title, created = (str(metadata.get(key) or "") for key in ("/Title", "/CreationDate"))
    except ReadError:
        raise
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise ReadError(f"broken PDF: {error}") from error
    if not pages:
        raise ReadError("broken PDF: it has no pages")
    return _Raw(pages, labels, [], title, created, [])


def _join(texts: Sequence[str], labels: Sequence[str]) -> tuple[str, tuple[Page, ...]]:
    """The text of the document and where its pages are; labels kept where they say anything."""
    telling = any(label and label != str(number) for number, label in enumerate(labels, start=1))
    pages, start = [], 0
    for number, text in enumerate(texts, start=1):
        label = (labels[number - 1] or None) if telling and number <= len(labels) else None
        pages.append(Page(number, label, start, start + len(text)))
        start += len(text) + len(_PAGE_BREAK)
    return _PAGE_BREAK.join(texts), tuple(pages)


def _marks(
    text: str, pages: Sequence[Page], outline: Sequence[tuple[int, str, int]]
) -> tuple[Mark, ...]:
    """Running lines and headings by place; a heading that is a running line is none."""
    asides = list(running_lines(text, pages))
    kept = [*asides]
    headings = list(outline_headings(text, pages, outline)) or numbered_headings(text, pages)
    starts = [mark.start for mark in asides]
    for heading in headings:
        before = bisect_right(starts, heading.start)
        if not before or asides[before - 1].end <= heading.start:
            kept.append(heading)
    return tuple(sorted(kept, key=lambda mark: mark.start))


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


def _notes(pages: Sequence[Page], damaged: Sequence[int], garbled: Sequence[int]) -> Iterator[str]:
    if damaged:
        yield f"damaged: {_listed(damaged)}"
    if garbled:
        yield f"garbled text left out: {_listed(garbled)}"
    empty = [page.number for page in pages if page.start == page.end]
    empty = sorted(set(empty).difference(damaged, garbled))
    if empty:
        yield f"no text on {_listed(empty)}"


def _listed(numbers: Sequence[int]) -> str:
    """«page 3», «pages 3, 4 and 5», shortened where there are many."""
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_MAX_LISTED]))
    more = len(numbers) - _MAX_LISTED
    return f"pages {shown} and {more} more" if more > 0 else f"pages {shown}"
