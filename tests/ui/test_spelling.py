"""Numbers, sizes and days as the page writes them."""

from __future__ import annotations

import pytest

from ui import spelling
from ui.texts import TEXTS

RU, EN = TEXTS["ru"], TEXTS["en"]


@pytest.mark.parametrize(
    ("count", "russian", "english"),
    [
        (None, "", ""),
        (0, "0 Б", "0 B"),
        (1023, "1023 Б", "1023 B"),
        (1536, "1,5 КБ", "1.5 KB"),
        (150 * 1024**2, "150 МБ", "150 MB"),
        (3 * 1024**4, "3,0 ТБ", "3.0 TB"),
    ],
)
def test_sizes_are_written_as_people_do(count: int | None, russian: str, english: str) -> None:
    assert (spelling.size(count, RU), spelling.size(count, EN)) == (russian, english)


def test_a_share_is_never_rounded_up_to_the_whole() -> None:
    assert [spelling.share(value, EN) for value in (1.0, 0.99999, 0.5, 0.0)] == [
        "100 %",
        "99.9 %",
        "50.0 %",
        "0 %",
    ]


def test_numbers_and_days_are_written_as_people_do() -> None:
    assert (spelling.number(4096, RU), spelling.number(4096, EN)) == (
        "4\N{NO-BREAK SPACE}096",
        "4,096",
    )
    assert (spelling.decimal(7.254, RU, 2), spelling.decimal(7.254, EN, 1)) == ("7,25", "7.3")
    assert spelling.day("2025-11-04", RU) == "04.11.2025"
    assert spelling.day("2025-11-04", EN) == "4 Nov 2025"
    assert [spelling.day(told, EN) for told in (None, "in May")] == ["", "in May"]
