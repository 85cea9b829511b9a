"""A page of a PDF with a quote marked on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fpdf import FPDF

from rag.errors import ReadError
from rag.picture import LONGEST_SIDE, find_quote, page_picture

if TYPE_CHECKING:
    from PIL.Image import Image

FIRST = "The kettle boils in four minutes."
SECOND = "The lid locks by itself when the water is hot enough to scald a hand that reaches in."


def _pdf(size: tuple[float, float] = (210, 297)) -> bytes:
    pdf = FPDF(format=size)
    pdf.set_font("Helvetica", size=12)
    for text in (FIRST, SECOND):
        pdf.add_page()
        pdf.multi_cell(80, 8, f"Before it.\n{text}\nAfter it.")
    return bytes(pdf.output())


def _yellow_rows(image: Image) -> list[int]:
    """Pixel rows that hold the marker's yellow."""
    width = image.width
    return sorted(
        {
            place // width
            for place, (red, green, blue) in enumerate(image.get_flattened_data())
            if red > 240 and green > 210 and blue < 90
        }
    )


def test_the_quote_is_marked_where_it_stands_and_nowhere_else() -> None:
    image, marked = page_picture(_pdf(), 1, FIRST)
    plain, _ = page_picture(_pdf(), 1, "")
    rows = _yellow_rows(image)
    assert marked
    assert rows[-1] - rows[0] == len(rows) - 1 < 40  # one line of letters
    untouched = image.crop((0, rows[-1] + 4, *image.size))
    assert untouched.tobytes() == plain.crop((0, rows[-1] + 4, *plain.size)).tobytes()


def test_a_quote_over_several_lines_is_marked_on_each() -> None:
    one, _ = page_picture(_pdf(), 1, FIRST)
    image, marked = page_picture(_pdf(), 2, SECOND)
    assert marked
    assert len(_yellow_rows(image)) > 1.9 * len(_yellow_rows(one))


@pytest.mark.parametrize("quote", ["The kettle boils in five minutes.", SECOND, "", "ettle boils"])
def test_nothing_is_marked_that_the_page_does_not_say(quote: str) -> None:
    image, marked = page_picture(_pdf(), 1, quote)
    assert not marked
    assert not _yellow_rows(image)


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("one two", "two", [(4, 7)]),
        ("one\r\ntwo three", "one two", [(0, 8)]),
        ("a twofold two", "two", [(10, 13)]),
        ("пере-\r\nнос слова", "перенос", [(0, 10)]),
        ("пере\ufffeнос слова", "перенос слова", [(0, 14)]),
        ("1.5 or 15", "15", [(7, 9)]),
        ("yes and yes", "yes", [(0, 3), (8, 11)]),
        ("one two", "two one", []),
        ("one two", " - ", []),
    ],
)
def test_a_quote_is_found_across_breaks_but_only_as_whole_words(
    text: str, quote: str, expected: list[tuple[int, int]]
) -> None:
    assert find_quote(text, quote) == expected


@pytest.mark.parametrize("page", [0, 3, -1])
def test_a_page_that_is_not_there_is_an_error(page: int) -> None:
    with pytest.raises(ReadError, match="there is no page"):
        page_picture(_pdf(), page, FIRST)


def test_a_file_that_is_no_pdf_is_an_error() -> None:
    with pytest.raises(ReadError, match="cannot be drawn"):
        page_picture(b"not a PDF", 1, FIRST)


@pytest.mark.parametrize("size", [(210, 297), (5000, 100), (40, 5000)])
def test_a_picture_is_bounded_whatever_the_size_of_the_page(size: tuple[float, float]) -> None:
    image, _ = page_picture(_pdf(size), 1, "")
    assert max(image.size) <= LONGEST_SIDE + 1
