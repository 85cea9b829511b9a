"""Rows of tables, columns of prose, words broken at line ends: the order a person reads in."""

from __future__ import annotations

from itertools import chain

import pytest
from pdf_files import placed_pdf, raw_pdf, rewrite

from rag.readers.pdf import read_pdf
from rag.readers.pdf.layout import Line, arrange
from rag.readers.pdf.native import Sides

LEFT = [
    "Most other early settlements have long",
    "since gone. The towns of those days stood",
    "on the railroad, square block by block,",
    "and the grid of the sections was drawn",
    "across the rural landscape around them,",
    "with the main street laid at the tracks,",
    "so that the road formed the bar of a T,",
    "and the depot closed the end of the view,",
    "as in many small places of the Midwest.",
]
RIGHT = [
    "Of these towns five have shown a recent",
    "gain in people, which runs against what",
    "is commonly said of the small towns, and",
    "the county seat itself reached its peak",
    "at the latest census, having grown since",
    "the war; yet as farms go on to be joined",
    "it is likely that those outside the seat",
    "will struggle to keep the number of the",
    "people who live in them as it is today.",
]


def read(words: list[tuple[float, float, str]]) -> list[str]:
    return read_pdf(placed_pdf(words), "a.pdf").text.split("\n")


def column(x: float, words: list[str], *, top: float = 700, step: float = 20) -> list:
    return [(x, top - step * place, word) for place, word in enumerate(words)]


LABELS = ["Total", "Men", "Women", "White", "Black", "Hispanic"]
SHARES = ["54", "45", "64", "44", "83", "69"]
CHANGES = ["39%", "48%", "30%", "49%", "13%", "23%"]
ROWS = [" ".join(row) for row in zip(LABELS, SHARES, CHANGES, strict=True)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_table_drawn_column_by_column_has_its_rows_again(order: tuple[int, ...]) -> None:
    columns = [column(72, LABELS), column(200, SHARES), column(260, CHANGES)]
    assert read(list(chain.from_iterable(columns[place] for place in order))) == ROWS


def test_prose_beside_a_chart_stays_out_of_its_rows() -> None:
    prose = column(72, LEFT[:5])
    chart = [*column(400, SHARES), *column(330, LABELS)]
    rows = [" ".join(row) for row in zip(LABELS, SHARES, strict=True)]
    assert read([*chart, *prose]) == [*rows, *LEFT[:5]]
    assert read([*prose, *chart]) == [*LEFT[:5], *rows]


def test_tables_side_by_side_come_one_after_the_other() -> None:
    other = ["France", "Japan", "Russia", "China", "Poland", "Italy"]
    columns = [
        *(column(72, LABELS), column(150, SHARES)),
        *(column(220, other), column(300, CHANGES)),
    ]
    expected = [
        *(" ".join(row) for row in zip(LABELS, SHARES, strict=True)),
        *(" ".join(row) for row in zip(other, CHANGES, strict=True)),
    ]
    assert read(list(chain.from_iterable(columns))) == expected


def test_lists_without_numbers_beside_them_keep_the_order_of_the_file() -> None:
    names, places = ["Anna", "Oleg", "Vera", "Ivan"], ["Moscow", "Tver", "Omsk", "Perm"]
    assert read([*column(72, names), *column(200, places)]) == [*names, *places]


def lines_at(*lines: tuple[str, tuple[float, float, float, float]]) -> list[Line]:
    """Lines as pdfium gives them, with left, bottom, right and top."""
    return [Line(text, 0, len(text), Sides(*sides), Sides(*sides)) for text, sides in lines]


def rows_of(lines: list[Line]) -> list[str]:
    return [row.text for row in arrange(lines, lambda line, _: (line, line))]


LABEL = ("Comparable sales %", (72, 646, 160, 655))


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        (("(1)", (161, 649, 170, 656)), ["Comparable sales % (1)"]),
        (("9.9%", (400, 646, 420, 655)), ["Comparable sales % 9.9%"]),
        (("9.9%", (400, 634, 420, 643)), ["Comparable sales %", "9.9%"]),
        (("9.9%", (150, 646, 170, 655)), ["Comparable sales %", "9.9%"]),
        (("", (0, 0, 0, 0)), ["Comparable sales %", ""]),
    ],
)
def test_what_stands_level_to_the_right_goes_on_the_line(
    following: tuple[str, tuple[float, float, float, float]], expected: list[str]
) -> None:
    assert rows_of(lines_at(LABEL, following)) == expected


