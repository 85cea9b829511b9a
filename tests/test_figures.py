import pytest

from rag.figures import find
from rag.words import plain


def values(text: str) -> set[str]:
    return {figure.value for figure in find(plain(text))}


@pytest.mark.parametrize(
    "text",
    [
        "15.11.2025",
        "15/11/2025",
        "11/15/2025",
        "2025-11-15",
        "15 ноября 2025 года",
        "15-го ноября 2025",
        "15 нояб. 2025",
        "November 15, 2025",
        "15 Nov 2025",
        "15th of November 2025",
        "Nov. 15th 2025",
        "срок 15.11.25",
    ],
)
def test_a_day_has_one_value_however_it_is_written(text: str) -> None:
    assert {"2025-11-15", "2025-11"} <= values(text)


@pytest.mark.parametrize("text", ["ноябрь 2025", "в ноябре 2025 г.", "November 2025", "Nov 2025"])
def test_a_month_has_one_value(text: str) -> None:
    assert values(text) == {"2025-11"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 млн", "5000000"),
        ("5 миллионов", "5000000"),
        ("5 million", "5000000"),
        ("5 000 000", "5000000"),
        ("$5M", "5000000"),
        ("€5bn", "5000000000"),
        ("1,5 тыс. рублей", "1500"),
        ("10 000 тысяч", "10000000"),
        ("2,500 thousand", "2500000"),
        ("12 500,75", "12500.75"),
        ("FY2018", "2018"),
        ("FY18", "2018"),
        ("FY 2018", "2018"),
    ],
)
def test_a_number_has_one_value(text: str, value: str) -> None:
    assert values(text) == {value}


@pytest.mark.parametrize(
    "text",
    [
        "3, 4, 5",
        "в 2019 308 человек",
        "12 34 56",
        "5 m of rope",
        "version 1.2.3.4",
        "10:30 192.168.1.1",
        "99.99.2025 и 2025-13-45",
        "may be 2 or 3",
        "в 2025 году",
        "the fyord 18",
        "1234 567",
    ],
)
def test_figures_that_stand_for_themselves_have_no_other_value(text: str) -> None:
    assert values(text) <= {"2025"}


def test_a_figure_stands_where_it_says() -> None:
    text = plain("Сдать к 15 ноября 2025 года, не позже; цена 5 млн.")
    spans = {text[figure.start : figure.end] for figure in find(text)}
    assert spans == {"15 ноября 2025", "ноября 2025", "5 млн"}
