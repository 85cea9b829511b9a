import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words import content_stems, fold, language_of, stem, stems, tokens, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("отчёт", "отчета"),
        ("смета", "смету"),
        ("Договоры", "договорами"),
        ("transferred", "transfers"),
        ("машины", "МАШИНЕ"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stem(fold(one)) == stem(fold(other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Срок — 15.11.2025, сумма 1,5 млн.", ["срок", "15.11.2025", "сумма", "1.5", "млн"]),
        ("don’t stop", ["don't", "stop"]),
        ("Ёлка", ["елка"]),
        ("!!! …", []),
        ("E17 и K40-118", ["e17", "и", "k40", "118"]),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1\u00a0000\u00a0000", "1000000"),
        ("1\u2009000\u2009000,5", "1000000.5"),
        ("1,000,000.50", "1000000.50"),
        ("3,5", "3.5"),
        ("0,125", "0.125"),
        ("5км", "5 км"),
        ("в 2018г.", "в 2018 г"),
        ("мо\u0301локо", "молоко"),
        ("и\u0306од е\u0308лка", "йод елка"),
        ("пере\u00adнос", "перенос"),
        ("\ufeffof\ufb01ce", "office"),
        ("Beyoncé, Müller", "beyonce muller"),
        ("ｄｏｃ", "doc"),
        ("№ 7²", "7²"),
    ],
)
def test_one_spelling_stands_for_all(written: str, plain: str) -> None:
    assert words(written) == plain.split()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 млн рублей", "5 миллионов руб."),
        ("12%", "12 процентов"),
        ("12 %", "12 percent"),
        ("7 km", "7 километров"),
    ],
)
def test_units_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize("text", ["3, 4, 5", "2019 308 человек", "1, 200 и 300", "5 100"])
def test_numbers_beside_each_other_stay_apart(text: str) -> None:
    assert words(text) == text.replace(",", "").split()


def test_tokens_stand_where_they_say() -> None:
    text = "İstanbul и ЁЖИК, дважды: ёжик"
    places = [text[token.start : token.end] for token in tokens(text)]
    assert places == ["İstanbul", "и", "ЁЖИК", "дважды", "ёжик"]


def test_tokens_stand_where_they_say_among_marks_and_ligatures() -> None:
    text = "пере\u00adнос мо\u0301лока: \ufb01nal ИТОГ 15.11.2025"
    found = [(text[token.start : token.end], token.stem) for token in tokens(text)]
    assert found == [
        ("пере\u00adнос", "перенос"),
        ("мо\u0301лока", "молок"),
        ("\ufb01nal", "final"),
        ("ИТОГ", "итог"),
        *(("15.11.2025", value) for value in ("15.11.2025", "2025", "2025-11", "2025-11-15")),
    ]


@given(st.text(alphabet=st.sampled_from("аяЁйи\u0306\u0301\u00ad\ufb01İßeé 19.,%-'’\u00a0\n_")))
def test_tokens_are_spans_of_the_text_in_order_with_the_stems_of_its_words(text: str) -> None:
    found = tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)
    assert set(stems(text)) <= {token.stem for token in found}


@given(st.text(alphabet="абвйё ЙЁéü", max_size=30))
def test_composed_and_decomposed_letters_are_one(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert words(apart) == words(text)
    assert [apart[t.start : t.end] for t in tokens(apart)] == [
        unicodedata.normalize("NFD", text[t.start : t.end]) for t in tokens(text)
    ]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Сколько дней отпуска переносится?", stems("дней отпуска переносится")),
        ("How many points did the defense surrender?", stems("points defense surrender")),
        ("что это?", stems("что это")),
    ],
)
def test_question_words_are_not_searched_for_unless_there_is_nothing_else(
    question: str, kept: list[str]
) -> None:
    assert content_stems(question) == kept


@pytest.mark.parametrize(
    ("text", "language"),
    [("сколько дней", "ru"), ("how many days", "en"), ("что такое FAISS index", "ru"), ("", "en")],
)
def test_language_is_told_by_its_letters(text: str, language: str) -> None:
    assert language_of(text) == language
