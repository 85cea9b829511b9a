"""The picture of a page with a span of its document's text marked in yellow.

Words that were recognised have the boxes they were found in. Those of a text layer are looked for
among the characters of the page itself, so that what is marked is what the page shows there. What
is wanted is settled by `draw` where the document is; the file is foreign, so the page is drawn by
`page_picture` in a child process, which is given what it needs of the document alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError, UsageError
from rag.locate import Span, find_quote, find_span
from rag.types import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from PIL.Image import Image
    from pypdfium2 import PdfBitmap, PdfPage, PdfTextPage

    from rag.types import Page

#: Kinds of documents whose pages can be drawn.
DRAWN = ("pdf", "image")
#: Longest side of a picture in pixels; bounds its memory whatever size the file claims to have.
LONGEST_SIDE = 1600
_YELLOW = (255, 232, 60)
_OUTLINE = (214, 158, 0)  # visible on a dark page, where yellow under the letters is not
_PADDING = 3  # pixels around the letters

_ASKEW = 1.4  # times its tallest word that a row of recognised words may be high


class Drawing(NamedTuple):
    """A page as a PNG, and whether anything was marked on it."""

    png: bytes
    marked: bool


#: Draws a page (its number from 1) of a document with a span of its text marked; None where the
#: file is no longer the one that was read.
Drawer = Callable[[Document, int, Span | None], Drawing | None]


class Picture(NamedTuple):
    """A page of a document as a PNG, the file it was drawn from, and the span marked on it."""

    png: bytes
    document: str
    source: Path
    page: int
    span: Span | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return size_of(self.png)


class Wanted(NamedTuple):
    """What to draw: a page (from 1), and the span of the document's text to mark, or its words.

    A span finds its page where none is given; a quote is the first span that reads so.
    """

    page: int | None = None
    span: Span | None = None
    quote: str = ""


class Box(NamedTuple):
    """A rectangle: in points from the lower left corner of a page, or in pixels of a picture."""

    left: float
    low: float
    right: float
    high: float


def draw(document: Document, name: str, source: Path, wanted: Wanted, drawer: Drawer) -> Picture:
    """Draw what is wanted of the document `name`, which was read from the file at `source`.

    Raises UsageError for a page or a span that there is not, ReadError where the file cannot be had
    or drawn, or the span is not found on the picture.
    """
    number, span = _page_and_span(document, name, wanted)
    drawing = drawer(*page_alone(document, number, span))
    if drawing is None and source.exists():
        raise ReadError(f"{source} has changed since it was read", f"Read it: rag ingest {source}")
    if drawing is None:
        raise ReadError(f"{source} is gone", f"Bring it back, or: rag rm {name}")
    if span and not drawing.marked:
        raise ReadError(
            f"Page {number} of {name} shows other words than the text has there",
            f"Draw it as it is: rag show {name} --page {number} -o page.png",
        )
    return Picture(drawing.png, name, source, number, span)


def page_alone(
    document: Document, number: int, span: Span | None
) -> tuple[Document, int, Span | None]:
    """The document of one page, with its number, and the part of the span that stands on it."""
    page = next(page for page in document.pages if page.number == number)
    shift, text = page.start, document.text[page.start : page.end]
    boxes = tuple(
        replace(box, start=box.start - shift, end=box.end - shift)
        for box in document.boxes
        if page.start <= box.start and box.end <= page.end
    )
    alone = Document(
        document.id,
        document.title,
        text,
        pages=(replace(page, start=0, end=len(text)),),
        boxes=boxes,
        kind=document.kind,
    )
    if span is None:
        return alone, number, None
    start, end = _on(page, span)
    return alone, number, (start - shift, end - shift)


def page_png(
    data: bytes, document: Document, number: int, span: Span | None, *, password: str = ""
) -> Drawing:
    """What `page_picture` draws, as a PNG."""
    image, marked = page_picture(data, document, number, span, password=password)
    held = io.BytesIO()
    image.save(held, "PNG")
    return Drawing(held.getvalue(), marked)


def _page_and_span(document: Document, name: str, wanted: Wanted) -> tuple[int, Span | None]:
    if document.kind not in DRAWN or not document.pages:
        raise UsageError(
            f"{name} has no pages that can be drawn", f"Read its text: rag show {name}"
        )
    page = None if wanted.page is None else page_of(document, name, wanted.page)
    span = _quoted(document, name, page, wanted.quote) if wanted.quote else wanted.span
    if span is not None:
        return _page_of_span(document, name, page, span).number, span
    if page is None and len(document.pages) > 1:
        raise UsageError(f"{name} has {len(document.pages)} pages", "Say which to draw: --page N")
    return (page or document.pages[0]).number, None


def page_of(document: Document, name: str, number: int) -> Page:
    """The page with this number. Raises UsageError where there is none."""
    for page in document.pages:
        if page.number == number:
            return page
    raise UsageError(
        f"{name} has {len(document.pages)} pages, none with the number {number}",
        f"See all of it: rag show {name}",
    )


def _quoted(document: Document, name: str, page: Page | None, quote: str) -> Span:
    """The first span, of the page or of the document, that reads as a quote."""
    start, end = (page.start, page.end) if page else (0, len(document.text))
    for first, last in find_quote(document.text[start:end], quote):
        return start + first, start + last
    where = f"Page {page.number} of {name}" if page else name
    raise UsageError(f"{where} does not say “{quote}”", f'Look for it: rag search "{quote}"')


def _page_of_span(document: Document, name: str, page: Page | None, span: Span) -> Page:
    """The given page, or else the first one, that holds some of a span."""
    start, end = span
    said = f"the characters {start}:{end} of {name}"
    if not 0 <= start < end <= len(document.text):
        raise UsageError(
            f"There are no such things as {said}: its text has {len(document.text)}",
            'Citations name those of a quote: rag ask "…" --json',
        )
    holding = [held for held in document.pages if document.text[slice(*_on(held, span))].strip()]
    if page in holding:
        return page
    if not holding:
        raise UsageError(f"There is nothing but space in {said}", f"Read it: rag show {name}")
    if page:
        raise UsageError(
            f"Page {page.number} holds none of {said}",
            f"Draw the page that does: --page {holding[0].number}",
        )
    return holding[0]


def _on(page: Page, span: Span) -> Span:
    """The part of a span that stands on a page, empty where none does."""
    start = max(page.start, span[0])
    return start, max(start, min(page.end, span[1]))


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the header of every PNG has them."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def marked_at(png: bytes) -> float | None:
    """The share of a drawn page's height, from 0 at its top, at which the first mark begins.

    None where nothing is marked.
    """
    import numpy as np
    from PIL import Image

    channels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).transpose(2, 0, 1)
    red, green, blue = (channel == value for channel, value in zip(channels, _OUTLINE, strict=True))
    rows = np.flatnonzero((red & green & blue).any(axis=1))
    return float(rows[0] / len(red)) if len(rows) else None


def page_picture(
    data: bytes, document: Document, number: int, span: Span | None = None, *, password: str = ""
) -> tuple[Image, bool]:
    """Draw page `number` of a document, `data` being its file, with a span of its text marked.

    Gives the picture, at most `LONGEST_SIDE` pixels wide and high, and whether anything was marked.
    Raises ReadError where the file or the page cannot be opened.
    """
    page = next(page for page in document.pages if page.number == number)
    wanted = _on(page, span or (page.start, page.start))
    if document.kind == "image":
        picture = _photo(data, number)
        boxes = list(_recognised_boxes(document, wanted, picture))
    else:
        picture, boxes = _pdf_page(data, document, page, wanted, password)
    _mark(picture, boxes)
    return picture, bool(boxes)


def _photo(data: bytes, number: int) -> Image:
    from rag.readers.image import open_image, upright

    picture = upright(open_image(data), number - 1, LONGEST_SIDE**2).convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture


def _pdf_page(
    data: bytes, document: Document, page: Page, wanted: Span, password: str
) -> tuple[Image, list[Box]]:
    """A page as a picture, and what to mark on it."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        with PdfDocument(data, password=password or None) as pdf:
            drawn = pdf[page.number - 1]
            bitmap = drawn.render(scale=LONGEST_SIDE / max(*drawn.get_size(), 1.0))
            picture: Image = bitmap.to_pil().convert("RGB")
            if page.recognised:
                return picture, list(_recognised_boxes(document, wanted, picture))
            text = document.text[page.start : page.end]
            start, end = (place - page.start for place in wanted)
            return picture, list(_layer_boxes(drawn, bitmap, text, (start, end)))
    except PdfiumError as error:
        raise ReadError(f"the page cannot be drawn: {error}") from error


