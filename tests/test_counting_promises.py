"""How benchmarks/promises.py counts what was found against what was marked."""

from __future__ import annotations

import math
from typing import Any

import pytest
from promises import Tally, complete

Row = dict[str, Any]


def row(what: str, line: int, **more: Any) -> Row:
    usual = {"who": "Олег Титов", "to_whom": "Анна", "when_from": None, "when_to": "2025-11-14"}
    return {"what": what, "line": line, "status": "open", "force": "firm", **usual, **more}


MARKED = [
    row("скину смету подрядчику", 3, support=[2], who_aliases=["Олег"]),
    row("закажу пропуска", 5, to_whom=None, when_to=None),
    row("позвоню в банк", 7, status="cancelled"),
    row("отправлю договор", 8, status="done"),
    row("найду чек", 9, force="tentative"),
]


def figures(*found: Row) -> dict[str, float]:
    tally = Tally()
    tally.add(found, complete(MARKED), 100)
    return tally.figures()


def test_what_was_marked_is_all_right_and_all_found() -> None:
    found = figures(*complete(MARKED))
    for name in ("precision", "recall", "who", "to whom", "when", "whole F1"):
        assert found[name] == 1, name
    assert math.isnan(found["wrong per 1,000 words"])


def test_a_line_that_belongs_to_it_and_another_name_for_the_owner_will_do() -> None:
    found = figures(row("скину смету", 2, who="Олег"))
    assert (found["precision"], found["who"]) == (1, 1)
    assert found["recall"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("one", "precision"),
    [
        (row("скину смету подрядчику", 4), 0),  # another line
        (row("куплю сметану подруге", 3), 0),  # another act
        (row("позвоню в банк", 7), 0),  # cancelled, and called open
        (row("отправлю договор", 8), 0),  # done, and called open
        (row("отправлю договор", 8, status="done"), 1),
    ],
)
def test_what_fits_and_what_does_not(one: Row, precision: float) -> None:
    assert figures(one)["precision"] == precision


def test_tentative_and_cancelled_ones_count_on_neither_side() -> None:
    found = figures(row("найду чек", 9), row("позвоню в банк", 7, status="cancelled"))
    assert math.isnan(found["precision"])
    assert found["recall"] == 0


def test_one_mark_is_found_once() -> None:
    assert figures(row("скину смету", 3), row("скину смету", 2))["precision"] == 0.5


def test_swapped_owners_and_invented_days_are_counted() -> None:
    found = figures(
        row("скину смету", 3, who="Анна", to_whom="Олег"),
        row("закажу пропуска", 5, to_whom=None),
    )
    assert (found["owners swapped"], found["invented days"]) == (1, 1)
    assert (found["who"], found["when"]) == (0.5, 0.5)


def test_a_meeting_without_promises_counts_what_is_wrong_in_it() -> None:
    tally = Tally()
    tally.add([row("скину смету", 3)], [], 500)
    assert tally.figures()["wrong per 1,000 words"] == 2
