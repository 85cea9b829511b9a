"""Build the example documents that are not plain UTF-8 text: PDF, DOCX, cp1251 and KOI8-R files.

    python scripts/make_corpora.py [--font-dir DIR] [--out DIR]

The sources lie in scripts/corpora_source/. Their markup is a small part of Markdown: `key: value`
lines up to `---`, headings `#` and `##`, paragraphs, and tables with `|`, led in by lines that set
`@caption`, `@widths` (per cent) and `@align` (L, C or R for each column). The same sources and
fonts give the same bytes: dates come from the source, and nothing asks the clock.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, TTFFont

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "scripts" / "corpora_source"
FONT_DIR = Path("/usr/share/fonts/truetype/dejavu")
FONT_FILES = {
    ("sans", ""): "DejaVuSans.ttf",
    ("sans", "B"): "DejaVuSans-Bold.ttf",
    ("serif", ""): "DejaVuSerif.ttf",
    ("serif", "B"): "DejaVuSerif-Bold.ttf",
}
PDFS = {
    "pravila.md": "documents/правила-распорядка.pdf",
    "kestrel.md": "documents/kestrel-40-manual.pdf",
}
DOCXS = {"komandirovki.md": "documents/komandirovki.docx"}
#: source → (target, encoding, line end)
TEXTS = {
    "protokol-27.txt": ("meetings/protokol-27.txt", "cp1251", "\r\n"),
    "pismo.txt": ("documents/pismo-biblioteki.txt", "koi8-r", "\n"),
}
A5 = (148.0, 210.0)  # millimetres
INK = (38, 50, 56)
TINT = (226, 234, 236)
PAGE_MARGIN = 16.0  # millimetres
LINE_HEIGHT = 5.0  # millimetres
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP entry can carry


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 or 2, with its number in the text."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first row being the head; `widths` in per cent of the text's width."""

    caption: str
    widths: tuple[int, ...]
    align: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source: what its head says, and its blocks in order."""

    head: dict[str, str]
    blocks: tuple[Block, ...]

    @property
    def date(self) -> datetime:
        """Midnight UTC of the day in the head: the creation date of what is built."""
        return datetime.fromisoformat(self.head["date"]).replace(tzinfo=UTC)


def parse(text: str) -> Source:
    """Read the markup described at the top of this module."""
    head, _, body = text.partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Source(fields, tuple(_block(piece) for piece in body.strip().split("\n\n")))


def _block(piece: str) -> Block:
    """One blank-line separated piece of a source."""
    if piece.startswith("#"):
        marks, _, title = piece.partition(" ")
        return Heading(len(marks), title)
    if piece.startswith("@"):
        lines = piece.splitlines()
        notes = dict(line[1:].split(" ", 1) for line in lines if line.startswith("@"))
        rows = (line.strip("|").split("|") for line in lines if line.startswith("|"))
        return Table(
            notes["caption"],
            tuple(int(width) for width in notes["widths"].split()),
            tuple(notes["align"].split()),
            tuple(tuple(cell.strip() for cell in row) for row in rows),
        )
    return Paragraph(piece)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: a heading and the label of its page."""

    heading: Heading
    label: str


