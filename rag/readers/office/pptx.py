"""PPTX: a page a slide, its shapes in reading order, tables and charts as rows.

A title leads its slide; comments and the speaker's notes end it. Dates, footers and numbers of
slides are set aside, and so are shapes that nobody sees. python-pptx knows the slides, their shapes
and where these stand; text is taken from the elements, since it passes over formulas and comments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.readers.dates import date_of
from rag.readers.draft import Draft, plain
from rag.readers.office.deck import (
    TITLE_LEVEL,
    TITLE_SLIDE_LEVEL,
    Box,
    Deck,
    Shape,
    in_reading_order,
)
from rag.readers.office.drawing import A, add_graphics, add_table, paragraphs_of
from rag.readers.office.mended import mended, related, roots
from rag.readers.options import DEFAULT, Options
from rag.readers.package import broken, open_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element
    from pptx.presentation import Presentation
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide

    from rag.types import Document

#: kinds of parts that are read, and what python-pptx takes them for
_PARTS = {
    "officeDocument": "presentationml.presentation.main",
    **{
        kind: f"presentationml.{kind}"
        for kind in ("slide", "notesSlide", "slideLayout", "slideMaster")
    },
    **dict.fromkeys(("comments", "commentAuthors", "authors", "chart", "diagramData"), ""),
}
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHAPE, _FRAME, _EMBEDDED = (f"{_P}{tag}" for tag in ("sp", "graphicFrame", "oleObj"))
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})
_TITLES = {"ctrTitle": TITLE_SLIDE_LEVEL, "title": TITLE_LEVEL}
_RUNNING = frozenset({"dt", "ftr", "hdr", "sldNum"})


def read_pptx(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a PPTX, PPTM, PPSX or POTX file; slides are its pages, hidden ones included.

    Tables and charts are read as rows, the speaker's notes and comments follow the slide they
    belong to. Raises ReadError where the file is corrupt, encrypted, empty or would unpack beyond
    the limits.
    """
    import pptx

    with broken("PPTX"):
        package = open_package(data, "PPTX", options)
        reading = _Reading(pptx.Presentation(mended(package, _PARTS)), options)
        draft = reading.draft()
        title, created = package.properties()
        notes = [*reading.deck.notes(), *package.left_out(reading.embedded)]
    return draft.document(
        data,
        name,
        title=title,
        date=date_of(name, draft.text) or created,
        notes=notes,
    )


class _Reading:
    """One presentation on its way to a draft; counts the files that are embedded in its slides."""

    def __init__(self, presentation: Presentation, options: Options) -> None:
        self._presentation = presentation
        self._options = options
        self._draft = Draft(keep_hidden=options.keep_hidden)
        self._authors = {
            author.get("id", ""): author.get("name", "").strip()
            for kind in ("commentAuthors", "authors")
            for root in roots(presentation.part, kind)
            for author in root
        }
        self._places: dict[Any, dict[str, Box]] = {}
        self.deck = Deck(self._draft)
        self.embedded = 0

    def draft(self) -> Draft:
        """All slides in the order they are shown in."""
        for slide in self._presentation.slides:
            self._add_slide(slide)
            self._options.on_page(False)
        return self._draft

    def _add_slide(self, slide: Slide) -> None:
        shapes = in_reading_order(_shapes(slide.shapes, self._places_on(slide)))
        self.embedded += sum(1 for _ in slide.element.iter(_EMBEDDED))
        self.deck.begin(
            titled=any(shape.role in _TITLES for shape in shapes),
            hidden=slide.element.get("show") in _FALSE,
        )
        for shape in sorted(shapes, key=lambda shape: shape.role not in _TITLES):
            self._add_shape(shape, slide)
        for comments in roots(slide.part, "comments"):
            self._add_comments(comments)
        if slide.has_notes_slide:
            noted = slide.notes_slide.element.iter(_SHAPE)
            bodies = (paragraphs_of(item) for item in noted if _placeholder(item)[0] == "body")
            self.deck.speaker_notes("\n".join(text for body in bodies for text in body))

    def _places_on(self, slide: Slide) -> dict[str, Box]:
        """Where the layout of a slide, or the master behind it, puts placeholders."""
        for part in related(slide.part, "slideLayout"):
            if part not in self._places:
                placeholders = part.slide_layout.placeholders
                self._places[part] = {
                    _placeholder(shape.element)[1]: _box(shape) for shape in placeholders
                }
            return self._places[part]
        return {}

    def _add_shape(self, shape: Shape, slide: Slide) -> None:
        if shape.element.tag == _FRAME and not shape.hidden:
            for table in shape.element.iter(f"{A}tbl"):
                add_table(self._draft, table)
            add_graphics(self._draft, shape.element, slide.part)
        else:
            self.deck.add(
                paragraphs_of(shape.element),
                title=_TITLES.get(shape.role, 0),
                running=shape.role in _RUNNING,
                hidden=shape.hidden,
            )

    def _add_comments(self, root: _Element) -> None:
        """The comments on a slide, of the old kind and of the new one with its replies."""
        for item in root.iter("{*}cm", "{*}reply"):
            body = item.find("{*}txBody")
            text = item.findtext(f"{_P}text", "") if body is None else " ".join(paragraphs_of(body))
            author = self._authors.get(item.get("authorId", ""), "")
            lead = f"[{author}] " if author else ""
            if text.strip():
                self._draft.paragraph(lead + " ".join(plain(text).split()), apart=True)


def _shapes(
    shapes: Iterable[BaseShape], places: Mapping[str, Box], *, hidden: bool = False
) -> list[Shape]:
    """The shapes of a slide or a group, with whether nobody sees them."""
    found = []
    for shape in shapes:
        properties = shape.element.find(f"*/{_P}cNvPr")
        unseen = hidden or (properties is not None and properties.get("hidden") in _TRUE)
        role, number = _placeholder(shape.element)
        box = _box(shape, places.get(number))
        inside = _shapes(getattr(shape, "shapes", ()), places, hidden=unseen)
        found.append(Shape(shape.element, role, box, unseen, inside))
    return found


def _placeholder(element: _Element) -> tuple[str, str]:
    """Kind and number of the placeholder that a shape fills, "" for a shape of its own."""
    found = element.find(f"*/{_P}nvPr/{_P}ph")
    return ("", "") if found is None else (found.get("type", "obj"), found.get("idx", "0"))


def _box(shape: BaseShape, inherited: Box | None = None) -> Box:
    """Where a shape stands; `inherited` is where it does by its layout."""
    from pptx.exc import PythonPptxError

    try:
        if inherited and shape.element.x is None:
            return inherited
        sides = shape.left, shape.top, shape.width, shape.height
    except (AttributeError, LookupError, PythonPptxError, ValueError):
        return Box(0, 0, 0, 0)
    return Box(*(float(side or 0) for side in sides))
