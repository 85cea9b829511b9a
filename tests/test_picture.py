"""A page as a picture, a span of its text marked where it stands."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fpdf import FPDF
from PIL import Image as Images
from pypdfium2 import PdfDocument
from scans import CONTRACT, drawn, font, needs_tesseract

from rag.app import App
from rag.errors import ReadError, UsageError
from rag.picture import (
    LONGEST_SIDE,
    Picture,
    Wanted,
    draw,
    marked_at,
    page_picture,
    page_png,
)
from rag.types import Box, Document, Page

if TYPE_CHECKING:
    from PIL.Image import Image

KETTLE = "The kettle boils in four minutes."
LID = "The lid locks by itself when the water is hot enough to scald a hand that reaches in."
#: what the pages say, each line a paragraph
PAGES = (("Before it.", KETTLE, "Between.", KETTLE, "After it."), ("Before it.", LID, "After it."))
A4 = (210.0, 297.0)


def pdf_of(size: tuple[float, float] = A4) -> bytes:
    pdf = FPDF(format=size)
    pdf.set_font("Helvetica", size=12)
    for lines in PAGES:
        pdf.add_page()
        pdf.multi_cell(80, 8, "\n".join(lines))
    return bytes(pdf.output())


def turned(data: bytes) -> bytes:
    """A PDF with its pages turned by a quarter."""
    stream = io.BytesIO()
    with PdfDocument(data) as pdf:
        for page in pdf:
            page.set_rotation(90)
        pdf.save(stream)
    return stream.getvalue()


def document(kind: Any = "pdf", recognised: bool = False, boxes: tuple[Box, ...] = ()) -> Document:
    """What was read from `pdf_of`."""
    texts = ["\n".join(lines) for lines in PAGES]
    starts = (0, len(texts[0]) + 2)
    pages = tuple(
        Page(number, None, start, start + len(text), recognised=recognised)
        for number, (start, text) in enumerate(zip(starts, texts, strict=True), start=1)
    )
    return Document("id", "Kettles", "\n\n".join(texts), pages, kind=kind, boxes=boxes)


def span_of(words: str, occurrence: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(occurrence + 1):
        start = document().text.index(words, start + 1)
    return start, start + len(words)


def yellow(image: Image) -> tuple[int, int, int, int]:
    """The smallest rectangle that holds all the marker's yellow; empty where there is none."""
    marked = bytes(
        255 if red > 240 and green > 210 and blue < 90 else 0
        for red, green, blue in image.get_flattened_data()
    )
    return Images.frombytes("L", image.size, marked).getbbox() or (0, 0, 0, 0)


def height(box: tuple[int, int, int, int]) -> int:
    return box[3] - box[1]


def test_the_span_is_marked_where_it_stands_and_nowhere_else() -> None:
    image, marked = page_picture(pdf_of(), document(), 1, span_of(KETTLE))
    plain, unmarked = page_picture(pdf_of(), document(), 1)
    box = yellow(image)
    assert (marked, unmarked) == (True, False)
    assert height(box) < 40  # one line of letters
    below = (0, box[3] + 4, *image.size)
    assert image.crop(below).tobytes() == plain.crop(below).tobytes()


def test_where_the_mark_begins_is_told_by_the_picture() -> None:
    image, _ = page_picture(pdf_of(), document(), 1, span_of(KETTLE, 1))
    png, _ = page_png(pdf_of(), document(), 1, span_of(KETTLE, 1))
    assert marked_at(png) == pytest.approx(yellow(image)[1] / image.height, abs=2 / image.height)
    assert marked_at(page_png(pdf_of(), document(), 1, None).png) is None


def test_of_words_that_stand_twice_those_are_marked_that_are_meant() -> None:
    first, second = (
        yellow(page_picture(pdf_of(), document(), 1, span_of(KETTLE, occurrence))[0])
        for occurrence in (0, 1)
    )
    assert first[3] < second[1]
    assert height(first) == pytest.approx(height(second), abs=1)


