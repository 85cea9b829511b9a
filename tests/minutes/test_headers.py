"""Who was there: lists in every shape, read in the head of a text alone."""

from __future__ import annotations

import pytest

from rag.minutes import extract
from rag.minutes.paper.words import Wording, wordings
from rag.minutes.people.headers import offices_in, participants_in
from rag.readers.text.plain import read_text

TALK = "\n\nЗоя: начнём?\nЯна: да, я тут\nЗоя: хорошо\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "Участники: Игорь Краснов, Вера Белых и Олег Луговой",
            ["Игорь Краснов", "Вера Белых", "Олег Луговой"],
        ),
        (
            "Участники:\n- Игорь Краснов, директор\n- Анна Белых (юрист)\n- Анна Ким — врач\n",
            ["Игорь Краснов", "Анна Белых", "Анна Ким"],
        ),
        (
            "Участники:\n\n1. Краснов И. П. – директор\n2) Белых В. А., юрист\nПовестка:\n1. Смета",
            ["Краснов И. П.", "Белых В. А."],
        ),
        ("Присутствовали: 2 чел.\nКраснов И. П.\nБелых В. А.", ["Краснов И. П.", "Белых В. А."]),
        ("Присутствовали: Краснов И. П., Белых В. А. (2 чел.)", ["Краснов И. П.", "Белых В. А."]),
        ("Присутствовали (2 чел.): Краснов И. П., Ким Ж.", ["Краснов И. П.", "Ким Ж."]),
        ("Были Игорь, Вера и Олег Луговой", ["Игорь", "Вера", "Олег Луговой"]),
        ("| Участник | Роль |\n|---|---|\n| Игорь Краснов | врач |", ["Игорь Краснов"]),
        ("| № | ФИО |\n|---|---|\n| 1 | Краснов И. П. |", ["Краснов И. П."]),
        ("---\nparticipants: [Игорь Краснов, Вера]\n---", ["Игорь Краснов", "Вера"]),
        ("---\nparticipants:\n  - Игорь\n  - Вера\ntags: x\n---", ["Игорь", "Вера"]),
        (
            "Присутствовали:\nот заказчика: Краснов И. П.;\nот подрядчика: директор Белых В. А.",
            ["Краснов И. П.", "Белых В. А."],
        ),
        (
            "Состав комиссии: председатель — Краснов И. П., члены: Белых В. А., Ким Ж.",
            ["Краснов И. П.", "Белых В. А.", "Ким Ж."],
        ),
        (
            "Председатель: Краснов И. П.\nСекретарь: Белых В. А.\n"
            "Приглашён: представитель ООО «Ромашка» Ким Ж.",
            ["Краснов И. П.", "Белых В. А.", "Ким Ж."],
        ),
        (
            "Участники: Игорь Краснов,\nВера Белых\nДата: 12.11.2025",
            ["Игорь Краснов", "Вера Белых"],
        ),
        ("Attendees\nNina Ray, Paul Hart", ["Nina Ray", "Paul Hart"]),
        (
            "Present: Nina Ray and Paul Hart (Green Lane), Dr Ann Lee",
            ["Nina Ray", "Paul Hart", "Ann Lee"],
        ),
        ("In the room: Nina Ray, Beth. Paul Hart on the phone.", ["Nina Ray", "Beth", "Paul Hart"]),
        ("Участники: все\nТема: Ремонт, Смета", []),
        ("Участники: Отдел продаж, Игорь", ["Игорь"]),
        ("Были вопросы по смете", []),
    ],
)
def test_a_list_of_those_present(head: str, expected: list[str]) -> None:
    assert participants_in(read_text((head + TALK).encode(), "x.txt")) == expected


def test_a_list_that_somebody_reads_out_is_none() -> None:
    text = "Зоя: начнём?\nЯна: да\nУчастники: Игорь Краснов, Вера\nЗоя: хорошо, всё\n"
    assert participants_in(read_text(text.encode(), "x.txt")) == []


def test_two_of_one_first_name_stay_two() -> None:
    document = read_text(f"Участники: Анна Белых, Анна Ким, Зоя{TALK}".encode(), "x.txt")
    assert set(extract(document).participants) == {"Анна Белых", "Анна Ким", "Зоя", "Яна"}


def test_offices_stand_in_the_head() -> None:
    document = read_text(f"Секретарь: Белых В. А.{TALK}".encode(), "x.txt")
    assert offices_in(document) == {"секретарь": "Белых В. А."}


@pytest.mark.parametrize("row", wordings("attendance"), ids=lambda row: row.kind)
def test_a_label_of_a_list_is_one_where_names_stand_behind_it(row: Wording) -> None:
    example = read_text((row.example + TALK).encode(), "x.txt")
    counter = read_text((row.counter + TALK).encode(), "x.txt")
    assert participants_in(example)
    assert set(extract(example).participants) >= set(participants_in(example))
    assert participants_in(counter) == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Участники: Титов О. В., главный врач; Ким Ж. (юрист)", {"главный врач", "юрист"}),
        ("Attendees: Sam Price (SP), Dana Low (treasurer)", {"sp", "treasurer"}),
        ("Председатель правления Титов О. В.", {"председатель"}),
        ("Председатель: Титов О. В., директор", {"председатель", "директор"}),
        ("Присутствовали:\nот заказчика: Титов О. В.", set()),
        ("Present: Sam Price, Treasurer, Dana Low", {"treasurer"}),
        ("Apologies: Ann Lee; she wrote that she will come to the next one if she can.", set()),
    ],
)
def test_offices_stand_beside_names(head: str, expected: set[str]) -> None:
    assert set(offices_in(read_text((head + TALK).encode(), "x.txt"))) == expected
