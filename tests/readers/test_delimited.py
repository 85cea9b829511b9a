"""CSV and TSV: delimiters, quotes, encodings, and the physical lines that records begin on."""

from __future__ import annotations

import csv

import pytest

from rag.errors import ReadError
from rag.readers.options import Limits, Options
from rag.readers.text.delimited import read_delimited
from rag.types import Document


def read(text: str, encoding: str = "utf-8", name: str = "a.csv") -> Document:
    return read_delimited(text.encode(encoding), name)


def lines_of(document: Document) -> list[tuple[int, str]]:
    """Each physical line with the text that begins there."""
    return [(line.number, document.text[line.start :].split("\n")[0]) for line in document.lines]


def test_records_are_rows_of_a_table_under_their_header() -> None:
    document = read("Товар;Цена;Срок\r\nНасос;1,5;18.11.2025\r\nКран;;\r\n", "cp1251", "цены.csv")
    assert document.text == "Товар | Цена | Срок\nНасос | 1,5 | 18.11.2025\nКран"
    assert lines_of(document) == list(enumerate(document.text.split("\n"), start=1))
    marks = [(mark.kind, mark.level, mark.start, mark.end) for mark in document.marks]
    assert marks == [("table", 1, 0, len(document.text))]
    assert (document.title, document.encoding, document.kind) == ("цены", "cp1251", "text")
    assert (document.date, document.notes) == (None, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b,c\n1,2,3\n", "a | b | c"),
        ("a;b;c\n1,5;2,5;3\n", "a | b | c"),
        ("a\tb, c\td\n1\t2\t3\n", "a | b, c | d"),
        ("a|b\n1|2\n", "a | b"),
        ("1,5;2,5\n3,5;1,5\n", "1,5 | 2,5"),
        ("1,2,3\n4,5,6\n", "1 | 2 | 3"),
        ('"a;b",c\n"d;e",f\n', "a;b | c"),
        ("Цена, руб;Вес, кг\n1,5;2,5\n3,5;4,5\n5,5;6,5\n7,5;8,5\n9,5;1,5\n", "Цена, руб | Вес, кг"),
        ("sep=|\na|b;c\n1|2;3\n", "a | b;c"),
        ("alone\nlines\n", "alone"),
        ("a;b;c\n1;2\n3\n4;5;6;7\n", "a | b | c"),
    ],
)
def test_the_delimiter_is_the_one_that_fits(text: str, expected: str) -> None:
    assert read(text).text.split("\n")[0] == expected


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_ends() -> None:
    document = read('a,b\n"x, ""y""\nz",2\n\n3,4\n')
    assert document.text == 'a | b\nx, "y" z | 2\n\n3 | 4'
    assert lines_of(document) == [(1, "a | b"), (2, 'x, "y" z | 2'), (5, "3 | 4")]


def test_lines_above_the_table_are_text() -> None:
    document = read("Отчёт за год\n\nТовар;Цена\nНасос;5\n")
    assert document.text == "Отчёт за год\n\nТовар | Цена\nНасос | 5"
    assert [document.text[m.start : m.end] for m in document.marks] == ["Товар | Цена\nНасос | 5"]


@pytest.mark.parametrize(
    ("text", "rows", "broken"),
    [
        ('a,b\n1,"open\n2,x\n3,y\n', ["a | b", '1 | "open', "2 | x", "3 | y"], "line 2"),
        ('a;b\n"ООО "Ромашка"";1\nx;2\n', ["a | b", 'ООО Ромашка"" | 1', "x | 2"], "line 2"),
        ('a,b\n1,"x\n2,y",3\n4,5\n', ["a | b", '1 | "x', '2 | y" | 3', "4 | 5"], "line 2"),
        ('a,b\n"1,2\n"3,4\n', ["a | b", '"1 | 2', '"3 | 4'], "lines 2, 3"),
    ],
    ids=["never closed", "quotes inside quotes", "closed in the wrong record", "every line"],
)
def test_broken_quotes_cost_one_line_and_are_named(text: str, rows: list[str], broken: str) -> None:
    document = read(text)
    assert document.text.split("\n") == rows
    assert document.notes == (f"broken quotes: {broken}",)


@pytest.mark.parametrize("line", ['b";"x', '"a', '"a""'])
def test_a_file_of_broken_quotes_is_read_line_by_line(line: str) -> None:
    document = read("a;b\n" + f"{line}\n" * 20_000)
    assert len(document.lines) >= 10_000
    assert document.notes[0].startswith("broken quotes: lines 2, ")


def test_a_long_field_is_read_and_the_limit_of_the_library_is_left_alone() -> None:
    before = csv.field_size_limit()
    assert len(read(f"a,b\n{'x' * 300_000},2\n").text) > 300_000
    assert csv.field_size_limit() == before


def test_a_field_may_be_longer_than_the_text_that_is_allowed() -> None:
    options = Options(limits=Limits(characters=1_000))
    document = read_delimited(f"a,b\n{'x' * 200_000},2\n".encode(), "a.csv", options)
    assert document.text.endswith("x | 2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_the_encoding_is_found(encoding: str) -> None:
    text = "Название;Количество\n" + "Насос погружной;пять\nКран шаровой;восемь\n" * 5
    document = read(text, encoding)
    assert document.text.startswith("Название | Количество\nНасос погружной | пять\n")
    assert document.encoding is not None


def test_control_characters_cannot_hide_text() -> None:
    document = read("a,b\n\x0ehidden\x0f,2\n" + "more,words here\n" * 20)
    assert not [mark for mark in document.marks if mark.kind == "aside"]
    assert "hidden | 2" in document.text


@pytest.mark.parametrize(
    ("data", "reason"), [(b" \n", "empty"), (b"\x7fELF\x00", "binary"), (b";;\n;;\n", "no text")]
)
def test_what_cannot_be_read_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_delimited(data, "a.csv")