def test_a_part_of_a_line_is_marked_alone() -> None:
    whole = yellow(page_picture(pdf_of(), document(), 1, span_of(KETTLE))[0])
    part = yellow(page_picture(pdf_of(), document(), 1, span_of("four minutes"))[0])
    assert whole[0] < part[0] < part[2] < whole[2]


def test_a_span_over_several_lines_is_marked_on_each() -> None:
    one, _ = page_picture(pdf_of(), document(), 1, span_of(KETTLE))
    image, marked = page_picture(pdf_of(), document(), 2, span_of(LID))
    assert marked
    assert height(yellow(image)) > 1.9 * height(yellow(one))


def test_of_a_span_over_two_pages_each_shows_its_part() -> None:
    span = (span_of("After it.")[0], span_of("Before it.", 1)[1])
    first, second = (page_picture(pdf_of(), document(), page, span)[0] for page in (1, 2))
    assert yellow(first)[1] > yellow(second)[3] > 0


def test_a_span_is_marked_on_a_page_that_is_turned() -> None:
    image, marked = page_picture(turned(pdf_of()), document(), 1, span_of(KETTLE))
    box = yellow(image)
    assert marked
    assert image.width > image.height
    assert height(box) > 3 * (box[2] - box[0])


def test_what_the_page_does_not_say_is_not_marked() -> None:
    said = document()
    other = Document("id", "", said.text.replace("kettle", "cattle"), said.pages, kind="pdf")
    start, end = span_of("kettle")
    image, marked = page_picture(pdf_of(), other, 1, (start, end))
    assert not marked
    assert yellow(image) == (0, 0, 0, 0)


def test_recognised_words_are_marked_by_their_boxes() -> None:
    start, end = span_of("kettle boils")
    boxes = (
        Box(0, 6, 0.1, 0.1, 0.2, 0.12),
        Box(start, start + 6, 0.5, 0.5, 0.6, 0.52),
        Box(start + 7, end, 0.62, 0.5, 0.7, 0.52),
    )
    said = document(recognised=True, boxes=boxes)
    image, marked = page_picture(pdf_of(), said, 1, (start, end))
    left, top, right, bottom = yellow(image)
    assert marked
    assert left / image.width == pytest.approx(0.5, abs=0.01)
    assert right / image.width == pytest.approx(0.7, abs=0.01)
    assert (top / image.height, bottom / image.height) == pytest.approx((0.5, 0.52), abs=0.01)


def test_a_row_that_lies_askew_is_marked_in_steps() -> None:
    boxes = tuple(
        Box(n, n + 1, 0.1 + n / 20, 0.5 + n / 100, 0.14 + n / 20, 0.52 + n / 100) for n in range(10)
    )
    image, _ = page_picture(pdf_of(), document(recognised=True, boxes=boxes), 1, (0, 10))
    left, top, _, bottom = yellow(image)
    below = image.crop((left, bottom - 20, left + 100, bottom))
    assert (bottom - top) / image.height == pytest.approx(0.11, abs=0.01)
    assert yellow(below) == (0, 0, 0, 0)


