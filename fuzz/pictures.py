"""Small pictures of a line of text, one a format."""

from __future__ import annotations

import io
from functools import cache

#: Suffix to Pillow's name of the format.
PICTURES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".webp": "WEBP",
}
_SIZE = (220, 40)  # pixels


@cache
def picture(suffix: str) -> bytes:
    """A picture in the format of a suffix; a TIFF has two pages."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", _SIZE, "white")
    ImageDraw.Draw(page).text((8, 8), "Kestrel binder 640", fill="black", font_size=20)
    stream = io.BytesIO()
    kind = PICTURES[suffix]
    if kind == "TIFF":
        page.save(stream, kind, save_all=True, append_images=[page.rotate(180)])
    else:
        page.save(stream, kind)
    return stream.getvalue()
