from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.pointers import named_in, pages_meant, pointers
from rag.types import RUNNING_FOOTER, Document, Mark, Page

TEXT = "Cover\n- 7 -\nBody\nPage 8\nEnd\n9\n"
STARTS = (0, 12, 24)
FOOTERS = ("- 7 -", "Page 8", "9")


def document() -> Document:
    ends = (*STARTS[1:], len(TEXT))
    pages = tuple(
        Page(number, label, start, end)
        for number, (label, start, end) in enumerate(
            zip(("i", None, None), STARTS, ends, strict=True), 1
        )
    )
    marks = tuple(
        Mark("aside", at, at + len(footer), note=RUNNING_FOOTER)
        for footer, at in ((f, TEXT.index(f)) for f in FOOTERS)
    )
    return Document("d", "d", TEXT, pages=pages, marks=marks)


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What is on page 14?", {14}),
        ("the FAX No on page fourteen", {14}),
        ("slides 3 and 4", {3, 4}),
        ("pages 3, 4, and 7–9", {3, 4, 7, 8, 9}),
        ("стр. 3 и 5", {3, 5}),
        ("Что на стр. 5?", {5}),
        ("на странице № 12", {12}),
        ("на 3-й странице", {3}),
        ("на слайде 4", {4}),
        ("How many pages are there in 2020?", set()),
        ("сколько страниц", set()),
    ],
)
def test_pages_named_by_a_number(question: str, pages: set[int]) -> None:
    assert pointers(question).pages == pages


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Who signed the first page?", True, False),
        ("What is the title of the slide?", True, False),
        ("Что на титульном листе?", True, False),
        ("Чья подпись на последней странице?", False, True),
        ("Is there a signature on the last page", False, True),
        ("the first paragraph", False, False),
    ],
)
def test_the_first_and_the_last_page(question: str, first: bool, last: bool) -> None:
    found = pointers(question)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("examples in Figure 7 and Figure 8", {("figure", "7"), ("figure", "8")}),
        ("fig. 2", {("figure", "2")}),
        ("quizzes in units 4, 5, and 6", {("item", "4"), ("item", "5"), ("item", "6")}),
        ("the first figure of the paper", {("figure", "1")}),
        ("Что в таблице 3?", {("table", "3")}),
        ("рис. 4", {("figure", "4")}),
        ("В первой таблице", {("table", "1")}),
        ("Does Section 3.3 cite more papers?", {("section", "3.3")}),
        ("Appendix E", {("appendix", "e")}),
        ("Приложение Б", {("appendix", "б")}),
        ("the table shows five rows", set()),
        ("Что на рисунке и в таблице", set()),
        ("FIGURE 3", {("figure", "3")}),
    ],
)
def test_numbered_places(question: str, places: set[tuple[str, str]]) -> None:
    assert pointers(question).numbered == places


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("page 2", {2}),
        ("page 7", {1}),
        ("page 8", {2}),
        ("page 9", {3}),
        ("page 100", set()),
        ("the first page", {1}),
        ("the last slide", {3}),
        ("nothing", set()),
    ],
)
def test_a_page_is_meant_by_its_count_or_by_the_number_printed_on_it(
    question: str, pages: set[int]
) -> None:
    assert pages_meant(pointers(question), document()) == pages


def test_a_document_without_pages_has_none_that_is_meant() -> None:
    assert pages_meant(pointers("page 1"), Document("d", "d", "text")) == frozenset()


@pytest.mark.parametrize(
    ("question", "text", "context", "share"),
    [
        ("Figure 2", "Figure 2: The model.", "", 1.0),
        ("Figure 2", "as Figure 2 shows", "", 0.5),
        ("Figure 2", "Figures 1 and 2", "", 1.0),
        ("Figure 2", "Figure 21: The model.", "", 0.0),
        ("рисунок 2", "Рис. 2. Схема", "", 1.0),
        ("Section 3.3", "text", "3 Method › 3.3 Training", 1.0),
        ("Section 3.3", "3.31 Others", "", 0.0),
        ("Table 1 and Table 2", "Table 1: Sizes", "", 0.5),
        ("no place", "Table 1: Sizes", "", 0.0),
    ],
)
def test_a_passage_that_names_the_place(
    question: str, text: str, context: str, share: float
) -> None:
    assert named_in(pointers(question), text, context) == share


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_may_be_asked_and_looked_at(question: str, text: str) -> None:
    assert 0 <= named_in(pointers(question), text, question) <= 1
