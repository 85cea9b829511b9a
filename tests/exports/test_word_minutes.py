"""Minutes as a document of Word, read back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from meeting_records import ENGLISH, RUSSIAN, filled, promising, record_of

from rag.exports.word import document
from rag.record import Record
from rag.types import Promise


def opened(*records: Record) -> Any:
    return Document(BytesIO(document(records)))


def headings(made: Any) -> list[tuple[str, str]]:
    return [(p.style.name, p.text) for p in made.paragraphs if p.style.name.startswith("Heading")]


def test_sections_are_real_headings() -> None:
    assert headings(opened(filled(record_of(RUSSIAN)))) == [
        ("Heading 1", "Летучка теплицы"),
        *(("Heading 2", name) for name in ("Кратко", "Темы", "Решения", "Обещания")),
        *(("Heading 3", name) for name in ("К сроку", "Без срока", "При условии")),
        ("Heading 2", "Открытые вопросы"),
    ]


def test_promises_are_tables_with_a_head_that_repeats() -> None:
    made = opened(record_of(RUSSIAN))
    tables = made.tables
    assert [len(table.rows) - 1 for table in tables] == [3, 1, 1]
    head, first = tables[0].rows[0], tables[0].rows[1]
    assert [cell.text for cell in head.cells] == ["№", "Кто → кому", "Что", "Срок", "Статус", "Где"]
    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    assert first.cells[2].text == "Насос я проверю\n«Насос я проверю завтра.»"
    assert first.cells[5].text == "строка 6"
    width = made.sections[0].page_width - 2 * made.sections[0].left_margin
    assert abs(sum(column.width for column in tables[0].columns) - width) < width / 100


def test_one_font_serves_every_script_and_no_theme_goes_before() -> None:
    fonts = opened(record_of(RUSSIAN)).styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "cs", "eastAsia")} == {
        "Arial"
    }
    assert not any("Theme" in name for name in fonts.attrib)


def test_the_language_and_the_day_are_those_of_the_meeting() -> None:
    made = opened(record_of(ENGLISH))
    assert made.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "en-GB"
    assert made.core_properties.created.date().isoformat() == "2025-11-12"
    assert ("Heading 2", "Promises") in headings(made)


def test_several_meetings_begin_on_a_new_page() -> None:
    made = opened(record_of(RUSSIAN), record_of(ENGLISH, "weekly.txt"))
    tops = [p for p in made.paragraphs if p.style.name == "Heading 1"]
    assert [bool(p.paragraph_format.page_break_before) for p in tops] == [False, True]


def test_characters_that_no_document_may_hold_are_left_out() -> None:
    text = "скину\x00 \x0bплан\ufffe <w:p/> & \x1b[31m"
    promise = Promise("Игорь", None, text, None, "self", "open", text, 5, 0, 10)
    made = opened(promising(record_of(RUSSIAN), promise))
    assert made.tables[0].rows[1].cells[2].paragraphs[0].text == "скину план <w:p/> &"
