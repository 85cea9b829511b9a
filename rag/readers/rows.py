"""Puts back on one line what stands on one line of the page.

pdfium ends a line at a wide gap before a lone character: «Loss | 1 | 2», a formula's indices.
Where the characters on both sides of such an end are level, it is no line end.
"""

from __future__ import annotations

import ctypes
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

#: Only ends beside a line of at most so many characters are looked at; longer lines are whole.
_SHORT = 12
#: share of the lower character's height that the two must have in common to be level
_LEVEL = 0.7
_LINE_END = "\r\n"

_Box = tuple[float, float, float, float]


def text_by_rows(page: PdfTextPage) -> str:
    """Text of a page as pdfium gives it, false line ends replaced by a space."""
    text: str = page.get_text_range()
    lines = text.split(_LINE_END)
    pieces = [lines[0]]
    end = _units(lines[0])
    for before, line in pairwise(lines):
        start = end + len(_LINE_END)
        short = min(len(before), len(line))
        same_row = 0 < short <= _SHORT and _level(page, end - 1, start)
        pieces.append(" " if same_row else _LINE_END)
        pieces.append(line)
        end = start + _units(line)
    return "".join(pieces)


def _units(line: str) -> int:
    """Length of a line in the 16-bit units pdfium counts in."""
    return len(line) if line.isascii() else len(line.encode("utf-16-le")) // 2


def _level(page: PdfTextPage, left: int, right: int) -> bool:
    """Whether the character at text index `right` stands in the row of that at `left`, after it."""
    first, second = _box(page, left), _box(page, right)
    if first is None or second is None:
        return False
    _, first_right, first_bottom, first_top = first
    second_left, _, second_bottom, second_top = second
    height = min(first_top - first_bottom, second_top - second_bottom)
    common = min(first_top, second_top) - max(first_bottom, second_bottom)
    return height > 0 and common > _LEVEL * height and second_left >= first_right


def _box(page: PdfTextPage, text_index: int) -> _Box | None:
    """Left, right, bottom and top of a character in points; None where it has no place."""
    from pypdfium2 import raw

    index = raw.FPDFText_GetCharIndexFromTextIndex(page, text_index)
    sides = [ctypes.c_double() for _ in range(4)]
    if index < 0 or not raw.FPDFText_GetCharBox(page, index, *sides):
        return None
    left, right, bottom, top = (side.value for side in sides)
    return left, right, bottom, top
