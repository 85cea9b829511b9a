"""The picture of a PDF page with a quote marked in yellow.

The quote is looked for among the characters of the page itself, so that what is marked is what the
page shows there. White space, hyphens and control characters are left out of the comparison: lines
and words broken at their end read differently in the extracted text.
"""

from __future__ import annotations

import re
import unicodedata
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL.Image import Image
    from pypdfium2 import PdfPage, PdfTextPage

#: Longest side of a picture in pixels; bounds its memory whatever size the file claims to have.
LONGEST_SIDE = 1600
_YELLOW = (255, 232, 60)
_OUTLINE = (214, 158, 0)  # visible on a dark page, where yellow under the letters is not
_PADDING = 3  # pixels around the letters
_NOT_COMPARED = ("C", "Z", "Pd")  # Unicode categories: control, separator, dash
_LAST_COMPARED = "\uffff"  # pdfium gives the two halves of what lies beyond

_pdfium = Lock()  # pdfium may be used by one thread at a time


class Box(NamedTuple):
    """A rectangle: in points from the lower left corner of a page, or in pixels of a picture."""

    left: float
    low: float
    right: float
    high: float


class _Letters(NamedTuple):
    """The characters of a text that are compared, and where each stands in it."""

    text: str
    places: list[int]


def page_picture(data: bytes, page: int, quote: str) -> tuple[Image, bool]:
    """Draw page `page` (from 1) of a PDF, `quote` marked wherever the page has it word for word.

    Gives the picture, at most `LONGEST_SIDE` pixels wide and high, and whether anything was marked.
    Raises ReadError where the file or the page cannot be opened.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    with _pdfium:
        try:
            with PdfDocument(data) as pdf:
                if not 1 <= page <= len(pdf):
                    raise ReadError(f"there is no page {page}: the file has {len(pdf)}")
                return _draw(pdf[page - 1], quote)
        except PdfiumError as error:
            raise ReadError(f"the page cannot be drawn: {error}") from error


def _draw(page: PdfPage, quote: str) -> tuple[Image, bool]:
    bitmap = page.render(scale=LONGEST_SIDE / max(*page.get_size(), 1.0))
    convert = bitmap.get_posconv(page)
    textpage = page.get_textpage()
    boxes = [
        _pixels(convert.to_bitmap(box.left, box.low), convert.to_bitmap(box.right, box.high))
        for start, end in find_quote(_characters(textpage), quote)
        for box in _rows(_boxes(textpage, start, end))
    ]
    picture: Image = bitmap.to_pil().convert("RGB")
    _mark(picture, boxes)
    textpage.close()
    return picture, bool(boxes)


def find_quote(text: str, quote: str) -> list[tuple[int, int]]:
    """Spans of `text` that read as `quote`, not counting white space, hyphens and control marks.

    A span begins and ends where a word does.
    """
    held, wanted = _letters(text), _letters(quote).text
    if not wanted:
        return []
    spans = (
        (held.places[match.start()], held.places[match.end() - 1] + 1)
        for match in re.finditer(re.escape(wanted), held.text)
    )
    return [
        (start, end)
        for start, end in spans
        if not _inside_word(text, start) and not _inside_word(text, end)
    ]


def _letters(text: str) -> _Letters:
    places = [
        place
        for place, character in enumerate(text)
        if character <= _LAST_COMPARED
        and not unicodedata.category(character).startswith(_NOT_COMPARED)
    ]
    return _Letters("".join(text[place] for place in places), places)


def _inside_word(text: str, place: int) -> bool:
    """Whether a letter or digit stands on both sides of a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _characters(textpage: PdfTextPage) -> str:
    """The page's characters, one for each index pdfium knows a box of."""
    from pypdfium2 import raw

    codes = (raw.FPDFText_GetUnicode(textpage, index) for index in range(textpage.count_chars()))
    return "".join(map(chr, codes))


def _boxes(textpage: PdfTextPage, start: int, end: int) -> Iterator[Box]:
    """Boxes of the characters that have an extent: those pdfium put in itself have none."""
    for index in range(start, end):
        box = Box(*textpage.get_charbox(index))
        if box.right > box.left and box.high > box.low:
            yield box


def _rows(boxes: Iterable[Box]) -> list[Box]:
    """One box for each row of letters: those that follow to the right at about the same height."""
    rows: list[Box] = []
    for box in boxes:
        last = rows[-1] if rows else None
        level = last is not None and box.low < last.high and box.high > last.low
        if last is not None and level and box.left >= last.left:
            low, high = min(last.low, box.low), max(last.high, box.high)
            rows[-1] = Box(last.left, low, max(last.right, box.right), high)
        else:
            rows.append(box)
    return rows


def _pixels(corner: tuple[int, int], opposite: tuple[int, int]) -> Box:
    """The box of two corners, padded; a picture counts from the top, and a page may be turned."""
    (x, y), (other_x, other_y) = corner, opposite
    return Box(
        min(x, other_x) - _PADDING,
        min(y, other_y) - _PADDING,
        max(x, other_x) + _PADDING,
        max(y, other_y) + _PADDING,
    )


def _mark(picture: Image, boxes: Iterable[Box]) -> None:
    """Lay yellow under the letters, as a marker pen does, and a line around."""
    from PIL import Image, ImageChops, ImageDraw

    draw = ImageDraw.Draw(picture)
    for box in boxes:
        left, top = max(int(box.left), 0), max(int(box.low), 0)
        right, bottom = min(int(box.right), picture.width), min(int(box.high), picture.height)
        if left >= right or top >= bottom:
            continue
        part = picture.crop((left, top, right, bottom))
        pen = Image.new("RGB", part.size, _YELLOW)
        picture.paste(ImageChops.multiply(part, pen), (left, top))
        draw.rectangle((left, top, right - 1, bottom - 1), outline=_OUTLINE)
