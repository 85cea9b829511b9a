"""Questions to the register over several meetings, on a fixed day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag import register
from rag.errors import UsageError
from rag.types import Due, Minutes, Promise, Report

TODAY = date(2025, 11, 20)  # a Thursday


def said(who: str | None, what: str, raw: str = "", day: str | None = None, **more: Any) -> Promise:
    when = Due(raw, None, day) if raw else None
    given: dict[str, Any] = {"to_whom": None, "act": "self", "status": "open", "quote": what}
    given |= more
    return Promise(who, what=what, when=when, line=1, start=0, end=1, **given)


MEETINGS = [
    (
        "m1.txt",
        "Планёрка отдела",
        Minutes(
            "2025-11-12",
            ("Олег Титов", "Анна Белова"),
            (
                said(
                    "Олег Титов", "пришлю смету", "в пятницу", "2025-11-14", to_whom="Анна Белова"
                ),
                said("Анна Белова", "закажу торт", "к 24-му", "2025-11-24"),
                said("Анна Белова", "подготовлю договор", "к вторнику", "2025-11-18"),
                said("Олег Титов", "обновлю таблицу цен"),
                said(None, "придумать девиз", "до пятницы", "2025-11-14"),
            ),
            (),
        ),
    ),
    (
        "m2.txt",
        "Синк",
        Minutes(
            "2025-11-19",
            ("Олег Титов",),
            (said("Олег Титов", "скину смету", "к пятнице", "2025-11-21"),),
            (),
            reports=(Report("done", "Анна Белова", "договор подготовила", "договор", 5, 1, 2),),
        ),
    ),
    (
        "call.txt",
        "Launch call",
        Minutes(
            "2025-11-18",
            ("Ned Hale", "Nora Reed"),
            (
                said("Nora Reed", "send the tax articles", "by Friday", "2025-11-21"),
                said(
                    "Ned Hale", "book the marquee", "on Monday", "2025-11-24", to_whom="Nora Reed"
                ),
                said("Ned Hale", "email the printer", status="cancelled"),
            ),
            (),
        ),
    ),
]


def whats(question: str, me: str = "", context: Any = None) -> list[str]:
    found = register.look_up(question, MEETINGS, today=TODAY, me=me, context=context)
    return [entry.promise.what for entry in found.entries]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("что должен сделать Олег?", ["обновлю таблицу цен", "скину смету"]),
        ("что должен сделать Олег к пятнице?", ["скину смету"]),
        ("что должна сделать Анна до 24 ноября?", ["закажу торт"]),
        ("что обещали Ане?", ["скину смету"]),
        ("кто отвечает за смету?", ["скину смету"]),
        ("кто заказывает торт?", ["закажу торт"]),
        ("когда будет готова смета?", ["скину смету"]),
        ("к какому числу закажут торт?", ["закажу торт"]),
        ("что за Олегом?", ["обновлю таблицу цен", "скину смету"]),
        ("какие задачи у Ани?", ["закажу торт", "подготовлю договор"]),
        ("чем закончилось с договором?", ["подготовлю договор"]),
        ("сделала ли Анна договор?", ["подготовлю договор"]),
        ("какие обещания без срока?", ["обновлю таблицу цен"]),
        ("какие задачи без ответственного?", ["придумать девиз"]),
        ("что просрочено?", ["придумать девиз"]),
        ("кто что обещал 19 ноября?", ["подготовлю договор", "скину смету"]),
        ("what did Nora promise by Friday?", ["send the tax articles"]),
        ("who is booking the marquee?", ["book the marquee"]),
        ("any open action items for Ned?", ["book the marquee"]),
        ("что отменили?", ["email the printer"]),
        ("what tasks have no owner?", ["придумать девиз"]),
        ("what's overdue?", ["придумать девиз"]),
        ("does Ned still have to email the printer?", ["email the printer"]),
        ("who owes Nora what?", ["book the marquee"]),
        ("what did Nora promise for my articles?", ["send the tax articles"]),
        ("when will the tax articles be sent?", ["send the tax articles"]),
    ],
)
def test_a_question_gets_its_rows(question: str, expected: list[str]) -> None:
    assert whats(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("кто что обещал на встрече по смете?", ["закажу торт", "оформлю смету"]),
        ("что обещала Анна на созвоне про смету?", ["закажу торт"]),
        ("who promised what at the budget meeting?", ["order paper"]),
        ("who promised what at the meeting about the budget?", ["order paper"]),
        ("кто обещал что-то по смете?", ["оформлю смету", "отложу смету"]),
    ],
)
def test_what_a_meeting_is_about_chooses_it_and_no_rows(question: str, expected: list[str]) -> None:
    """Words beside «встреча» name the meeting by its title, also where rows of others have them."""
    cake = said("Анна", "закажу торт"), said("Олег", "оформлю смету")
    other = said("Вера", "отложу смету"), said("Ned", "move the budget")
    meetings = [
        ("a.txt", "Созвон по смете", Minutes("2025-11-12", ("Анна", "Олег"), cake, ())),
        ("b.txt", "Разное", Minutes("2025-11-13", ("Вера", "Ned"), other, ())),
        ("c.txt", "Budget", Minutes("2025-11-13", ("Ivy",), (said("Ivy", "order paper"),), ())),
    ]
    found = register.look_up(question, meetings, today=TODAY)
    assert [entry.promise.what for entry in found.entries] == expected


@pytest.mark.parametrize(
    ("question", "me", "expected"),
    [
        ("что я должен?", "Олег", ["обновлю таблицу цен", "скину смету"]),
        ("кто мне должен что?", "Аня", ["скину смету"]),
        ("what do I owe?", "Ned", ["book the marquee"]),
        ("who owes me what?", "Nora Reed", ["book the marquee"]),
        ("what should I do by Friday?", "Nora", ["send the tax articles"]),
        ("what did Ned promise me?", "Nora", ["book the marquee"]),
    ],
)
def test_a_question_about_oneself_needs_a_name(question: str, me: str, expected: list[str]) -> None:
    assert whats(question, me) == expected
    with pytest.raises(UsageError) as failed:
        whats(question)
    assert "RAG_ME" in failed.value.hint


@pytest.mark.parametrize(
    "question",
    [
        "кто заказывает пиццу?",
        "кто отвечает за пиццу?",
        "кто придумает девиз?",
        "когда заказали торт в прошлом веке и сколько он стоил городу?",
        "сколько стоит смета?",
        "who is booking the hotel?",
        "when was the marquee founded?",
        "Who wrote the billing code of the empire?",
    ],
)
def test_what_the_register_cannot_tell_is_left_to_the_search(question: str) -> None:
    found = register.look_up(question, MEETINGS, today=TODAY)
    assert (found.entries, found.decisions, found.whole) == ((), (), False)


def test_a_state_comes_with_the_words_of_both_meetings() -> None:
    (entry,) = register.look_up("сделала ли Анна договор?", MEETINGS, today=TODAY).entries
    assert entry.state == "done"
    cited = []

    def cite(name: str, start: int, end: int) -> Any:
        from rag.types import Citation

        cited.append(name)
        return Citation(name, None, 1, start, end, f"words of {name}")

    rows = register.Rows((entry,))
    answer = register.answer(rows, cite)
    assert cited == ["m1.txt", "m2.txt"]
    assert answer.text == (
        "Анна Белова: подготовлю договор — 2025-11-18 (к вторнику); выполнено;"
        " выполнено: m2.txt:5 «договор»"
    )
    assert [c.document for c in answer.citations] == ["m1.txt", "m2.txt"]


def test_a_weekday_counts_from_the_one_meeting_in_question() -> None:
    first = MEETINGS[:1]
    later = date(2026, 6, 1)
    found = register.look_up("что должен сделать Олег к пятнице?", first, today=later)
    assert [e.promise.what for e in found.entries] == ["пришлю смету"]
    found = register.look_up("что должна сделать Анна к пятнице?", first, today=later)
    assert (found.entries, found.whole) == ((), True)


def test_words_said_right_before_a_promise_help_to_find_it() -> None:
    question = "кто обновит таблицу для лендинга?"
    assert whats("кто обновит вёрстку для лендинга?") == []
    assert whats(question, context=lambda *_: "Нужна таблица для лендинга.") == [
        "обновлю таблицу цен"
    ]


def test_a_name_that_two_people_have_shows_both() -> None:
    krasnov = Minutes("2025-11-17", ("Олег Краснов",), (said("Олег Краснов", "куплю ёлку"),), ())
    meetings = [*MEETINGS, ("m3.txt", "", krasnov)]
    found = register.look_up("что должен сделать Олег?", meetings, today=TODAY)
    assert {entry.who for entry in found.entries} == {"Олег Титов", "Олег Краснов"}
    found = register.look_up("что должен сделать Олег Краснов?", meetings, today=TODAY)
    assert [entry.who for entry in found.entries] == ["Олег Краснов"]


def test_what_other_meetings_say_counts_within_a_scope_too() -> None:
    question = "какие задачи у Ани?"
    found = register.look_up(question, MEETINGS, today=TODAY, within={"m1.txt"})
    assert {e.promise.what: e.state for e in found.entries} == {
        "закажу торт": "open",
        "подготовлю договор": "done",
    }
    assert not register.look_up(question, MEETINGS, today=TODAY, within={"call.txt"}).entries
