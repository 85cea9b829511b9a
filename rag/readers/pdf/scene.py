"""What is drawn on a page besides and around its text: pictures, areas, colours, in their order.

One walk over the page objects, those inside forms included, gathers what the other modules ask
for: whether the page is a scan, and which text may be out of sight.
"""

from __future__ import annotations

import ctypes
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.pdf import native
from rag.readers.pdf.native import FORM, IDENTITY, IMAGE, PATH, SHADING, TEXT, Matrix, Sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: Bounds of what is looked at on one page; what lies beyond counts as seen.
MAX_OBJECTS, MAX_PATHS, MAX_DEPTH = 200_000, 150, 8
#: render modes that leave nothing on the page: invisible, and only a border for what follows
UNSEEN = (3, 7)
#: render modes that draw outlines, which show whatever fills them
_OUTLINE_MODES = (1, 2, 5, 6)
#: points below which a shape is a line and hides nothing
_MIN_SHAPE = 4.0
#: segments that a path which is a rectangle has at most
_RECTANGLE = 6
_OPAQUE = 255
OPACITY = 12  # where it stands in the sixteen bytes of a colour
#: objects of a page, and letters of each, that make a walk over them dear; and how far apart the
#: letters are that are looked at instead
_MANY, _FEW_LETTERS, _STEP = 400, 4, 12
#: what the least of red, green and blue of a colour seen on white may be
_DARK = 160

Colour = tuple[int, int, int]


class Shape(NamedTuple):
    """A filled area or a picture, the `order`-th thing drawn on the page.

    `colour` is None where it is not one colour.
    """

    order: int
    box: Sides
    colour: Colour | None
    handle: int

    @property
    def covers(self) -> bool:
        """Whether nothing that lies below its box shows through."""
        if native.function("FPDFPageObj_HasTransparency")(self.handle):
            return False
        if native.function("FPDFPageObj_GetType")(self.handle) == IMAGE:
            return True
        segments = native.function("FPDFPath_CountSegments")(self.handle)
        return self.colour is not None and 0 < segments <= _RECTANGLE


class Words(NamedTuple):
    """Text objects that stand directly on a page or in a form whose matrix is `matrix`.

    They are the `orders`-th things drawn on the page; `colours` are red, green, blue and opacity,
    in four bytes each.
    """

    matrix: Matrix
    orders: Sequence[int]
    handles: Sequence[int]
    colours: Sequence[bytes]

    def of(self, colour: bytes) -> Iterator[tuple[int, int]]:
        """Order and handle of those of one colour."""
        for order, handle, paint in zip(self.orders, self.handles, self.colours, strict=True):
            if paint == colour:
                yield order, handle


class Scene(NamedTuple):
    """What is drawn on a page.

    `unseen` are the text objects that leave nothing on it. `pictures` is the share of the page that
    lies under pictures, up to 1; `paths` counts lines and areas. The first `own` of the shapes are
    the page's own, those after them are of form fields and notes.
    """

    words: Sequence[Words]
    unseen: Sequence[int]
    shapes: Sequence[Shape]
    pictures: float
    paths: int
    own: int

    @property
    def amount(self) -> int:
        """How many text objects there are."""
        return sum(len(words.handles) for words in self.words) + len(self.unseen)


#: What is known of a page that is plain.
PLAIN = Scene((), (), (), 0.0, 0, 0)


def scene_of(page: int, frame: Sides, objects: int) -> Scene:
    """Walk over all that is drawn on a page whose visible part is `frame`.

    The first `objects` are the page's own.
    """
    walk = _Walk(frame)
    get = native.function("FPDFPage_GetObject")
    walk.over(page, range(objects), get, IDENTITY, 0)
    own = len(walk.shapes)
    count = native.function("FPDFPage_CountObjects")(page)
    walk.over(page, range(objects, count), get, IDENTITY, 0)
    area = frame.width * frame.height
    covered = min(walk.covered / area, 1.0) if area > 0 else 0.0
    return Scene(walk.words, walk.unseen, walk.shapes, covered, walk.paths, own)


def is_plain(objects: int, text: int, count: int) -> bool:
    """Whether a page of so many objects is drawn almost letter by letter, and in dark letters.

    There a walk over all objects costs more than the text itself; every twelfth of the `count`
    characters is looked at instead.
    """
    if objects < _MANY or objects * _FEW_LETTERS < count:
        return False
    object_of = native.function("FPDFText_GetTextObject")
    mode_of = native.function("FPDFTextObj_GetTextRenderMode")
    paint = Paint()
    handles = {object_of(text, index) for index in range(0, count, _STEP)} - {None}
    return not any(map(mode_of, handles)) and all(map(_is_dark, paint.fills(list(handles))))


def _is_dark(colour: bytes) -> bool:
    red, green, blue, opacity = colour[::4]
    return opacity == _OPAQUE and min(red, green, blue) < _DARK


