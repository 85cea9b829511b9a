from __future__ import annotations

import pytest

from rag import kinds, rank


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Сколько дней отпуска переносится?", "number"),
        ("How many days are carried over?", "number"),
        ("Какой процент населения голосовал?", "percent"),
        ("What percentage of people voted?", "percent"),
        ("Сколько стоит подписка?", "money"),
        ("What was the revenue in 2018?", "money"),
        ("Когда открылся завод?", "date"),
        ("In what year did the plant open?", "date"),
        ("Кто подписал договор?", "person"),
        ("Which president signed the treaty?", "person"),
        ("Где находится склад?", "place"),
        ("In which city is the store?", "place"),
        ("Почему закрыли линию?", "reason"),
        ("Why was the line closed?", "reason"),
    ],
)
def test_the_kind_asked_for_is_known(question: str, expected: str) -> None:
    assert expected in kinds.asked(question)


def test_the_first_question_word_decides() -> None:
    assert kinds.asked("Кто был королём, когда началась война?") == ("person",)
    assert kinds.asked("How old was the king when the war began?") == ("number",)


@pytest.mark.parametrize("statement", ["Перенос отпуска", "vacation policy", ""])
def test_words_without_a_question_ask_for_no_kind(statement: str) -> None:
    assert kinds.asked(statement) == ()


@pytest.mark.parametrize(
    ("kind", "sentence", "expected"),
    [
        ("number", "Переносится не более 10 дней.", ["10"]),
        ("number", "Участвовали двадцать человек.", ["двадцать"]),
        ("number", "Версия v10 без чисел", []),
        ("percent", "Доля выросла до 12,5 %.", ["12,5 %"]),
        ("money", "Аванс составил 1,5 млн рублей.", ["1,5 млн рублей"]),
        ("money", "It cost $40 million.", ["$40 million"]),
        ("date", "Завод открыт 12 мая 2019 года.", ["12 мая 2019 года"]),
        ("date", "It opened on March 3, 2019.", ["March 3, 2019"]),
        ("date", "Это было в XIX веке.", ["XIX веке"]),
        ("place", "Склад находится в Твери.", ["Твери"]),
        ("person", "договор подписал Иван Петров", ["Иван Петров"]),
    ],
)
def test_what_a_sentence_holds_is_found(
    kind: kinds.Kind, sentence: str, expected: list[str]
) -> None:
    assert [sentence[a:b] for a, b in kinds.held(kind, sentence)] == expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (
            "Сколько дней отпуска переносится на следующий год?",
            "В 2024 году на следующий год переносится не более 10 дней отпуска.",
            "10",
        ),
        ("When did the plant open?", "The plant opened on March 3, 2019.", "March 3, 2019"),
        ("Кто подписал договор?", "Договор подписал Иван Петров.", "Иван Петров"),
        ("Кто подписал договор?", "Договор подписали.", None),
        ("Перенос отпуска", "Переносится 10 дней.", None),
    ],
)
def test_the_answer_is_pointed_at_where_its_kind_is_clear(
    question: str, sentence: str, expected: str | None
) -> None:
    span = rank.pointed(rank.analyse(question, lambda _: 1, 10), sentence)
    assert (sentence[span[0] : span[1]] if span else None) == expected
