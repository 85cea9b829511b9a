"""Minutes as a document of Word, by python-docx: real headings, lists and tables.

One font with Cyrillic is named for every script, so that Word does not choose another for half of
a line; the language of the text is set, so that its spelling is checked as what it is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from rag.exports.outline import outline
from rag.exports.rows import register_outline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.exports.outline import Item, Outline, Task
    from rag.record import Record
    from rag.register.view import Group
    from rag.types import Entry
    from rag.words import Language

_FONT = "Arial"
_LANGUAGES = {"ru": "ru-RU", "en": "en-GB"}
_SCRIPTS = ("ascii", "hAnsi", "cs", "eastAsia")
_MARGIN = Cm(2)
#: Widths of the columns in centimetres; together those of A4 between the margins.
_COLUMNS = {"number": 0.9, "parties": 3.0, "what": 6.1, "when": 2.6, "state": 2.4, "place": 2.0}
_GREY = RGBColor(0x59, 0x59, 0x59)
_NO_DAY = date(2000, 1, 1)  # a clock would make other bytes of the same minutes
_SIZE, _SMALL = Pt(10.5), Pt(9)


def document(records: Sequence[Record]) -> bytes:
    """The minutes of meetings as one file, each from a new page on."""
    return _written([outline(record) for record in records])


def register_document(
    groups: Sequence[tuple[Group, Sequence[Entry]]], records: Mapping[str, Record]
) -> bytes:
    """Groups of rows of the register; `records` are the meetings by their names."""
    return _written([register_outline(groups, records)])


def _written(outlines: Sequence[Outline]) -> bytes:
    made = Document()
    first = outlines[0]
    day = date.fromisoformat(first.date) if first.date else None
    set_up(made, first.language, first.title, day)
    for number, out in enumerate(outlines):
        _meeting(made, out, new_page=number > 0)
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def set_up(made: Any, language: Language, title: str, day: date | None) -> None:
    """Page, styles, language and properties; the day of what is told is that of the document."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin = section.bottom_margin = _MARGIN
    for style in made.styles:
        if style.type is not None and hasattr(style, "font") and style.element.rPr is not None:
            _set_font(style)
    normal = made.styles["Normal"]
    _set_font(normal)
    normal.font.size = _SIZE
    spelling = OxmlElement("w:lang")
    spelling.set(qn("w:val"), _LANGUAGES[language])
    normal.element.get_or_add_rPr().append(spelling)
    properties = made.core_properties
    properties.author, properties.title, properties.comments = "rag", title, ""
    properties.created = properties.modified = datetime.combine(day or _NO_DAY, time(), UTC)
    properties.language = _LANGUAGES[language]


def _set_font(style: Any) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]  # those of a theme would go before
    for script in _SCRIPTS:
        fonts.set(qn(f"w:{script}"), _FONT)


def _meeting(made: Any, out: Outline, *, new_page: bool) -> None:
    words = out.labels
    made.add_heading(out.title, level=1).paragraph_format.page_break_before = new_page
    facts = {"date": out.date, "participants": ", ".join(out.participants), "file": out.file}
    for name, value in facts.items():
        if value:
            paragraph = made.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.add_run(f"{words[name]}: ").bold = True
            paragraph.add_run(value)
    for name in ("summary", "topics", "decisions"):
        _section(made, out, name, getattr(out, name))
    if out.file:
        made.add_heading(words["promises"], level=2)
    if not out.groups:
        made.add_paragraph(words["none"])
    for title, tasks in out.groups:
        made.add_heading(title, level=3 if out.file else 2)
        _table(made, out, tasks)
    _section(made, out, "questions", out.questions)
    _section(made, out, "suggestions", out.suggestions)


def _section(made: Any, out: Outline, name: str, items: Sequence[Item]) -> None:
    if not items:
        return
    made.add_heading(out.labels[name], level=2)
    quote = out.labels["quote"]
    for item in items:
        paragraph = made.add_paragraph(style="List Bullet")
        if item.who:
            paragraph.add_run(f"{item.who}: ").bold = True
        paragraph.add_run(quote.format(item.text) if item.verbatim else item.text)
        if item.quote:
            aside(paragraph, f" {quote.format(item.quote)}", italic=True)
        if item.place:
            aside(paragraph, f" ({item.place})")


def aside(paragraph: Any, text: str, *, italic: bool = False) -> None:
    """Add words that stand back: small and grey."""
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb, run.italic = _SMALL, _GREY, italic


def _table(made: Any, out: Outline, tasks: Sequence[Task]) -> None:
    titles = {**out.labels, "parties": f"{out.labels['who']} → {out.labels['to_whom'].lower()}"}
    rows = [
        (str(task.number), task.parties, task.what, task.when, task.state, task.place)
        for task in tasks
    ]
    table = ruled(made, [titles[name] for name in _COLUMNS], rows, list(_COLUMNS.values()))
    for row, task in zip(table.rows[1:], tasks, strict=True):
        quote = row.cells[2].add_paragraph()
        quote.paragraph_format.space_after = Pt(0)
        aside(quote, task.quote, italic=True)


def ruled(
    made: Any, titles: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
) -> Any:
    """A table whose head repeats on every page and whose rows stay whole; widths in centimetres."""
    table = made.add_table(rows=1, cols=len(titles), style="Table Grid")
    table.autofit = False
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, title in zip(head.cells, titles, strict=True):
        run = cell.paragraphs[0].add_run(title)
        run.bold, run.font.size = True, _SMALL
    for texts in rows:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text in zip(row.cells, texts, strict=True):
            cell.paragraphs[0].add_run(text).font.size = _SMALL
    for width, column in zip(widths, table.columns, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = column.width
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    return table
