"""ODT and ODP: the text and the presentations of LibreOffice and its kin.

What a person sees is read, as in DOCX and PPTX: numbers of lists, footnotes and comments behind
their paragraph, charts, running headers set aside, hidden text too. Tracked deletions are left out.
The elements are walked here, since the text that odfdo gives lacks the numbers of lists, the rows
of tables, repeated spaces and the order of shapes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.readers.dates import date_of
from rag.readers.draft import Draft, lines_of
from rag.readers.meetings import find_meeting
from rag.readers.office.deck import (
    TITLE_LEVEL,
    TITLE_SLIDE_LEVEL,
    Box,
    Deck,
    Shape,
    in_reading_order,
)
from rag.readers.office.odf_text import DRAW, OFFICE, STYLE, TABLE, Flow
from rag.readers.options import DEFAULT, Options
from rag.readers.package import broken, open_package
from rag.types import RUNNING_FOOTER, RUNNING_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from rag.readers.package import Package
    from rag.types import Document

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
_PRESENTATION = f"{{{_NAMESPACE}:presentation:1.0}}"
_SVG = f"{{{_NAMESPACE}:svg-compatible:1.0}}"
_PAGE, _GROUP, _ROLE = f"{DRAW}page", f"{DRAW}g", f"{_PRESENTATION}class"
_RUNNING = frozenset({"header", "footer", "date-time", "page-number"})
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(cm|mm|in|pt|pc|px)?")
_POINTS = {"cm": 28.35, "mm": 2.835, "in": 72.0, "pc": 12.0, "px": 0.75}


def read_opendocument(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read an ODT or ODP file, or a template of one; slides are its pages, hidden ones included.

    Raises ReadError where the file is corrupt, encrypted, empty or would unpack beyond the limits.
    """
    notes: list[str] = []
    with broken("OpenDocument"):
        package = open_package(data, "OpenDocument", options)
        draft = Draft(keep_hidden=options.keep_hidden)
        content = package.xml("content.xml")
        body = None if content is None else content.find(f"{OFFICE}body")
        if content is None or body is None:
            raise ValueError("the archive holds no text")
        pages = list(body.iter(_PAGE))
        if pages:
            slides = _Slides(package, draft, content)
            for page in pages:
                slides.add(page)
                options.on_page(False)
            notes += slides.notes()
        else:
            _add_text(package, draft, body)
        title, created = package.properties()
    meeting = None if pages else find_meeting(name, draft.text)
    return draft.document(
        data,
        name,
        title=title,
        date=meeting.day if meeting else date_of(name, draft.text) or created,
        turns=meeting.turns if meeting else (),
        notes=notes,
    )


def _add_text(package: Package, draft: Draft, body: _Element) -> None:
    """Add a text between its running headers and footers."""
    flow = Flow(package, draft)
    styles = package.xml("styles.xml")
    _add_running(flow, draft, styles, "header", RUNNING_HEADER)
    flow.add_blocks(body)
    _add_running(flow, draft, styles, "footer", RUNNING_FOOTER)


def _add_running(flow: Flow, draft: Draft, styles: _Element | None, kind: str, note: str) -> None:
    """Headers or footers of all pages."""
    for page in styles.iter(f"{STYLE}master-page") if styles is not None else ():
        for item in page:
            _, _, tag = item.tag.rpartition("}")
            if tag.startswith(kind) and item.get(f"{STYLE}display") != "false":
                text = "\n".join(lines_of(flow.text(item)))
                draft.running(text, note, first=tag.endswith("first"))


class _Slides:
    """Puts the slides of a presentation into a draft."""

    def __init__(self, package: Package, draft: Draft, content: _Element) -> None:
        self._draft = draft
        self._deck = Deck(draft)
        self._flow = Flow(package, draft)
        self._unseen = frozenset(_unseen_styles(content))
        self.notes = self._deck.notes

    def add(self, page: _Element) -> None:
        """Add a slide: its title, its shapes in reading order, comments and speaker's notes."""
        shapes = in_reading_order(_shapes(page))
        roles = {shape.role for shape in shapes}
        hidden = page.get(f"{DRAW}style-name") in self._unseen
        self._deck.begin(titled="title" in roles, hidden=hidden)
        level = TITLE_SLIDE_LEVEL if "subtitle" in roles else TITLE_LEVEL
        for shape in sorted(shapes, key=lambda shape: shape.role != "title"):
            self._add_shape(shape, level)
            self._flow.add_hanging()
        for annotation in page.iterchildren(f"{OFFICE}annotation"):
            self._flow.add_annotation(annotation)
        for frame in page.iterfind(f"{_PRESENTATION}notes/{DRAW}frame"):
            if frame.get(_ROLE) == "notes":
                self._deck.speaker_notes("\n".join(lines_of(self._flow.text(frame))))

    def _add_shape(self, shape: Shape, level: int) -> None:
        tables = shape.element.findall(f"{TABLE}table")
        for table in tables:
            self._flow.add_table(table)
        if not tables:
            lines = lines_of(self._flow.text(shape.element))
            title = level if shape.role == "title" else 0
            self._deck.add(lines, title=title, running=shape.role in _RUNNING)


def _unseen_styles(content: _Element) -> Iterator[str]:
    """Names of the styles of slides that are not shown."""
    for style in content.iter(f"{STYLE}style"):
        properties = style.find(f"{STYLE}drawing-page-properties")
        if properties is not None and properties.get(f"{_PRESENTATION}visibility") == "hidden":
            yield style.get(f"{STYLE}name", "")


def _shapes(parent: _Element) -> list[Shape]:
    """The shapes of a slide or a group."""
    found = []
    for child in parent:
        if child.tag.startswith(DRAW):
            inside = _shapes(child) if child.tag == _GROUP else []
            box = _around([shape.box for shape in inside]) if inside else _box(child)
            found.append(Shape(child, child.get(_ROLE, ""), box, inside=inside))
    return found


def _box(element: _Element) -> Box:
    """Where a shape stands."""
    return Box(*(_points(element.get(f"{_SVG}{side}")) for side in ("x", "y", "width", "height")))


def _around(boxes: list[Box]) -> Box:
    """Where a group of shapes stands."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    return Box(left, top, right - left, max(box.top + box.height for box in boxes) - top)


def _points(length: str | None) -> float:
    """A length of the file in points, 0 where it names none."""
    found = _LENGTH.fullmatch(length or "")
    return float(found[1]) * _POINTS.get(found[2], 1.0) if found else 0.0
