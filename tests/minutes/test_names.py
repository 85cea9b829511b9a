"""Names: case forms, short forms, initials, Latin spellings; ambiguity stays empty."""

from __future__ import annotations

import pytest

from rag.minutes.clauses import tokens_of
from rag.minutes.names import Roster, skeleton
from rag.minutes.people import called, is_person_name

ROSTER = ["Олег Краснов", "Анна Белова", "Рита Лапина", "Сомов Д. И.", "Лёха", "Tom Walsh"]


def _named(text: str, names: list[str] | None = None) -> list[tuple[str, bool]]:
    roster = Roster(ROSTER if names is None else names)
    return [(m.name, m.known) for m in roster.mentions(tokens_of(text, 0, len(text)))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("скинь Олегу", "Олег Краснов"),
        ("Аня, привет", "Анна Белова"),
        ("Рит, а кто", "Рита Лапина"),
        ("с Краснова спросим", "Олег Краснов"),
        ("Дмитрий Ильич, завтра", "Сомов Д. И."),
        ("Сомову — направить", "Сомов Д. И."),
        ("лёх, глянь", "Лёха"),
        ("@lyokha глянь", "Лёха"),
        ("@oleg_krasnov глянь", "Олег Краснов"),
        ("ask Tom about it", "Tom Walsh"),
        ("напишу Рите Лапиной", "Рита Лапина"),
    ],
)
def test_a_form_of_a_name_is_its_bearer(text: str, name: str) -> None:
    assert _named(text) == [(name, True)]


def test_a_form_two_people_share_is_nobodys() -> None:
    assert _named("скинь Саше", ["Александр Ким", "Александра Ли"]) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("это сделает Вера из бухгалтерии", "Вера"),
        ("дежурит Настя Ильина", "Настя Ильина"),
        ("будут отправлены Пашей", "Паша"),
    ],
)
def test_an_outsider_is_named_in_the_nominative(text: str, name: str) -> None:
    assert _named(text) == [(name, False)]


@pytest.mark.parametrize("text", ["за окном яркий свет", "мы вышли на улицу", "the rose is red"])
def test_everyday_words_are_no_people(text: str) -> None:
    assert _named(text) == []


def test_a_label_becomes_the_fullest_form_of_the_name() -> None:
    roster = Roster(["Олег", "Олег Краснов", "Анна Белова"])
    assert roster.names == ("Олег Краснов", "Анна Белова")
    assert roster.canonical("Олег") == "Олег Краснов"
    assert roster.canonical("Пётр") == "Пётр"


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [("саша", "sasha"), ("лёха", "lyokha"), ("толик", "tolik"), ("юля", "yulya")],
)
def test_cyrillic_and_latin_spellings_meet(cyrillic: str, latin: str) -> None:
    assert skeleton(cyrillic) == skeleton(latin)


def test_short_forms_are_many_to_many() -> None:
    assert {"александр", "александра"} <= called("Саша")
    assert {"саша", "шура"} <= called("Александр")


@pytest.mark.parametrize(
    "label", ["Олег", "О. Краснов", "Спикер 3", "Beth Okafor", "Краснов И. П."]
)
def test_a_label_reads_as_a_person(label: str) -> None:
    assert is_person_name(label)


@pytest.mark.parametrize("label", ["Итого", "Delivery Date", "Порт", "Температура"])
def test_a_label_reads_as_no_person(label: str) -> None:
    assert not is_person_name(label)
