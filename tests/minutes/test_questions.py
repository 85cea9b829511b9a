"""Open questions: asked and not answered, left open in words, listed on paper."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from meetings_by_hand import meeting, minutes_of, paper

from rag.minutes import extract
from rag.minutes.sections.patterns import Row, rows_in
from rag.minutes.turns import find_turns
from rag.types import Document
from rag.words import Language, language_of


class Case(NamedTuple):
    """A small meeting and what it leaves open; the second half was written before the rules."""

    half: str
    language: Language
    expected: str
    talk: str


def _cases() -> list[Case]:
    text = Path(__file__).with_name("question_cases.tsv").read_text("utf-8")
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return [Case(half, "ru" if language == "ru" else "en", *rest) for half, language, *rest in rows]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.half}-{case.talk[:30]}")
def test_what_is_left_open(case: Case) -> None:
    document = meeting(case.talk, case.language)
    found = extract(document).questions
    assert [each.text for each in found] == ([] if case.expected == "-" else [case.expected])
    for each in found:
        assert document.text[each.start : each.end] == each.text


#: rows of words that leave something open; those of the other kinds take an open question away
OPEN_BY_EXAMPLE = [row for row in rows_in("questions") if row.kind not in ("rhetoric", "request")]


@pytest.mark.parametrize("row", OPEN_BY_EXAMPLE, ids=lambda row: f"{row.kind}-{row.language}")
def test_each_row_leaves_its_example_open_and_not_its_counter_example(row: Row) -> None:
    language = language_of(row.example)
    assert minutes_of(row.example, language).questions
    assert not minutes_of(row.counter, language).questions


@pytest.mark.parametrize(
    "row",
    [row for row in rows_in("questions") if row.kind in ("rhetoric", "request")],
    ids=lambda row: f"{row.kind}-{row.language}",
)
def test_rhetoric_and_requests_are_no_questions(row: Row) -> None:
    language = language_of(row.example)
    assert not minutes_of(row.example, language).questions
    assert minutes_of(row.counter, language).questions


def test_the_asker_is_named_as_the_roster_names_people() -> None:
    (found,) = minutes_of("Где лежит старая плитка? // Дождь пошёл.", "ru").questions
    assert found.asker == "Игорь Краснов"


def test_a_question_nobody_is_named_for_has_no_asker() -> None:
    said = ["Все здесь?", "Да.", "Где старая плитка?", "Дождь пошёл.", "Опять?", "Ага.", "Ужас."]
    text = "".join(f"— {each}\n" for each in said)
    document = Document("0", "t", text, turns=find_turns(text))
    assert [(each.text, each.asker) for each in extract(document).questions] == [
        ("Где старая плитка?", None)
    ]


def test_a_question_that_is_answered_much_later_is_not_open() -> None:
    talk = "Кто везёт старую плитку? // Дождь пошёл. // " + " // ".join(["Да, льёт."] * 8)
    assert minutes_of(talk, "ru").questions
    assert not minutes_of(talk + " // Старую плитку везёт Олег.", "ru").questions


def test_a_decision_answers() -> None:
    assert not minutes_of("Какой забор ставим? // Посмотрим. // Решили: зелёный.", "ru").questions


def test_open_questions_on_paper() -> None:
    text = (
        "# Планёрка\n\nУчастники: Игорь Краснов, Вера Белых\n\n## Обсудили\n"
        "- Спорили, нужен ли второй кран. Не договорились.\n- Забор покрасили.\n\n"
        "## Открытые вопросы\n- Кто платит за кран\n- [ ] Куда девать плитку?\n\n"
        "## Задачи\n- [ ] смета — Вера\n"
    )
    found = extract(paper(text)).questions
    assert [each.text for each in found] == [
        "нужен ли второй кран",
        "Кто платит за кран",
        "Куда девать плитку?",
    ]
    assert [text.splitlines()[each.line - 1].count(each.text) for each in found] == [1, 1, 1]