def test_a_photo_is_drawn_upright_with_its_words_marked() -> None:
    exif = Images.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    stream = io.BytesIO()
    Images.new("RGB", (3200, 2000), "white").save(stream, "JPEG", exif=exif)
    said = document("image", recognised=True, boxes=(Box(0, 6, 0.1, 0.8, 0.5, 0.9),))
    image, marked = page_picture(stream.getvalue(), said, 1, (0, 6))
    left, top, _, _ = yellow(image)
    assert marked
    assert image.size == (LONGEST_SIDE * 5 // 8, LONGEST_SIDE)
    assert (left / image.width, top / image.height) == pytest.approx((0.1, 0.8), abs=0.01)


@pytest.mark.parametrize("size", [A4, (5000.0, 100.0), (40.0, 5000.0)])
def test_a_picture_is_bounded_whatever_the_size_of_the_page(size: tuple[float, float]) -> None:
    image, _ = page_picture(pdf_of(size), document(), 1)
    assert max(image.size) <= LONGEST_SIDE + 1


@pytest.mark.parametrize("kind", ["pdf", "image"])
def test_a_file_that_cannot_be_drawn_is_an_error(kind: str) -> None:
    with pytest.raises(ReadError, match=r"cannot be drawn|broken picture"):
        page_picture(b"neither a PDF nor a picture", document(kind), 1)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(page=2), (2, None)),
        (Wanted(span=span_of(LID)), (2, span_of(LID))),
        (Wanted(page=1, span=span_of(KETTLE, 1)), (1, span_of(KETTLE, 1))),
        (Wanted(quote="the water is hot"), (2, span_of("the water is hot"))),
        (Wanted(page=2, quote="After it."), (2, span_of("After it.", 1))),
        (Wanted(quote="After it."), (1, span_of("After it."))),
    ],
)
def test_a_page_is_found_by_its_number_a_span_or_a_quote(
    tmp_path: Path, wanted: Wanted, expected: tuple[int, tuple[int, int] | None]
) -> None:
    picture = draw(document(), "k.pdf", tmp_path / "k.pdf", wanted, partial(page_png, pdf_of()))
    assert (picture.page, picture.span) == expected


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        (Wanted(), "k.pdf has 2 pages", "--page N"),
        (Wanted(page=3), "has 2 pages, none with the number 3", "rag show k.pdf"),
        (Wanted(page=0), "none with the number 0", "rag show k.pdf"),
        (Wanted(page=1, span=span_of(LID)), "Page 1 holds none of", "--page 2"),
        (Wanted(span=(5, 5)), "no such things as the characters 5:5", "rag ask"),
        (Wanted(span=(0, 10_000)), "its text has", "rag ask"),
        (
            Wanted(span=(span_of(LID)[0] - 12, span_of(LID)[0] - 11)),
            "nothing but space",
            "rag show",
        ),
        (Wanted(quote="a cold hand"), "k.pdf does not say", "rag search"),
        (Wanted(page=1, quote=LID), "Page 1 of k.pdf does not say", "rag search"),
    ],
)
def test_a_wrong_page_or_span_is_told_with_what_to_do(
    tmp_path: Path, wanted: Wanted, message: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        draw(document(), "k.pdf", tmp_path / "k.pdf", wanted, partial(page_png, pdf_of()))
    assert hint in raised.value.hint


def png_of(width: int, height: int) -> bytes:
    held = io.BytesIO()
    Images.new("RGB", (width, height)).save(held, "PNG")
    return held.getvalue()


def nothing(*_: object) -> None:
    """A file that is no longer there."""


def test_what_has_no_pages_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no pages that can be drawn"):
        draw(Document("id", "", "words"), "a.txt", tmp_path / "a.txt", Wanted(page=1), nothing)


@pytest.fixture
def kettles(tmp_path: Path, rag: Any) -> Path:
    """A PDF in the library of the command line."""
    path = tmp_path / "papers" / "kettles.pdf"
    path.parent.mkdir()
    path.write_bytes(pdf_of())
    assert rag("ingest", path.parent).code == 0
    return path


@pytest.mark.usefixtures("kettles")
def test_show_draws_the_page_of_a_citation(rag: Any) -> None:
    text = rag("show", "kettles.pdf", "--json").json["text"]
    start = text.index("The lid locks")
    done = rag("show", "kettles.pdf", "--highlight", f"{start}:{start + 13}", "-o", "page.png")
    assert (done.code, done.out) == (0, "page 2 of kettles.pdf is in page.png\n")
    with Images.open("page.png") as image:
        assert image.format == "PNG"
        assert 0 < height(yellow(image)) < 40


@pytest.mark.usefixtures("kettles")
def test_show_tells_as_json_what_it_has_drawn(rag: Any) -> None:
    done = rag("show", "kettles.pdf", "--page", 2, "-o", "page.png", "--json")
    with Images.open("page.png") as image:
        expected = {"page": 2, "start": None, "end": None, "output": "page.png"}
        assert done.json == {
            "schema": 1,
            "document": "kettles.pdf",
            **expected,
            "width": image.width,
            "height": image.height,
        }


@pytest.mark.usefixtures("kettles")
def test_show_writes_the_picture_to_standard_output(rag: Any) -> None:
    typed = ("show", "kettles.pdf", "--page", "1", "--quote", KETTLE, "-o")
    assert rag(*typed, "page.png").code == 0
    done = subprocess.run([sys.executable, "-m", "rag", *typed, "-"], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == Path("page.png").read_bytes()


@pytest.mark.usefixtures("kettles")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--highlight", "0:5"), "A mark needs a picture to stand on"),
        (("--page", 1, "-o", "page.jpg"), "no name for a PNG picture"),
        (("--page", 1, "-o", "-", "--json"), "no place among JSON"),
        (("--highlight", "5-9", "-o", "page.png"), "START:END"),
    ],
)
def test_show_says_what_it_cannot_do(rag: Any, arguments: tuple[object, ...], message: str) -> None:
    done = rag("show", "kettles.pdf", *arguments)
    assert done.code == 2
    assert message in done.err
    assert not list(Path.cwd().glob("page.*"))


