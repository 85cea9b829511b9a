"""One page of a PDF as pdfium gives it: its lines with their places, and what else is drawn."""

from __future__ import annotations

import ctypes
import re
from contextlib import contextmanager
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.pdf import native
from rag.readers.pdf.layout import (
    LONG_LINE,
    MAX_GUTTER,
    MIN_COLUMN_LINES,
    MIN_GUTTER,
    NOWHERE,
    Line,
    around,
    follows,
)
from rag.readers.pdf.native import Sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE_END = "\r\n"
#: Kinds of annotation whose text is a part of what the page shows: note, stamp, form field.
_SHOWN = frozenset({3, 13, 20})
#: annotations of a page beyond which it is read without them: drawing them takes pdfium too long
_MAX_ANNOTATIONS = 1_000
_EMPTY = 2  # bytes of an appearance that there is none of
_FLATTENED = 1  # what pdfium answers where it drew the annotations on the page
#: How many of the widest lines are looked at for a gap between columns, and how many must have one.
_SAMPLE, _MIN_SAMPLE = 4, 2
_DIGIT = re.compile(r"\d")
_MAX_DIGITS = 0.05  # of the characters of a line of words
#: text objects of a line that are looked at
_MAX_RECTANGLES = 200


class DamagedPage(Exception):
    """The page cannot be opened."""


class Handles(NamedTuple):
    """A page and its text, open in pdfium, and how many characters that has.

    The first `own` of them, and the first `objects` on the page, are the page's own; those after
    them are of notes and form fields.
    """

    page: int
    text: int
    length: int
    own: int
    objects: int


@contextmanager
def opened(pdf: int, index: int) -> Iterator[Handles]:
    """Page `index` (from 0), with what notes, stamps and form fields say. Raises DamagedPage."""
    handles = _load(pdf, index)
    if _has_notes(handles.page):
        flat = native.function("FPDFPage_Flatten")(handles.page, 0)
        if flat == _FLATTENED:
            _close(handles)
            handles = _load(pdf, index)._replace(own=handles.own, objects=handles.objects)
    try:
        yield handles
    finally:
        _close(handles)


def _load(pdf: int, index: int) -> Handles:
    page = native.function("FPDF_LoadPage")(pdf, index)
    if not page:
        raise DamagedPage
    text = native.function("FPDFText_LoadPage")(page)
    if not text:
        native.function("FPDF_ClosePage")(page)
        raise DamagedPage
    length = max(native.function("FPDFText_CountChars")(text), 0)
    return Handles(page, text, length, length, native.function("FPDFPage_CountObjects")(page))


def _close(handles: Handles) -> None:
    native.function("FPDFText_ClosePage")(handles.text)
    native.function("FPDF_ClosePage")(handles.page)


def _has_notes(page: int) -> bool:
    """Whether a page has annotations that show text of their own."""
    count = native.function("FPDFPage_GetAnnotCount")(page)
    for index in range(count if count <= _MAX_ANNOTATIONS else 0):
        note = native.function("FPDFPage_GetAnnot")(page, index)
        if not note:
            continue
        shown = (
            native.function("FPDFAnnot_GetSubtype")(note) in _SHOWN
            and native.function("FPDFAnnot_GetAP")(note, 0, None, 0) > _EMPTY
        )
        native.function("FPDFPage_CloseAnnot")(note)
        if shown:
            return True
    return False


def text_of(handles: Handles) -> str:
    """The characters of a page as pdfium orders them, lines ended by `LINE_END`.

    Characters beyond the first 65,536 of Unicode come as pdfium's two halves of them.
    """
    if not handles.length:
        return ""
    place = native.function("FPDFText_GetTextIndexFromCharIndex")
    first, last = 0, handles.length - 1
    while first < last and place(handles.text, first) < 0:  # left out of the text, and GetText
        first += 1  # reads too far where it begins or ends with such a character
    while last > first and place(handles.text, last) < 0:
        last -= 1
    buffer = (ctypes.c_ushort * (handles.length + 2))()
    start = ctypes.addressof(buffer)
    written = native.function("FPDFText_GetText")(handles.text, first, last - first + 1, start)
    data = ctypes.string_at(start, 2 * max(written - 1, 0))
    return data.decode("utf-16-le", errors="surrogatepass")


def lines_of(handles: Handles, text: str) -> list[Line]:
    """The lines of a page that are not blank, where they stand on the page as it is shown."""
    length_of = len if _length(text) == len(text) else _length
    exact = length_of(text) == handles.length
    index_of = native.function("FPDFText_GetCharIndexFromTextIndex")
    turn = _turn(native.function("FPDFPage_GetRotation")(handles.page))
    boxes = _Boxes(handles.text)
    lines, end = [], -len(LINE_END)
    for piece in text.split(LINE_END):
        start = end + len(LINE_END)
        end = start + length_of(piece)
        shown = piece.strip()
        if not shown:
            continue
        first = start if exact else index_of(handles.text, start)
        length = end - start if exact else index_of(handles.text, end - 1) - first + 1
        begin = first if shown[0] == piece[0] else first + piece.index(shown)
        raw = boxes.around(begin, begin + length_of(shown) - 1)
        line = Line(piece, first, length, turn(raw) if turn else raw, raw)
        lines += [line] if first < handles.own else boxes.fields(line, turn)
    return lines if turn else boxes.with_gaps(lines)