class Booklet(FPDF):
    """An A5 booklet: title page and contents numbered in roman, the body in arabic numerals."""

    def __init__(self, source: Source, font_dir: Path) -> None:
        super().__init__(format=A5)
        self.source = source
        self.entries: list[Entry] = []
        head = source.head
        self.set_creation_date(source.date)
        self.set_lang(head["lang"])
        self.set_title(head["title"])
        self.set_author(head["author"])
        self.set_margin(PAGE_MARGIN)
        self.set_auto_page_break(True, margin=PAGE_MARGIN + 4)
        for (family, style), name in FONT_FILES.items():
            self.add_font(family, style, font_dir / name)
        self.set_text_color(*INK)
        self.set_draw_color(*INK)

    def header(self) -> None:
        """The running header, absent from the title page."""
        if self.page == 1:
            return
        self.set_font("sans", size=7)
        self.cell(0, 4, self.source.head["running"], align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.line(self.l_margin, self.y + 1, self.w - self.r_margin, self.y + 1)
        self.ln(6)

    def footer(self) -> None:
        """The page's label, absent from the title page."""
        if self.page == 1:
            return
        self.set_y(-PAGE_MARGIN + 3)
        self.set_font("sans", size=8)
        self.cell(0, 5, self.get_page_label(), align="C")

    def close_fonts(self) -> None:
        """Close the font files, which fpdf2 leaves open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def title_page(self) -> None:
        """Title, subtitle and imprint, each on lines of its own."""
        head = self.source.head
        self.add_page(label_style="r")
        self.set_y(48)
        for style, size, name, gap in (("B", 19, "title", 6), ("", 11, "subtitle", 22)):
            self.set_font("sans", style, size)
            self.multi_cell(
                0, size * 0.5, head[name], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
            self.ln(gap)
        self.set_font("serif", size=9)
        self.multi_cell(
            0, LINE_HEIGHT, head["imprint"], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.set_y(-30)
        self.cell(0, LINE_HEIGHT, head["place"])

    def contents_page(self, entries: list[Entry]) -> None:
        """The contents, with dots between a heading and the label of its page."""
        self.add_page()
        self.set_font("sans", "B", 13)
        self.cell(0, 8, self.source.head["contents"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)
        for entry in entries:
            top = entry.heading.level == 1
            self.set_font("sans", "B" if top else "", 8)
            self.set_x(self.l_margin + (0 if top else 5))
            room = self.w - self.r_margin - self.x
            taken = self.get_string_width(f"{entry.heading.text}  {entry.label}") + 2
            dots = " " + "." * int((room - taken) / self.get_string_width("."))
            self.cell(room - 8, 4.3, entry.heading.text + dots)
            self.cell(8, 4.3, entry.label, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def block(self, block: Block) -> None:
        """Set one block below the one before."""
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Table):
            self._table(block)
        else:
            self.set_font("serif", size=9)
            self.multi_cell(
                0, LINE_HEIGHT, block.text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
            self.ln(2)

    def _heading(self, heading: Heading) -> None:
        """A heading with its bookmark, never left alone at the foot of a page."""
        needed = 34 if heading.level == 1 else 24
        if self.will_page_break(needed):
            self.add_page()
        self.ln(4 if heading.level == 1 else 1.5)
        self.start_section(heading.text, heading.level - 1)
        self.entries.append(Entry(heading, self.get_page_label()))
        self.set_font("sans", "B", 13 if heading.level == 1 else 10)
        self.multi_cell(0, 6, heading.text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def _table(self, table: Table) -> None:
        """A table under its caption, moved to the next page where it would be cut in two."""
        if self.will_page_break(LINE_HEIGHT * 1.7 * (len(table.rows) + 1)):
            self.add_page()
        self.set_font("sans", "B", 8)
        self.multi_cell(
            0, LINE_HEIGHT, table.caption, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.set_font("sans", size=7.5)
        with self.table(
            col_widths=table.widths,
            text_align=table.align,
            headings_style=FontFace(emphasis="BOLD", fill_color=TINT),
            line_height=4.2,
            padding=0.8,
        ) as drawn:
            for row in table.rows:
                drawn.row(row)
        self.ln(4)


def _typeset(source: Source, font_dir: Path, entries: list[Entry]) -> Booklet:
    """Set the booklet with the contents given; its own entries say what they should have been."""
    booklet = Booklet(source, font_dir)
    booklet.title_page()
    booklet.contents_page(entries)
    booklet.add_page(label_style="D", label_start=1)
    for block in source.blocks:
        booklet.block(block)
    return booklet


def make_pdf(source: Source, font_dir: Path) -> bytes:
    """The booklet as PDF, set twice: the first pass only learns the page of each heading."""
    unknown = [Entry(block, "0") for block in source.blocks if isinstance(block, Heading)]
    first = _typeset(source, font_dir, unknown)
    final = _typeset(source, font_dir, first.entries)
    packed = bytes(final.output())
    for booklet in (first, final):
        booklet.close_fonts()
    return packed


def make_docx(source: Source) -> bytes:
    """The source as DOCX with heading styles and real tables."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    head, properties = source.head, document.core_properties
    properties.title, properties.author = head["title"], head["author"]
    properties.created = properties.modified = source.date.replace(tzinfo=None)
    properties.last_modified_by, properties.language = head["author"], head["lang"]
    properties.comments, properties.revision = "", 1
    document.add_heading(head["title"], 0)
    for name in ("subtitle", "imprint"):
        document.add_paragraph(head[name])
    for block in source.blocks:
        if isinstance(block, Heading):
            document.add_heading(block.text, block.level)
        elif isinstance(block, Paragraph):
            document.add_paragraph(block.text)
        else:
            document.add_paragraph(block.caption)
            drawn = document.add_table(len(block.rows), len(block.widths), "Table Grid")
            drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
            for row, texts in zip(drawn.rows, block.rows, strict=True):
                for cell, text, width in zip(row.cells, texts, block.widths, strict=True):
                    cell.text, cell.width = text, Cm(16 * width / 100)
            for row in drawn.rows:
                for cell in row.cells[1:]:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            document.add_paragraph()
    packed = io.BytesIO()
    document.save(packed)
    return _without_clock(packed.getvalue())


def _without_clock(packed: bytes) -> bytes:
    """The same ZIP archive with one fixed date on every entry."""
    fresh = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(fresh, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            new.writestr(entry, old.read(name))
    return fresh.getvalue()


def build(font_dir: Path) -> dict[str, bytes]:
    """Everything this script makes, by path below corpora/.

    Raises FileNotFoundError where a font is missing in `font_dir`.
    """
    for name in FONT_FILES.values():
        if not (font_dir / name).is_file():
            raise FileNotFoundError(f"no {name} in {font_dir}")

    def read(name: str) -> str:
        return (SOURCES / name).read_text(encoding="utf-8")

    made = {path: make_pdf(parse(read(name)), font_dir) for name, path in PDFS.items()}
    made |= {path: make_docx(parse(read(name))) for name, path in DOCXS.items()}
    for name, (path, encoding, line_end) in TEXTS.items():
        made[path] = read(name).replace("\n", line_end).encode(encoding)
    return made


def main() -> None:
    """Parse the command line and write the files."""
    parser = argparse.ArgumentParser(description="Build the example documents.")
    parser.add_argument("--font-dir", type=Path, default=FONT_DIR, help="folder with DejaVu fonts")
    parser.add_argument("--out", type=Path, default=ROOT / "corpora", help="folder to write into")
    options = parser.parse_args()
    try:
        made = build(options.font_dir)
    except FileNotFoundError as missing:
        parser.exit(1, f"{missing}: install fonts-dejavu-core, or name a folder by --font-dir\n")
    for path, content in made.items():
        target = options.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{len(content):>8}  {path}")


if __name__ == "__main__":
    main()
