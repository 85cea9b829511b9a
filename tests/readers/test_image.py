"""Pictures of pages as files: every format, the right way up, within bounds."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image as Images
from PIL import ImageDraw
from scans import CONTRACT, RENTAL, character_accuracy, drawn, needs_tesseract

from rag.errors import ReadError
from rag.readers import image, parts
from rag.readers.image import has_page, open_image, read_image, upright
from rag.readers.ocr import Recognised
from rag.readers.options import DEFAULT, Limits, Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL.Image import Image

    from rag.readers.ocr import Scan

ORIENTATION = 0x0112


def saved(picture: Image, form: str = "PNG", **how: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **how)
    return stream.getvalue()


def corner(mode: str = "L", size: tuple[int, int] = (60, 40)) -> Image:
    """A white picture, its upper left quarter black."""
    picture = Images.new("L", size, 255)
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=0)
    return picture.convert(mode)


def pages(*pictures: Image) -> bytes:
    return saved(pictures[0], "TIFF", save_all=True, append_images=pictures[1:])


def dark_quarter(picture: Image) -> str:
    """Which quarter of a picture is black, «upper left»; "" for none or several."""
    grey = picture.convert("L").resize((2, 2), Images.Resampling.BOX)
    quarters = ("upper left", "upper right", "lower left", "lower right")
    dark = [name for name, value in zip(quarters, grey.tobytes(), strict=True) if value < 64]
    return dark[0] if len(dark) == 1 else ""


@pytest.fixture
def recognised(monkeypatch: pytest.MonkeyPatch) -> list[Scan | str]:
    """What goes to recognition, which finds two words on every page in place of tesseract."""
    taken: list[Scan | str] = []

    def found(
        scans: Iterable[tuple[int, Scan | str]], _: Options
    ) -> Iterator[tuple[int, Recognised]]:
        for index, scan in scans:
            taken.append(scan)
            if isinstance(scan, str):
                yield index, Recognised("", (), scan)
            else:
                words = ((0, 3, 0.1, 0.1, 0.2, 0.2), (4, 9, 0.3, 0.1, 0.5, 0.2))
                yield index, Recognised("two words", words)

    monkeypatch.setattr(image, "recognise_scans", found)
    monkeypatch.setattr(image, "available", lambda _: "")
    return taken


@pytest.mark.usefixtures("recognised")
def test_every_page_of_a_tiff_is_a_page_with_its_boxes() -> None:
    seen: list[bool] = []
    options = replace(DEFAULT, on_page=seen.append)
    document = read_image(pages(corner(), corner()), "акт 2025-03-01.tif", options)
    assert (document.text, document.kind) == ("two words\n\ntwo words", "image")
    assert (document.title, document.date) == ("акт 2025-03-01", "2025-03-01")
    assert [(p.number, p.start, p.end, p.kind, p.recognised) for p in document.pages] == [
        (1, 0, 9, "scan", True),
        (2, 11, 20, "scan", True),
    ]
    marked = [document.text[box.start : box.end] for box in document.boxes]
    assert marked == ["two", "words", "two", "words"]
    assert [box.left for box in document.boxes] == [0.1, 0.3, 0.1, 0.3]
    assert seen == [True, True]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", saved(corner())),
        ("a.PNG", saved(corner("1"))),
        ("a.jpg", saved(corner(), "JPEG")),
        ("a.jpeg", saved(corner("RGB"), "JPEG")),
        ("a.jpeg", saved(corner("CMYK"), "JPEG")),
        ("a.tif", saved(corner("1"), "TIFF", compression="group4")),
        ("a.tiff", saved(corner("LA"), "TIFF")),
        ("a.bmp", saved(corner("P"), "BMP")),
        ("a.webp", saved(corner("RGBA"), "WEBP")),
    ],
)
def test_a_picture_is_read_by_its_suffix_in_every_mode(
    name: str, data: bytes, recognised: list[Any]
) -> None:
    (part,) = parts(data, name, DEFAULT)
    assert not isinstance(part.result, ReadError)
    assert part.result.text == "two words"
    (scan,) = recognised
    grey = Images.frombytes("L", (scan.width, scan.height), scan.picture.split(b"\n", 3)[3])
    assert dark_quarter(grey) == "upper left"


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, "upper left"), (3, "lower right"), (6, "upper right"), (8, "lower left")],
)
def test_a_photo_is_turned_as_its_camera_says(form: str, orientation: int, expected: str) -> None:
    exif = Images.Exif()
    exif[ORIENTATION] = orientation
    photo = open_image(saved(corner(), form, exif=exif))
    assert dark_quarter(upright(photo, 0, 10_000)) == expected


def test_what_is_transparent_is_paper() -> None:
    clear = Images.new("RGBA", (60, 40), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 30, 20))
    assert dark_quarter(upright(open_image(saved(clear)), 0, 10_000)) == "upper left"


def test_sixteen_bits_of_grey_become_eight() -> None:
    deep = Images.frombytes("I;16", (60, 40), b"".join(bytes((0, v)) for v in corner().tobytes()))
    grey = upright(open_image(saved(deep, "TIFF")), 0, 10_000)
    assert dark_quarter(grey) == "upper left"
    assert grey.getextrema() == (0, 255)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_a_large_picture_is_made_smaller(form: str) -> None:
    large = open_image(saved(corner(size=(600, 400)), form))
    small = upright(large, 0, 6_000)
    assert 4_000 < small.width * small.height <= 6_000
    assert dark_quarter(small) == "upper left"


@pytest.mark.parametrize(
    ("size", "sent"), [((600, 400), (1200, 800)), ((2000, 1500), (2000, 1500))]
)
def test_a_picture_of_a_screen_is_doubled(
    size: tuple[int, int], sent: tuple[int, int], recognised: list[Any]
) -> None:
    read_image(saved(corner(size=size)), "a.png")
    assert (recognised[0].width, recognised[0].height) == sent


def test_only_a_tiff_has_many_pages() -> None:
    moving = saved(corner("RGB"), "WEBP", save_all=True, append_images=[corner("RGB").rotate(180)])
    counts = [
        sum(1 for index in range(5) if has_page(open_image(data), index))
        for data in (pages(corner(), corner(), corner()), moving, saved(corner()))
    ]
    assert counts == [3, 1, 1]


@pytest.mark.usefixtures("recognised")
def test_a_tiff_of_too_many_pages_is_refused() -> None:
    options = Options(limits=Limits(pages=2))
    with pytest.raises(ReadError, match="too many pages: at most 2"):
        read_image(pages(corner(), corner(), corner()), "a.tif", options)


@pytest.mark.usefixtures("recognised")
def test_a_damaged_page_is_noted_and_the_others_are_read() -> None:
    first, second = corner("RGB"), corner("RGB", (50, 70))
    data = bytearray(
        saved(first, "TIFF", save_all=True, append_images=[second], compression="tiff_lzw")
    )
    strip = open_second(bytes(data))
    data[strip : strip + 40] = b"\xff" * 40
    document = read_image(bytes(data), "a.tif")
    assert document.text.strip() == "two words"
    assert [note.split(":")[0] for note in document.notes] == ["page 2"]


def open_second(data: bytes) -> int:
    """Where the pixels of the second page of a TIFF begin."""
    picture = open_image(data)
    picture.seek(1)
    (offset,) = picture.tag_v2[273]  # type: ignore[attr-defined]
    return int(offset)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not a picture", "broken picture"),
        (saved(corner())[:60], "broken picture"),
        (saved(corner("RGB", (600, 400)), "JPEG")[:900], "broken picture"),
        (saved(Images.new("1", (30_000, 30_000))), "too large to be decoded"),
        (saved(Images.new("1", (10_000, 10_000))), "too large to be decoded"),
        (saved(corner(), "GIF"), "none of the formats"),
    ],
)
@pytest.mark.usefixtures("recognised")
def test_what_cannot_be_read_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_image(data, "a.png")


@pytest.mark.usefixtures("recognised")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_damage_anywhere_ends_in_a_document_or_a_read_error(form: str) -> None:
    data = saved(corner("RGB", (90, 60)), form)
    for place in range(0, len(data), max(len(data) // 97, 1)):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with suppress(ReadError):
            assert read_image(bytes(damaged), "a").text


def test_without_the_program_the_row_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "available", lambda languages: f"Install {languages}")
    with pytest.raises(ReadError, match="no program to recognise its text") as raised:
        read_image(saved(corner()), "a.png")
    assert raised.value.hint == "Install rus+eng"


def test_where_recognition_is_switched_off_a_picture_is_not_read() -> None:
    with pytest.raises(ReadError, match="switched off"):
        read_image(saved(corner()), "a.png", Options(ocr="never"))


def test_a_picture_without_text_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "available", lambda _: "")
    for problem, reason in (
        ("", "no text was recognised"),
        ("tesseract failed", "tesseract failed"),
    ):
        found = Recognised("", (), problem)
        monkeypatch.setattr(image, "recognise_scans", lambda *_, found=found: [(0, found)])
        with pytest.raises(ReadError, match=reason):
            read_image(saved(corner()), "a.png")


@needs_tesseract
def test_a_tiff_and_a_screen_are_read() -> None:
    document = read_image(pages(drawn(CONTRACT), drawn(RENTAL)), "a.tif", Options(ocr_jobs=2))
    texts = [document.text[page.start : page.end] for page in document.pages]
    accuracies = map(character_accuracy, (CONTRACT, RENTAL), texts)
    assert min(accuracies) > 0.97
    screen = read_image(saved(drawn(CONTRACT, dpi=96)), "a.png")
    assert character_accuracy(CONTRACT, screen.text) > 0.97
