"""PDF files made here, page by page, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

from rag.errors import ReadError
from rag.readers.legible import garbled_pages, why_garbled
from rag.readers.pagetext import clean, numbered_headings, running_lines
from rag.readers.pdf import read_pdf
from rag.types import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Document

FONTS = sorted(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"))
needs_cyrillic_font = pytest.mark.skipif(not FONTS, reason="no TrueType font with Cyrillic letters")
EVAL = Path(__file__).resolve().parents[2].parent / "shared" / "eval"

RUSSIAN = (
    "Индикатор предназначен для построения систем отображения информации. "
    "Гарантийный срок хранения двенадцать лет со дня изготовления. "
) * 4


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


def rewrite(
    data: bytes, *, password: str = "", labels: bool = False, outline: Sequence[str] = ()
) -> bytes:
    """The PDF again, with what was asked for added."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    if labels:
        writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
        writer.set_page_label(2, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    parent = None
    for index, entry in enumerate(outline):
        parent = writer.add_outline_item(title=entry, page_number=index, parent=parent)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def page_texts(document: Document) -> list[str]:
    return [document.text[page.start : page.end] for page in document.pages]


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


def test_a_scan_is_refused() -> None:
    with pytest.raises(ReadError, match=r"no text layer \(a scan\): 2 pages"):
        read_pdf(make_pdf([[], []]), "scan.pdf")


def test_a_password_is_said_to_be_needed() -> None:
    data = rewrite(make_pdf([["Secret."]]), password="k")
    with pytest.raises(ReadError, match=r"the file is encrypted.*password and ingest again"):
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


def test_cyrillic_that_comes_out_as_accents_is_garbled() -> None:
    soup = RUSSIAN.encode("cp1251").decode("latin-1")
    with pytest.raises(ReadError, match="garbled text layer: accented letters"):
        read_pdf(make_pdf([[soup[:80], soup[80:160], soup[160:240]]]), "лекция.pdf")


def shifted(text: str, by: int) -> str:
    return "".join(chr(ord(char) + by) if char.isalpha() else char for char in text)


def permuted(text: str) -> str:
    alphabet = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    return text.lower().translate(str.maketrans(alphabet, alphabet[::-1]))


ENGLISH = "The indicator is meant for building systems that show information to people. " * 8
GERMAN = "Die größten Änderungen während der Übergangszeit führen natürlich zu Ärger. " * 8
FRENCH = "L'été dernier, les élèves ont préféré étudier à côté de la forêt près du lycée. " * 8
POLISH = "Zażółć gęślą jaźń, powiedział mężczyzna, który przyszedł później niż wszyscy. " * 8
UKRAINIAN = "Її діти їздили до Києва, щоб побачити нові будівлі, які зводять уздовж річки. " * 8
KAZAKH = "Қазақстан Республикасының үкіметі жаңа бағдарлама қабылдады деп хабарлайды. " * 8
GREEK = "Η γρήγορη ανάπτυξη της πόλης έφερε πολλές αλλαγές στη ζωή των κατοίκων. " * 8
CHINESE = "该系统用于显示信息并帮助人们更快地做出决定。" * 20
FORMULA = "f(x) = Σ wᵢ xᵢ + b, где w ∈ ℝⁿ, ∇L(w) = 2Xᵀ(Xw − y), a(x) = sign⟨w, x⟩ " * 10


@pytest.mark.parametrize(
    "text",
    [RUSSIAN, ENGLISH, GERMAN, FRENCH, POLISH, UKRAINIAN, KAZAKH, GREEK, CHINESE, FORMULA, ""],
)
def test_languages_and_formulas_are_legible(text: str) -> None:
    assert why_garbled(text) is None
    assert why_garbled(text.upper()) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (RUSSIAN.encode("cp1251").decode("latin-1"), "accented letters"),
        (RUSSIAN.encode("koi8-r").decode("latin-1"), "accented letters"),
        (shifted(ENGLISH, 0xE000), "characters without a meaning"),
        ("\ufffd" * 40 + " a few words", "characters without a meaning"),
        (permuted(RUSSIAN), "Cyrillic letters that make no words"),
        (ENGLISH.lower().translate(str.maketrans("etaoinsrh", "xzqjkvbwy")), "Latin letters"),
        (RUSSIAN.translate(str.maketrans("аеосрх", "aeocpx")), "mixed within words"),
    ],
)
def test_noise_is_garbled(text: str, reason: str) -> None:
    assert reason in (why_garbled(text) or "")


def test_garbled_pages_among_good_ones_are_left_out() -> None:
    assert garbled_pages([ENGLISH, "\x04\x05 \x06\x07" * 40, ENGLISH]) == [1]


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
            read_pdf(path.read_bytes(), path.name)
            outcome = ""
        except ReadError as error:
            outcome = error.message
        expected = reasons[path.name.split("-")[0]]
        if not outcome.startswith(expected) or bool(outcome) != bool(expected):
            wrong.append((path.name, outcome))
    assert wrong == []
