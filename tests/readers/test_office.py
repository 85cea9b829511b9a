"""DOCX files made here: order, tables, headings, and what is wrapped out of sight."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import datetime

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag.errors import ReadError
from rag.readers import office
from rag.readers.office import read_docx


def saved(document: object) -> bytes:
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def contract() -> bytes:
    document = docx.Document()
    document.add_heading("Договор поставки", 1)
    document.add_paragraph("Стороны договорились о\xa0следующем.")
    table = document.add_table(rows=2, cols=3)
    for row, values in zip(
        table.rows, (("Товар", "Кол-во", "Цена"), ("Насос", "2", "1 250")), strict=True
    ):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_heading("Сроки", 2)
    document.add_paragraph("До конца месяца.")
    document.core_properties.title = "Договор № 5"
    document.core_properties.created = datetime(2025, 11, 12)  # noqa: DTZ001
    return saved(document)


def with_body(*elements: str) -> bytes:
    document = docx.Document()
    for element in elements:
        document.element.body.insert(-1, parse_xml(element))
    return saved(document)


def test_paragraphs_and_tables_come_in_order() -> None:
    document = read_docx(contract(), "договор.docx")
    assert document.text == (
        "Договор поставки\n\nСтороны договорились о следующем.\n\n"
        "Товар | Кол-во | Цена\nНасос | 2 | 1 250\n\nСроки\n\nДо конца месяца."
    )
    marks = [(m.kind, m.level, document.text[m.start : m.end]) for m in document.marks]
    assert marks == [
        ("heading", 1, "Договор поставки"),
        ("table", 0, "Товар | Кол-во | Цена\nНасос | 2 | 1 250"),
        ("heading", 2, "Сроки"),
    ]
    assert (document.title, document.date, document.kind) == ("Договор № 5", "2025-11-12", "office")


def test_a_merged_cell_is_written_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "both"
    table.cell(0, 2).text = "third"
    assert read_docx(saved(document), "a.docx").text == "both | third"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p><r><t>a</t><tab/><t>b</t><br/><t>c</t></r></p>", "a\tb\nc"),
        ("<p><ins><r><t>added</t></r></ins></p>", "added"),
        ("<p><r><t>kept</t></r><del><r><delText>gone</delText></r></del></p>", "kept"),
        ("<sdt><sdtContent><p><r><t>control</t></r></p></sdtContent></sdt>", "control"),
        ("<p><hyperlink><r><t>link</t></r></hyperlink></p>", "link"),
    ],
)
def test_wrapped_text_is_read_and_deleted_text_is_not(body: str, expected: str) -> None:
    xml = body.replace("</", "</w:").replace("<", "<w:").replace("<w:/w:", "</w:")
    xml = xml.replace(">", f" {nsdecls('w')}>", 1)
    assert read_docx(with_body(xml), "a.docx").text == expected


def test_a_table_inside_a_cell_stays_in_its_row() -> None:
    document = docx.Document()
    outer = document.add_table(rows=1, cols=2)
    inner = outer.cell(0, 0).add_table(rows=2, cols=1)
    inner.cell(0, 0).text, inner.cell(1, 0).text = "one", "two"
    outer.cell(0, 1).text = "right"
    assert read_docx(saved(document), "a.docx").text == "one two | right"


def test_a_style_made_from_a_heading_is_a_heading() -> None:
    document = docx.Document()
    style = document.styles.add_style("Раздел", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 3"]
    document.add_paragraph("Прочее", style=style)
    assert [mark.level for mark in read_docx(saved(document), "a.docx").marks] == [3]


def test_the_date_of_the_library_template_is_nobodys() -> None:
    document = docx.Document()
    document.add_paragraph("Words.")
    assert read_docx(saved(document), "a.docx").date is None


def test_a_transcript_is_a_meeting() -> None:
    document = docx.Document()
    for line in ("Олег: Кто пришлёт смету?", "Анна: Я завтра.", "Олег: Хорошо.", "Анна: Да."):
        document.add_paragraph(line)
    read = read_docx(saved(document), "созвон.docx")
    assert read.kind == "meeting"
    assert [turn.speaker for turn in read.turns] == ["Олег", "Анна", "Олег", "Анна"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04" + bytes(200), "broken DOCX"),
        (contract()[:3000], "broken DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .doc or an encrypted file"),
        (saved(docx.Document()), "holds no text"),
    ],
)
def test_what_cannot_be_read_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_docx(data, "a.docx")


def test_damage_anywhere_ends_in_a_document_or_a_read_error() -> None:
    data = contract()
    for place in range(0, len(data), 211):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with suppress(ReadError):
            assert read_docx(bytes(damaged), "a.docx").text


def test_a_zip_bomb_is_refused_by_its_declared_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_UNPACKED", 5_000_000)
    stream = io.BytesIO(contract())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.bin", bytes(6_000_000))
    with pytest.raises(ReadError, match="would unpack to"):
        read_docx(stream.getvalue(), "bomb.docx")
