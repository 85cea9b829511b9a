"""Values that stand in a text, values that do not, and the line of a record."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.jobs.checking import Source
from rag.jobs.fields import Kind, parse
from rag.jobs.pieces import whole
from rag.jobs.records import Ground, leaves
from rag.jobs.standing import Text, places
from rag.readers.text.plain import read_text

NOTES = """Звонки за вторник, 12.11.2025

Иванову Петру, летел Аэрофлотом, карта 4276 3800 1234 5678, доплата 1 500 руб.
Мария О'Нил (авиакомпания S7), номер карты 5536-9138-0000-1111; вернуть 12 тыс. до 15 ноября.
Ещё звонил Сидоров, Победа, карту не назвал; на счету −300 рублей.
"""
ENGLISH = """Calls of Tuesday

Peter Brown flew Lufthansa, card 4000 1234 5678 9010, owes $1,500 by November 15, 2025.
Then Mary O'Neil of British Airways, card 4111-1111-1111-1111, mary.oneil@post.example, three bags.
"""
FIELDS = parse("name, airline, card, sum:number")


def source(text: str, name: str = "notes.txt") -> Source:
    return Source(name, read_text(text.encode(), name))


def ground(text: str) -> Ground:
    made = source(text)
    return Ground(made, whole(made.document))


@pytest.mark.parametrize(
    ("text", "value", "kind", "stands"),
    [
        (NOTES, "Пётр Иванов", "text", True),
        (NOTES, "Иванов", "text", True),
        (NOTES, "Иваницкий", "text", False),
        (NOTES, "Пётр Сидоров", "text", False),
        (NOTES, "Аэрофлот", "text", True),
        (NOTES, "S7", "text", True),
        (NOTES, "S8", "text", False),
        (NOTES, "4276 3800 1234 5678", "text", True),
        (NOTES, "4276380012345678", "text", True),
        (NOTES, "5536913800001111", "text", True),
        (NOTES, "5536 9138 0000 1112", "text", False),
        (NOTES, "4276", "text", False),  # a part of a longer number
        (NOTES, "1234 5678", "text", False),
        (NOTES, 1500, "number", True),
        (NOTES, 12000, "number", True),
        (NOTES, -300, "number", True),
        (NOTES, 300, "number", True),
        (NOTES, -1500, "number", False),
        (NOTES, 1501, "number", False),
        (NOTES, "2025-11-12", "date", True),
        (NOTES, "2025-11-15", "date", True),  # of the year of the document
        (NOTES, "2024-11-15", "date", False),
        (NOTES, "2025-11-16", "date", False),
        ("В войну 1941-1945 гг. завод…", "1945", "text", True),
        ("С 1941–1945 по 1950", "1941", "text", True),
        ("Код 4276-3800, 19451", "3800", "text", False),
        ("Код 4276-3800, 19451", "1945", "text", False),
        (ENGLISH, "Peter Brown", "text", True),
        (ENGLISH, "peter  BROWN", "text", True),
        (ENGLISH, "Mary O'Neil", "text", True),
        (ENGLISH, "Mary Brown", "text", False),
        (ENGLISH, "mary.oneil@post.example", "text", True),
        (ENGLISH, "mary.oneil@post", "text", True),
        (ENGLISH, "mary_oneil@post.example", "text", False),
        (ENGLISH, 1500, "integer", True),
        (ENGLISH, 3, "integer", True),
        (ENGLISH, 5, "integer", False),
        (ENGLISH, "2025-11-15", "date", True),
        (ENGLISH, "2025-11-14", "date", False),
    ],
)
def test_whether_a_value_stands_in_the_text(
    text: str, value: Any, kind: Kind, stands: bool
) -> None:
    document = read_text(text.encode(), "notes.txt")
    found = places(value, kind, Text(text, document.date))
    assert bool(found) == stands
    for start, end in found:
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("inflected", "name"),
    [
        ("с Уильямом Смитом", "Уильям Смит"),
        ("Джошу Норману", "Джош Норман"),
        ("у Вильяма Тиндейла", "Вильям Тиндейл"),
        ("к Анне Беловой", "Анна Белова"),
        ("Смирновым Олегом", "Олег Смирнов"),
    ],
)
def test_a_name_stands_in_any_inflection_and_order(inflected: str, name: str) -> None:
    text = f"Говорили {inflected} о погоде."
    assert [text[start:end] for start, end in places(name, "text", Text(text))] == [
        " ".join(word for word in inflected.split() if word[0].isupper())
    ]


@given(
    st.lists(st.integers(0, 9999), min_size=4, max_size=4), st.integers(0, 15), st.integers(1, 9)
)
def test_a_card_stands_with_all_its_digits_and_with_no_other(
    groups: list[int], place: int, step: int
) -> None:
    digits = "".join(f"{group:04}" for group in groups)
    text = Text(f"Иванов, карта {digits[:4]}-{digits[4:8]} {digits[8:12]} {digits[12:]}, 500 руб.")
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert places(digits, "text", text)
    assert places("-".join(digits[at : at + 4] for at in (0, 4, 8, 12)), "text", text)
    assert not places(wrong, "text", text)
    assert not places(digits[:12], "text", text)
    assert not places(digits[4:], "text", text)


def test_nothing_is_made_up_and_every_record_has_its_line() -> None:
    rows = [
        {"name": "Пётр Иванов", "airline": "Аэрофлот", "card": "4276380012345678", "sum": 1500},
        {"name": "Сидоров", "airline": "Победа", "card": "1111 2222 3333 4444", "sum": 900},
        {"name": "Кузнецов", "airline": "Utair", "card": None, "sum": None},
        {"name": None, "airline": None, "card": None, "sum": None},
    ]
    records, left_out = ground(NOTES).records(FIELDS, rows)
    assert [record.values for record in records] == [
        rows[0],
        {"name": "Сидоров", "airline": "Победа", "card": None, "sum": None},
    ]
    assert [record.place.line for record in records if record.place] == [3, 5]
    for record in records:
        assert record.place is not None
        assert NOTES[record.place.start : record.place.end] == record.place.quote
    assert [(flag.field, flag.value, flag.fate) for flag in records[1].flags] == [
        ("card", "1111 2222 3333 4444", "null"),
        ("sum", 900, "null"),
    ]
    assert [(flag.value["name"], flag.fate) for flag in left_out] == [("Кузнецов", "left out")]


def test_a_figure_of_another_record_is_taken_away_and_shared_words_are_kept() -> None:
    rows = [
        {"name": "Иванов", "airline": "Аэрофлот", "card": "4276380012345678", "sum": None},
        {"name": "Сидоров", "airline": "Аэрофлот", "card": "4276380012345678", "sum": None},
    ]
    records, _ = ground(NOTES).records(FIELDS, rows)
    assert records[1].values["card"] is None
    assert records[1].values["airline"] == "Аэрофлот"
    assert {flag.field: flag.fate for flag in records[1].flags} == {
        "card": "null",
        "airline": "kept",
    }
    assert not records[0].flags


def test_figures_that_two_records_have_exchanged_are_taken_from_both() -> None:
    rows = [
        {"name": "Иванов", "airline": None, "card": "5536913800001111", "sum": 12000},
        {"name": "О'Нил", "airline": None, "card": "4276380012345678", "sum": 1500},
    ]
    records, _ = ground(NOTES).records(FIELDS, rows)
    # the name alone is on the one line, both figures are on the other
    assert [record.place.line for record in records if record.place] == [4, 3]
    assert [record.values["name"] for record in records] == ["Иванов", "О'Нил"]
    rows = [{**rows[0], "sum": 1500}, {**rows[1], "sum": 12000}]
    records, _ = ground(NOTES).records(FIELDS, rows)
    assert [record.values["card"] for record in records] == [None, None]


def test_records_of_several_lines_keep_their_figures_apart() -> None:
    text = (
        "Клиент: Иванов\nКарта: 4276 3800 1234 5678\nК возврату: 500\n\n"
        "Клиент: Петрова\nКарта: 5536 9138 0000 1111\nК возврату: 500\n"
    )
    fields = parse("name, card, sum:number")
    rows = [
        {"name": "Иванов", "card": "4276380012345678", "sum": 500},
        {"name": "Петрова", "card": "5536913800001111", "sum": 500},
    ]
    records, _ = ground(text).records(fields, rows)
    assert [record.values for record in records] == rows
    assert [record.flags for record in records] == [(), ()]
    swapped = [rows[0], {**rows[1], "card": rows[0]["card"]}]
    records, _ = ground(text).records(fields, swapped)
    assert [record.values["card"] for record in records] == [rows[0]["card"], None]
    assert [record.place.line for record in records if record.place] == [1, 5]


def test_the_same_record_comes_as_often_as_the_text_has_it() -> None:
    text = "Кофе 100 руб.\nЧай 80 руб.\nКофе 100 руб.\n"
    row = {"item": "кофе", "sum": 100}
    records, left_out = ground(text).records(parse("item, sum:number"), [row, row, row])
    assert [record.place.line for record in records if record.place] == [1, 3]
    assert len(left_out) == 1


def test_a_phrase_may_say_the_same_in_other_words_and_not_something_else() -> None:
    text = "Поставщик платит пени 5 % за каждую неделю просрочки. Насосы привозит склад.\n"
    fields = parse("rule")
    said = "За каждую неделю просрочки поставщик платит пени 5 %"
    records, _ = ground(text).records(fields, [{"rule": said}])
    assert records[0].values["rule"] == said
    wrong = said.replace("5 %", "7 %")
    assert ground(text).records(fields, [{"rule": wrong}])[0] == []


def test_what_is_judged_need_not_stand_in_the_text() -> None:
    fields = parse("name, state:open|closed, paid:boolean")
    row = {"name": "Иванов", "state": "open", "paid": True}
    records, _ = ground(NOTES).records(fields, [row])
    assert records[0].values == row


def test_an_answer_of_any_form_loses_what_does_not_stand() -> None:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["calls", "letters"]},
            "people": {"type": "array", "items": {"type": "object"}},
            "day": {"type": "string", "format": "date"},
        },
    }
    value = {
        "kind": "calls",
        "people": [{"name": "Сидоров", "card": "9999 9999"}, {"name": "Иванов", "new": True}],
        "day": "2025-11-12",
    }
    made, flags = leaves(ground(NOTES), value, schema)
    assert made == {
        "kind": "calls",
        "people": [{"name": "Сидоров", "card": None}, {"name": "Иванов", "new": True}],
        "day": "2025-11-12",
    }
    assert [(flag.field, flag.value) for flag in flags] == [("people.card", "9999 9999")]
