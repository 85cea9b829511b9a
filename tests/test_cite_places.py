"""Citation: who speaks, who writes, which row it is: what a sentence does not itself say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.cite.citing import cite
from rag.cite.facts import facts
from rag.types import Chunk, Document, Passage


def whole(name: str, text: str) -> Document:
    return Document(name, name, text)


def passage(document: Document) -> Passage:
    chunk = Chunk(document.id, document.id, 0, len(document.text), document.text)
    return Passage(chunk, document.id, (1, 1), 1, 1.0, 1, ("words",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18 months", "a year and a half"),
        ("14 days", "две недели"),
        ("6", "18:00"),
        ("1,5 т", "1500 кг"),
    ],
)
def test_amounts_in_units_of_one_measure_are_the_same(one: str, other: str) -> None:
    (left,), (right,) = facts(one).numbers, facts(other).numbers
    assert left.same(right)
    assert right.same(left)


def test_a_bare_number_after_thousands_may_be_thousands() -> None:
    paper, run = facts("Бумаги на две тысячи экземпляров, а тираж три.").numbers
    assert run.same(facts("три тысячи").numbers[0])
    assert run.same(facts("3").numbers[0])
    assert not paper.same(run)


def test_both_ends_of_a_range_have_its_unit_and_a_label_is_no_amount() -> None:
    assert [each.unit for each in facts("от 18 до 26 °C").numbers] == ["degree", "degree"]
    (label,), (months,) = facts("the limits of Table 1").numbers, facts("24 months").numbers
    assert not label.alike(months)


CALL = whole(
    "call.txt",
    """Present: Hester Moyle, Gareth Pugh, Ilse Brandt
[14:00] Hester: Hello, Ilse. Did my letter of the sixth reach you?
[14:00] Ilse: It did, thank you.
[14:01] Gareth: And for sixty bags?
[14:01] Ilse: Twelve euros fifty.
[14:02] Hester: Gareth, please draft the contract.
[14:03] Gareth: I'll send it to you on Thursday. The lorry is too dear.
""",
)
LETTER = whole(
    "letter.txt",
    """Краеведческий музей

Директору архива
И. В. Лапшиной

Уважаемая Инна Викторовна!

Просим передать нам на время 18 снимков. Ждём вас на открытии 14 июня.

С уважением,
директор музея Н. П. Верхова
""",
)


@pytest.mark.parametrize(
    ("source", "text", "stands"),
    [
        (CALL, "Ilse confirmed that Hester's letter of the sixth had reached her.", True),
        (CALL, "For sixty bags the price is €12.50.", True),
        (CALL, "Hester asked Gareth to draft the contract.", True),
        (CALL, "Gareth asked Hester to draft the contract.", False),
        (CALL, "Gareth thought the lorry too dear.", True),
        (CALL, "Hester thought the lorry too dear.", False),
        (CALL, "Gareth will send it to Hester on Thursday.", True),
        (CALL, "Hester will send it on Thursday.", False),
        (LETTER, "Письмо адресовано директору архива Инне Викторовне Лапшиной.", True),
        (LETTER, "Письмо подписала Н. П. Верхова.", True),
        (LETTER, "Письмо подписала Инна Викторовна Лапшина.", False),
        (LETTER, "Музей просит передать 18 снимков.", True),
        (LETTER, "Музей просит передать 28 снимков.", False),
    ],
)
def test_who_speaks_and_who_writes_is_known(source: Document, text: str, stands: bool) -> None:
    source = replace(source, kind="meeting") if source is CALL else source
    standing, _ = cite(text, [passage(source)], {source.id: source})
    assert bool(standing) == stands


@pytest.mark.parametrize(
    ("text", "stands"),
    [("The canoe takes a deposit of £60.", True), ("The canoe takes a deposit of £90.", False)],
)
def test_a_number_of_one_row_is_not_that_of_another(text: str, stands: bool) -> None:
    rows = "Boat | Per hour, £ | Deposit, £\nCanoe | 14 | 60\nPedalo | 22 | 90\n"
    source = whole("rates.txt", f"Rates of hire.\n\n{rows}")
    standing, _ = cite(text, [passage(source)], {source.id: source})
    assert bool(standing) == stands
