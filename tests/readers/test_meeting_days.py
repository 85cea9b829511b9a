"""The day of a meeting: its head, its stamps, the file's name, in that order; else none."""

from __future__ import annotations

import pytest

from rag.readers.dates import days_of, meeting_day
from rag.readers.text.plain import read_text

TALK = "Игорь: начнём?\nВера: да, давай\nИгорь: смета была готова 1 октября 2025 года\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Дата: 12.11.2025", "2025-11-12"),
        ("Дата проведения: «12» ноября 2025 г.", "2025-11-12"),
        ("12 ноября 2025 г.", "2025-11-12"),
        ("12-го ноября 2025 года", "2025-11-12"),
        ("Wednesday, 12 November 2025", "2025-11-12"),
        ("Wednesday 12th of November 2025", "2025-11-12"),
        ("Nov 12th, 2025", "2025-11-12"),
        ("12-Nov-2025", "2025-11-12"),
        ("Протокол № 5 от 05.11.2025", "2025-11-05"),
        ("Протокол № 5 - 12 ноября 2025", "2025-11-12"),
        ("---\ntitle: x\ndate: 2025-11-12\n---", "2025-11-12"),
        ("Date: 2025-11-12T10:00:00Z", "2025-11-12"),
        ("Review-20251215_140203-Meeting Recording", "2025-12-15"),
        ("GMT20251008-070312_Recording", "2025-10-08"),
        ("Дата: 12.11.25", "2025-11-12"),
        ("Date: 11/25/2025", "2025-11-25"),
        ("Date: 25/11/2025", "2025-11-25"),
        ("Date: 11/11/2025", "2025-11-11"),
        ("Date: 11/12/2025", None),
        ("Дата: 31.11.2025", None),
        ("Созвон 12–13 ноября 2025 г.", "2025-11-12"),
        ("с 12 по 14 ноября 2025", "2025-11-12"),
        ("12.11.2025 – 13.11.2025", "2025-11-12"),
        ("Созвон 13–12 ноября 2025 г.", None),
        ("12.11.2025 – 10.11.2025", None),
        ("с 12.11.2025 по 10.11.2025", None),
        ("30 ноября – 2 декабря 2025", None),
        ("Следующая встреча: 19.11.2025", None),
        ("Следующая встреча: 19.11.2025\nДата: 12.11.2025", "2025-11-12"),
        ("Срок: 15.11.2025", None),
        ("Exported on 2025-12-01", None),
        (
            "Созвон\nТема: смета\nКто: все\nГде: тут\nЧто: да\nЕщё: нет\nДата: 12.11.2025",
            "2025-11-12",
        ),
    ],
)
def test_the_head_says_the_day_in_many_ways(head: str, expected: str | None) -> None:
    assert meeting_day("a.txt", head) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2025-11-12 созвон.txt", "2025-11-12"),
        ("встреча 12 ноября 2025.txt", "2025-11-12"),
        ("встреча 12.11.25.txt", "2025-11-12"),
        ("12.11.2025.txt", "2025-11-12"),
        ("12_11_2025.txt", "2025-11-12"),
        ("20251112.vtt", "2025-11-12"),
        ("GMT20251112-070312_Recording.transcript.vtt", "2025-11-12"),
        ("meeting_20251112_1030.txt", "2025-11-12"),
        ("Standup-Nov-12-2025.txt", "2025-11-12"),
        ("25-11-2025.txt", "2025-11-25"),
        ("12-11-2025.txt", None),
        ("20251345.txt", None),
        ("scan20251112345.txt", None),
        ("v1.12.25.txt", None),
    ],
)
def test_the_name_of_the_file_says_the_day(name: str, expected: str | None) -> None:
    assert meeting_day(name, "") == expected


def test_the_head_goes_before_the_stamps_and_these_before_the_name() -> None:
    stamps = ["11.11.2025"]
    assert meeting_day("2025-11-10.txt", "Дата: 12.11.2025", stamps) == "2025-11-12"
    assert meeting_day("2025-11-10.txt", "Созвон", stamps) == "2025-11-11"
    assert meeting_day("2025-11-10.txt", "Созвон") == "2025-11-10"
    assert meeting_day("a.txt", "Созвон") is None


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        (["12.11.2025", "", "13.11.2025"], ["2025-11-12", None, "2025-11-13"]),
        (["12.11.25"], ["2025-11-12"]),
        (["2025-11-12"], ["2025-11-12"]),
        (["11/12/25", "11/25/25"], ["2025-11-12", "2025-11-25"]),
        (["11/12/25", "25/12/25"], ["2025-12-11", "2025-12-25"]),
        (["11/12/25", "11/11/25"], [None, "2025-11-11"]),
        (["31.11.2025"], [None]),
    ],
)
def test_the_stamps_of_a_chat_are_read_in_one_order(
    stamps: list[str], expected: list[str | None]
) -> None:
    assert days_of(stamps) == expected


def test_a_day_that_is_spoken_of_dates_nothing() -> None:
    assert read_text(TALK.encode(), "talk.txt").date is None
    assert read_text(f"Созвон, 12.11.2025\n\n{TALK}".encode(), "talk.txt").date == "2025-11-12"


def test_minutes_are_dated_by_their_head_too() -> None:
    text = "Протокол № 5 от 05.11.2025\n\nСЛУШАЛИ: Белых В. А.\nРЕШИЛИ: ждать.\n"
    assert read_text(text.encode(), "2025-11-10.txt").date == "2025-11-05"


def test_each_message_is_of_its_own_day() -> None:
    text = (
        "11/24/25, 10:41 - Nina: shall we?\n11/25/25, 10:42 - Paul: yes, we can\n"
        "12/1/25, 10:43 - Nina: good, thank you\n"
    )
    document = read_text(text.encode(), "chat.txt")
    assert [turn.day for turn in document.turns] == ["2025-11-24", "2025-11-25", "2025-12-01"]
    assert document.date == "2025-11-24"


@pytest.mark.parametrize(
    "line",
    [
        "1. Подготовить смету до 20.11.2025. Отв.: Петрова О. С.",
        "Закупить краску к 20 ноября 2025 г.",
        "Nina to book the hall by Nov 20, 2025",
    ],
)
def test_a_deadline_is_no_day_of_a_meeting(line: str) -> None:
    assert meeting_day("x.txt", f"РЕШИЛИ:\n{line}\n") is None
    assert meeting_day("x.txt", f"12 ноября 2025 г., с 10.00 до 12.00\n{line}\n") == "2025-11-12"
