from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import rank
from rag.rank.features import FEATURES
from rag.words import stem

PASSAGE = (
    "4.3. Перенос отпуска\n"
    "Основной отпуск длится 28 дней и предоставляется каждый год всем сотрудникам без исключения.\n"
    "На следующий год переносится не более 10 дней неиспользованного отпуска. "
    "Эти дни нужно отгулять до 31 мая."
)


def analyse(question: str) -> rank.Question:
    return rank.analyse(question, lambda stem: {"отпуск": 8}.get(stem, 1), 20)


def best(question: str, *passages: str) -> str:
    asked = analyse(question)
    found = rank.rank(asked, [rank.Text(text, "", 1.0) for text in passages])[0]
    return passages[found.passage][found.start : found.end]


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("сколько дней отпуска переносится?", "На следующий год"),
        ("до какого числа отгулять перенесённые дни?", "Эти дни"),
        ("сколько длится основной отпуск?", "Основной отпуск"),
    ],
)
def test_the_sentence_that_answers_comes_first(question: str, beginning: str) -> None:
    assert best(question, PASSAGE).startswith(beginning)


def test_a_heading_is_no_answer_however_well_it_matches() -> None:
    assert best("перенос отпуска", PASSAGE) != "4.3. Перенос отпуска"


@pytest.mark.parametrize(
    ("line", "announces"),
    [
        ("4.3. Перенос отпуска", True),
        ("Нужно взять с собой:", True),
        ("Введение ........... 3", True),
        ("Отпуск длится 28 дней.", False),
        ("| Редактор | 28 дней | Приказ |", False),
        ("Печатникам и мастерам смены за работу с красками семь дней", False),
    ],
)
def test_a_line_that_only_announces_is_known(line: str, announces: bool) -> None:
    assert rank.announces(line) is announces


@given(st.text(max_size=60), st.lists(st.text(max_size=200), max_size=4))
def test_scores_are_between_nought_and_one_and_sentences_spans_of_their_passages(
    question: str, texts: list[str]
) -> None:
    asked = analyse(question)
    passages = [rank.Text(text, "Правила отпусков", 0.7) for text in texts]
    found = rank.rank(asked, passages)
    assert [c.raw for c in found] == sorted((c.raw for c in found), reverse=True)
    for candidate in found:
        text = texts[candidate.passage]
        assert 0 <= candidate.start < candidate.end <= len(text)
        assert len(candidate.features) == len(FEATURES)
        assert 0.0 <= candidate.score <= 1.0
        assert 0.0 <= candidate.cover <= 1.0 + 1e-9
        assert 0.0 <= candidate.met <= 1.0 + 1e-9
    assert 0.0 <= rank.confidence(asked, passages, found) <= 1.0


def test_rare_words_of_the_question_weigh_more() -> None:
    frequent = {"насос": 900, "серд": 900}
    asked = rank.analyse("насос турбонаддува", lambda stem: frequent.get(stem, 1), 1000)
    idf = {term.stem: term.idf for term in asked.terms}
    assert idf["насос"] < idf["турбонаддув"]


@pytest.mark.parametrize(
    ("question", "word", "least", "most"),
    [
        ("Пэнтерс", "пэнтерс", 1.0, 1.0),
        ("Пэнтерс", "пэнтер", 0.5, 0.9),
        ("invasion", "invaded", 0.4, 0.9),
        ("Пэнтерс", "пантера", 0.0, 0.0),
        ("1917", "1918", 0.0, 0.0),
    ],
)
def test_a_word_that_is_only_akin_counts_for_less(
    question: str, word: str, least: float, most: float
) -> None:
    asked = rank.analyse(question, lambda _: 1, 10)
    worth = sum(value for _, value in asked.hits(stem(word)))
    assert least <= worth <= most


def test_a_variant_of_a_word_counts_like_the_word() -> None:
    asked = rank.analyse("Ivanov", lambda _: 1, 10, {"ivanov": ("иванов",)})
    assert asked.hits("иванов") == ((0, 1.0),)


def test_the_title_counts_towards_confidence() -> None:
    asked = rank.analyse("What is the weight of the Kestrel?", lambda _: 1, 10)
    text = "The machine has a weight of 640 kg."

    def confidence(title: str) -> float:
        passages = [rank.Text(text, title, 1.0)]
        return rank.confidence(asked, passages, rank.rank(asked, passages))

    assert confidence("Kestrel 40 manual") > confidence("")


@pytest.mark.parametrize(
    ("question", "other", "agreeing"),
    [
        (
            "Which drugs are the least powerful?",
            "Steroids are the most powerful drugs.",
            "Herbs are the least powerful drugs.",
        ),
        (
            "What did Johnson not sign?",
            "Johnson signed the treaty of peace.",
            "Johnson did not sign the treaty of peace.",
        ),
        (
            "Когда Иванов подписал договор?",
            "Петров подписал договор 3 мая.",
            "Иванов подписал договор 3 мая.",
        ),
    ],
)
def test_what_the_passage_does_not_say_lowers_confidence(
    question: str, other: str, agreeing: str
) -> None:
    asked = rank.analyse(question, lambda _: 2, 50)

    def confidence(text: str) -> float:
        passages = [rank.Text(text, "", 1.0)]
        return rank.confidence(asked, passages, rank.rank(asked, passages))

    assert confidence(other) < confidence(agreeing)


@pytest.mark.parametrize("question", ["и в на", "how many of the", "", "???"])
def test_a_question_that_asks_nothing_has_no_answer(question: str) -> None:
    asked = analyse(question)
    passages = [rank.Text(PASSAGE, "", 1.0)]
    assert rank.confidence(asked, passages, rank.rank(asked, passages)) == 0.0


def test_without_passages_there_is_no_confidence() -> None:
    assert rank.confidence(analyse("сколько дней?"), [], []) == 0.0
