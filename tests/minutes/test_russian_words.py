"""The table of Russian words: every family's example and counter-example go through `extract`."""

from __future__ import annotations

import re

import pytest

from rag.minutes import extract
from rag.minutes.lexicon import Family, families
from rag.minutes.turns import find_turns
from rag.types import Document, Promise

HEAD = "Были: Игорь Краснов, Вера Белых, Олег Титов\n\nИгорь: Всем привет.\nВера: Привет.\n"
SPEAKERS = ("Игорь", "Вера")
#: what stands before the words of a family, and behind them
AROUND = {
    "assent": ("Вера, пришлёшь смету? — ", ""),
    "refusal": ("Вера, пришлёшь смету? — ", ""),
    "refusal_phrase": ("Вера, сдашь отчёт к понедельнику? — ", ""),
    "request_modal": ("Вера, ", " — Да."),
    "ask_later": ("Вера, ", ""),
}

#: families whose example is a promise and whose counter-example is none
GIVING = (
    "taking promise_verb agreement must request_modal postponable ask_later assent event_org "
    "thanks tell see_to into charging"
).split()
#: families whose example is none and whose counter-example is a promise
REJECTING = (
    "in_meeting stative weak vague_joint threat habit now speech_verb must_not ask_noise refusal "
    "refusal_phrase cancel cancel_phrase idiom homograph joint_talk demo no_duty event aside room "
    "declining"
).split()
#: families of hedges: both are promises, the first a tentative one
HEDGING = ("hedge", "hedge_word")
#: families of verbs for one act: the example takes up the request, the counter-example does not
KINDRED = "send call write look fetch bring get ask buy do".split()
#: families of which one slot tells
SLOTS = ("transfer", "consent", "filler")
FAMILIES = families("ru")


def _promises(talk: str) -> list[Promise]:
    turns = re.split(r"(?<=[.?!]) — ", talk)
    said = "\n".join(f"{SPEAKERS[at % 2]}: {turn}" for at, turn in enumerate(turns))
    text = HEAD + said
    document = Document("0", "t", text, turns=find_turns(text), kind="meeting", date="2025-11-12")
    return [p for p in extract(document).promises if p.status in ("open", "conditional")]


def _both(family: Family) -> tuple[list[Promise], list[Promise]]:
    """What the example and the counter-example of a family promise."""
    before, behind = AROUND.get(family.name, ("", ""))
    example, counter = (before + words + behind for words in (family.example, family.counter))
    return _promises(example), _promises(counter)


def _rows(*names: str) -> list[Family]:
    return [FAMILIES[name] for name in names if name in FAMILIES]


def test_every_family_is_tested() -> None:
    assert set(FAMILIES) <= {*GIVING, *REJECTING, *HEDGING, *KINDRED, *SLOTS}


@pytest.mark.parametrize("row", _rows(*GIVING), ids=lambda row: row.name)
def test_a_giving_family_gives_a_promise(row: Family) -> None:
    example, counter = _both(row)
    assert example
    assert counter == []


@pytest.mark.parametrize("row", _rows(*REJECTING), ids=lambda row: row.name)
def test_a_rejecting_family_takes_one_away(row: Family) -> None:
    example, counter = _both(row)
    assert example == []
    assert counter


@pytest.mark.parametrize("row", _rows(*HEDGING), ids=lambda row: row.name)
def test_a_hedge_makes_a_promise_tentative(row: Family) -> None:
    (example,), (counter,) = _both(row)
    assert (example.force, counter.force) == ("tentative", "firm")


@pytest.mark.parametrize("row", _rows(*KINDRED), ids=lambda row: row.name)
def test_kindred_verbs_take_up_one_request(row: Family) -> None:
    example, counter = _both(row)
    assert [promise.act for promise in example] == ["accepted"]
    assert "accepted" not in [promise.act for promise in counter]


def test_a_verb_of_transfer_has_a_recipient() -> None:
    (example,), (counter,) = _both(FAMILIES["transfer"])
    assert (example.to_whom, counter.to_whom) == ("Вера Белых", None)


def test_a_day_asked_consent_for_is_the_day() -> None:
    (example,), (counter,) = _both(FAMILIES["consent"])
    assert example.when is not None
    assert example.when.end == "2025-11-18"
    assert counter.when is None


def test_fillers_are_no_part_of_an_act() -> None:
    (example,), (counter,) = _both(FAMILIES["filler"])
    assert (example.what, counter.what) == ("пришлю смету", "Смету пришлю")
