"""What kind a page is of, what is recognised on it, and the bounds a file is read within."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pdf_files import make_pdf, page_texts, raw_pdf, rewrite

from rag.errors import ReadError
from rag.readers import ocr
from rag.readers.ocr import Recognised
from rag.readers.options import Limits, Options
from rag.readers.pdf import read_pdf
from rag.types import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfDocument

PICTURE = "q 600 0 0 800 0 0 cm /White Do Q"
HALF = "q 600 0 0 430 0 0 cm /White Do Q"
WORDS = "BT /F 12 Tf 72 700 Td (Words of a page that is one of text.) Tj ET"
STAMP = "BT /F 9 Tf 72 780 Td (Case 2:18-cv-12857 filed 09/13/18 Page 3 of 16) Tj ET"
LINES = "72 600 m 300 600 l S 72 500 m 300 500 l S 72 600 m 72 500 l S"
SOUP = " ".join(
    f"BT /F 12 Tf 72 {y} Td (\xe4\xe0\xed\xed\xfb\xf5 \xef\xee \xe7\xed\xe0\xf7\xe5\xed\xe8\xfe "
    "\xe3\xf0\xe0\xe4\xe8\xe5\xed\xf2\xee\xe2 \xe2\xfb\xe1\xe8\xf0\xe0\xe5\xf2\xf1\xff) Tj ET"
    for y in range(300, 420, 12)
)
NEVER = Options(ocr="never")


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch) -> dict[int, Recognised]:
    """A stand-in that reads on each page what the test says, by index from 0."""
    reads: dict[int, Recognised] = {}

    def recognise(
        pdf: PdfDocument, pages: Sequence[int], _: Options
    ) -> Iterator[tuple[int, Recognised]]:
        assert len(pdf) > max(pages)
        for index in pages:
            yield index, reads.get(index, Recognised("", ()))

    monkeypatch.setattr(ocr, "available", lambda _: "")
    monkeypatch.setattr(ocr, "recognise", recognise)
    return reads


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (WORDS, "text"),
        ("", "blank"),
        (PICTURE, "scan"),
        (f"{PICTURE} {STAMP}", "scan"),
        (f"{HALF} BT /F 9 Tf 300 20 Td (12) Tj ET", "scan"),
        (f"{HALF} {WORDS}", "text"),
        (
            f"{PICTURE} {' '.join(WORDS.replace('700', y) for y in ('700', '650', '600', '550'))}",
            "text",
        ),
        (LINES, "scan"),
        ("72 600 m 300 600 l S", "blank"),
        (SOUP, "garbled"),
    ],
)
def test_pages_are_told_apart(content: str, kind: str) -> None:
    document = read_pdf(raw_pdf(WORDS, content), "a.pdf", NEVER)
    assert [page.kind for page in document.pages] == ["text", kind]


def test_a_page_that_cannot_be_opened_is_damaged() -> None:
    data = raw_pdf(WORDS, WORDS).replace(b"/Type /Page /Parent", b"/Type /Nope/Parent", 1)
    document = read_pdf(data.replace(b"/Kids [20 0 R 22 0 R]", b"/Kids [99 0 R 22 0 R]"), "a.pdf")
    assert [page.kind for page in document.pages] == ["damaged", "text"]
    assert document.notes == ("damaged: page 1",)


def test_pages_without_text_are_noted_by_kind() -> None:
    data = raw_pdf(WORDS, PICTURE, "", SOUP, PICTURE)
    assert read_pdf(data, "a.pdf", NEVER).notes == (
        "garbled text left out: page 4",
        "no text on pages 2, 5 (scans)",
        "no text on page 3",
        "Allow recognition: --ocr auto",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PICTURE, r"no text layer \(a scan\): 1 page without a legible word"),
        (f"{PICTURE} {STAMP}", r"no text layer \(a scan\)"),
        (SOUP, "garbled text layer: accented letters"),
    ],
)
def test_without_recognition_the_reason_names_what_is_missing(
    content: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "available", lambda languages: f"Install a reader of {languages}")
    with pytest.raises(ReadError, match=f"{reason}.*Install a reader of rus"):
        read_pdf(raw_pdf(content), "a.pdf", Options(languages="rus"))
    with pytest.raises(ReadError, match=f"{reason}.*--ocr auto"):
        read_pdf(raw_pdf(content), "a.pdf", NEVER)


def test_scans_and_garbled_pages_are_recognised(tesseract: dict[int, Recognised]) -> None:
    tesseract[1] = Recognised("Сумма 90\nруб.", ((0, 5, 0.1, 0.2, 0.3, 0.25),))
    tesseract[2] = Recognised("Данные", ((0, 3, 0.1, 0.1, 0.2, 0.2), (3, 6, 0.3, 0.1, 0.4, 0.2)))
    calls: list[bool] = []
    document = read_pdf(
        raw_pdf(WORDS, PICTURE, SOUP, WORDS), "a.pdf", Options(on_page=calls.append)
    )
    words = "Words of a page that is one of text."
    assert page_texts(document) == [words, "Сумма 90\nруб.", "Данные", words]
    assert [(page.kind, page.recognised) for page in document.pages] == [
        *(("text", False), ("scan", True), ("garbled", True), ("text", False))
    ]
    assert [document.text[box.start : box.end] for box in document.boxes] == ["Сумма", "Дан", "ные"]
    assert document.boxes[0] == Box(38, 43, 0.1, 0.2, 0.3, 0.25)
    assert calls == [False, False, True, True]
    assert document.notes == ()


def test_the_few_letters_of_a_scan_give_way_to_all_of_them(
    tesseract: dict[int, Recognised],
) -> None:
    data = raw_pdf(f"{PICTURE} {STAMP}")
    tesseract[0] = Recognised(f"Case 2:18 {'and all that was decided in it ' * 9}", ())
    assert read_pdf(data, "a.pdf").text == tesseract[0].text
    tesseract[0] = Recognised("Case 2:18", ())
    document = read_pdf(data, "a.pdf")
    assert document.text == "Case 2:18-cv-12857 filed 09/13/18 Page 3 of 16"
    assert [(page.kind, page.recognised) for page in document.pages] == [("text", False)]
    assert document.notes == ()


def test_all_pages_with_something_on_them_are_recognised_on_demand(
    tesseract: dict[int, Recognised],
) -> None:
    tesseract[0] = Recognised("Read off the picture", ())
    document = read_pdf(raw_pdf(WORDS, WORDS, ""), "a.pdf", Options(ocr="always"))
    assert page_texts(document) == [
        *("Read off the picture", "Words of a page that is one of text.", "")
    ]
    assert [page.recognised for page in document.pages] == [True, False, False]


def test_a_page_that_recognition_fails_on_is_noted(tesseract: dict[int, Recognised]) -> None:
    tesseract[1] = Recognised("", (), "it could not be recognised within 30 seconds")
    assert read_pdf(raw_pdf(WORDS, PICTURE), "a.pdf").notes == (
        "no text on page 2 (a scan)",
        "page 2: it could not be recognised within 30 seconds",
    )
    tesseract[0] = tesseract.pop(1)
    with pytest.raises(ReadError, match=r"a scan.*within 30 seconds"):
        read_pdf(raw_pdf(PICTURE), "a.pdf")


@pytest.mark.parametrize(
    ("user", "owner", "given", "reason"),
    [
        ("k", None, "", "a password is needed.*--password"),
        ("k", "o", "x", "the password is wrong.*--password"),
        ("k", "o", "k", ""),
        ("k", "o", "o", ""),
        ("", "o", "", ""),
        ("", "o", "x", ""),
        ("ключ", None, "ключ", ""),
    ],
)
def test_a_password_opens_what_it_is_for(
    user: str, owner: str | None, given: str, reason: str
) -> None:
    data = rewrite(make_pdf([["Secret."]]), password=user, owner=owner)
    options = Options(password=given)
    if reason:
        with pytest.raises(ReadError, match=f"the file is encrypted.*{reason}"):
            read_pdf(data, "secret.pdf", options)
    else:
        assert read_pdf(data, "secret.pdf", options).text == "Secret."


def test_a_file_that_declares_too_many_pages_is_refused() -> None:
    with pytest.raises(ReadError, match="too many pages: 100000, at most 50000 are read"):
        read_pdf(raw_pdf(WORDS, count=100_000), "a.pdf")


def test_a_file_that_declares_pages_it_does_not_have_keeps_those_it_has() -> None:
    document = read_pdf(raw_pdf(WORDS, count=3000), "a.pdf")
    assert page_texts(document)[0] == "Words of a page that is one of text."
    assert {page.kind for page in document.pages[1:]} == {"damaged"}


def test_text_beyond_the_bound_is_refused() -> None:
    with pytest.raises(ReadError, match="too much text: more than 40 characters"):
        read_pdf(raw_pdf(WORDS, WORDS), "a.pdf", Options(limits=Limits(characters=40)))


def test_pages_that_name_each_other_as_parents_end() -> None:
    data = raw_pdf(WORDS).replace(b"/Kids [20 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(ReadError, match="broken PDF"):
        read_pdf(data, "a.pdf")


def test_an_outline_that_runs_in_a_circle_ends() -> None:
    objects = (
        "<</Type /Outlines /First 21 0 R /Last 22 0 R>>",
        "<</Title (One) /Parent 20 0 R /Next 22 0 R /Dest [23 0 R /Fit]>>",
        "<</Title (Two) /Parent 20 0 R /Next 21 0 R /First 20 0 R /Dest [23 0 R /Fit]>>",
    )
    data = raw_pdf(WORDS, objects=objects)
    data = data.replace(b"/Type /Catalog", b"/Type /Catalog /Outlines 20 0 R")
    assert read_pdf(data, "a.pdf").text == "Words of a page that is one of text."


def notes(
    *words: str, kind: str = "Widget", flags: int = 4, ground: str = ""
) -> tuple[str, list[str]]:
    """What a page says of annotations with these words, one 24 points below the other."""
    objects = []
    for place, text in enumerate(words):
        content = f"{ground} BT /F 12 Tf 2 4 Td ({text}) Tj ET"
        low = 600 - 24 * place
        objects += [
            f"<</Type /Annot /Subtype /{kind} /Rect [120 {low} 300 {low + 20}] /F {flags} "
            f"/AP <</N {21 + 2 * place} 0 R>> /Contents (not this)>>",
            "<</Type /XObject /Subtype /Form /BBox [0 0 180 20] "
            f"/Resources <</Font <</F 3 0 R>>>> /Length {len(content)}>>\n"
            f"stream\n{content}\nendstream",
        ]
    named = " ".join(f"{20 + 2 * place} 0 R" for place in range(len(words)))
    return f"/Annots [{named}]", objects


def filled(content: str, *words: str, kind: str = "Widget", flags: int = 4) -> bytes:
    page, objects = notes(*words, kind=kind, flags=flags)
    return raw_pdf(content, page=page, objects=objects)


@pytest.mark.parametrize("kind", ["Widget", "FreeText", "Stamp"])
def test_what_is_filled_in_stands_beside_its_label(kind: str) -> None:
    labels = "BT /F 12 Tf 72 604 Td (Name:) Tj 0 -24 Td (City:) Tj 0 -24 Td (Signed.) Tj ET"
    document = read_pdf(filled(labels, "John Smith", "Tver", kind=kind), "a.pdf")
    assert document.text == "Name: John Smith\nCity: Tver\nSigned."


def test_a_mark_before_its_label_comes_before_it() -> None:
    label = "BT /F 12 Tf 320 604 Td (was here.) Tj ET"
    assert read_pdf(filled(label, "John Smith"), "a.pdf").text == "John Smith was here."


def test_a_note_beside_nothing_comes_last() -> None:
    document = read_pdf(filled(WORDS, "John Smith", kind="FreeText"), "a.pdf")
    assert document.text == "Words of a page that is one of text.\nJohn Smith"


def test_a_field_laid_over_words_does_not_hide_them() -> None:
    page, objects = notes("John Smith", ground="1 g 0 0 180 20 re f 0 g")
    under = "BT /F 12 Tf 220 604 Td (in full) Tj ET"
    document = read_pdf(raw_pdf(under, page=page, objects=objects), "a.pdf")
    assert "in full" in document.text
    assert document.marks == ()


@pytest.mark.parametrize(("kind", "flags"), [("Popup", 4), ("Link", 4), ("Widget", 2)])
def test_what_no_page_shows_is_not_read(kind: str, flags: int) -> None:
    document = read_pdf(filled(WORDS, "John Smith", kind=kind, flags=flags), "a.pdf")
    assert document.text == "Words of a page that is one of text."


def test_what_one_library_finds_nothing_in_another_may_read() -> None:
    """The content stream bears another number than the page names: pdfium shows a blank page."""
    data = raw_pdf(WORDS).replace(b"\n21 0 obj", b"\n29 0 obj")
    assert read_pdf(data, "a.pdf").text == "Words of a page that is one of text."
