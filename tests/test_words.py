import pytest

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


def test_tokens_stand_where_they_say() -> None:
    text = "İstanbul и ЁЖИК, дважды: ёжик"
    places = [text[token.start : token.end] for token in tokens(text)]
    assert places == ["İstanbul", "и", "ЁЖИК", "дважды", "ёжик"]


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
