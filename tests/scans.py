"""Pages as a scanner or a camera gives them, drawn here, and how well they were recognised."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image as Images
from PIL import ImageChops, ImageDraw, ImageFilter, ImageFont

from rag.readers.ocr import available

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

FONTS = sorted(Path("/usr/share/fonts").rglob("DejaVuSerif.ttf"))
needs_tesseract = pytest.mark.skipif(
    bool(available("rus+eng")) or not FONTS, reason="tesseract with Russian, or a font, is missing"
)

CONTRACT = """Договор поставки № 17
Поставщик обязуется передать насосы в срок до 15 марта,
а покупатель оплачивает их в течение десяти дней.
Всего к оплате 1 250 рублей, в том числе НДС 20 %."""
RENTAL = """Rental agreement
The tenant pays 640 euros on the first day of every month.
Either side may end the lease with ninety days' notice;
the deposit is returned within six weeks."""


def font(dpi: int) -> FreeTypeFont:
    """A font with serifs in 12 points."""
    return ImageFont.truetype(FONTS[0], round(12 / 72 * dpi))


def drawn(text: str, dpi: int = 200) -> Image:
    """Half of an A4 page with a text in 12 points."""
    page = Images.new("L", (round(8.27 * dpi), round(5.8 * dpi)), 255)
    draw = ImageDraw.Draw(page)
    draw.multiline_text((dpi, dpi), text, fill=0, font=font(dpi), spacing=dpi // 12)
    return page


def scanned(page: Image, seed: int) -> Image:
    """The page as a scanner gives it: askew, blurred, grey and grainy."""
    tilt = random.Random(seed).uniform(-0.7, 0.7)
    page = page.rotate(tilt, Images.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(0.7)).point(lambda value: value * 0.75 + 40)
    grain = Images.frombytes(
        "L", page.size, random.Random(seed).randbytes(page.width * page.height)
    )
    return Images.blend(page, grain.filter(ImageFilter.BoxBlur(1)), 0.15)


def photographed(page: Image) -> Image:
    """The page under a lamp that leaves its right side dark."""
    light = Images.linear_gradient("L").rotate(90).resize(page.size).point(lambda v: 80 + v * 0.68)
    return ImageChops.multiply(page.point(lambda value: value * 0.8 + 30), light)


def character_accuracy(expected: str, got: str) -> float:
    """One less the edits that lead from one text to the other, for every character expected.

    White space counts as one space.
    """
    expected, got = " ".join(expected.split()), " ".join(got.split())
    row = list(range(len(got) + 1))
    for i, wanted in enumerate(expected, start=1):
        last, row[0] = row[0], i
        for j, found in enumerate(got, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (wanted != found))
    return 1 - row[-1] / len(expected)
