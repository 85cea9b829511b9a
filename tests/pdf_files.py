"""PDF files for the tests, made here: with a library, and object by object where bytes matter."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Document

FONTS = sorted(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"))
needs_cyrillic_font = pytest.mark.skipif(not FONTS, reason="no TrueType font with Cyrillic letters")


def make_pdf(pages: Iterable[Sequence[str]], *, font: Path | None = None, title: str = "") -> bytes:
    """A PDF with one line of text below the other on every page."""
    pdf = FPDF()
    pdf.set_creation_date(datetime(2024, 5, 17, tzinfo=UTC))
    if title:
        pdf.set_title(title)
    if font:
        pdf.add_font("text", fname=font)
    pdf.set_font("text" if font else "Helvetica", size=11)
    for lines in pages:
        pdf.add_page()
        for line in lines:
            pdf.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def placed_pdf(words: Iterable[tuple[float, float, str]], *, size: float = 10) -> bytes:
    """A PDF of one page with words at places, in points from the lower left corner, in order."""
    shown = " ".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, text in words)
    return raw_pdf(shown)


def rewrite(
    data: bytes,
    *,
    password: str = "",
    owner: str | None = None,
    labels: bool = False,
    outline: Sequence[str] = (),
    turned: int = 0,
) -> bytes:
    """The PDF again, with what was asked for added."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    if labels:
        writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
        writer.set_page_label(2, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    parent = None
    for index, entry in enumerate(outline):
        parent = writer.add_outline_item(title=entry, page_number=index, parent=parent)
    for page in writer.pages:
        page.rotate(turned)
    if password or owner is not None:
        writer.encrypt(password, owner, algorithm="AES-256")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def raw_pdf(
    *contents: str,
    page: str = "",
    objects: Sequence[str] = (),
    count: int | None = None,
    trailer: str = "",
) -> bytes:
    """A PDF with these content streams, a page each, 600 by 800 points.

    The streams may name the fonts /F (Helvetica) and /B (its bold), the pictures /White and /Black
    of one pixel, the graphics states /Clear, /Half and /Multiply, and the form /Form, which holds
    «Inside a form». `page` is added to every page, `objects` follow as objects 20, 21, …
    """
    pixel = "<</Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
    inside = "BT /F 12 Tf 72 300 Td (Inside a form) Tj ET"
    known = {
        1: "<</Type /Catalog /Pages 2 0 R>>",
        3: "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        4: "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold>>",
        5: _stream("\xff", f"{pixel}/ColorSpace /DeviceGray"),
        6: _stream("\x00", f"{pixel}/ColorSpace /DeviceGray"),
        7: (
            "<</Font <</F 3 0 R /B 4 0 R>> /XObject <</White 5 0 R /Black 6 0 R /Form 8 0 R>> "
            "/ExtGState <</Clear <</ca 0>> /Half <</ca 0.5>> /Multiply <</BM /Multiply>>>>>>"
        ),
        8: _stream(
            inside,
            "<</Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources <</Font <</F 3 0 R>>>>",
        ),
    }
    known |= {20 + number: text for number, text in enumerate(objects)}
    first = 20 + len(objects)
    kids = []
    for number, content in enumerate(contents):
        place = first + 2 * number
        kids.append(f"{place} 0 R")
        known[place] = (
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources 7 0 R "
            f"/Contents {place + 1} 0 R {page}>>"
        )
        known[place + 1] = _stream(content, "<<")
    total = len(contents) if count is None else count
    known[2] = f"<</Type /Pages /Count {total} /Kids [{' '.join(kids)}]>>"
    return _file(known, trailer)


def _stream(content: str, head: str) -> str:
    return f"{head} /Length {len(content)}>>\nstream\n{content}\nendstream"


def _file(objects: dict[int, str], trailer: str) -> bytes:
    written = b"%PDF-1.7\n"
    places = {}
    for number, text in objects.items():
        places[number] = len(written)
        written += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    size = max(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n" + "".join(
        f"{places[n]:010} 00000 n \n" if n in places else "0000000000 65535 f \n"
        for n in range(1, size)
    )
    end = f"trailer <</Size {size} /Root 1 0 R {trailer}>>\nstartxref\n{len(written)}\n%%EOF\n"
    return written + (table + end).encode()


def page_texts(document: Document) -> list[str]:
    return [document.text[page.start : page.end] for page in document.pages]


def marked(document: Document, kind: str = "aside", note: str = "") -> list[str]:
    """The texts of the marks of a kind, with this note."""
    return [
        document.text[mark.start : mark.end]
        for mark in document.marks
        if mark.kind == kind and mark.note == note
    ]