def test_a_raised_mark_does_not_end_the_row_it_stands_in() -> None:
    mark, numbers = ("(1)", (161, 650, 170, 656)), ("(10.3)% 11.0 %", (400, 646, 480, 655))
    assert rows_of(lines_at(LABEL, mark, numbers)) == ["Comparable sales % (1) (10.3)% 11.0 %"]


def test_words_written_upwards_are_no_part_of_a_row() -> None:
    upright = ("probability", (60, 600, 70, 700))
    assert rows_of(lines_at(upright, LABEL)) == ["probability", "Comparable sales %"]


def test_columns_drawn_line_by_line_are_read_one_after_the_other() -> None:
    pairs = zip(column(72, LEFT), column(320, RIGHT), strict=True)
    title = [(72, 740, "A history of the towns of Hamilton County")]
    assert read([*title, *chain.from_iterable(pairs)]) == [title[0][2], *LEFT, *RIGHT]


def test_columns_drawn_one_after_the_other_stay_as_they_are() -> None:
    assert read([*column(72, LEFT), *column(320, RIGHT)]) == [*LEFT, *RIGHT]


def test_the_numbers_of_a_list_stay_beside_its_lines() -> None:
    numbers = column(72, [f"{number}." for number in range(1, 10)])
    pairs = zip(numbers, column(100, LEFT), strict=True)
    expected = [f"{number}. {line}" for number, line in enumerate(LEFT, start=1)]
    assert read(list(chain.from_iterable(pairs))) == expected


def test_words_of_a_table_stay_beside_each_other() -> None:
    names = ["Self-Refine", "Clinical SV", "Reflexion", "RCI", "SelFee", "Ralf", "Yan", "Baldur"]
    kinds = ["Language Model", "Tools", "Model", "Program", "Tools", "Scalar", "Model", "Search"]
    pairs = zip(column(72, names), column(320, kinds), strict=True)
    assert read(list(chain.from_iterable(pairs))) == [
        " ".join(row) for row in zip(names, kinds, strict=True)
    ]


def test_rows_are_found_on_a_page_that_is_turned() -> None:
    """The page is written sideways and turned by its file, as landscape tables are."""
    words = [*column(72, LABELS), *column(200, SHARES), *column(260, CHANGES)]
    content = " ".join(
        f"BT /F 10 Tf 0 1 -1 0 {600 - y + 100} {x} Tm ({text}) Tj ET" for x, y, text in words
    )
    data = rewrite(raw_pdf(content), turned=90)
    assert read_pdf(data, "a.pdf").text.split("\n") == ROWS


def test_letters_drawn_one_by_one_make_the_same_lines() -> None:
    letters = [
        (72 + 7 * place, y, letter)
        for _, y, line in column(72, LEFT)
        for place, letter in enumerate(line)
        if letter != " "
    ]
    assert [line.replace(" ", "") for line in read(letters)] == [
        line.replace(" ", "") for line in LEFT
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("This is a docu-", "ment of some length.", "This is a document of some length."),
        ("A long-term plan: long-", "term and good.", "A long-term plan: long-term and good."),
    ],
)
def test_words_broken_at_a_line_end_are_joined(first: str, second: str, expected: str) -> None:
    assert read([(72, 700, first), (72, 686, second)]) == [expected]
