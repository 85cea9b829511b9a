"""Promises of different meetings: which are one, and which only look like it."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.register import join
from rag.types import Due, Entry, Minutes, Promise, Report

FIRST, SECOND, THIRD = "2025-11-12", "2025-11-19", "2025-11-26"
OLEG, ANNA = "Олег Титов", "Анна Белова"


def said(who: str | None, what: str, due: str = "", *, line: int = 1, **more: Any) -> Promise:
    """A promise; `due` is "words=day", or words alone."""
    raw, _, day = due.partition("=")
    when = Due(raw, None, day or None) if raw else None
    given: dict[str, Any] = {
        "to_whom": None,
        "act": "self",
        "status": "open",
        "quote": what,
        **more,
    }
    return Promise(who, what=what, when=when, line=line, start=line * 100, end=line * 101, **given)


def report(kind: Any, who: str | None, what: str, line: int = 9) -> Report:
    return Report(kind, who, what, what, line, line * 100, line * 101)


def meeting(day: str | None, *told: Promise | Report, people: tuple[str, ...] = ()) -> Minutes:
    promises = tuple(each for each in told if isinstance(each, Promise))
    reports = tuple(each for each in told if isinstance(each, Report))
    return Minutes(day, people, promises, (), reports=reports)


def entries(*meetings: Minutes) -> tuple[Entry, ...]:
    return join((f"m{n}.txt", "", each) for n, each in enumerate(meetings, 1)).entries


CONTINUED = [
    ("repeated", said(OLEG, "пришлю смету"), said(OLEG, "пришлю смету")),
    ("repeated", said(OLEG, "пришлю смету", "к 20-му=2025-11-20"), said("Олег", "скину смету")),
    ("repeated", said(OLEG, "смета по ремонту"), said(OLEG, "отправлю смету по ремонту")),
    (
        "moved",
        said(OLEG, "пришлю смету", "в пятницу=2025-11-14"),
        said(OLEG, "смету отправлю", "к среде=2025-11-26"),
    ),
    (
        "moved",
        said("Ned Hale", "send the draft", "Friday=2025-11-14"),
        said("Ned", "email the draft", "Monday=2025-11-24"),
    ),
    (
        "moved",
        said("WE", "order the chairs", "Friday=2025-11-14"),
        said("WE", "order the chairs", "Monday=2025-11-24"),
    ),
    ("repeated", said(ANNA, "закажу торт"), said("Аня", "заказываю торт")),
    (
        "handed over",
        said(OLEG, "пришлю смету"),
        said(ANNA, "пришлю смету", quote="Пусть лучше Аня пришлёт смету"),
    ),
    (
        "handed over",
        said(OLEG, "пришлю смету"),
        said(ANNA, "пришлю смету", quote="Смету вместо Олега пришлю я"),
    ),
    (
        "handed over",
        said("Ned Hale", "send the draft"),
        said("Nora", "send the draft", quote="I'll send the draft instead"),
    ),
    (
        "handed over",
        said(None, "подготовить договор аренды"),
        said(ANNA, "подготовлю договор аренды"),
    ),
    ("done", said(OLEG, "подготовить отчёт"), said(OLEG, "подготовить отчёт", status="done")),
    ("cancelled", said(None, "снять ролик"), said(None, "снять ролик", status="cancelled")),
]


@pytest.mark.parametrize(("kind", "earlier", "later"), CONTINUED)
def test_a_later_promise_continues_an_earlier_one(
    kind: str, earlier: Promise, later: Promise
) -> None:
    people = (OLEG, ANNA, "Ned Hale", "Nora")
    (entry,) = entries(
        meeting(FIRST, earlier, people=people), meeting(SECOND, later, people=people)
    )
    (link,) = entry.links
    assert link.kind == kind
    assert {entry.promise.quote, link.quote} == {earlier.quote, later.quote}
    assert {(entry.document, entry.date), (link.document, link.date)} == {
        ("m1.txt", FIRST),
        ("m2.txt", SECOND),
    }


APART = [
    ("for another one's sake", said(OLEG, "смета для Ани"), said(OLEG, "смета для Пети")),
    ("the same act on something else", said(OLEG, "пришлю смету"), said(OLEG, "пришлю договор")),
    ("another act on the same thing", said(OLEG, "согласую смету"), said(OLEG, "пришлю смету")),
    ("another owner of such a thing", said(OLEG, "пришлю смету"), said(ANNA, "пришлю смету")),
    ("two of one kind", said(OLEG, "сделаю смету по кухне"), said(OLEG, "сделаю смету по ванной")),
    ("another number", said(OLEG, "пришлю договор 12"), said(OLEG, "пришлю договор 15")),
    ("another one of a row", said(OLEG, "сдам первый этаж"), said(OLEG, "сдам второй этаж")),
    (
        "for somebody else",
        said(OLEG, "пришлю смету", to_whom=ANNA),
        said(OLEG, "пришлю смету", to_whom="Ольга"),
    ),
    ("nobody's and nobody's", said(None, "пришлю смету"), said(None, "пришлю смету")),
    (
        "what comes every week",
        said(OLEG, "пришлю отчёт"),
        said(OLEG, "пришлю отчёт", quote="Каждую среду пришлю отчёт"),
    ),
    ("no object", said(OLEG, "сделаю"), said(OLEG, "сделаю")),
    ("a numbered voice", said("Спикер 1", "пришлю смету"), said("Спикер 1", "пришлю смету")),
    ("another thing in English", said("Ned", "send the draft"), said("Ned", "send the invoice")),
    ("another act in English", said("Ned", "sign the lease"), said("Ned", "scan the lease")),
    ("we of other people", said("МЫ", "закажем столы"), said("МЫ", "закажем столы")),
]


@pytest.mark.parametrize(("why", "earlier", "later"), APART)
def test_what_only_looks_alike_stays_apart(why: str, earlier: Promise, later: Promise) -> None:
    found = entries(meeting(FIRST, earlier), meeting(SECOND, later))
    assert [entry.links for entry in found] == [(), ()], why


REPORTED = [
    ("done", said(OLEG, "пришлю смету"), report("done", OLEG, "смету отправил")),
    ("done", said(OLEG, "пришлю смету"), report("done", None, "Смета отправлена")),
    ("done", said(OLEG, "пришлю смету"), report("done", OLEG, "Смету Олег отправил 15.11")),
    ("done", said(OLEG, "пришлю смету"), report("done", OLEG, "в среду отправил смету")),
    ("done", said(ANNA, "подпишу договор"), report("done", None, "Договор уже подписан")),
    ("done", said("Ned", "send the draft"), report("done", None, "the draft went out on Monday")),
    ("done", said("Ned", "call the florist"), report("done", "Ned", "rang the florist")),
    ("cancelled", said(ANNA, "подготовлю договор"), report("cancelled", None, "договор")),
    ("cancelled", said("Nora", "book the van"), report("cancelled", None, "the van")),
]
UNREPORTED = [
    (
        "somebody else did theirs",
        said(OLEG, "пришлю смету"),
        report("done", ANNA, "смету отправила"),
    ),
    ("another thing is done", said(OLEG, "пришлю смету"), report("done", OLEG, "договор отправил")),
    ("another act is done", said(OLEG, "согласую смету"), report("done", OLEG, "смету отправил")),
    (
        "half of it is done",
        said(OLEG, "пришлю смету и договор"),
        report("done", OLEG, "смету отправил"),
    ),
    (
        "another thing is dropped",
        said("Nora", "book the van"),
        report("cancelled", None, "the hall"),
    ),
    (
        "another act is dropped",
        said(OLEG, "согласую смету"),
        report("cancelled", None, "смету отправлять"),
    ),
]


@pytest.mark.parametrize(("state", "promised", "told"), REPORTED)
def test_a_report_of_a_later_meeting_closes_a_promise(
    state: str, promised: Promise, told: Report
) -> None:
    (entry,) = entries(meeting(FIRST, promised), meeting(SECOND, told))
    assert entry.state == state
    (link,) = entry.links
    assert (link.kind, link.document, link.quote) == (state, "m2.txt", told.quote)


@pytest.mark.parametrize(("why", "promised", "told"), UNREPORTED)
def test_a_report_of_something_else_closes_nothing(
    why: str, promised: Promise, told: Report
) -> None:
    (entry,) = entries(meeting(FIRST, promised), meeting(SECOND, told))
    assert (entry.state, entry.links) == ("open", ()), why


def test_a_report_before_the_promise_is_of_another_one() -> None:
    (entry,) = entries(
        meeting(FIRST, report("done", OLEG, "смету отправил")),
        meeting(SECOND, said(OLEG, "пришлю смету")),
    )
    assert entry.state == "open"


@pytest.mark.parametrize("day", [None, FIRST])
def test_meetings_of_one_day_or_of_none_know_nothing_of_each_other(day: str | None) -> None:
    both = [meeting(day, said(OLEG, "пришлю смету")) for _ in range(2)]
    assert [entry.links for entry in entries(*both)] == [(), ()]


def test_what_a_meeting_kept_apart_stays_apart() -> None:
    found = entries(meeting(FIRST, said(OLEG, "пришлю смету"), said(OLEG, "пришлю смету", line=2)))
    assert len(found) == 2


def test_where_two_promises_fit_as_well_neither_is_taken() -> None:
    found = entries(
        meeting(FIRST, said(OLEG, "смету по кухне"), said(OLEG, "смету по ванной", line=2)),
        meeting(SECOND, said(OLEG, "смету", line=3)),
    )
    assert all(not entry.links for entry in found)
    assert len(found) == 3


def test_a_promise_goes_through_many_meetings() -> None:
    first = said(OLEG, "пришлю смету", "в пятницу=2025-11-14", to_whom=ANNA)
    second = said("Олег", "скину смету", "к среде=2025-11-26", line=4)
    done = report("done", "Титов О. В.", "смету отправил")
    (entry,) = entries(meeting(FIRST, first), meeting(SECOND, second), meeting(THIRD, done))
    assert (entry.document, entry.who, entry.to_whom, entry.state) == ("m2.txt", OLEG, ANNA, "done")
    assert entry.promise.when == second.when
    moved, closed = entry.links
    assert (moved.kind, moved.when, moved.line) == ("moved", first.when, 1)
    assert (closed.kind, closed.document) == ("done", "m3.txt")


def test_the_deadline_of_an_earlier_meeting_holds_after_a_handover() -> None:
    first = said(OLEG, "пришлю смету", "к 20-му=2025-11-20")
    second = said(ANNA, "пришлю смету", quote="Теперь смету пришлю я")
    (entry,) = entries(meeting(FIRST, first), meeting(SECOND, second))
    assert (entry.who, entry.promise.when) == (ANNA, first.when)


def test_two_people_of_one_name_stay_two() -> None:
    found = entries(
        meeting(FIRST, said("Олег Титов", "пришлю смету")),
        meeting(SECOND, said("Олег Краснов", "пришлю смету")),
        meeting(THIRD, said("Олег", "пришлю смету")),
    )
    assert [entry.who for entry in found] == ["Олег Титов", "Олег Краснов", "Олег"]


WHATS = ("пришлю смету", "скину смету", "пришлю договор", "смету по кухне", "send the draft")
PROMISES = st.builds(
    said,
    st.sampled_from([OLEG, "Олег", ANNA, None, "МЫ"]),
    st.sampled_from(WHATS),
    st.sampled_from(["", "в пятницу=2025-11-14", "к 20-му=2025-11-20"]),
    status=st.sampled_from(["open", "open", "conditional", "done", "cancelled"]),
)
REPORTS = st.builds(
    report,
    st.sampled_from(["done", "cancelled"]),
    st.sampled_from([OLEG, None]),
    st.sampled_from(["смету отправил", "договор", "sent the draft"]),
)
MEETINGS = st.lists(
    st.builds(
        lambda day, told: (day, told),
        st.sampled_from([None, FIRST, SECOND, THIRD]),
        st.lists(PROMISES | REPORTS, max_size=5),
    ),
    max_size=5,
)


@given(MEETINGS, st.randoms(use_true_random=False))
def test_linking_loses_and_doubles_nothing_whatever_the_order(
    told: list[tuple[str | None, list[Promise | Report]]], chance: random.Random
) -> None:
    numbers = itertools.count(1)
    named = [
        (f"m{n}.txt", "", meeting(day, *(placed(each, next(numbers)) for each in rows)))
        for n, (day, rows) in enumerate(told)
    ]
    found = join(named).entries
    promises = {(name, p.line) for name, _, minutes in named for p in minutes.promises}
    reports = {(name, r.line) for name, _, minutes in named for r in minutes.reports}
    heads = [(entry.document, entry.promise.line) for entry in found]
    linked = [(link.document, link.line) for entry in found for link in entry.links]
    places = heads + [place for place in linked if place not in reports]
    assert sorted(places) == sorted(promises)
    assert len(linked) == len(set(linked))
    shuffled = list(named)
    chance.shuffle(shuffled)
    assert join(shuffled).entries == found


def placed(each: Any, line: int) -> Any:
    """The same words on a line of their own."""
    return replace(each, line=line, start=line * 100, end=line * 100 + 50)


def test_who_it_is_for_is_no_part_of_the_thing() -> None:
    [first] = entries(
        meeting("2025-11-05", said(OLEG, "пришлю Анне смету", "к 7-му=2025-11-07", to_whom=ANNA)),
        meeting("2025-11-12", said(OLEG, "смету пришлю", "к 17-му=2025-11-17")),
    )
    assert [link.kind for link in first.links] == ["moved"]
    assert first.to_whom == ANNA
