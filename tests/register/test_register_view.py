"""What is kept of the register, on a fixed day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.errors import UsageError
from rag.register import EVERY, Wish, due_of, grouped, join, select, the_person
from rag.register.linking import Joined
from rag.types import Due, Minutes, Promise

TODAY = date(2025, 11, 19)  # a Wednesday


def said(who: str | None, what: str, first: str | None, last: str | None, **more: Any) -> Promise:
    when = Due("когда-то", first, last) if first or last else None
    to_whom = more.pop("to_whom", None)
    status = more.pop("status", "open")
    return Promise(who, to_whom, what, when, "self", status, what, 1, 0, 1, **more)


NOVEMBER = (
    said("Олег Титов", "смету", None, "2025-11-14", to_whom="Анна Белова"),
    said("Олег Титов", "договор", "2025-11-21", "2025-11-21"),
    said("Анна Белова", "отчёт", "2025-11-24", "2025-11-28", to_whom="Олег Титов"),
    said("Анна Белова", "макет", None, None, status="conditional", condition="если успею"),
    said(None, "зал", None, "2025-11-19"),
    said("Олег Титов", "цены", None, None, force="tentative"),
    said("Анна Белова", "торт", None, "2025-11-10", status="cancelled"),
    said("Анна Белова", "письмо", None, "2025-11-10", status="done"),
)
DECEMBER = (said("Олег Краснов", "елку", None, "2025-12-20"),)


def register() -> Joined:
    return join(
        [
            ("m1.txt", "", Minutes("2025-11-12", ("Олег Титов", "Анна Белова"), NOVEMBER, ())),
            ("m2.txt", "", Minutes("2025-11-18", ("Олег Краснов",), DECEMBER, ())),
        ]
    )


def whats(**wish: Any) -> list[str]:
    return [entry.promise.what for entry in select(register(), Wish(**wish), TODAY)]


def test_what_is_open_comes_by_deadline() -> None:
    assert whats() == ["смету", "зал", "договор", "отчёт", "елку", "макет"]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("overdue", ["смету"]),
        ("today", ["зал"]),
        ("tomorrow", []),
        ("this-week", ["зал", "договор"]),
        ("next-week", ["отчёт"]),
        ("none", ["макет"]),
        ("2025-11-21", ["договор"]),
        ("2025-11-27", ["отчёт"]),
        ("2025-11-14..2025-11-21", ["смету", "зал", "договор"]),
        ("2025-11-25..", ["отчёт", "елку"]),
        ("..2025-11-19", ["смету", "зал"]),
    ],
)
def test_deadlines_are_kept_by_words_and_days(words: str, kept: list[str]) -> None:
    assert whats(when=due_of(words, TODAY)) == kept


@pytest.mark.parametrize("words", ["пятница", "2025-13-01", "2025-11-21..2025-11-14", "..", "soon"])
def test_a_deadline_that_cannot_be_read_names_those_that_can(words: str) -> None:
    with pytest.raises(UsageError) as failed:
        due_of(words, TODAY)
    assert "this-week" in failed.value.hint


def test_people_and_states_and_documents_are_kept() -> None:
    people = register().people
    assert whats(who=the_person(people, "Титова")) == ["смету", "договор"]
    assert whats(to=the_person(people, "Аня")) == ["смету"]
    assert whats(states=frozenset({"cancelled", "done"})) == ["торт", "письмо"]
    assert whats(documents=frozenset({"m2.txt"})) == ["елку"]
    assert len(whats(states=EVERY)) == len(NOVEMBER) + len(DECEMBER)


def test_a_name_of_two_people_lists_them() -> None:
    with pytest.raises(UsageError, match="Олег Краснов, Олег Титов"):
        the_person(register().people, "Олега")
    with pytest.raises(UsageError, match="Nobody is called Пётр"):
        the_person(register().people, "Пётр")


def test_rows_are_told_by_what_they_are_to_me() -> None:
    everything = select(register(), Wish(states=EVERY), TODAY)
    found = {
        group: [entry.promise.what for entry in rows]
        for group, rows in grouped(everything, "Олег Титов", TODAY)
    }
    assert found == {
        "overdue": ["смету"],
        "mine": ["договор", "цены"],
        "to me": ["отчёт"],
        "open": ["елку"],
        "no date": ["макет"],
        "no owner": ["зал"],
        "done": ["письмо"],
        "cancelled": ["торт"],
    }
