from __future__ import annotations

import pytest

from rag import rank

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
    found = rank.rank(asked, [(text, "", 1.0) for text in passages])[0]
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


def test_features_are_between_nought_and_one() -> None:
    asked = analyse("сколько дней отпуска переносится на следующий год?")
    for candidate in rank.rank(asked, [(PASSAGE, "Правила отпусков", 0.7), ("", "", 0.0)]):
        assert len(candidate.features) == len(rank.FEATURES) == len(rank.WEIGHTS)
        assert all(0.0 <= feature <= 1.0 for feature in candidate.features)
        assert 0.0 <= candidate.confidence <= 1.0


def test_rare_words_of_the_question_weigh_more() -> None:
    frequent = {"насос": 900, "серд": 900}
    asked = rank.analyse("насос турбонаддува", lambda stem: frequent.get(stem, 1), 1000)
    idf = {term.stem: term.idf for term in asked.terms}
    assert idf["насос"] < idf["турбонаддув"]


def test_a_word_that_begins_alike_counts_for_less_than_the_word_itself() -> None:
    asked = rank.analyse("Пэнтерс", lambda _: 1, 10)
    exact, alike, other = (
        rank.share(asked, rank.matches(asked, frozenset({word})))
        for word in ("пэнтерс", "пэнтер", "пантера")
    )
    assert exact == 1.0 > alike > other == 0.0


def test_the_title_counts_towards_confidence() -> None:
    asked = rank.analyse("Kestrel weight", lambda _: 1, 10)
    text = "The machine has a weight of 640 kg."
    (without,) = rank.rank(asked, [(text, "", 1.0)])
    (with_title,) = rank.rank(asked, [(text, "Kestrel 40 manual", 1.0)])
    assert with_title.confidence > without.confidence