def _turn(quarters: int) -> Callable[[Sides], Sides] | None:
    """What turning a page clockwise, by so many quarters, does to what stands on it."""
    if quarters == 1:
        return lambda box: Sides(box.bottom, -box.right, box.top, -box.left)
    if quarters == 2:
        return lambda box: Sides(-box.right, -box.top, -box.left, -box.bottom)
    if quarters == 3:
        return lambda box: Sides(-box.top, box.left, -box.bottom, box.right)
    return None


def _length(text: str) -> int:
    """Length in the 16-bit units pdfium counts in."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Boxes:
    """The way to the places of characters and of the text objects of a line."""

    def __init__(self, text: int) -> None:
        self.text = text
        self.box = native.Room(ctypes.c_float)  # in the order left, top, right, bottom
        self.loose = native.function("FPDFText_GetLooseCharBox")
        self.room = native.Room(ctypes.c_double)
        self.count = native.function("FPDFText_CountRects")
        self.get = native.function("FPDFText_GetRect")

    def around(self, first: int, last: int) -> Sides:
        """The box around two characters, each as high as its font; NOWHERE where they have none."""
        if first < 0 or not self.loose(self.text, first, self.box.places[0]):
            return NOWHERE
        left, top, right, bottom = self.box.read()
        if last <= first or not self.loose(self.text, last, self.box.places[0]):
            return Sides(left, bottom, right, top)
        other_left, other_top, other_right, other_bottom = self.box.read()
        return Sides(
            left if left < other_left else other_left,
            bottom if bottom < other_bottom else other_bottom,
            right if right > other_right else other_right,
            top if top > other_top else other_top,
        )

    def fields(self, line: Line, turn: Callable[[Sides], Sides] | None) -> list[Line]:
        """The parts of a line of form fields that stand level; pdfium does not look at that."""
        parts: list[Line] = []
        for index in range(line.start, line.start + line.length):
            raw = self.around(index, index)
            box = turn(raw) if turn else raw
            letter = units(line.text, index - line.start, index - line.start + 1)
            last = parts[-1] if parts else None
            if last and (box.right <= box.left or follows(last.box, box)):
                parts[-1] = Line(
                    last.text + letter,
                    last.start,
                    last.length + 1,
                    around((last.box, box)) if box.right > box.left else last.box,
                    around((last.raw, raw)) if box.right > box.left else last.raw,
                )
            elif box.right > box.left:
                parts.append(Line(letter, index, 1, box, raw))
        return parts

    def with_gaps(self, lines: list[Line]) -> list[Line]:
        """The lines with their widest gaps where enough of the long ones have wide ones."""
        long = [index for index, line in enumerate(lines) if len(line.text) >= LONG_LINE]
        if len(long) < MIN_COLUMN_LINES:
            return lines
        widths = {index: lines[index].box.right - lines[index].box.left for index in long}
        sample = [lines[index] for index in sorted(long, key=lambda i: -widths[i])[:_SAMPLE]]
        if sum(map(self._is_parted, sample)) < _MIN_SAMPLE:
            return lines
        lines = lines[:]
        for index in long:
            lines[index] = lines[index]._replace(gap=self._gap(lines[index]))
        return lines

    def _is_parted(self, line: Line) -> bool:
        """Whether a line is words with a gap in it; rows of tables have gaps and numbers."""
        digits = len(_DIGIT.findall(line.text))
        if digits > _MAX_DIGITS * len(line.text):
            return False
        left, right = self._gap(line)
        return MIN_GUTTER < right - left < MAX_GUTTER

    def _gap(self, line: Line) -> tuple[float, float]:
        """The sides of the wide room between text objects of a line, where there is just one."""
        count = self.count(self.text, line.start, line.length)
        places, flat = self.room.places, list[float]()
        for index in range(min(count, _MAX_RECTANGLES)):
            self.get(self.text, index, *places)
            flat += self.room.read()
        gaps = list(map(sub, flat[4::4], flat[2::4]))  # left of the next, right of this
        wide = [after for after, width in enumerate(gaps) if width >= MIN_GUTTER]
        if len(wide) != 1:
            return 0.0, 0.0
        after = wide[0]
        return flat[4 * after + 2], flat[4 * after + 4]


def cut_line(handles: Handles, line: Line, place: float) -> tuple[Line, Line]:
    """A line in two: what stands left of `place` on the page, and the rest."""
    box_of = native.function("FPDFText_GetCharBox")
    room = native.Room(ctypes.c_double)
    for index in range(line.start, line.start + line.length):
        known = box_of(handles.text, index, *room.places)
        left, right, _, _ = room.read()
        if known and right > left >= place:
            break
    else:
        return line, line._replace(text="", length=0, box=NOWHERE)
    cut = index - line.start
    left, right = line.gap
    first = line._replace(
        text=units(line.text, 0, cut).rstrip(),
        length=cut,
        box=line.box._replace(right=left),
        gap=(0.0, 0.0),
    )
    second = line._replace(
        text=units(line.text, cut, line.length),
        start=index,
        length=line.length - cut,
        box=line.box._replace(left=right),
        gap=(0.0, 0.0),
    )
    return first, second


def units(text: str, start: int, end: int) -> str:
    """Part of a text by the 16-bit units pdfium counts in."""
    if text.isascii():
        return text[start:end]
    encoded = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return encoded.decode("utf-16-le", "surrogatepass")
