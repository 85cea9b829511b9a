"""Which names of different meetings are one person."""

from __future__ import annotations

import pytest

from rag.register.people import Directory


def directory(*names: str) -> Directory:
    """Each name in a meeting of its own."""
    return Directory({f"m{n}.txt": [name] for n, name in enumerate(names, 1)})


@pytest.mark.parametrize(
    "names",
    [
        ("Олег", "Олег Титов", "Титов О. В."),
        ("Анна Белова", "Аня", "Белова А."),
        ("Титов Олег Викторович", "Титов О. В."),
        ("Oleg Titov", "Олег Титов"),
        ("Edward Hale", "Ned"),
        ("Олег", "Олег"),
        ("Олег Титов (гость)", "Олег Титов"),
    ],
)
def test_names_that_allow_no_second_reading_are_one(names: tuple[str, ...]) -> None:
    assert len(directory(*names).people) == 1


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (("Олег Титов", "Олег Краснов"), 2),
        (("Олег Титов", "Олег Краснов", "Олег"), 3),
        (("Олег Титов", "Олег Краснов", "Олег", "Олег"), 4),
        (("Олег Титов", "Титов И. П."), 2),
        (("Олег Титов", "Ольга Титова"), 2),
        (("Титова А. П.", "Титов А. П."), 2),
        (("Александр Ким", "Александра Юн", "Саша"), 3),
        (("Титов О. В.", "Олег Титов", "Оскар Титов"), 3),
        (("Спикер 1", "Спикер 1"), 2),
        (("Олег Викторович Титов", "Олег Павлович Титов"), 2),
    ],
)
def test_names_that_fit_two_people_or_clash_stay_apart(names: tuple[str, ...], people: int) -> None:
    assert len(directory(*names).people) == people


def test_the_fullest_name_is_the_persons() -> None:
    people = directory("Олег", "Титов О. В.", "Олег Титов")
    assert people.person("m1.txt", "Олег").name == "Олег Титов"
    assert people.person("m1.txt", "Олег") == people.person("m2.txt", "Титов О. В.")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Олега", ["Олег Титов"]),
        ("Титову", ["Олег Титов", "Ольга Титова"]),
        ("титов", ["Олег Титов"]),
        ("Ане", ["Анна Белова"]),
        ("Анну Белову", ["Анна Белова"]),
        ("Ned's", ["Ned Hale"]),
        ("Спикер 1", ["Спикер 1"]),
        ("Пётр", []),
        ("", []),
    ],
)
def test_a_person_is_found_by_a_name_in_any_form(asked: str, found: list[str]) -> None:
    people = directory("Олег Титов", "Ольга Титова", "Анна Белова", "Ned Hale", "Спикер 1")
    assert [person.name for person in people.find(asked)] == found
