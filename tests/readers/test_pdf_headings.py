"""Headings by how lines are set, where a PDF has no outline."""

from __future__ import annotations

import pytest
from pdf_files import raw_pdf, rewrite

from rag.readers.pdf import read_pdf

BODY = [
    "The indicator is meant for building systems that show information to people, and it",
    "works within a wide span of temperatures. Its parts are chosen so that they last for",
    "twelve years from the day they were made; after that they are to be looked at again.",
]


def page(*blocks: tuple[str, float, str]) -> str:
    """A page of lines, each set in a font (F, or B for bold) and a size; `BODY` follows each."""
    content, y = "", 760.0
    for font, size, words in blocks:
        for line in words.split("\n"):
            y -= size * 1.3
            content += f"BT /{font} {size} Tf 72 {y:g} Td ({line}) Tj ET "
        for line in BODY * 2:
            y -= 12
            content += f"BT /F 10 Tf 72 {y:g} Td ({line}) Tj ET "
    return content


def headings(data: bytes) -> list[tuple[int, str]]:
    document = read_pdf(data, "a.pdf")
    return [
        (mark.level, document.text[mark.start : mark.end])
        for mark in document.marks
        if mark.kind == "heading"
    ]


def test_larger_lines_are_headings_of_a_level_by_their_size() -> None:
    data = raw_pdf(
        page(("F", 20, "Linear models"), ("F", 14, "Least squares"), ("B", 10, "Noise")),
        page(("F", 14, "Regularisation"), ("F", 20, "Trees")),
    )
    assert headings(data) == [
        (1, "Linear models"),
        (2, "Least squares"),
        (3, "Noise"),
        (2, "Regularisation"),
        (1, "Trees"),
    ]
    assert read_pdf(data, "stem.pdf").title == "Linear models"


def test_a_heading_may_run_over_lines() -> None:
    data = raw_pdf(page(("F", 14, "Views of the issues have\nimproved since last year")), page())
    assert headings(data) == [(1, "Views of the issues have\nimproved since last year")]


@pytest.mark.parametrize(
    "line",
    [
        "the second half of a sentence",
        "A whole sentence, set large.",
        "Total 1 250",
        "12 %",
        "Contents . . . . . . . . 7",
        "A line that is far too long for a heading, since it goes on and on " * 2,
    ],
)
def test_large_lines_that_read_like_none_are_no_headings(line: str) -> None:
    assert headings(raw_pdf(page(("F", 14, line)), page())) == []


def test_labels_with_little_below_them_are_no_headings() -> None:
    labels = [f"BT /B 10 Tf 72 {700 - 30 * n} Td (Label number {'one' * n}) Tj ET" for n in (1, 2)]
    words = "BT /F 10 Tf 72 655 Td (A few words below.) Tj ET"
    assert headings(raw_pdf(f"{labels[0]} {words} {labels[1]} {words}", page())) == []


def test_a_document_in_bold_has_no_headings_by_weight() -> None:
    bold = page(("B", 10, "Noise"), ("B", 10, "Measure")).replace("/F 10", "/B 10")
    assert headings(raw_pdf(bold)) == []


def test_an_outline_comes_before_the_looks_of_lines() -> None:
    data = raw_pdf(page(("F", 20, "Linear models"), ("F", 14, "Least squares")), page(), page())
    assert headings(rewrite(data, outline=["Least squares"])) == [(1, "Least squares")]


def test_a_size_made_by_scaling_counts_as_it_is_seen() -> None:
    scaled = page(("F", 10, "Linear models")).replace(
        "/F 10 Tf 72 747 Td (Linear", "/F 1 Tf 20 0 0 20 72 747 Tm (Linear"
    )
    assert "Tm (Linear" in scaled
    assert headings(raw_pdf(scaled)) == [(1, "Linear models")]


def test_a_page_of_many_sizes_is_read() -> None:
    sizes = " ".join(
        f"BT /F {6 + n} Tf 72 {760 - 30 * n} Td (Line {n} of these) Tj ET" for n in range(24)
    )
    assert read_pdf(raw_pdf(sizes), "a.pdf").text.count("\n") == 23
