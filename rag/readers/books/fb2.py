"""FictionBook: the chapters of a book with their titles, its notes at the end."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.books.trees import MAX_TITLE, first, name_of, tree, words
from rag.readers.options import DEFAULT, Options
from rag.readers.package import iso_day
from rag.readers.web.flow import LINE, PARAGRAPH, Flow
from rag.types import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_PARAGRAPHS = frozenset(("p", "subtitle", "stanza", "epigraph", "cite", "poem", "annotation"))
_LINES = frozenset(("v", "text-author", "date", "body", "section"))
_SKIPPED = frozenset(("description", "binary", "stylesheet", "image"))
_NOTES = frozenset(("notes", "comments", "footnotes"))
_MAX_LEVEL = 6


def read_fb2(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a FictionBook; titles of sections become headings by the depth they lie in.

    Raises ReadError where the file is no such book or holds no text.
    """
    root, encoding = tree(data)
    if name_of(root) != "FictionBook":
        raise ReadError("not a FictionBook: its XML is something else")
    flow = _text(root)
    if not flow:
        raise ReadError("the book holds no text")
    info = first(root, "title-info")
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=_title(info)[:MAX_TITLE] or PurePath(name).stem,
        text=flow.text(),
        marks=tuple(flow.marks),
        date=_date(info),
        encoding=encoding,
    )


def _title(info: _Element | None) -> str:
    """«Title — Author» as the book's description has them."""
    if info is None:
        return ""
    names = ("first-name", "middle-name", "last-name")
    author = first(info, "author")
    parts = [] if author is None else [words(first(author, name)) for name in names]
    return " — ".join(
        filter(None, (words(first(info, "book-title")), " ".join(filter(None, parts))))
    )


def _date(info: _Element | None) -> str | None:
    date = first(info, "date") if info is not None else None
    return iso_day(date.get("value")) if date is not None else None


def _text(root: _Element) -> Flow:
    from lxml import etree

    flow = Flow()
    depth = 0
    notes = False
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = name_of(element)
        if event == "end":
            depth -= tag == "section"
            flow.end_line(_gap(tag))
            if element is not root:
                flow.words(element.tail or "")
            continue
        depth += tag == "section"
        if tag == "body":
            notes = element.get("name", "") in _NOTES
        flow.end_line(_gap(tag))
        if tag in _SKIPPED:
            walk.skip_subtree()
        elif tag == "title" and not notes:
            flow.heading(words(element), min(depth + 1, _MAX_LEVEL))
            walk.skip_subtree()
        elif tag == "table":
            flow.table(_rows(element))
            walk.skip_subtree()
        elif tag == "empty-line":
            flow.end_line(PARAGRAPH)
        else:
            flow.words(element.text or "")
    return flow


def _gap(tag: str) -> int:
    if tag in _PARAGRAPHS:
        return PARAGRAPH
    return LINE if tag in _LINES else 0


def _rows(table: _Element) -> Iterator[list[str]]:
    for row in table.iter():
        if name_of(row) == "tr":
            yield [words(cell) for cell in row if name_of(cell) in ("td", "th")]
