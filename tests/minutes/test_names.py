"""Names: case forms, short forms, initials, Latin spellings; ambiguity stays empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import minutes
from rag.minutes.clauses import tokens_of
from rag.minutes.people.given_names import called, is_person_name
from rag.minutes.people.names import Roster, sharers
from rag.minutes.people.spellings import skeleton

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


FAMILIES = ["Пётр Михайлович Рогов", "Анна Сергеевна Ли", "Жанна", "Oleg Titov", "Katherine O'Neil"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Михалыч, завезёшь?", "Пётр Михайлович Рогов"),
        ("передай Михалычу", "Пётр Михайлович Рогов"),
        ("Сергевна, глянь", "Анна Сергеевна Ли"),
        ("Анне Сергеевне отправлю", "Анна Сергеевна Ли"),
        ("Петруха, сделаешь?", "Пётр Михайлович Рогов"),
        ("Жаннка, привет", "Жанна"),
        ("скинь Олегу", "Oleg Titov"),
        ("Титову передай", "Oleg Titov"),
        ("@olegtitov глянь", "Oleg Titov"),
        ("@otitov глянь", "Oleg Titov"),
        ("Rogov пришлёт", "Пётр Михайлович Рогов"),
        ("O'Neil will send it", "Katherine O'Neil"),
    ],
)
def test_patronymics_pet_names_and_other_letters_find_their_bearer(text: str, name: str) -> None:
    assert _named(text, FAMILIES) == [(name, True)]


@pytest.mark.parametrize("text", ["купи петельку", "михалыча у нас нет", "тарелочка чая"])
def test_made_forms_need_a_capital(text: str) -> None:
    assert _named(text, FAMILIES) == []


def test_a_form_two_people_share_tells_who_they_are() -> None:
    roster = Roster(["Олег Титов", "Олег Ким", "Анна Белова"])
    told = {t.word: roster.shared(t) for t in tokens_of("скинь Олегу и Ане", 0, 17)}
    assert told["олегу"] == ("Олег Титов", "Олег Ким")
    assert told["ане"] == ()


def test_who_share_a_name_are_named_together_until_something_tells_them_apart() -> None:
    roster = Roster(["Иванов П. С.", "Иванов Илья", "Сидоров В. А."])
    named = {
        text: [
            sharers(m.name) or m.name for m in roster.mentions(list(tokens_of(text, 0, len(text))))
        ]
        for text in ("поручить Иванову", "Иванову П. С.", "И. Иванову", "Иванову К. С.", "Сидорову")
    }
    both = ("Иванов П. С.", "Иванов Илья")
    assert named == {
        "поручить Иванову": [both],
        "Иванову П. С.": ["Иванов П. С."],
        "И. Иванову": ["Иванов Илья"],
        "Иванову К. С.": [both],
        "Сидорову": ["Сидоров В. А."],
    }


def test_other_initials_are_another_person() -> None:
    assert Roster(["Пётр Сергеевич Иванов", "Иванов И. И."]).names == (
        "Пётр Сергеевич Иванов",
        "Иванов И. И.",
    )
    assert Roster(["Пётр Сергеевич Иванов", "Иванов П. С."]).names == ("Пётр Сергеевич Иванов",)


def test_the_table_of_short_forms_holds_the_usual_names() -> None:
    table = Path(minutes.__file__).with_name("data") / "diminutives_ru.tsv"
    rows = [line for line in table.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(rows) >= 150


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
