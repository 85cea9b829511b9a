"""PDF files made here, page by page, and what becomes of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from pdf_files import FONTS, make_pdf, needs_cyrillic_font, page_texts, rewrite
from pypdf import PdfReader, PdfWriter

from rag.errors import ReadError
from rag.readers.options import Options
from rag.readers.pdf import read_pdf
from rag.readers.pdf.headings import numbered_headings
from rag.readers.pdf.pagetext import clean, running_lines
from rag.types import Page

EVAL = Path(__file__).resolve().parents[2].parent / "shared" / "eval"


def test_english_pages_and_title() -> None:
    data = make_pdf([["Annual report", "Sales rose by 5 %."], ["Costs fell."]], title="Our Year")
    document = read_pdf(data, "report.pdf")
    assert document.title == "Our Year"
    assert (document.kind, document.date) == ("pdf", "2024-05-17")
    assert document.text == "Annual report\nSales rose by 5 %.\n\nCosts fell."
    assert page_texts(document) == ["Annual report\nSales rose by 5 %.", "Costs fell."]
    assert [(page.number, page.label) for page in document.pages] == [(1, None), (2, None)]
    assert document.page_at(document.text.index("Costs")) == 2


@needs_cyrillic_font
def test_russian_text_comes_out_letter_for_letter() -> None:
    lines = ["Ёлка, съезд и «кавычки» — № 14", "Итого 1 250,00 руб."]
    document = read_pdf(make_pdf([lines], font=FONTS[0]), "смета.pdf")
    assert document.text == "\n".join(lines)
    assert document.title == "смета"


def test_a_table_row_keeps_label_and_numbers_on_one_line() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    with pdf.table() as table:
        for row in (("", "2016", "2017"), ("Net income", "$ 2,371", "$ 3,033"), ("Loss", "1", "2")):
            cells = table.row()
            for cell in row:
                cells.cell(cell)
    document = read_pdf(bytes(pdf.output()), "table.pdf")
    assert document.text.split("\n") == ["2016 2017", "Net income $ 2,371 $ 3,033", "Loss 1 2"]


def test_page_labels_are_kept_where_they_say_more_than_the_number() -> None:
    data = rewrite(make_pdf([["Preface"], ["Thanks"], ["First words"]]), labels=True)
    assert [page.label for page in read_pdf(data, "a.pdf").pages] == ["i", "ii", "1"]


def test_outline_entries_become_headings_where_their_page_has_them() -> None:
    pages = [
        ["Chapter 1 The plant", "It was built long ago."],
        ["Words before.", "1.1 The founders and", "their families", "Words after."],
        ["Nothing of the sort."],
    ]
    data = rewrite(
        make_pdf(pages), outline=["The plant", "The founders and their families", "Gone"]
    )
    document = read_pdf(data, "a.pdf")
    headings = [(mark.level, document.text[mark.start : mark.end]) for mark in document.marks]
    assert headings == [
        (1, "Chapter 1 The plant"),
        (2, "1.1 The founders and\ntheir families"),
    ]
    assert document.title == "Chapter 1 The plant"


def test_numbered_lines_are_headings_where_there_is_no_outline() -> None:
    body = ["Plain words of some length that fill the line well enough."] * 5
    page = [
        "1 Linear models",
        *body,
        "1.1 Least squares",
        *body,
        "2 Trees",
        *body,
        "7 A stray line",
    ]
    document = read_pdf(make_pdf([page]), "lecture.pdf")
    headings = [(mark.level, document.text[mark.start : mark.end]) for mark in document.marks]
    assert headings == [(1, "1 Linear models"), (2, "1.1 Least squares"), (1, "2 Trees")]


def test_running_headers_and_footers_are_set_aside() -> None:
    words = ["alpha", "beta", "gamma", "delta"]
    pages = [
        ["ACME Corp. 2024", f"All about {word}.", "The middle.", f"Said {word}.", f"Page {number}"]
        for number, word in enumerate(words, start=1)
    ]
    document = read_pdf(make_pdf(pages), "a.pdf")
    asides = [(document.text[m.start : m.end], m.note) for m in document.marks if m.kind == "aside"]
    assert asides[:2] == [("ACME Corp. 2024", "running header"), ("Page 1", "running footer")]
    assert len(asides) == 8
    assert "All about alpha." in document.text


def test_pages_that_are_alike_keep_their_text() -> None:
    document = read_pdf(make_pdf([["This page is left blank."]] * 5), "a.pdf")
    assert document.marks == ()


def test_a_page_without_text_is_noted() -> None:
    document = read_pdf(make_pdf([["Words."], [], ["More words."], []]), "a.pdf")
    assert document.notes == ("no text on pages 2, 4",)
    assert [page.end - page.start for page in document.pages] == [6, 0, 11, 0]


def test_blank_pages_are_refused() -> None:
    with pytest.raises(ReadError, match="nothing to read: 2 pages with nothing on them"):
        read_pdf(make_pdf([[], []]), "blank.pdf")


def test_a_password_is_said_to_be_needed() -> None:
    data = rewrite(make_pdf([["Secret."]]), password="k")
    with pytest.raises(ReadError, match=r"the file is encrypted: a password is needed.*--password"):
        read_pdf(data, "secret.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\ntrailer<<>>%%EOF", b"junk" * 100])
def test_a_broken_file_is_a_read_error(data: bytes) -> None:
    with pytest.raises(ReadError, match="broken PDF"):
        read_pdf(data, "broken.pdf")


def test_every_way_to_cut_a_file_short_ends_in_a_document_or_a_read_error() -> None:
    data = make_pdf([["First page."], ["Second page."]])
    for end in range(0, len(data), 40):
        try:
            document = read_pdf(data[:end], "cut.pdf")
        except ReadError:
            continue
        assert document.text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("докумен\ufffeтация", "документация"),
        ("докумен-\nтация", "документация"),
        ("докумен\xad\nтация", "документация"),
        ("доку\xadмент", "документ"),
        ("1941\ufffe1945", "1941-1945"),
        ("Санкт\ufffeПетербург", "Санкт-Петербург"),
        ("long\ufffeterm plans, long-term", "long-term plans, long-term"),
        ("list:\n- item", "list:\n- item"),
        ("sum -\nof", "sum -\nof"),
        ("a\x00b\x07c\ufeffd", "abcd"),
        ("10\xa0000 руб.", "10 000 руб."),
        ("  \nwords\n ", "words"),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert clean([raw]) == [expected]


def test_a_long_blank_line_does_not_make_cleaning_slow() -> None:
    text = f"a\n{' ' * 300_000}\nb"
    page = Page(1, None, 0, len(text))
    assert clean([text]) == [text]
    assert list(running_lines(text, [page] * 3)) == []
    assert list(numbered_headings(text, [page])) == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Годовой отчёт", "Годовой отчёт"),
        ("Microsoft Word - report final.doc", "stem"),
        ("untitled", "stem"),
        ("0001018724-18-000005", "stem"),
        ("draft.indd", "stem"),
        ("Ãîäîâîé îò÷¸ò", "stem"),
    ],
)
def test_only_a_title_somebody_wrote_is_taken(title: str, expected: str) -> None:
    assert read_pdf(make_pdf([["Some words."]], title=title), "stem.pdf").title == expected


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("D:20200826170457Z", "2020-08-26"),
        ("D:20200826", "2020-08-26"),
        ("20200826", "2020-08-26"),
        ("D:20201399", None),
        ("D:19000101", None),
        ("D:2020", None),
        ("yesterday", None),
    ],
)
def test_the_date_is_that_of_creation_where_it_is_one(created: str, expected: str | None) -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf([["Some words."]]))))
    writer.add_metadata({"/CreationDate": created})
    written = BytesIO()
    writer.write(written)
    assert read_pdf(written.getvalue(), "a.pdf").date == expected


@pytest.mark.eval
@pytest.mark.skipif(not EVAL.is_dir(), reason="the measuring files are absent")
def test_russian_course_files_are_read_or_refused_as_their_names_say() -> None:
    reasons = {"good": "", "scan": "no text layer", "garbled": "garbled text layer"}
    wrong = []
    for path in sorted((EVAL / "pdf-ru").glob("*.pdf")):
        try:
            read_pdf(path.read_bytes(), path.name, Options(ocr="never"))
            outcome = ""
        except ReadError as error:
            outcome = error.message
        expected = reasons[path.name.split("-")[0]]
        if not outcome.startswith(expected) or bool(outcome) != bool(expected):
            wrong.append((path.name, outcome))
    assert wrong == []
