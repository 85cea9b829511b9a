"""Draws a part of a page with some of its text and without, to see what of it shows."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from rag.readers.pdf import native

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.readers.pdf.native import Sides

#: Pixels for a point, and for the longest side of a picture at most.
_SCALE, _LONGEST = 1.0, 800
_BYTES = 4  # of a pixel: blue, green, red, and one that is not used
_FORMAT_BGRX = 3
_MARGIN = 2.0  # points around what is looked at


def seen(page: int, objects: Sequence[int], boxes: Sequence[Sides], least: int) -> list[bool]:
    """Whether the picture of a page changes within each box where the text objects are left out.

    A change is one of at least `least` in a channel of a pixel, which is from 0 to 255.
    """
    canvas = _Canvas(page, boxes)
    active = native.function("FPDFPageObj_SetIsActive")
    full = canvas.draw()
    for handle in objects:
        active(handle, 0)
    bare = canvas.draw()
    for handle in objects:
        active(handle, 1)
    return [canvas.differs(full, bare, box, least) for box in boxes]


class _Canvas:
    """The size of the pictures of a part of a page, and how the points of the page lie on them."""

    def __init__(self, page: int, boxes: Sequence[Sides]) -> None:
        self.page = page
        self.size = (
            int(native.function("FPDF_GetPageWidthF")(page)),
            int(native.function("FPDF_GetPageHeightF")(page)),
        )
        shown = [self._shown(box) for box in boxes]
        lefts, tops, rights, bottoms = zip(*shown, strict=True)
        self.left, self.top = max(min(lefts), 0), max(min(tops), 0)
        width = max(min(max(rights), self.size[0]) - self.left, 1)
        height = max(min(max(bottoms), self.size[1]) - self.top, 1)
        self.scale = min(_SCALE, _LONGEST / max(width, height))
        self.width, self.height = max(int(width * self.scale), 1), max(int(height * self.scale), 1)

    def draw(self) -> bytes:
        """The part on white, `_BYTES` a pixel, row after row from above."""
        stride = self.width * _BYTES
        room = ctypes.create_string_buffer(b"\xff" * (stride * self.height), stride * self.height)
        bitmap = native.function("FPDFBitmap_CreateEx")(
            self.width, self.height, _FORMAT_BGRX, ctypes.addressof(room), stride
        )
        if bitmap:
            shift = -self.left * self.scale, -self.top * self.scale
            matrix = (ctypes.c_float * 6)(self.scale, 0, 0, self.scale, *shift)
            clip = (ctypes.c_float * 4)(0, 0, self.width, self.height)
            places = ctypes.addressof(matrix), ctypes.addressof(clip)
            native.function("FPDF_RenderPageBitmapWithMatrix")(bitmap, self.page, *places, 0)
            native.function("FPDFBitmap_Destroy")(bitmap)
        return room.raw

    def differs(self, one: bytes, other: bytes, box: Sides, least: int) -> bool:
        """Whether two pictures differ by so much within a box of the page."""
        left, top, right, bottom = self._pixels(box)
        for row in range(top, bottom):
            span = slice((row * self.width + left) * _BYTES, (row * self.width + right) * _BYTES)
            before, after = one[span], other[span]
            if before != after and max(map(abs, map(int.__sub__, before, after))) >= least:
                return True
        return False

    def _pixels(self, box: Sides) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a box in pixels of the picture."""
        left, top, right, bottom = self._shown(box)
        return (
            max(int((left - self.left) * self.scale), 0),
            max(int((top - self.top) * self.scale), 0),
            min(int((right - self.left) * self.scale) + 1, self.width),
            min(int((bottom - self.top) * self.scale) + 1, self.height),
        )

    def _shown(self, box: Sides) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a box of the page as it is shown, in points from above."""
        corners = [self._point(x, y) for x in box[::2] for y in box[1::2]]
        xs, ys = zip(*corners, strict=True)
        return min(xs) - _MARGIN, min(ys) - _MARGIN, max(xs) + _MARGIN, max(ys) + _MARGIN

    def _point(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        places = ctypes.addressof(across), ctypes.addressof(down)
        native.function("FPDF_PageToDevice")(self.page, 0, 0, *self.size, 0, x, y, *places)
        return across.value, down.value
