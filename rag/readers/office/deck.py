"""What presentations of all formats share: the order of their shapes, titles, speaker's notes.

Shapes are ordered by recursive XY cuts (Nagy and Seth, "Hierarchical representation of optically
scanned documents", 1984): a slide is cut along its horizontal gaps into bands, a band along its
vertical ones into columns, and so on. So a grid is read row by row and columns of text one after
the other. What cannot be cut is read from top to bottom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.readers.draft import Draft, hide, listed
from rag.types import RUNNING_FOOTER
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

#: Levels of the heading that a title slide begins with, and of all other slides' titles.
TITLE_SLIDE_LEVEL, TITLE_LEVEL = 1, 2
#: What leads the speaker's notes, by language.
NOTES_LABEL = {"ru": "Заметки:", "en": "Notes:"}
#: Share of a box's side that may overlap its neighbour at each end.
_SLACK = 0.1
#: cuts within cuts; boxes in deeper ones are sorted
_MAX_CUTS = 40
#: a first line longer than this is no title of a slide that has none
_MAX_TITLE = 100


class Box(NamedTuple):
    """A box by its upper left corner and its size, in any unit."""

    left: float
    top: float
    width: float
    height: float


class Shape(NamedTuple):
    """A shape, what kind of placeholder it is ("" for none), and where it stands on the slide.

    A group of shapes is one with others inside.
    """

    element: _Element
    role: str
    box: Box
    hidden: bool = False
    inside: Sequence[Shape] = ()


class Deck:
    """Puts slides into a draft, a page a slide."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._slides = 0
        self._hidden: list[int] = []
        self._titled = False

    def begin(self, *, titled: bool, hidden: bool) -> None:
        """Begin a slide; `titled` says that it has a title of its own."""
        self._draft.page()
        self._slides += 1
        self._titled = titled
        if hidden:
            self._hidden.append(self._slides)

    def add(
        self, lines: list[str], *, title: int = 0, running: bool = False, hidden: bool = False
    ) -> None:
        """Add the text of a shape: a title of a level, what runs through all slides, or any other.

        A slide without a title takes its first short line for one.
        """
        if hidden:
            self._draft.paragraph(hide("\n".join(lines)), apart=True)
        elif running:
            self._draft.aside("\n".join(lines), RUNNING_FOOTER)
        elif title:
            self._draft.heading(" ".join(lines), title)
        else:
            if lines and not self._titled:
                self._titled = True
                if len(lines[0]) <= _MAX_TITLE:
                    self._draft.heading(lines.pop(0), TITLE_LEVEL)
            self._draft.paragraph("\n".join(lines), apart=True)

    def speaker_notes(self, text: str) -> None:
        """Add what the speaker noted below the slide."""
        if text.strip():
            self._draft.paragraph(f"{NOTES_LABEL[language_of(text)]}\n{text.strip()}", apart=True)

    def notes(self) -> Iterator[str]:
        """What a person should know of the reading."""
        if self._hidden:
            yield f"hidden: {listed(self._hidden, 'slide')}"


def in_reading_order(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes in the order they are read in, those of a group where the group stands."""
    found: list[Shape] = []
    for shape in _ordered(list(shapes), _MAX_CUTS):
        found += in_reading_order(shape.inside) if shape.inside else [shape]
    return found


def _ordered(shapes: list[Shape], cuts: int) -> list[Shape]:
    if len(shapes) > 1 and cuts:
        for vertical in (True, False):
            parts = _parted(shapes, vertical=vertical)
            if len(parts) > 1:
                return [shape for part in parts for shape in _ordered(part, cuts - 1)]
    return sorted(shapes, key=lambda shape: (shape.box.top, shape.box.left))


def _parted(shapes: list[Shape], *, vertical: bool) -> list[list[Shape]]:
    """The shapes in groups with a gap between them, going down or else going right."""
    spans = []
    for place, shape in enumerate(shapes):
        left, top, width, height = shape.box
        start, size = (top, height) if vertical else (left, width)
        spans.append((start + size * _SLACK, start + size * (1 - _SLACK), place))
    parts: list[list[Shape]] = []
    reached = float("-inf")
    for start, end, place in sorted(spans):
        if start >= reached:
            parts.append([])
        parts[-1].append(shapes[place])
        reached = max(reached, end)
    return parts
