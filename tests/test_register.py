from __future__ import annotations

import pytest

from rag import register
from rag.types import Decision, Due, Minutes, Promise


def promise(who: str | None, what: str, *, to: str | None = None, raw: str | None = None, **more):
    due = Due(raw, None, None) if raw else None
    return Promise(who, to, what, due, "self", "open", what, 1, 0, len(what), **more)


NOVEMBER = Minutes(
    "2025-11-12",
    ("Олег Титов", "Анна Белова"),
    (
        promise("Олег Титов", "пришлю смету", to="Анна Белова", raw="до пятницы"),
        promise("Анна Белова", "позвоню подрядчику", raw="завтра"),
        promise("Анна Белова", "подготовлю договор", to="Олег Титов"),
        promise("Олег Титов", "посмотрю цены", force="tentative"),
    ),
    (Decision("оставляем старого поставщика", 9, 0, 28), Decision("смету утвердили", 10, 0, 15)),
)
DECEMBER = Minutes("2025-12-02", ("Nora",), (promise("Nora", "send the draft", raw="Friday"),), ())
MEETINGS = [
    ("m1.txt", "Планёрка отдела", NOVEMBER),
    ("m2.txt", "Co-edition call", DECEMBER),
]


def whats(question: str) -> list[str]:
    return [entry.promise.what for entry in register.look_up(question, MEETINGS).entries]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "кто что обещал на встрече",
            ["пришлю смету", "позвоню подрядчику", "подготовлю договор", "send the draft"],
        ),
        ("что обещала Анна?", ["позвоню подрядчику", "подготовлю договор"]),
        ("что обещал Олег Титов", ["пришлю смету"]),
        ("что обещали Анне?", ["пришлю смету"]),
        ("кто обещал прислать смету?", ["пришлю смету"]),
        ("что должен сделать Олег до пятницы?", ["пришлю смету"]),
        (
            "кто что обещал на планёрке?",
            ["пришлю смету", "позвоню подрядчику", "подготовлю договор"],
        ),
        ("кто что обещал 12 ноября?", ["пришлю смету", "позвоню подрядчику", "подготовлю договор"]),
        ("what did Nora promise?", ["send the draft"]),
        ("who promised what on December 2", ["send the draft"]),
        ("кто обещал купить слона?", []),
    ],
)
def test_a_question_gets_the_rows_it_asks_for(question: str, expected: list[str]) -> None:
    assert whats(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("какие решения приняли на планёрке?", ["оставляем старого поставщика", "смету утвердили"]),
        ("что решили по смете?", ["смету утвердили"]),
        ("what was decided?", ["оставляем старого поставщика", "смету утвердили"]),
    ],
)
def test_decisions_are_found_too(question: str, expected: list[str]) -> None:
    rows = register.look_up(question, MEETINGS)
    assert [d.text for _, d in rows.decisions] == expected
    assert not rows.entries


@pytest.mark.parametrize(
    "question",
    [
        "сколько дней отпуска переносится?",
        "Какие задачи решает машинное обучение?",
        "How many points did the defense surrender?",
        "Когда построили мост?",
        "Who was the first president?",
        "кто изобрёл радио?",
    ],
)
def test_other_questions_are_left_to_the_search(question: str) -> None:
    assert register.wanted(question) is None
