"""The tables of the rules for papers: each row takes its example and leaves its counter-example."""

from __future__ import annotations

from importlib import resources

import pytest

from rag.minutes import extract
from rag.minutes.paper.english import orders_in as english_orders
from rag.minutes.paper.fields import fields_in, label_of
from rag.minutes.paper.lines import section_of
from rag.minutes.paper.orders import orders_in as russian_orders
from rag.minutes.paper.pieces import state_of
from rag.minutes.paper.words import Wording, wordings
from rag.minutes.people.names import Roster
from rag.minutes.turns import find_turns
from rag.minutes.view import Scene
from rag.types import Document

RU_HEAD = "Протокол встречи 07.11.2025\nУчастники: Титов О. В., Белова А. А., Маша Зимина, Олег\n\n"
EN_HEAD = (
    "Minutes of the meeting, 7 November 2025\n"
    "Present: Sam Price (SP), Dana Low (DL), Agnes Porter (chair)\n\n"
)
STENOGRAM = """СТЕНОГРАММА

ЛАГУТИН С. В., глава округа.
{said}

АХМЕРОВ Ф. И., директор.
Вода стоит высоко.

ЛАГУТИН С. В.
Понятно. Следующий вопрос про школу.

АХМЕРОВ Ф. И.
Детей вывезли в четверг.

ЛАГУТИН С. В.
Совещание закрыто.
"""


def _rules() -> list[list[str]]:
    table = resources.files("rag.minutes").joinpath("data").joinpath("rules_paper.tsv")
    rows = table.read_text("utf-8").splitlines()
    return [row.split("\t") for row in rows if row and not row.startswith("#")]


def _found(rule: str, words: str) -> list[str]:
    """Owner and act of every promise of a row's text."""
    if rule.startswith("speech"):
        text = STENOGRAM.format(said=words)
        document = Document("0", "t", text, date="2025-11-07", turns=find_turns(text))
    else:
        russian = any("а" <= letter <= "я" for letter in words.lower())
        text = (RU_HEAD if russian else EN_HEAD) + words.replace("/", "\n") + "\n"
        document = Document("0", "t", text, date="2025-11-07")
    return [
        f"{p.who} | {p.what}" + (f" ({p.status})" if p.status != "open" else "")
        for p in extract(document).promises
        if p.who
    ]


@pytest.mark.parametrize("row", _rules(), ids=lambda row: row[0])
def test_a_rule_takes_its_example_and_leaves_its_counter_example(row: list[str]) -> None:
    rule, example, expected, counter = row
    found, wanted = _found(rule, example), expected.split(" || ")
    assert [_owner(one) for one in found] == [_owner(one) for one in wanted]
    for one, least in zip(found, wanted, strict=True):
        assert least.split(" | ")[1] in one.split(" | ")[1]
    assert [one for one in _found(rule, counter) if "(" not in one] == []


def _owner(found: str) -> str:
    return found.split(" | ")[0]


@pytest.mark.parametrize("row", wordings("fields"), ids=lambda row: row.kind)
def test_a_label_opens_the_field_of_its_meaning(row: Wording) -> None:
    if row.kind == "column":
        cells = [cell.strip() for cell in row.example.strip("|").split("|")]
        assert [label_of(cell) for cell in cells] == ["column", "owner", "due"]
    else:
        assert row.kind in {f.kind for f in fields_in(row.example, 0, len(row.example))}
    assert row.kind not in {f.kind for f in fields_in(row.counter, 0, len(row.counter))}


@pytest.mark.parametrize("row", wordings("sections"), ids=lambda row: row.kind)
def test_a_heading_announces_its_section(row: Wording) -> None:
    assert section_of(row.example) == row.kind
    assert section_of(row.counter) != row.kind


@pytest.mark.parametrize("row", wordings("marks"), ids=lambda row: row.kind)
def test_a_mark_tells_the_state(row: Wording) -> None:
    states = {"done": "done", "gone": "cancelled", "working": "open"}
    example, counter = (words.split("—", 1)[1] for words in (row.example, row.counter))
    assert state_of("— " + example, None) == states[row.kind]
    assert state_of("— " + counter, None) != states[row.kind]


@pytest.mark.parametrize(
    "row",
    [row for row in wordings("orders_ru") if row.kind not in ("inner", "body", "office")],
    ids=lambda row: row.kind,
)
def test_a_russian_word_orders(row: Wording) -> None:
    for words, expected in ((row.example, True), (row.counter, False)):
        scene = Scene(words, Roster(["Титов О. В."]), None, "ru", on_paper=True)
        assert bool(russian_orders(scene, 0, len(words))) is expected


@pytest.mark.parametrize(
    "row",
    [row for row in wordings("orders_ru") if row.kind in ("inner", "body", "office")],
    ids=lambda row: row.kind,
)
def test_a_body_or_an_office_acts(row: Wording) -> None:
    assert len(_found("", row.example)) == 1
    assert not _found("", row.counter)


@pytest.mark.parametrize("row", wordings("orders_en"), ids=lambda row: row.kind)
def test_an_english_word_orders(row: Wording) -> None:
    for words, expected in ((row.example, True), (row.counter, False)):
        scene = Scene(words, Roster(["Sam Price", "Dana Low"]), None, "en", on_paper=True)
        assert bool(english_orders(scene, 0, len(words))) is expected
