"""HTML: the text of a page, with its navigation and what nobody sees of it set aside.

What is set aside stands at the end of the document, so that the text itself is whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.dates import date_of
from rag.readers.encoding import decode
from rag.readers.options import DEFAULT, Options
from rag.types import HIDDEN_TEXT, NAVIGATION, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from rag.readers.web.markup import Content
    from rag.types import Mark

#: Bytes at the beginning of a page in which it may name its encoding.
_HEAD = 4096
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_MAX_TITLE = 200
_DATES = (
    "article:published_time datepublished dcterms.created dcterms.date dc.date.issued dc.date "
    "date pubdate publish-date created dcterms.modified article:modified_time datemodified "
    "last-modified"
).split()
_ISO_DAY = re.compile(r"\s*((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])(?!\d)")
_MAX_SCRIPT = 100_000


def read_html(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a page; `name` is the file's name, the title of last resort.

    Its main text comes without navigation, which is set aside as hidden text is, unless
    `options.keep_hidden`. Raises ReadError where the page holds no text or is nested thousands of
    elements deep.
    """
    text, encoding = decode(data, declared_encoding(data))
    return page(data, text, encoding, name, options)


def page(data: bytes, text: str, encoding: str, name: str, options: Options) -> Document:
    """The document of a page whose `text`, tags included, is known; `data` is what it came in."""
    from rag.readers.web.boilerplate import boilerplate
    from rag.readers.web.hidden import unseen
    from rag.readers.web.markup import parse, render

    root = parse(text)
    hidden = set() if options.keep_hidden else unseen(root)
    content = render(root, aside=boilerplate(root), hidden=hidden)
    main = content.main.text()
    if not main:
        raise ReadError(
            "the page holds no text",
            "If a browser shows some, print the page to PDF there and read that",
        )
    whole, marks, notes = with_asides(content)
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=_title(root, main, content.main.marks) or PurePath(name).stem,
        text=whole,
        marks=marks,
        kind="web",
        date=_published(root) or date_of(name, main),
        encoding=encoding,
        notes=notes,
    )


def with_asides(content: Content) -> tuple[str, tuple[Mark, ...], tuple[str, ...]]:
    """The text with what is set aside at its end, all marks, and notes that say how much it is."""
    notes = []
    for flow, note in ((content.navigation, NAVIGATION), (content.hidden, HIDDEN_TEXT)):
        if flow:
            content.main.aside(flow.text(), note)
            notes.append(f"{note} set aside: {len(flow):,} characters")
    return content.main.text(), tuple(content.main.marks), tuple(notes)


def declared_encoding(data: bytes) -> str:
    """The encoding that a page or an XML file says it is in, "" where it says nothing."""
    found = _XML_ENCODING.match(data[:_HEAD]) or _CHARSET.search(data[:_HEAD])
    return found[1].decode("ascii", errors="ignore") if found else ""


def _title(root: _Element, text: str, marks: list[Mark]) -> str:
    """The page's title; its first heading where the title is that and the site's name, or none."""
    first = next((mark for mark in marks if mark.kind == "heading" and mark.level == 1), None)
    heading = text[first.start : first.end] if first else ""
    title = next((" ".join(one.itertext()) for one in root.iter("title")), "")
    title = " ".join(title.split())
    if heading and (not title or heading.lower() in title.lower()):
        title = heading
    return title[:_MAX_TITLE]


def _published(root: _Element) -> str | None:
    """The ISO day that the page says it was published, or else changed."""
    said: dict[str, str] = {}
    for meta in root.iter("meta"):
        for key in ("property", "name", "itemprop", "http-equiv"):
            if (name := meta.get(key, "").lower()) and name not in said:
                said[name] = meta.get("content", "")
    said |= {name: day for name, day in _linked_data(root) if name not in said}
    times = root.iter("time")
    for time in (one for one in times if one.get("itemprop") or "pubdate" in one.attrib):
        said.setdefault(time.get("itemprop", "pubdate").lower(), time.get("datetime", ""))
    days = (_day(said[name]) for name in _DATES if name in said)
    return next(filter(None, days), None)


def _linked_data(root: _Element) -> Iterator[tuple[str, str]]:
    """Dates of publication in the page's JSON-LD."""
    for script in root.iter("script"):
        if "ld+json" in script.get("type", "").lower():
            try:
                found = json.loads((script.text or "")[:_MAX_SCRIPT])
            except (ValueError, RecursionError):
                continue
            graph = found.get("@graph") if isinstance(found, dict) else None
            items = (
                graph if isinstance(graph, list) else found if isinstance(found, list) else [found]
            )
            for item in items:
                if isinstance(item, dict):
                    for name in ("datePublished", "dateModified"):
                        if isinstance(item.get(name), str):
                            yield name.lower(), item[name]


def _day(stamp: str) -> str | None:
    """The ISO day of a time stamp in one of the forms that pages use."""
    try:
        if found := _ISO_DAY.match(stamp):
            return date.fromisoformat("-".join(found.groups())).isoformat()
        return parsedate_to_datetime(stamp).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
