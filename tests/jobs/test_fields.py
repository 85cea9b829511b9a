"""Fields as people write them, and values brought to their kinds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.jobs.conform import faults
from rag.jobs.fields import Field, bare_choice, from_schema, parse, ready, record_schema


def test_fields_are_read_from_one_line() -> None:
    fields = parse("name, sum:number , «day»:date".replace("«", "").replace("»", "") + ", x:a|b")
    assert [(f.name, f.kind, f.choices) for f in fields] == [
        ("name", "text", ()),
        ("sum", "number", ()),
        ("day", "date", ()),
        ("x", "text", ("a", "b")),
    ]
    assert [f.kind for f in parse("имя:текст, сумма:число, срок:дата")] == [
        "text",
        "number",
        "date",
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "1 to 100"),
        ("a b:text", "no name"),
        ("a:money", "money"),
        ("a:text, A:number", "twice"),
        ("1a", "no name"),
        ("a;drop", "no name"),
    ],
)
def test_fields_that_cannot_be_are_refused(said: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        parse(said)


def test_fields_come_from_a_json_schema_of_a_record() -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": ["string", "null"], "description": "whose"},
            "day": {"type": "string", "format": "date"},
            "n": {"type": "integer"},
            "state": {"enum": ["open", "closed"]},
        },
    }
    for given_ in (schema, {"type": "array", "items": schema}):
        fields = from_schema(given_)
        assert [(f.name, f.kind, f.choices) for f in fields] == [
            ("name", "text", ()),
            ("day", "date", ()),
            ("n", "integer", ()),
            ("state", "text", ("open", "closed")),
        ]
        assert fields[0].about == {"ru": "whose", "en": "whose"}


@pytest.mark.parametrize(
    "schema",
    [
        None,
        [],
        {},
        {"type": "object"},
        {"properties": {"a": {"type": "object"}}},
        {"properties": 1},
    ],
)
def test_a_schema_of_something_else_is_refused(schema: Any) -> None:
    with pytest.raises(UsageError):
        from_schema(schema)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("number", "1 500", 1500),
        ("number", "1\u00a0500,50", 1500.5),
        ("number", "1,500.50", 1500.5),
        ("number", "−3", -3),
        ("number", 2.0, 2),
        ("integer", "12", 12),
        ("integer", 1.5, 1.5),  # stays, for the schema to refuse
        ("number", "много", "много"),
        ("number", "NaN", None),
        ("number", True, True),
        ("date", "15.11.2025", "2025-11-15"),
        ("date", "2025-11-15T00:00:00", "2025-11-15"),
        ("date", "32.11.2025", "32.11.2025"),
        ("boolean", "да", True),
        ("boolean", "No", False),
        ("boolean", 1, True),
        ("text", 4276, "4276"),
        ("text", " Иванов ", "Иванов"),
        ("text", "не указано", None),
        ("text", "N/A", None),
        ("text", "—", None),
        ("text", ["Иванов"], "Иванов"),
        ("text", {"a": 1}, {"a": 1}),
    ],
)
def test_a_value_is_brought_to_its_kind(kind: Any, written: Any, value: Any) -> None:
    made = ready([Field("x", kind)], {"X": written, "other": 1})
    assert made == {"x": value}
    assert type(made["x"]) is type(value)


def test_a_choice_is_found_whatever_its_case_and_what_is_missing_is_null() -> None:
    fields = parse("label:Positive|Negative, quote")
    assert ready(fields, {"label": "**positive**."}) == {"label": "Positive", "quote": None}
    assert faults(ready(fields, {"label": "so-so"}), record_schema(fields))
    assert faults(ready(fields, {}), record_schema(fields))  # a choice has to be made


@pytest.mark.parametrize(
    ("said", "label"),
    [("positive", "positive"), ("Label: Negative.", "negative"), ("so-so", None), ("a\nb", None)],
)
def test_a_label_alone_is_an_answer(said: str, label: str | None) -> None:
    record = bare_choice(parse("label:positive|negative, quote"), said)
    assert record == ({"label": label, "quote": None} if label else None)


@settings(deadline=None)  # the first of them imports jsonschema
@given(
    st.dictionaries(
        st.sampled_from(["name", "Sum", "day", "paid", "state", "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()),
    )
)
def test_no_value_of_a_model_breaks_it(row: dict[str, Any]) -> None:
    fields = parse("name, sum:number, day:date, paid:boolean, state:a|b")
    made = ready(fields, row)
    assert list(made) == ["name", "sum", "day", "paid", "state"]
    assert isinstance(faults(made, record_schema(fields)), str)


def test_a_schema_that_points_elsewhere_fetches_nothing() -> None:
    schema = {"$ref": "http://127.0.0.1:9/schema.json"}
    assert "does not hold" in faults({}, schema)