def _recognised_boxes(document: Document, wanted: Span, picture: Image) -> Iterator[Box]:
    """Where the recognised words that a span touches stand on the picture of their page."""
    width, height = picture.size
    boxes = [
        Box(box.left * width, box.top * height, box.right * width, box.bottom * height)
        for box in document.boxes
        if box.start < wanted[1] and box.end > wanted[0]
    ]
    tallest = max((box.high - box.low for box in boxes), default=0.0)
    for box in _rows(boxes, _ASKEW * tallest):
        yield _padded((box.left, box.low), (box.right, box.high))


def _layer_boxes(page: PdfPage, bitmap: PdfBitmap, text: str, wanted: Span) -> Iterator[Box]:
    """Where a span of the page's `text` stands on its picture, by the page's own characters."""
    convert = bitmap.get_posconv(page)
    textpage = page.get_textpage()
    for start, end in find_span(_characters(textpage), text, wanted):
        for box in _rows(_boxes(textpage, start, end)):
            yield _padded(
                convert.to_bitmap(box.left, box.low), convert.to_bitmap(box.right, box.high)
            )
    textpage.close()


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


def _rows(boxes: Iterable[Box], highest: float = inf) -> list[Box]:
    """One box for each row of letters: those that follow to the right at about the same height.

    A row begins anew where it would become higher than `highest`, as on a page that lies askew.
    """
    rows: list[Box] = []
    for box in boxes:
        last = rows[-1] if rows else None
        level = last is not None and box.low < last.high and box.high > last.low
        if last is not None and level and box.left >= last.left:
            low, high = min(last.low, box.low), max(last.high, box.high)
            if high - low <= highest:
                rows[-1] = Box(last.left, low, max(last.right, box.right), high)
                continue
        rows.append(box)
    return rows


def _padded(corner: tuple[float, float], opposite: tuple[float, float]) -> Box:
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
