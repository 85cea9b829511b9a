"""JSON out of what models write, in every way that they break it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.jobs.mending import code, found


def first(text: str) -> Any:
    return next((each.value for each in found(text)), None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('{"a": "x"}', {"a": "x"}),
        ('```json\n{"a": "x"}\n```', {"a": "x"}),
        ('Вот ответ:\n```\n{"a": "x"}\n```\nНадеюсь, помог {всем}!', {"a": "x"}),
        ('I think {maybe} the answer is {"a": "x"}, or so.', {"a": "x"}),
        ('<think>perhaps {"a": "y", "long": "but only thought"}</think>{"a": "x"}', {"a": "x"}),
        ('{"rows": [{"a": "x"},]}', {"rows": [{"a": "x"}]}),
        ("{'a': 'x'}", {"a": "x"}),
        ('{"a": True, "b": False, "c": None}', {"a": True, "b": False, "c": None}),
        ('{"a": NaN, "b": Infinity, "c": -Infinity}', {"a": None, "b": None, "c": None}),
        ('{"a": "x", // the name\n "b": 2 /* two */}', {"a": "x", "b": 2}),
        ('{"rows": [{"a": "x"}, {"a": "y"', {"rows": [{"a": "x"}, {"a": "y"}]}),
        ('{"a": "x" "b": "y"}', {"a": "x", "b": "y"}),
        ("{“a”: “x”}", {"a": "x"}),
        ("{name: Иванов}", {"name": "Иванов"}),
        ('{"a": "сказал "да" и ушёл"}', {"a": 'сказал "да" и ушёл'}),
        ('{"a": "две\nстроки"}', {"a": "две\nстроки"}),
        ('{"a": {"b": [1, 2}}', {"a": {"b": [1, 2]}}),
        ('[{"a": "x"}]', [{"a": "x"}]),
        ("просто слова", None),
        ("", None),
        ("{", None),
    ],
)
def test_json_is_found_and_mended(written: str, value: Any) -> None:
    assert first(written) == value


def test_a_row_of_a_broken_table_is_not_taken_for_the_table() -> None:
    assert first('{"rows": [{"a": 1}, {"a": 2},, {"a": 3}]}') == {
        "rows": [{"a": 1}, {"a": 2}, {"a": 3}]
    }


def test_it_is_told_whether_it_was_mended_and_whether_its_end_is_missing() -> None:
    assert [(each.mended, each.cut) for each in found('{"a": 1}')] == [(False, False)]
    assert [(each.mended, each.cut) for each in found('{"a": 1,}')] == [(True, False)]
    assert [(each.mended, each.cut) for each in found('{"a": [1, 2')] == [(True, True)]


def test_what_is_fenced_comes_first_and_the_longest_before_the_shorter() -> None:
    text = '{"draft": "a longer one than the other"}\n```json\n{"a": 1}\n```\n{"b": 2}'
    assert first(text) == {"a": 1}
    assert first('{"b": 2} {"draft": "longer"}') == {"draft": "longer"}


@pytest.mark.parametrize("hostile", ["[" * 50_000, "{" * 50_000, '{"a":' * 20_000, '"[' * 5_000])
def test_brackets_without_end_come_to_nothing(hostile: str) -> None:
    assert list(found(hostile)) == []


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for each in found(text):
        assert isinstance(each.value, (dict, list))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ).filter(lambda value: isinstance(value, (dict, list)))
)
def test_sound_json_is_taken_as_it_is(value: Any) -> None:
    assert next(iter(found(json.dumps(value)))) == (value, False, False)


def test_code_is_taken_out_of_its_fence() -> None:
    assert code("Here:\n```python\nx = 1\n\ny = 2\n```\nDone.") == ("x = 1\n\ny = 2", False)
    assert code("```\nx = 1\n") == ("x = 1\n", True)
    assert code("\n  x = 1\n") == ("  x = 1", False)
    assert code("```\na\n```\n```\nlonger\n```") == ("longer", False)
