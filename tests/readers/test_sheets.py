"""Spreadsheets made here: a page a sheet, a line a row, values as a person reads them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta

import pytest
import xlsxwriter
from office_files import changed, odf, parts_of, with_part, workbook, zipped

from fuzz.compound import compound
from fuzz.office import xls
from rag.errors import ReadError
from rag.readers.office import sheets
from rag.readers.office import workbook as workbook_parts
from rag.readers.office.sheets import read_sheets
from rag.readers.options import Limits, Options
from rag.types import Document

DAY = {"num_format": "dd.mm.yyyy"}


def price_list(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Прайс")
    sheet.write("A1", "Прайс-лист ООО «Ромашка»")
    sheet.write_row("A3", ["Товар", "Цена", "Дата", "НДС"])
    sheet.write_row("A4", ["Насос", 1250.5])
    sheet.write_datetime("C4", datetime(2025, 11, 18), book.add_format(DAY))  # noqa: DTZ001
    sheet.write("D4", 0.2, book.add_format({"num_format": "0%"}))
    sheet.write_row("A5", ["Кран", 300.0, "скоро"])
    book.add_worksheet("Notes").write("A1", "Remember the discount.")
    book.set_properties({"title": "Цены 2025", "created": datetime(2025, 11, 1)})  # noqa: DTZ001


def one_sheet(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> bytes:
    return workbook(lambda book: fill(book, book.add_worksheet("S")))


def text_of(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> str:
    """What is read of a sheet named S below its name."""
    return read_sheets(one_sheet(fill), "a.xlsx").text.removeprefix("S\n\n")


def test_sheets_are_pages_and_rows_are_lines() -> None:
    document = read_sheets(workbook(price_list), "цены.xlsx")
    assert document.text == (
        "Прайс\n\nПрайс-лист ООО «Ромашка»\n\n"
        "Товар | Цена | Дата | НДС\nНасос | 1250.5 | 2025-11-18 | 0.2\nКран | 300 | скоро\n\n"
        "Notes\n\nRemember the discount."
    )
    pages = [(page.number, page.label) for page in document.pages]
    assert pages == [(1, "Прайс"), (2, "Notes")]
    marks = [(m.kind, m.level, document.text[m.start : m.end][:5]) for m in document.marks]
    assert marks == [("heading", 1, "Прайс"), ("table", 1, "Товар"), ("heading", 1, "Notes")]
    assert (document.title, document.date) == ("Цены 2025", "2025-11-01")
    assert (document.kind, document.notes) == ("office", ())


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (3.0, "", "3"),
        (0.1 + 0.2, "", "0.3"),
        (1.5e20, "", "150000000000000000000"),
        (1.5e-300, "", "1.5e-300"),
        (True, "", "TRUE"),
        (datetime(2025, 11, 18, 10, 30), "dd.mm.yyyy hh:mm", "2025-11-18 10:30"),  # noqa: DTZ001
        (time(12, 5), "hh:mm", "12:05"),
        (timedelta(hours=36, minutes=5), "[h]:mm", "36:05"),
        (1999.9, '# ##0.00 "₽"', "1999.9"),
        ("two\nlines", "", "two lines"),
    ],
)
def test_values_are_written_as_a_person_reads_them(value: object, form: str, shown: str) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A1", value, book.add_format({"num_format": form}) if form else None)

    assert text_of(fill) == shown


def test_a_formula_is_read_as_the_value_it_last_had() -> None:
    assert text_of(lambda _, sheet: sheet.write_formula("A1", "=6*7", None, 42)) == "42"


def test_a_merged_cell_is_written_once_and_columns_stay_in_line() -> None:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range("A1:B1", "Квартал 1")
        sheet.write_row("C1", ["Квартал 2"])
        sheet.write_row("A2", ["янв", "фев", "апр"])

    assert text_of(fill) == "Квартал 1 |  | Квартал 2\nянв | фев | апр"


def test_blank_rows_part_tables_and_blank_columns_are_left_out() -> None:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row("B2", ["a", "", "b"])
        sheet.write_row("B3", [1, "", 2])
        sheet.write_row("B6", ["c", "", "d"])

    assert text_of(fill) == "a | b\n1 | 2\n\nc | d"


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ([["Товар", "Цена"], ["Насос", 5]], 1),
        ([["Насос", 5], ["Кран", 6]], 0),
        ([["2024", "2025"], ["1", "2"]], 0),
        ([["Товар", "Цена"]], 0),
        ([["Товар", "Цена", "", "", ""], [1, 2, 3, 4, 5]], 0),
    ],
)
def test_a_first_row_of_names_is_the_header(rows: list[list[object]], level: int) -> None:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)

    marks = read_sheets(one_sheet(fill), "a.xlsx").marks
    assert [mark.level for mark in marks if mark.kind == "table"] == [level]


def test_hidden_sheets_are_read_and_named() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("A", "B"):
            sheet = book.add_worksheet(name)
            sheet.write("A1", f"on {name}")
        sheet.hide()

    document = read_sheets(workbook(fill), "a.xlsx")
    assert document.text == "A\n\non A\n\nB\n\non B"
    assert document.notes == ("hidden sheets: B",)


def test_comments_text_boxes_and_titles_of_charts_follow_their_sheet() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row("A1", ["x", 1])
        sheet.write_comment("B1", "Проверить!", {"author": "Анна"})
        sheet.insert_textbox("D4", "Без НДС")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=S!$B$1:$B$1"})
        chart.set_title({"name": "Выручка"})
        sheet.insert_chart("D9", chart)

    text = text_of(fill)
    assert text.startswith("x | 1\n\n")
    assert set(text.split("\n\n")[1:]) == {"[Анна, B1] Проверить!", "Без НДС", "Выручка"}


def test_a_comment_with_replies_is_read_from_its_thread() -> None:
    office = "http://schemas.microsoft.com/office/2017/10/relationships"
    namespace = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    thread = (
        f'<ThreadedComments xmlns="{namespace}"><threadedComment ref="A1" personId="p">'
        "<text>Why?</text></threadedComment></ThreadedComments>"
    )
    people = f'<personList xmlns="{namespace}"><person displayName="Oleg" id="p"/></personList>'

    def related(name: str, part: bytes) -> bytes:
        for file, kind, target in (
            ("sheet1.xml.rels", "threadedComment", "../threads/t1.xml"),
            ("workbook.xml.rels", "person", "people.xml"),
        ):
            relation = f'<Relationship Id="x9" Type="{office}/{kind}" Target="{target}"/>'
            if name.endswith(file):
                return part.replace(b"</Relationships>", f"{relation}</Relationships>".encode())
        return part

    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A1", "x")
        sheet.write_comment("A1", "[Threaded comment] Your version of Excel allows you …")

    data = with_part(changed(one_sheet(fill), related), "xl/threads/t1.xml", thread)
    data = with_part(data, "xl/people.xml", people)
    assert read_sheets(data, "a.xlsx").text == "S\n\nx\n\n[Oleg, A1] Why?"


def test_a_cell_in_the_far_corner_costs_nothing() -> None:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A1", "near")
        sheet.write("B1", 1)
        sheet.write("XFD1048576", "far")

    assert text_of(fill) == "near | 1\n\nfar"


def test_a_million_declared_rows_cost_nothing() -> None:
    def declared(name: str, part: bytes) -> bytes:
        rows = b'<row r="1048576" spans="1:16384"/></sheetData>'
        part = part.replace(b'ref="A1"', b'ref="A1:XFD1048576"')
        return part.replace(b"</sheetData>", rows) if "sheet1" in name else part

    data = changed(one_sheet(lambda _, sheet: sheet.write("A1", "x")), declared)
    assert read_sheets(data, "a.xlsx").text == "S\n\nx"


def test_a_sheet_that_is_full_and_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_parts, "MAX_AREA", 8)

    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for row in range(3):
            sheet.write_row(row, 0, [1, 2, 3])

    with pytest.raises(ReadError, match="a sheet of 3 rows and 3 columns is too large"):
        read_sheets(one_sheet(fill), "a.xlsx")


def test_a_very_wide_sheet_drops_its_empty_cells() -> None:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for place in range(300):
            sheet.write(place, place, f"v{place}")

    assert text_of(fill).split("\n")[:2] == ["v0", "v1"]


def ods(rows: str, *, meta: str = "") -> Document:
    table = f'<table:table table:name="Лист">{rows}</table:table>'
    return read_sheets(odf("spreadsheet", table, meta=meta), "a.ods")


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_ods_is_read_alike() -> None:
    document = ods(
        f"<table:table-row>{cell('Товар')}{cell('Срок')}</table:table-row><table:table-row>"
        + cell("Насос")
        + cell("18.11.25", 'office:value-type="date" office:date-value="2025-11-18"')
        + cell("36:05", 'office:value-type="time" office:time-value="PT36H05M00S"')
        + "</table:table-row>",
        meta="<dc:title>Сроки поставки</dc:title>"
        "<meta:creation-date>2025-11-03T10:00:00</meta:creation-date>",
    )
    assert document.text == "Лист\n\nТовар | Срок\nНасос | 2025-11-18 | 36:05"
    assert (document.title, document.date) == ("Сроки поставки", "2025-11-03")


def test_a_million_repeated_blank_rows_of_ods_cost_nothing() -> None:
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    repeated = f'<table:table-row table:number-rows-repeated="1048575">{blank}</table:table-row>'
    assert ods(f"<table:table-row>{cell('x')}</table:table-row>{repeated}").text == "Лист\n\nx"


def test_a_tag_of_ods_that_is_never_closed_ends_in_a_reason() -> None:
    data = odf("spreadsheet", '<table:table table:name="Лист"><table:table-row/></table:tableX')
    with pytest.raises(ReadError, match=r"broken spreadsheet: \w"):
        read_sheets(data, "a.ods")


def test_a_cell_far_below_its_row_costs_nothing() -> None:
    def far_below(name: str, part: bytes) -> bytes:
        return part.replace(b'r="A4"', b"r='C2147483647'") if "sheet1" in name else part

    read = read_sheets(changed(workbook(price_list), far_below), "a.xlsx")
    assert "Насос" in read.text


def test_an_old_workbook_is_read_unless_its_sectors_lead_in_a_circle() -> None:
    table = 512  # where the table of sectors begins, behind the header
    circle = struct.pack("<2I", 2, 1)
    data = xls()
    assert read_sheets(data, "a.xls").text == "Лист\n\nНасос\n1250.5"
    with pytest.raises(ReadError, match="broken spreadsheet: its sectors lead in a circle"):
        read_sheets(data[: table + 4] + circle + data[table + 12 :], "a.xls")
    with pytest.raises(ReadError, match="broken spreadsheet: it holds no workbook"):
        read_sheets(compound({"Other": b"x"}), "a.xls")


def test_a_row_that_stands_for_many_is_too_much_text() -> None:
    row = f'<table:table-row table:number-rows-repeated="100000">{cell("x" * 20)}</table:table-row>'
    data = odf("spreadsheet", f'<table:table table:name="Лист">{row}</table:table>')
    with pytest.raises(ReadError, match="too much text: more than 1,000,000 characters"):
        read_sheets(data, "a.ods", Options(limits=Limits(characters=1_000_000)))


def test_a_panic_of_the_library_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(*_: object) -> None:
        raise type("PanicException", (BaseException,), {})("index out of bounds")

    monkeypatch.setattr(sheets, "_opened", panic)
    with pytest.raises(ReadError, match="broken spreadsheet: its cells cannot be made out"):
        read_sheets(workbook(price_list), "a.xlsx")


def bomb() -> bytes:
    return with_part(workbook(price_list), "xl/media/image1.bin", bytes(6_000_000))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not a workbook", "broken spreadsheet"),
        (workbook(price_list)[:3000], "broken spreadsheet"),
        (zipped({"a": "b"}), "holds no office document"),
        (one_sheet(lambda *_: None), "holds no text"),
        (bomb(), "would unpack to"),
        (with_part(workbook(price_list), "xl/sharedStrings.xml", "<sst><"), "broken spreadsheet"),
    ],
)
def test_what_cannot_be_read_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_sheets(data, "a.xlsx", Options(limits=Limits(unpacked=5_000_000)))


def test_macros_are_left_out_and_that_is_said() -> None:
    data = with_part(workbook(price_list), "xl/vbaProject.bin", b"\x00")
    assert read_sheets(data, "a.xlsm").notes == ("macros left out",)


def test_a_part_longer_than_it_declares_is_found_out() -> None:
    data = workbook(price_list)
    size = len(parts_of(data)["xl/worksheets/sheet1.xml"])
    lie = data.replace(size.to_bytes(4, "little"), (size - 100).to_bytes(4, "little"))
    with pytest.raises(ReadError, match="broken spreadsheet"):
        read_sheets(lie, "a.xlsx")


def test_damage_anywhere_ends_in_a_document_or_a_read_error() -> None:
    data = workbook(price_list)
    for place in range(0, len(data), 97):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with suppress(ReadError):
            assert read_sheets(bytes(damaged), "a.xlsx").text
