"""The functions of pdfium that are called many times a page, without their usual cost.

pypdfium2 makes a Python object of every handle it passes. Here handles are plain integers, which
makes a call two to four times as fast, and there are some hundred thousand calls a document.
"""

from __future__ import annotations

import ctypes
from ctypes import c_double, c_float, c_int, c_uint, c_ulong, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a page object is, as `object_type` tells.
TEXT, PATH, IMAGE, SHADING, FORM = 1, 2, 3, 4, 5

#: Functions that answer at once, by their result. Only the first argument, a handle, is converted:
#: those after it are small numbers and the places of a `Room`, which need none.
_QUICK: dict[str, Any] = {
    "FPDFText_CountChars": c_int,
    "FPDFText_CountRects": c_int,
    "FPDFText_GetRect": c_int,
    "FPDFText_GetCharIndexFromTextIndex": c_int,
    "FPDFText_GetTextIndexFromCharIndex": c_int,
    "FPDFText_GetCharBox": c_int,
    "FPDFText_GetLooseCharBox": c_int,
    "FPDFText_GetFontSize": c_double,
    "FPDFText_GetMatrix": c_int,
    "FPDFText_GetTextObject": c_void_p,
    "FPDFText_GetUnicode": c_uint,
    "FPDFPage_CountObjects": c_int,
    "FPDFPage_GetObject": c_void_p,
    "FPDFFormObj_CountObjects": c_int,
    "FPDFPageObj_GetType": c_int,
    "FPDFPageObj_GetBounds": c_int,
    "FPDFPageObj_GetMatrix": c_int,
    "FPDFPageObj_GetFillColor": c_int,
    "FPDFPageObj_GetStrokeColor": c_int,
    "FPDFPageObj_HasTransparency": c_int,
    "FPDFPageObj_SetIsActive": c_int,
    "FPDFTextObj_GetTextRenderMode": c_int,
    "FPDFPath_GetDrawMode": c_int,
    "FPDFPath_CountSegments": c_int,
    "FPDFPage_GetRotation": c_int,
    "FPDFPage_GetAnnotCount": c_int,
    "FPDFPage_GetAnnot": c_void_p,
    "FPDFPage_CloseAnnot": None,
    "FPDFAnnot_GetSubtype": c_int,
    "FPDF_GetPageBoundingBox": c_int,
    "FPDF_GetPageWidthF": c_float,
    "FPDF_GetPageHeightF": c_float,
}
#: Functions of more or of other arguments, by their result and these. Those that may work for a
#: while let other threads run meanwhile.
_EXACT: dict[str, tuple[Any, ...]] = {
    "FPDFFormObj_GetObject": (c_void_p, c_void_p, c_ulong),
    "FPDFAnnot_GetAP": (c_ulong, c_void_p, c_int, c_void_p, c_ulong),
    "FPDFText_GetFontInfo": (c_ulong, c_void_p, c_int, c_void_p, c_ulong, c_void_p),
    "FPDF_GetPageLabel": (c_ulong, c_void_p, c_int, c_void_p, c_ulong),
    "FPDF_PageToDevice": (c_int, c_void_p, *[c_int] * 5, *[c_double] * 2, *[c_void_p] * 2),
    "FPDF_LoadPage": (c_void_p, c_void_p, c_int),
    "FPDF_ClosePage": (None, c_void_p),
    "FPDFText_LoadPage": (c_void_p, c_void_p),
    "FPDFText_ClosePage": (None, c_void_p),
    "FPDFText_GetText": (c_int, c_void_p, c_int, c_int, c_void_p),
    "FPDFPage_Flatten": (c_int, c_void_p, c_int),
    "FPDFBitmap_CreateEx": (c_void_p, c_int, c_int, c_int, c_void_p, c_int),
    "FPDFBitmap_Destroy": (None, c_void_p),
    "FPDF_RenderPageBitmapWithMatrix": (None, *[c_void_p] * 4, c_int),
}


class Sides(NamedTuple):
    """A rectangle in points, the origin in the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From side to side; negative where the rectangle is none."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top; negative where the rectangle is none."""
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def cut(self, other: Sides) -> Sides:
        """What two rectangles have in common; without width or height where that is nothing."""
        return Sides(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )


class Matrix(NamedTuple):
    """A transformation of points: x' = a x + c y + e, y' = b x + d y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, box: Sides) -> Sides:
        """The rectangle around `box` transformed."""
        xs = [self.a * x + self.c * y + self.e for x in box[::2] for y in box[1::2]]
        ys = [self.b * x + self.d * y + self.f for x in box[::2] for y in box[1::2]]
        return Sides(min(xs), min(ys), max(xs), max(ys))

    def after(self, first: Matrix) -> Matrix:
        """The transformation that does `first` and then this one."""
        return Matrix(
            self.a * first.a + self.c * first.b,
            self.b * first.a + self.d * first.b,
            self.a * first.c + self.c * first.d,
            self.b * first.c + self.d * first.d,
            self.a * first.e + self.c * first.f + self.e,
            self.b * first.e + self.d * first.f + self.f,
        )


IDENTITY = Matrix(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@cache
def function(name: str) -> Callable[..., Any]:
    """The function of pdfium with this name; handles go in and come out as integers or None."""
    from pypdfium2 import raw

    address = ctypes.cast(getattr(raw, name), c_void_p).value
    assert address is not None
    if name in _QUICK:
        return ctypes.PYFUNCTYPE(_QUICK[name], c_void_p)(address)
    return ctypes.CFUNCTYPE(*_EXACT[name])(address)


def address(handle: object) -> int:
    """A handle of pypdfium2 as an integer."""
    value = ctypes.cast(getattr(handle, "raw", handle), c_void_p).value  # type: ignore[arg-type]
    assert value is not None
    return value


_FORMATS: dict[type[Any], str] = {c_int: "i", c_uint: "I", c_float: "f", c_double: "d"}


class Room:
    """Room for `count` numbers that pdfium writes, the place of each, and the way to read all."""

    def __init__(self, kind: type[Any], count: int = 4) -> None:
        self.values = (kind * count)()
        size = ctypes.sizeof(kind)
        self.places = [ctypes.byref(self.values, size * index) for index in range(count)]
        self.bytes = memoryview(self.values).cast("B")
        self.read: Callable[[], list[Any]] = self.bytes.cast(_FORMATS[kind]).tolist  # type: ignore[call-overload]


def bounds(handle: int, matrix: Matrix = IDENTITY, room: Room | None = None) -> Sides | None:
    """Where a page object lies; `matrix` is that of the forms around it."""
    room = room or Room(c_float)
    if not function("FPDFPageObj_GetBounds")(handle, *room.places):
        return None
    sides = Sides(*room.read())
    return sides if matrix is IDENTITY else matrix(sides)


def matrix_of(handle: int) -> Matrix:
    """The transformation of a page object; none where pdfium does not tell."""
    room = Room(c_float, 6)
    if not function("FPDFPageObj_GetMatrix")(handle, room.places[0]):
        return IDENTITY
    return Matrix(*room.read())


def page_box(page: int) -> Sides:
    """The part of a page that is shown: its media box cut by its crop box."""
    room = Room(c_float)  # in the order left, top, right, bottom
    if not function("FPDF_GetPageBoundingBox")(page, room.places[0]):
        return Sides(0.0, 0.0, 0.0, 0.0)
    left, top, right, bottom = room.read()
    return Sides(left, bottom, right, top)
