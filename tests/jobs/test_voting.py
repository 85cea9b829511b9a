"""One answer out of several drafts, and out of several pieces."""

from __future__ import annotations

from typing import Any

import pytest

from rag.jobs.fields import parse
from rag.jobs.records import Flag, Record
from rag.jobs.voting import elected, likest, majority, merged, together
from rag.types import Citation


def record(line: int, flags: tuple[Flag, ...] = (), **values: Any) -> Record:
    return Record(values, Citation("a.txt", None, line, line * 10, line * 10 + 5, "…"), flags)


@pytest.mark.parametrize(
    ("values", "weights", "winner", "share"),
    [
        (["a", "b", "a"], None, "a", 2 / 3),
        (["b", "a"], None, "b", 1 / 2),
        (["a", "b", "b"], [5.0, 1.0, 1.0], "a", 5 / 7),
        ([None, None, 1], None, None, 2 / 3),
        ([[1], [2], [2]], None, [2], 2 / 3),
        ([{"x": 1, "y": 1}, {"x": 1, "y": 2}, {"x": 2, "y": 2}], None, {"x": 1, "y": 2}, 2 / 3),
        ([{"x": 1}, {"y": 1}, {"y": 1}], None, {"y": 1}, 2 / 3),
        ([1, True, True], None, True, 2 / 3),
    ],
)
def test_the_majority_wins_and_the_earliest_of_equals(
    values: list[Any], weights: list[float] | None, winner: Any, share: float
) -> None:
    assert majority(values, weights) == (winner, pytest.approx(share))


def test_a_quotation_goes_with_the_label_it_was_given_for() -> None:
    rows = [
        {"label": "bad", "quote": "awful"},
        {"label": "good", "quote": None},
        {"label": "good", "quote": "fine"},
    ]
    value, share = elected(parse("label:good|bad, quote"), rows)
    assert value == {"label": "good", "quote": "fine"}
    assert share == pytest.approx(2 / 3)
    value, _ = elected(parse("label:good|bad, quote"), rows, [10.0, 1.0, 1.0])
    assert value == {"label": "bad", "quote": "awful"}


def test_without_labels_a_field_is_told_when_most_drafts_tell_it() -> None:
    rows = [{"a": "x", "b": None}, {"a": "y", "b": None}, {"a": "x", "b": "z"}]
    assert elected(parse("a, b"), rows) == ({"a": "x", "b": None}, pytest.approx(2 / 3))


def test_records_are_told_apart_by_their_line_and_settled_field_by_field() -> None:
    drafts = [
        [record(1, name="a", card="1"), record(2, name="b", card="2")],
        [record(1, name="a", card=None), record(2, name="b", card="3")],
        [
            record(1, name="a", card="1"),
            record(2, name="b", card="2"),
            record(5, name="z", card=None),
        ],
    ]
    records, share = merged(drafts)
    assert [each.values for each in records] == [
        {"name": "a", "card": "1"},
        {"name": "b", "card": "2"},
    ]
    assert share == 1.0


def test_two_records_of_one_line_stay_two() -> None:
    draft = [record(1, name="a", card="1"), record(1, name="b", card="2")]
    records, _ = merged([draft, list(reversed(draft)), draft[1:]])
    assert sorted(each.values["name"] for each in records) == ["a", "b"]


def test_only_flags_of_what_was_settled_are_kept() -> None:
    lost = Flag(1, "card", "9", "it does not stand in the text", "null")
    drafts = [
        [record(1, (lost,), name="a", card=None)],
        [record(1, name="a", card="1")],
        [record(1, name="a", card="1")],
    ]
    assert merged(drafts)[0][0].flags == ()
    assert merged([drafts[0], drafts[0], drafts[1]])[0][0].flags == (lost,)


def test_of_texts_the_one_most_like_the_others_wins() -> None:
    texts = ["совсем о другом", "кот сидит на окне", "кот сидит на большом окне"]
    assert likest(texts) == 1
    assert likest(["a", "a"]) == 0
    assert likest([""]) == 0


def test_answers_to_pieces_are_put_together() -> None:
    assert together([{"a": None, "b": [1]}, {"a": "x", "b": [2]}]) == {"a": "x", "b": [1, 2]}
    assert together([[], [1], [2]]) == [1, 2]
    assert together(["", "x", "y"]) == "x"
    assert together([None, None]) is None
