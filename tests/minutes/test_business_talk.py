"""Turns of business meetings: several owners, days asked for and bargained over, names quoted."""

from __future__ import annotations

import pytest

from rag.minutes import extract
from rag.minutes.turns import find_turns
from rag.types import Document, Promise

DAY = "2025-11-12"  # a Wednesday
HEAD = {
    "ru": "Были: Игорь Краснов, Вера Белых, Олег Титов\n\nИгорь: Начинаем.\nВера: Привет.\n",
    "en": "Present: Nina Holt, Paul Reed, Tom Walsh\n\nNina: Everybody here?\nPaul: Hello.\n",
}


def _promises(talk: str, language: str = "ru") -> tuple[Promise, ...]:
    text = HEAD[language] + talk
    turns = find_turns(text)
    return extract(Document("0", "t", text, turns=turns, kind="meeting", date=DAY)).promises


@pytest.mark.parametrize(
    ("talk", "language", "what"),
    [
        ("Игорь: Я съезжу в «Маяк» во вторник.", "ru", "съезжу в «Маяк»"),
        ("Вера: Мы закончим склад ООО «Маяк» в среду.", "ru", "закончим склад ООО «Маяк»"),
        ('Nina: I\'ll call "Blue Boat Ltd" next Tuesday.', "en", 'call "Blue Boat Ltd"'),
        ("Игорь: Закажу краску (в «Маяке» её нет) завтра.", "ru", "Закажу краску"),
    ],
)
def test_a_quoted_name_ends_an_act_whole(talk: str, language: str, what: str) -> None:
    assert [promise.what for promise in _promises(talk, language)] == [what]


@pytest.mark.parametrize(
    ("answer", "raw", "last"),
    [("До пятницы.", "До пятницы", "2025-11-14"), ("После праздников.", "После праздников", None)],
)
def test_a_day_on_being_asked_is_that_of_what_was_just_taken_on(
    answer: str, raw: str, last: str | None
) -> None:
    talk = f"Игорь: Кто согласует договор?\nВера: За мной.\nИгорь: Срок?\nВера: {answer}"
    (found,) = _promises(talk)
    assert found.who == "Вера Белых"
    assert found.when is not None
    assert (found.when.raw, found.when.end) == (raw, last)


def test_a_day_on_being_asked_about_something_else_is_not() -> None:
    talk = "Вера: Я согласую договор.\nИгорь: А праздник когда будет?\nВера: В пятницу."
    (found,) = _promises(talk)
    assert found.when is None


def test_a_day_taken_back_for_another_moves_a_promise() -> None:
    talk = "Вера: Посчитаю остатки до среды.\nИгорь: Давай не до среды, а до пятницы.\nВера: Ладно."
    (found,) = _promises(talk)
    assert found.when is not None
    assert (found.when.raw, found.when.end) == ("до пятницы", "2025-11-14")
    assert [change.when_raw for change in found.history] == ["до среды"]


def test_what_a_third_asks_goes_before_the_promise_of_another() -> None:
    talk = (
        "Вера: Посчитаю остатки до среды.\nОлег: А кому отправить каталог?\n"
        "Игорь: Директору. Сможешь к четвергу?\nОлег: Да, отправлю."
    )
    found = {p.who: p.when.raw if p.when else None for p in _promises(talk)}
    assert found == {"Вера Белых": "до среды", "Олег Титов": "к четвергу"}


@pytest.mark.parametrize(
    "order",
    [
        "Олегу и Вере нужно сдать отчёт к 20 ноября.",
        "Олегу и Вере подготовить отчёт к 20 ноября.",
    ],
)
@pytest.mark.parametrize("answer", ["Вера: Сделаю.", "Олег: Хорошо.", "Олег: А кофе есть?"])
def test_an_order_to_two_people_binds_both_and_is_for_neither(order: str, answer: str) -> None:
    found = _promises(f"Игорь: {order}\n{answer}")
    assert {promise.who for promise in found} == {"Вера Белых", "Олег Титов"}
    assert {promise.to_whom for promise in found} == {None}
    assert {promise.when.end for promise in found if promise.when} == {"2025-11-20"}
    assert not any(promise.history for promise in found)


def test_a_thing_that_is_named_first_is_what_falls_away() -> None:
    talk = (
        "Вера: Пришлю реестр завтра.\nОлег: А я закажу краску.\n" + "Игорь: Дальше.\n" * 5
    ) + "Вера: Насчёт реестра — отбой, он у Олега."
    assert [(p.what, p.status) for p in _promises(talk)] == [
        ("Пришлю реестр", "cancelled"),
        ("закажу краску", "open"),
    ]


def test_not_earlier_is_no_withdrawal() -> None:
    (found,) = _promises("Вера: Смету доделаю.\nИгорь: Дальше.\nВера: Смету раньше не успею.")
    assert found.status == "open"


@pytest.mark.parametrize("said", ["Смету скорее всего не успею.", "Смету, увы, не успею."])
def test_most_probably_not_is_one(said: str) -> None:
    (found,) = _promises(f"Вера: Смету доделаю.\nИгорь: Дальше.\nВера: {said}")
    assert found.status == "cancelled"


def test_how_a_thing_is_to_be_stays_in_the_act() -> None:
    (found,) = _promises("Nina: Paul, make sure the price list is right.\nPaul: Sure.", "en")
    assert found.what == "make sure the price list is right"


@pytest.mark.parametrize(
    ("said", "language", "start", "last"),
    [
        ("Игорь: Закажу краску в ближайшие два дня.", "ru", None, "2025-11-14"),
        ("Nina: I'll send the quote after lunch.", "en", "2025-11-12", "2025-11-12"),
        ("Nina: I'll send the quote after lunch tomorrow.", "en", "2025-11-13", "2025-11-13"),
        ("Nina: I'll send the quote within the hour.", "en", None, "2025-11-12"),
        ("Nina: I'll send the quote no later than 5pm.", "en", None, "2025-11-12"),
    ],
)
def test_hours_of_the_day_and_the_days_ahead_are_deadlines(
    said: str, language: str, start: str | None, last: str
) -> None:
    (found,) = _promises(said, language)
    assert found.when is not None
    assert (found.when.start, found.when.end) == (start, last)


def test_the_days_ahead_without_a_number_have_no_end() -> None:
    (found,) = _promises("Игорь: Закажу краску в ближайшие дни.")
    assert found.when is None or found.when.end is None


def test_what_is_circulated_to_all_is_for_everybody() -> None:
    (found,) = _promises("Nina: I'll circulate the bylaws to all members by December 1.", "en")
    assert found.to_whom == "ALL"