@pytest.mark.usefixtures("kettles")
def test_a_picture_is_not_for_a_terminal(rag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    done = rag("show", "kettles.pdf", "--page", 1, "-o", "-")
    assert (done.code, done.out) == (2, "")
    assert "no place on a terminal" in done.err


def test_a_file_that_changed_or_is_gone_is_told_apart(kettles: Path, rag: Any) -> None:
    typed = ("show", "kettles.pdf", "--page", 1, "-o", "page.png")
    kettles.write_bytes(pdf_of() + b"\n")
    changed = rag(*typed)
    kettles.unlink()
    gone = rag(*typed)
    assert (changed.code, gone.code) == (1, 1)
    assert f"{kettles} has changed since it was read. Read it: rag ingest" in changed.err
    assert f"{kettles} is gone. Bring it back, or: rag rm kettles.pdf" in gone.err
    assert not Path("page.png").exists()


def test_a_document_inside_an_archive_is_drawn(tmp_path: Path, rag: Any) -> None:
    path = tmp_path / "papers" / "archive.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "Nothing to draw here.")
        archive.writestr("inner/kettles.pdf", pdf_of())
    assert rag("ingest", path.parent).code == 0
    typed = ("show", "archive.zip/inner/kettles.pdf", "--quote", LID, "-o", "page.png")
    assert rag(*typed).out == "page 2 of archive.zip/inner/kettles.pdf is in page.png\n"
    path.write_bytes(b"PK no more")
    assert "has changed since it was read" in rag(*typed).err


@needs_tesseract
def test_a_recognised_word_is_marked_where_it_was_drawn(tmp_path: Path, rag: Any) -> None:
    path = tmp_path / "papers" / "scan.png"
    path.parent.mkdir()
    scan = drawn(CONTRACT)
    scan.save(path)
    assert rag("ingest", path.parent).code == 0
    done = rag("show", "scan.png", "--quote", "десяти дней", "-o", "page.png")
    assert done.code == 0
    with Images.open("page.png") as image:
        left, top, right, bottom = (side * scan.width / image.width for side in yellow(image))
    before = "а покупатель оплачивает их в течение "
    start, end = (200 + font(200).getlength(text) for text in (before, before + "десяти дней"))
    assert (left, right) == pytest.approx((start, end), abs=10)
    assert 285 < top < bottom < 345


def test_a_picture_never_takes_the_place_of_its_document(
    tmp_path: Path, rag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "scan.png"
    page.write_bytes(b"the document")
    small = Picture(png_of(5, 5), "scan.png", page, 1, None)
    monkeypatch.setattr(App, "picture", lambda *_: small)
    done = rag("show", "scan.png", "-o", page)
    assert done.code == 2
    assert "is the document itself" in done.err
    assert page.read_bytes() == b"the document"
