"""Every row of the table of Russian rules: its example is one promise, its counter-example none."""

from __future__ import annotations

from importlib import resources

import pytest

from rag.minutes import extract
from rag.minutes.turns import find_turns
from rag.types import Document, Promise

DAY = "2025-11-12"  # a Wednesday
HEAD = (
    "Были: Игорь Краснов, Вера Белых, Олег Титов\n\nИгорь: Всем привет, начинаем.\nВера: Привет.\n"
)
TABLE = resources.files("rag.minutes").joinpath("data").joinpath("rules_ru.tsv")
ROWS = [
    line.split("\t")
    for line in TABLE.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def _promises(talk: str) -> tuple[Promise, ...]:
    text = HEAD + talk.replace(" / ", "\n")
    turns = find_turns(text)
    return extract(Document("0", "t", text, turns=turns, kind="meeting", date=DAY)).promises


def _matches(wanted: str, found: str | None) -> bool:
    return wanted == "*" or (found is None if wanted == "-" else found == wanted)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1][:40]}")
def test_the_example_of_a_rule_is_its_promise(row: list[str]) -> None:
    _, example, wanted, _ = row
    who, what, when, to_whom, status = wanted.split("; ")
    found = _promises(example)
    if who != "*":
        assert len(found) == 1, found
    fitting = [
        promise
        for promise in found
        if _matches(who, promise.who)
        and (what == "*" or what in promise.what)
        and _matches(when, promise.when.raw if promise.when else None)
        and _matches(to_whom, promise.to_whom)
        and _matches(status, promise.status)
    ]
    assert fitting, found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[3][:40]}")
def test_the_counter_example_of_a_rule_is_no_promise(row: list[str]) -> None:
    firm = [p for p in _promises(row[3]) if p.status != "cancelled"]
    if row[0] != "denied":
        assert firm == []
