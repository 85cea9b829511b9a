"""Pictures of pages, scanned or photographed: their text by recognition, a TIFF page by page."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.dates import date_of
from rag.readers.ocr import MAX_PIXELS, available, recognise_scans, scan_of
from rag.readers.options import DEFAULT, Options
from rag.types import Box, Document, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from rag.readers.ocr import Scan

_FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")
_PAGED_FORMAT = "TIFF"
#: A smaller picture, of a screen most likely, is doubled: of a page at 96 dots per inch 0.94 of
#: the words are recognised then, 0.83 as it is.
_SMALL = 2_000_000
#: Inches along the longer side of the paper that a picture is taken to show: A4.
_PAPER = 11.7
_PAGE_BREAK = "\n\n"

#: what Pillow raises on damaged files
_BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def read_image(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a picture of a page; `name` is the file's name, from which it has its title.

    Raises ReadError where it is no picture or a broken one, where recognition is switched off or
    not installed, and where no text is found.
    """
    if options.ocr == "never":
        raise ReadError("a picture, and recognition is switched off", "Allow it: --ocr auto")
    if hint := available(options.languages):
        raise ReadError("a picture, and there is no program to recognise its text", hint)
    text, pages, boxes, problems = _recognised(open_image(data), options)
    if not text.strip():
        raise ReadError(next(iter(problems.values()), "no text was recognised in the picture"))
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=PurePath(name).stem,
        text=text,
        pages=pages,
        kind="image",
        date=date_of(name, text),
        boxes=boxes,
        notes=tuple(f"page {number}: {problem}" for number, problem in problems.items()),
    )


def _recognised(
    image: Image, options: Options
) -> tuple[str, tuple[Page, ...], tuple[Box, ...], dict[int, str]]:
    """The text with its pages and boxes, and what went wrong by page."""
    texts, pages, boxes, problems = [], [], [], {}
    start = 0
    for index, (text, words, problem) in recognise_scans(_scans(image, options), options):
        options.on_page(True)
        pages.append(Page(index + 1, None, start, start + len(text), "scan", recognised=True))
        boxes += [Box(start + first, start + last, *sides) for first, last, *sides in words]
        texts.append(text)
        if problem:
            problems[index + 1] = problem
        start += len(text) + len(_PAGE_BREAK)
    return _PAGE_BREAK.join(texts), tuple(pages), tuple(boxes), problems


def _scans(image: Image, options: Options) -> Iterator[tuple[int, Scan | str]]:
    """Every page for recognition, or what is wrong with it. Raises ReadError for too many."""
    for index in range(options.limits.pages + 1):
        if not has_page(image, index):
            return
        if index == options.limits.pages:
            raise ReadError(f"too many pages: at most {index:,} are read")
        try:
            picture = upright(image, index, MAX_PIXELS).convert("L")
        except ReadError as error:
            yield index, error.message
            continue
        if picture.width * picture.height < _SMALL:
            picture = picture.resize((2 * picture.width, 2 * picture.height))
        yield index, scan_of(picture, max(picture.size) / _PAPER)


def open_image(data: bytes) -> Image:
    """The picture in a file, not yet decoded. Raises ReadError where it is none, or a bomb."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise ReadError("broken picture: it is in none of the formats that are read") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ReadError(
            "the picture is too large to be decoded", "Save it with fewer pixels and try again"
        ) from error
    except _BROKEN as error:
        raise ReadError(f"broken picture: {error}") from error


def has_page(image: Image, index: int) -> bool:
    """Whether a picture has a page with this index, from 0; makes it the current one."""
    if index and image.format != _PAGED_FORMAT:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.seek(index)
    except _BROKEN:
        return False
    return True


def upright(image: Image, index: int, pixels: int) -> Image:
    """Page `index` of a picture as a person holds it, on white, in grey or colours.

    It has at most so many `pixels`. Raises ReadError where it cannot be decoded.
    """
    from PIL import Image as Images
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Images.DecompressionBombWarning)
            image.seek(index)
            image.draft(None, _bounded(image, pixels))
            ImageOps.exif_transpose(image, in_place=True)
            picture = _opaque(image)
    except (Images.DecompressionBombError, Images.DecompressionBombWarning) as error:
        raise ReadError("the picture is too large to be decoded") from error
    except _BROKEN as error:
        raise ReadError(f"broken picture: {error}") from error
    picture.thumbnail(_bounded(picture, pixels))
    return picture


def _bounded(image: Image, pixels: int) -> tuple[int, int]:
    """The size of a picture, or the largest like it with so many pixels."""
    scale = min((pixels / (image.width * image.height)) ** 0.5, 1.0)
    return max(int(image.width * scale), 1), max(int(image.height * scale), 1)


def _opaque(image: Image) -> Image:
    """A picture in grey (L) or colours (RGB), on white where it is transparent."""
    from PIL import Image as Images

    if image.has_transparency_data:
        paper = Images.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    if image.mode.startswith("I;16"):  # Pillow would cut off what lies above 255
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")
