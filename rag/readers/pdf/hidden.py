"""Finds the text of a page that nobody sees, which is how a document smuggles instructions.

Cheap signs come first: invisible or transparent drawing, a colour like that of the ground, letters
below a point, letters off the page, something opaque drawn over them. White text on a dark area or
on a photograph is common and seen, so what its colour or a cover speaks against is judged by the
page itself: it is drawn with the text and without, and what makes no difference is hidden. The
invisible text over a scan is the scan's text and no secret.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left
from math import hypot
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.pdf import native
from rag.readers.pdf.native import Matrix, Sides
from rag.readers.pdf.picture import seen
from rag.readers.pdf.scene import OPACITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.readers.pdf.layout import Line
    from rag.readers.pdf.page import Handles
    from rag.readers.pdf.scene import Colour, Scene, Shape, Words

#: The same on every channel but for so much is the same to the eye.
ALIKE = 24
_WHITE = (255, 255, 255)
#: opacity, of 255, below which nothing shows
_FAINT = 13
#: points below which letters cannot be read
_TINY = 1.0
#: characters from one that is looked at to the next, where few lines hold tiny ones
_STEP = 8
#: points of a line's height, and share of it that its letters are wide on average, below which some
#: of them may be tiny
_LOW, _NARROW = 2.0, 0.25
#: points within which two places are the same
_NEAR = 15.0
#: share of the page under pictures, and of its text that is invisible, that make that text a scan's
_SCAN, _SCAN_TEXT = 0.5, 0.8
#: pages of a document that are drawn to see what shows; beyond, the signs alone decide
MAX_DRAWN = 40
#: pairs of a text and a shape that are compared on one page; where there are more, it is drawn
_MAX_PAIRS = 500_000


class _Suspect(NamedTuple):
    """A text object that seems out of sight; `sure` where the signs would do alone.

    `place` is the same for objects of the same looks in the same place of several pages, where what
    is true of one is true of all; empty where it is not.
    """

    handle: int
    box: Sides
    sure: bool
    place: tuple[object, ...] = ()


class HiddenText:
    """Looks for hidden text in one document, page after page."""

    def __init__(self) -> None:
        self._drawn = 0
        self._known: dict[tuple[object, ...], bool] = {}  # whether it is unseen, by place

    def spans(
        self, handles: Handles, lines: Sequence[Line], scene: Scene, frame: Sides
    ) -> list[tuple[int, int]]:
        """Spans of hidden characters, in pdfium's count; `frame` is the part of the page seen."""
        hidden = {*_letters_off(handles, lines, frame), *_tiny_letters(handles, lines)}
        if invisible := set(_invisible(scene)):
            hidden |= _letters_of(handles, invisible, range(handles.length))
        suspects = [*_like_their_ground(scene), *_under_cover(handles, lines, scene)]
        if suspects:
            found = self._unseen(handles.page, suspects)
            objects = {suspect.handle for suspect in found}
            for line in _lines_at(lines, found):
                hidden |= _letters_of(handles, objects, range(line.start, _end(line)))
        return list(_joined(hidden, handles))

    def _unseen(self, page: int, suspects: Sequence[_Suspect]) -> list[_Suspect]:
        """Draw the page without the suspects: those that make no difference are hidden.

        What stands in the same place of many pages, a running header, is looked at once.
        """
        new = [suspect for suspect in suspects if suspect.place not in self._known]
        unseen: dict[int, bool] = {}
        if new and self._drawn < MAX_DRAWN:
            self._drawn += 1
            objects, boxes = [suspect.handle for suspect in new], [suspect.box for suspect in new]
            for suspect, shows in zip(new, seen(page, objects, boxes, ALIKE // 2), strict=True):
                unseen[suspect.handle] = not shows
                if suspect.place:
                    known = self._known.get(suspect.place, True)
                    self._known[suspect.place] = known and not shows
        return [
            suspect
            for suspect in suspects
            if self._known.get(suspect.place, unseen.get(suspect.handle, suspect.sure))
        ]


def is_text_of_scan(scene: Scene) -> bool:
    """Whether the invisible text of a page is what a program recognised on its picture."""
    return scene.pictures >= _SCAN and len(scene.unseen) >= _SCAN_TEXT * scene.amount


def _invisible(scene: Scene) -> Iterator[int]:
    """Text that is drawn in a way that leaves nothing on the page."""
    for words in scene.words:
        for colour in set(words.colours):
            if colour[OPACITY] < _FAINT:
                yield from (handle for _, handle in words.of(colour))
    if not is_text_of_scan(scene):
        yield from scene.unseen


def _like_their_ground(scene: Scene) -> Iterator[_Suspect]:
    """Text of the colour of what lies below it; pale text on a picture, which cannot be told."""
    areas: dict[Colour, list[Shape]] = {}
    for shape in scene.shapes:
        if shape.colour:
            areas.setdefault(shape.colour, []).append(shape)
    for words in scene.words:
        for colour in set(words.colours):
            paint = (colour[0], colour[4], colour[8])
            pale = _alike(paint, _WHITE)
            like = [area for shade, some in areas.items() if _alike(shade, paint) for area in some]
            if (pale or like) and colour[OPACITY] >= _FAINT:
                yield from _on_ground(scene.shapes, like, words, colour, pale=pale)


def _on_ground(
    shapes: Sequence[Shape], like: Sequence[Shape], words: Words, colour: bytes, *, pale: bool
) -> Iterator[_Suspect]:
    """The text objects of a colour that lie on an area like it, or on what may be like it."""
    paint = (colour[0], colour[4], colour[8])
    objects = list(words.of(colour))
    below = [(shape.order, *shape.box, shape.colour) for shape in reversed(shapes)]
    areas = [shape.box for shape in like]
    too_many = len(objects) * len(below if pale else areas) > _MAX_PAIRS
    room = native.Room(ctypes.c_float)
    for order, handle in objects:
        box = native.bounds(handle, words.matrix, room)
        if box is None:
            continue
        if too_many:
            yield _Suspect(handle, box, sure=False)
            continue
        x, y = box.middle
        if not pale and not any(area.holds(x, y) for area in areas):
            continue
        ground: Colour | None = _WHITE
        for place, left, bottom, right, top, shade in below:
            if place < order and left <= x <= right and bottom <= y <= top:
                ground = shade
                break
        if (ground is None and pale) or (ground and _alike(ground, paint)):
            yield _Suspect(handle, box, bool(ground), (colour, ground, *_place(box)))


def _place(box: Sides) -> tuple[int, int]:
    return round(box.left / _NEAR), round(box.bottom / _NEAR)


def _alike(one: Sequence[int], other: Sequence[int]) -> bool:
    return (
        abs(one[0] - other[0]) <= ALIKE
        and abs(one[1] - other[1]) <= ALIKE
        and abs(one[2] - other[2]) <= ALIKE
    )


def _under_cover(handles: Handles, lines: Sequence[Line], scene: Scene) -> Iterator[_Suspect]:
    """Text of lines that lie within something opaque that was drawn after it.

    The picture of a scan may lie over the text that was recognised on it, and form fields over
    what they stand beside.
    """
    first = min((words.orders[0] for words in scene.words if words.orders), default=0)
    covers = [
        shape
        for shape in scene.shapes[: scene.own]
        if shape.order > first
        and shape.box.top - shape.box.bottom > _LOW
        and (shape.colour or scene.pictures < _SCAN)
    ]
    known: dict[int, tuple[int, Matrix]] = {}
    for line, over in _covered(lines, covers) if covers else ():
        known = known or {
            handle: (order, words.matrix)
            for words in scene.words
            for order, handle in zip(words.orders, words.handles, strict=True)
        }
        last = max((shape.order for shape in over if shape.covers), default=0)
        for handle in _objects_of(handles, line) if last else ():
            order, matrix = known.get(handle, (last, native.IDENTITY))
            box = native.bounds(handle, matrix) if order < last else None
            if box is not None:
                yield _Suspect(handle, box, sure=False)


def _covered(lines: Sequence[Line], covers: Sequence[Shape]) -> Iterator[tuple[Line, list[Shape]]]:
    """The lines that lie within shapes, and these."""
    rising = sorted(
        (index for index, line in enumerate(lines) if line.raw.right > line.raw.left),
        key=lambda index: lines[index].raw.bottom,
    )
    bottoms = [lines[index].raw.bottom for index in rising]
    found: dict[int, list[Shape]] = {}
    pairs = 0
    for shape in covers:
        left, bottom, right, top = shape.box
        for index in rising[bisect_left(bottoms, bottom) : bisect_left(bottoms, top)]:
            line = lines[index].raw
            pairs += 1
            if left <= line.left and line.right <= right and line.top <= top:
                found.setdefault(index, []).append(shape)
        if pairs > _MAX_PAIRS:
            break
    return ((lines[index], found[index]) for index in sorted(found))


def _objects_of(handles: Handles, line: Line) -> set[int]:
    object_of = native.function("FPDFText_GetTextObject")
    found = {object_of(handles.text, index) for index in range(line.start, _end(line))}
    return found - {None}


def _end(line: Line) -> int:
    return line.start + max(line.length, 0)


def _letters_off(handles: Handles, lines: Sequence[Line], frame: Sides) -> Iterator[int]:
    """Characters beyond the edges of the page."""
    box_of = native.function("FPDFText_GetCharBox")
    room = native.Room(ctypes.c_double)
    for line in lines:
        left, bottom, right, top = line.raw
        inside = frame[0] <= left and frame[1] <= bottom and right <= frame[2] and top <= frame[3]
        if inside or right <= left:
            continue
        for index in range(line.start, _end(line)):
            if box_of(handles.text, index, *room.places):
                left, right, bottom, top = room.read()
                shown = Sides(left, bottom, right, top).cut(frame)
                if shown.width < 0 or shown.height < 0:
                    yield index


def _tiny_letters(handles: Handles, lines: Sequence[Line]) -> Iterator[int]:
    size_of = native.function("FPDFText_GetFontSize")
    matrix_of = native.function("FPDFText_GetMatrix")
    room = native.Room(ctypes.c_float, 6)

    def tiny(index: int) -> bool:
        if not matrix_of(handles.text, index, room.places[0]):
            return False
        a, b, c, d = room.read()[:4]
        size: float = size_of(handles.text, index) * min(hypot(a, b), hypot(c, d))
        return 0 < size < _TINY

    for line in lines:
        if not _may_be_tiny(line):
            continue
        indices = range(line.start, _end(line))
        if any(map(tiny, (*indices[::_STEP], *indices[-1:]))):
            yield from filter(tiny, indices)


def _may_be_tiny(line: Line) -> bool:
    """Whether a line is low, or holds more characters than its letters leave room for."""
    left, bottom, right, top = line.raw
    height = top - bottom
    if right <= left or height <= 0:
        return False
    return height < _LOW or (
        (right - left) < _NARROW * height * line.length
        and top - bottom < 2 * (right - left)
        and "\ufffe" not in line.text
    )


def _lines_at(lines: Sequence[Line], suspects: Sequence[_Suspect]) -> list[Line]:
    """The lines on whose height one of the suspects stands."""
    if len(suspects) * len(lines) > _MAX_PAIRS:
        return list(lines)
    heights = [(suspect.box.bottom, suspect.box.top) for suspect in suspects]
    return [
        line
        for line in lines
        if any(low <= line.raw.top and line.raw.bottom <= high for low, high in heights)
    ]


def _letters_of(handles: Handles, objects: set[int], indices: range) -> set[int]:
    """The characters, of those looked at, that these text objects draw."""
    object_of, text = native.function("FPDFText_GetTextObject"), handles.text
    return {index for index in indices if object_of(text, index) in objects}


def _joined(hidden: set[int], handles: Handles) -> Iterator[tuple[int, int]]:
    """The characters as spans; what pdfium put in between them itself belongs to them."""
    object_of = native.function("FPDFText_GetTextObject")
    start = end = -1
    for index in sorted(hidden):
        if end >= 0 and all(not object_of(handles.text, place) for place in range(end, index)):
            end = index + 1
            continue
        if end >= 0:
            yield start, end
        start, end = index, index + 1
    if end >= 0:
        yield start, end