class Paint:
    """Room for the colour of an object: red, green, blue and opacity, four bytes each."""

    def __init__(self) -> None:
        room = native.Room(ctypes.c_uint)
        self.places = room.places
        self.bytes_of = room.bytes.tobytes
        self.fill = native.function("FPDFPageObj_GetFillColor")

    def fills(self, handles: Sequence[int]) -> list[bytes]:
        """What text objects that are just filled are filled with."""
        fill, bytes_of = self.fill, self.bytes_of
        red, green, blue, opacity = self.places
        return [bytes_of() for handle in handles if fill(handle, red, green, blue, opacity) < 2]

    def of(self, handle: int, mode: int) -> bytes:
        """What a text object of this render mode is drawn with."""
        if mode in _OUTLINE_MODES:
            native.function("FPDFPageObj_GetStrokeColor")(handle, *self.places)
        else:
            self.fill(handle, *self.places)
        return self.bytes_of()


class _Walk:
    """The state of a walk over the objects of one page."""

    def __init__(self, frame: Sides) -> None:
        self.frame = frame
        self.words: list[Words] = []
        self.unseen: list[int] = []
        self.shapes: list[Shape] = []
        self.covered = 0.0
        self.paths = 0
        self.order = 0
        self.room = native.Room(ctypes.c_float)
        self.modes = native.Room(ctypes.c_int, 2)  # how a path is filled, whether it is outlined
        self.paint = Paint()
        self.draw_mode = native.function("FPDFPath_GetDrawMode")
        self.bounds_of = native.function("FPDFPageObj_GetBounds")

    def over(
        self, parent: int, places: range, get: Callable[[int, int], int], matrix: Matrix, depth: int
    ) -> None:
        """Look at objects of a page or of a form."""
        handles = list(map(get, repeat(parent), places[: max(MAX_OBJECTS - self.order, 0)]))
        kinds = list(map(native.function("FPDFPageObj_GetType"), handles))
        start = 0
        for place in [place for place, kind in enumerate(kinds) if kind == FORM]:
            self._objects(handles[start:place], kinds[start:place], matrix)
            self.order += 1
            if depth < MAX_DEPTH:
                self._into(handles[place], matrix, depth + 1)
            start = place + 1
        self._objects(handles[start:], kinds[start:], matrix)

    def _objects(self, handles: list[int], kinds: list[int], matrix: Matrix) -> None:
        """Take objects that follow each other and are no forms."""
        orders: Sequence[int] = range(self.order + 1, self.order + 1 + len(handles))
        self.order += len(handles)
        if kinds.count(TEXT) < len(kinds):
            for order, handle, kind in zip(orders, handles, kinds, strict=True):
                if kind == PATH:
                    self._path(order, handle, matrix)
                elif kind in (IMAGE, SHADING):
                    self._picture(order, handle, matrix, image=kind == IMAGE)
            orders = [order for order, kind in zip(orders, kinds, strict=True) if kind == TEXT]
            handles = [handle for handle, kind in zip(handles, kinds, strict=True) if kind == TEXT]
        if handles:
            self._texts(handles, orders, matrix)

    def _texts(self, handles: list[int], orders: Sequence[int], matrix: Matrix) -> None:
        modes = list(map(native.function("FPDFTextObj_GetTextRenderMode"), handles))
        if any(modes):
            self.unseen += [h for h, mode in zip(handles, modes, strict=True) if mode in UNSEEN]
            seen = [index for index, mode in enumerate(modes) if mode not in UNSEEN]
            colours = [self.paint.of(handles[i], modes[i]) for i in seen]
            handles, orders = [handles[i] for i in seen], [orders[i] for i in seen]
        else:
            colours = self.paint.fills(handles)
        self.words.append(Words(matrix, orders, handles, colours))

    def _into(self, form: int, matrix: Matrix, depth: int) -> None:
        count = native.function("FPDFFormObj_CountObjects")(form)
        inner = native.matrix_of(form)
        inner = inner if matrix is IDENTITY else matrix.after(inner)
        self.over(form, range(count), native.function("FPDFFormObj_GetObject"), inner, depth)

    def _path(self, order: int, handle: int, matrix: Matrix) -> None:
        """Count a path, and keep it where it is filled and large enough to lie behind text."""
        self.paths += 1
        if self.paths > MAX_PATHS:
            return
        if not self.draw_mode(handle, *self.modes.places) or not self.modes.read()[0]:
            return
        if not self.bounds_of(handle, *self.room.places):
            return
        left, bottom, right, top = self.room.read()
        if matrix is not IDENTITY:
            left, bottom, right, top = matrix(Sides(left, bottom, right, top))
        if right - left < _MIN_SHAPE or top - bottom < _MIN_SHAPE:
            return
        known = self.paint.fill(handle, *self.paint.places)
        colour = self.paint.bytes_of()
        plain = known and colour[OPACITY] == _OPAQUE
        shade = (colour[0], colour[4], colour[8]) if plain else None
        self.shapes.append(Shape(order, Sides(left, bottom, right, top), shade, handle))

    def _picture(self, order: int, handle: int, matrix: Matrix, *, image: bool) -> None:
        box = native.bounds(handle, matrix, self.room)
        if box is None:
            return
        shown = box.cut(self.frame)
        if image and shown.width > 0 and shown.height > 0:
            self.covered += shown.width * shown.height
        if min(box.width, box.height) >= _MIN_SHAPE:
            self.shapes.append(Shape(order, box, None, handle))
