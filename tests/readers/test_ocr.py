"""Recognition: what is made of tesseract's words, how it is called, and how well it reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image as Images
from PIL import ImageOps
from pypdfium2 import PdfDocument
from scans import (
    CONTRACT,
    RENTAL,
    character_accuracy,
    drawn,
    font,
    needs_tesseract,
    photographed,
    scanned,
)

from rag.readers import ocr
from rag.readers.ocr import Recognised, available, recognise, recognise_scans, scan_of
from rag.readers.options import Limits, Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"
#: Stands for tesseract: says how it was called in the words it finds, and fails where it is told.
FAKE = """
import os, sys, time
if "--list-langs" in sys.argv:
    print("List of available languages (2):\\neng\\nosd\\nrus")
    sys.exit()
header = sys.stdin.buffer.read().split(b"\\n")[1].decode()
width, height = map(int, header.split())
if width == 13:
    sys.exit("first line\\nno luck")
if width == 14:
    time.sleep(60)
words = [f"{width}x{height}", os.environ["OMP_THREAD_LIMIT"], *sys.argv[1:]]
print(HEAD)
for number, word in enumerate(words, start=1):
    print("\\t".join(map(str, (5, 1, 1, 1, 1, number, 0, 0, 1, 1, 90, word))))
"""


def tsv(*rows: tuple[str, str]) -> str:
    """What tesseract prints for words given as («block.paragraph.line.confidence», text)."""
    lines = [
        "\t".join(HEAD.split()),
        "\t".join(map(str, (1, 1, 0, 0, 0, 0, 0, 0, 200, 100, -1, ""))),
    ]
    for number, (place, text) in enumerate(rows):
        block, paragraph, line, confidence = place.split(".")
        box = (10 * number, 20, 10, 5)
        lines.append("\t".join(map(str, (5, 1, block, paragraph, line, 1, *box, confidence, text))))
    return "\n".join(lines) + "\n"


def composed(*rows: tuple[str, str]) -> Recognised:
    return ocr._composed(ocr._words(tsv(*rows)), width=200, height=100)


@pytest.mark.parametrize(
    ("rows", "text", "words"),
    [
        ([], "", []),
        ([("1.1.1.95", "Two"), ("1.1.1.90", "words.")], "Two words.", ["Two", "words."]),
        # lines, paragraphs and blocks
        ([("1.1.1.95", "a"), ("1.1.2.95", "b")], "a\nb", ["a", "b"]),
        ([("1.1.1.95", "a"), ("1.2.1.95", "b")], "a\n\nb", ["a", "b"]),
        ([("1.1.1.95", "a"), ("2.1.1.95", "b")], "a\n\nb", ["a", "b"]),
        # a word broken at the end of a line, of a paragraph, of a block
        ([("1.1.1.95", "насо-"), ("1.1.2.95", "сы,")], "насосы,", ["насо", "сы,"]),
        ([("1.1.1.95", "насо-"), ("1.2.1.95", "сы")], "насосы", ["насо", "сы"]),
        ([("1.1.1.95", "насо-"), ("2.1.1.95", "сы")], "насо-\n\nсы", ["насо-", "сы"]),
        # a hyphen that belongs to the word, by what the page writes elsewhere
        (
            [("1.1.1.95", "бело-чёрный"), ("1.1.1.95", "Бело-"), ("1.1.2.95", "чёрный!")],
            "бело-чёрный Бело-чёрный!",
            ["бело-чёрный", "Бело-", "чёрный!"],
        ),
        # a hyphen inside a line, before a capital, after a digit or alone breaks no word
        ([("1.1.1.95", "кое-"), ("1.1.1.95", "что")], "кое- что", ["кое-", "что"]),
        ([("1.1.1.95", "ИТМ-"), ("1.1.2.95", "М")], "ИТМ-\nМ", ["ИТМ-", "М"]),
        ([("1.1.1.95", "12-"), ("1.1.2.95", "го")], "12-\nго", ["12-", "го"]),
        ([("1.1.1.95", "a"), ("1.1.1.95", "-"), ("1.1.2.95", "b")], "a -\nb", ["a", "-", "b"]),
        # lines of stains and rules; a doubtful word in a sound line
        ([("1.1.1.95", "a"), ("1.1.2.10", "Щ|ъ")], "a", ["a"]),
        ([("1.1.1.95", "|"), ("1.1.1.95", "—"), ("1.1.2.95", "a")], "a", ["a"]),
        ([("1.1.1.96", "sound"), ("1.1.1.5", "w0rd")], "sound w0rd", ["sound", "w0rd"]),
        # what is in a word
        ([("1.1.1.95", ' "quoted"')], '"quoted"', ['"quoted"']),
        ([("1.1.1.95", " "), ("1.1.1.95", "a\x07b")], "ab", ["ab"]),
    ],
)
def test_words_become_lines_and_paragraphs_and_keep_their_places(
    rows: list[tuple[str, str]], text: str, words: list[str]
) -> None:
    found = composed(*rows)
    assert found.text == text
    assert [text[start:end] for start, end, *_ in found.words] == words


def test_the_sides_of_a_word_are_shares_of_the_page() -> None:
    found = composed(("1.1.1.95", "one"), ("1.1.1.95", "two"))
    assert found.words == ((0, 3, 0.0, 0.2, 0.05, 0.25), (4, 7, 0.05, 0.2, 0.1, 0.25))


def test_a_box_beyond_the_page_ends_at_its_edge() -> None:
    found = ocr._composed(ocr._words(tsv(("1.1.1.95", "word"))), width=5, height=22)
    assert found.words == ((0, 4, 0.0, 0.9091, 1.0, 1.0),)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program called tesseract before all others."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    head = "\t".join(HEAD.split())
    program.write_text(f"#!{sys.executable}\nHEAD = {head!r}\n{FAKE}", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    ocr.installed_languages.cache_clear()
    yield program
    ocr.installed_languages.cache_clear()


def blank(width: int, height: int = 10) -> Image:
    return Images.new("L", (width, height), 255)


@pytest.mark.usefixtures("fake")
def test_tesseract_is_called_with_languages_resolution_and_one_thread() -> None:
    options = Options(languages="rus")
    ((index, found),) = recognise_scans([(4, scan_of(blank(20), 299.6))], options)
    assert index == 4
    assert found.text == (
        "20x10 1 stdin stdout -l rus --psm 1 --dpi 300 -c thresholding_method=2 tsv"
    )


def test_without_orientation_data_no_page_is_turned(fake: Path) -> None:
    fake.write_text(fake.read_text().replace("\\nosd", ""))
    ((_, found),) = recognise_scans([(0, scan_of(blank(20), 300))], Options())
    assert "--psm 3" in found.text


@pytest.mark.usefixtures("fake")
def test_a_page_that_fails_gives_its_problem_and_the_others_their_text() -> None:
    options = Options(ocr_jobs=2, limits=Limits(ocr_page_seconds=1.5))
    scans = [(width, scan_of(blank(width), 300)) for width in (12, 13, 14, 15)]
    found = dict(recognise_scans([*scans, (16, "it cannot be drawn")], options))
    assert list(found) == [12, 13, 14, 15, 16]
    assert {width: page.problem for width, page in found.items()} == {
        12: "",
        13: "tesseract failed: no luck",
        14: "it could not be recognised within 1.5 seconds",
        15: "",
        16: "it cannot be drawn",
    }
    assert [found[width].text.split()[0] for width in (12, 15)] == ["12x10", "15x10"]


@pytest.mark.usefixtures("fake")
def test_pictures_are_taken_one_ahead_of_the_processes() -> None:
    taken = []

    def scans() -> Iterator[tuple[int, ocr.Scan | str]]:
        for index in range(20):
            taken.append(index)
            yield index, scan_of(blank(20), 300)

    pages = recognise_scans(scans(), Options(ocr_jobs=2))
    assert next(pages)[0] == 0
    assert len(taken) == 3
    pages.close()
    assert len(taken) == 3


@pytest.mark.usefixtures("fake")
def test_pages_are_drawn_at_300_dots_and_within_bounds_whatever_their_size() -> None:
    with PdfDocument.new() as pdf:
        for inches in ((8, 10), (4000, 4000), (0.01, 180), (11.7, 16.5)):
            pdf.new_page(*(72 * side for side in inches))
        found = [page.text for _, page in recognise(pdf, [0, 1, 2, 3], Options())]
    sizes = [tuple(map(int, text.split()[0].split("x"))) for text in found]
    assert sizes[0] == (2400, 3000)
    assert all(x * y <= 1.01 * ocr.MAX_PIXELS and max(x, y) <= ocr.MAX_SIDE + 1 for x, y in sizes)
    assert min(sizes[3]) > 3500
    dots = [int(text.split("--dpi ")[1].split()[0]) for text in found]
    assert dots[0] == dots[3] == 300
    assert dots[1] < 10


@pytest.mark.usefixtures("fake")
def test_a_page_that_cannot_be_drawn_is_a_problem() -> None:
    with PdfDocument.new() as pdf:
        pdf.new_page(72, 72)
        ((_, found),) = recognise(pdf, [5], Options())
    assert "cannot be drawn" in found.problem


def test_a_program_that_is_gone_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ocr.installed_languages.cache_clear()
    try:
        ((_, found),) = recognise_scans([(0, scan_of(blank(20), 300))], Options())
    finally:
        ocr.installed_languages.cache_clear()
    assert found.problem.startswith("tesseract")


@pytest.mark.usefixtures("fake")
def test_the_program_is_asked_for_its_languages() -> None:
    assert ocr.installed_languages() == {"eng", "osd", "rus"}
    assert available("rus+eng") == ""


@pytest.mark.parametrize("program", ["exit 3", "exec sleep 60"])
def test_a_program_that_fails_to_answer_counts_as_none(
    fake: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(ocr, "_ASKING_SECONDS", 0.3)
    fake.write_text(f"#!/bin/sh\n{program}\n")
    assert ocr.installed_languages() == frozenset()


@pytest.mark.parametrize(
    ("installed", "platform", "languages", "expected"),
    [
        ("eng rus", "linux", "rus+eng", ""),
        ("eng", "linux", "eng", ""),
        (
            "",
            "linux",
            "rus+eng",
            "Install tesseract with Russian: apt-get install tesseract-ocr tesseract-ocr-rus",
        ),
        ("", "linux", "eng", "Install tesseract: apt-get install tesseract-ocr"),
        (
            "eng osd",
            "linux",
            "rus+eng",
            "Install Russian for tesseract: apt-get install tesseract-ocr-rus",
        ),
        (
            "eng",
            "linux",
            "ukr+chi_sim+script/Greek",
            "Install Ukrainian and chi_sim and script/Greek for tesseract: apt-get install"
            " tesseract-ocr-ukr tesseract-ocr-chi-sim tesseract-ocr-script-gree",
        ),
        (
            "",
            "darwin",
            "rus+eng",
            "Install tesseract with Russian: brew install tesseract tesseract-lang",
        ),
        ("", "darwin", "eng", "Install tesseract: brew install tesseract"),
        (
            "eng",
            "darwin",
            "rus",
            "Install Russian for tesseract: brew install tesseract-lang",
        ),
        (
            "eng rus",
            "linux",
            "russian",
            "Name the languages to recognise by their codes, such as rus+eng: not 'russian'",
        ),
        (
            "eng rus",
            "linux",
            "",
            "Name the languages to recognise by their codes, such as rus+eng: not ''",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, installed: str, platform: str, languages: str, expected: str
) -> None:
    monkeypatch.setattr(ocr, "installed_languages", lambda: frozenset(installed.split()))
    monkeypatch.setattr(sys, "platform", platform)
    assert available(languages) == expected


def read(picture: Image) -> Recognised:
    ((_, found),) = recognise_scans([(0, scan_of(picture, 200))], Options())
    return found


@needs_tesseract
@pytest.mark.parametrize("text", [CONTRACT, RENTAL])
def test_a_scan_is_read_in_russian_and_english(text: str) -> None:
    found = read(scanned(drawn(text), seed=7))
    assert character_accuracy(text, found.text) > 0.97


@needs_tesseract
@pytest.mark.parametrize("change", ["uneven light", "negative", "on its side", "on its head"])
def test_a_page_is_read_whatever_the_light_and_the_way_it_lies(change: str) -> None:
    page = drawn(CONTRACT)
    changed = {
        "uneven light": photographed(page),
        "negative": ImageOps.invert(page.point(lambda value: 60 + value * 0.6)),
        "on its side": page.rotate(90, expand=True),
        "on its head": page.rotate(180),
    }
    assert character_accuracy(CONTRACT, read(changed[change]).text) > 0.97


@needs_tesseract
def test_a_word_is_found_where_it_was_drawn() -> None:
    page = drawn(CONTRACT)
    found = read(page)
    start, end, *sides = found.words[0]
    assert found.text[start:end] == "Договор"
    left, top, right, bottom = sides
    length = font(200).getlength("Договор")
    assert (left, right) == pytest.approx((200 / 1654, (200 + length) / 1654), abs=0.003)
    assert 200 / 1160 < top < bottom < 245 / 1160


@needs_tesseract
def test_a_blank_page_has_no_text_and_no_problem() -> None:
    assert read(blank(1000, 1400)) == Recognised("", ())
