"""Teams transcripts as DOCX: three layouts become turns with speaker, time and place."""

from __future__ import annotations

import docx
import pytest
from office_files import saved

from rag.readers.office.docx import read_docx
from rag.readers.office.teams import find_transcript
from rag.types import Document

TITLE = "Планёрка-20251118_101500-Meeting Recording"


def transcript(*paragraphs: str, name: str = "transcript.docx") -> Document:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return read_docx(saved(document), name)


def turns_of(document: Document) -> list[tuple[str | None, str | None, str]]:
    for turn in document.turns:
        assert document.text[turn.start : turn.end] == turn.text
        assert document.text.split("\n")[turn.line - 1] == turn.text.split("\n")[0]
    return [(turn.speaker, turn.time, turn.text) for turn in document.turns]


def test_name_and_time_above_the_words() -> None:
    document = transcript(
        TITLE,
        "18 ноября 2025 г., 10:15",
        "31m 12s",
        "Олег Титов started transcription",
        "Олег Титов   0:03\nКто пришлёт смету?",
        "Анна Петрова (Гость)   0:15\nЯ завтра.\nДо обеда.",
        "Олег Титов   1:02:40\nХорошо.",
        "Олег Титов stopped transcription",
    )
    assert turns_of(document) == [
        ("Олег Титов", "0:03", "Кто пришлёт смету?"),
        ("Анна Петрова", "0:15", "Я завтра.\nДо обеда."),
        ("Олег Титов", "1:02:40", "Хорошо."),
    ]
    assert (document.kind, document.date) == ("meeting", "2025-11-18")
    assert document.text.startswith(f"{TITLE}\n\n18 ноября 2025 г., 10:15\n\n31m 12s\n\n")
    assert document.text.endswith("Олег Титов stopped transcription")


def test_name_and_time_on_lines_of_their_own() -> None:
    document = transcript(
        "Anna\n0:03\nWho sends it?", "Oleg\n0:15\nI will.", "Anna\n0:20\nThank you."
    )
    assert turns_of(document) == [
        ("Anna", "0:03", "Who sends it?"),
        ("Oleg", "0:15", "I will."),
        ("Anna", "0:20", "Thank you."),
    ]


def test_a_range_of_time_above_the_name() -> None:
    document = transcript(
        "0:0:0.0 --> 0:0:2.500\nOleg Titov\nWho will send",
        "0:0:2.500 --> 0:0:4.100\nOleg Titov\nthe estimate?",
        "0:0:20.0 --> 0:0:24.5\nAnna\nI will, tomorrow.",
        "0:0:40.0 --> 0:0:44.5\nAnna\nBefore noon.",
    )
    assert turns_of(document) == [
        ("Oleg Titov", "0:0:0.0", "Who will send\nthe estimate?"),
        ("Anna", "0:0:20.0", "I will, tomorrow."),
        ("Anna", "0:0:40.0", "Before noon."),
    ]


def test_one_speaker_alone_is_a_meeting_where_teams_signs_it() -> None:
    document = transcript("Anna started transcription", "Anna   0:03\nJust me today.")
    assert turns_of(document) == [("Anna", "0:03", "Just me today.")]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        (TITLE, "2025-11-18"),
        ("Weekly-20251399_101500-Meeting Recording", None),
        ("November 18, 2025, 10:15AM", "2025-11-18"),
        ("Встреча", None),
    ],
)
def test_the_day_is_that_of_the_title(line: str, day: str | None) -> None:
    said = ("Anna   0:03\nOne.", "Oleg   0:15\nTwo.", "Anna   0:20\nThree.")
    assert transcript(line, *said).date == day


def test_the_day_may_stand_in_the_name_of_the_file() -> None:
    said = ("Anna   0:03\nOne.", "Oleg   0:15\nTwo.", "Anna   0:20\nThree.")
    assert transcript(*said, name="Sync-20251118_101500-Transcript.docx").date == "2025-11-18"


@pytest.mark.parametrize(
    "text",
    [
        "Расписание\nОбед   13:00\nСтоловая\nУжин   19:00\nСтоловая",
        "Завтрак 8:00\nКаша\nОбед 13:00\nСуп\nЗавтрак 18:00\nЧай",
        "Anna   0:20\nlater\nOleg   0:03\nearlier\nAnna   0:01\nbefore",
        "Anna   0:03\nOleg   0:15\nAnna   0:20",
        "00:00:01.000 --> 00:00:03.000\nA sentence without a name.",
        "Обед   13:00\n" + "Слова без конца.\n" * 10_000,
    ],
    ids=["timetable", "narrow gaps", "time runs back", "no words", "no name", "long text"],
)
def test_what_only_looks_similar_is_no_transcript(text: str) -> None:
    assert find_transcript(text) is None
