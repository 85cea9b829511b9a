from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.route import Entry, Router

OTHERS = [Entry(f"n{number}", f"note{number}.txt", "") for number in range(12)]
ROUTER = Router(
    [
        Entry("amd", "AMD_2022_10K.pdf", "UNITED STATES"),
        Entry("best", "BESTBUY_2023_10K.pdf", "FORM 10-K"),
        Entry("газ18", "отчёты/Газпром_2018.pdf", "Годовой отчёт"),
        Entry("газ19", "отчёты/Газпром_2019.pdf", "Годовой отчёт"),
        Entry("sec", "a81f.pdf", "Securities and Exchange Commission"),
        Entry("manual", "b7.pdf", "Установка котла «Заря»"),
        *OTHERS,
    ]
)


def common(_: str) -> float:
    return 0.1


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What did Advanced Micro Devices earn?", "amd"),
        ("goodwill of AMD", "amd"),
        ("What goodwill does Best Buy have?", "best"),
        ("Какова выручка Газпрома за 2018 год?", "газ18"),
        ("Выручка Газпрома за FY19", "газ19"),
        ("What does the SEC ask for?", "sec"),
        ("как ставить котёл «Заря»", "manual"),
    ],
)
def test_a_name_leads_to_its_document(question: str, document: str) -> None:
    assert next(iter(ROUTER.route(question, common))) == document


@pytest.mark.parametrize(
    "question", ["", "???", "how many are there", "что это такое", "and of the"]
)
def test_a_question_without_a_name_leads_nowhere(question: str) -> None:
    assert ROUTER.route(question, common) == {}


def test_a_word_that_many_documents_bear_tells_none_of_them() -> None:
    router = Router([Entry(str(n), f"Report_{n}.pdf", "Report") for n in range(20)])
    assert router.route("What does the Report say?", common) == {}


def test_a_proper_name_is_clearer_than_an_ordinary_word() -> None:
    named = ROUTER.route("what of the Котла", common)["manual"]
    assert named > ROUTER.route("what of the котла", common)["manual"] > 0


def test_a_library_of_one_document_or_none_is_no_trouble() -> None:
    assert Router([]).route("AMD 2022", common) == {}
    assert Router([Entry("a", "AMD.pdf", "")]).route("AMD", common).keys() <= {"a"}


def test_initials_are_not_sought_for_long_in_a_long_word() -> None:
    assert ROUTER.route("FY" * 10_000, common) == {}
    assert ROUTER.route("A'" * 10_000, common) == {}


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=6))
def test_clearness_is_between_0_and_1_and_falls(question: str, names: list[str]) -> None:
    router = Router([Entry(str(n), name, name[::-1]) for n, name in enumerate(names)])
    clear = list(router.route(question, common).values())
    assert clear == sorted(clear, reverse=True)
    assert all(0 < value < 1 for value in clear)
