"""Records of small invented meetings, read as files are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rag.minutes import extract
from rag.readers.text.plain import read_text
from rag.record import Record, brief_of
from rag.summary import source_of
from rag.summary.verbatim import without_model
from rag.types import Minutes, OpenQuestion, Promise, Topic

RUSSIAN = """Летучка теплицы
Дата: 12.11.2025
Участники: Игорь Краснов, Вера Белых, Лев Орлов

Игорь: Коллеги, начнём с полива.
Вера: Насос я проверю завтра.
Игорь: Вера, закажешь семена до конца недели?
Вера: Да, закажу.
Лев: Плёнку привезу в пятницу.
Игорь: Решили: второй ряд оставляем под томаты.
Лев: Плёнку привезу не в пятницу, а в понедельник.
Вера: Если поставщик ответит, я пришлю Льву смету во вторник.
Игорь: Журнал заведу.
"""
ENGLISH = """Greenhouse weekly
Date: 2025-11-12
Attendees: Mark Hill, Anna Reed

Mark: Let's start with the pump.
Anna: I'll check the pump by Friday.
Mark: Anna, can you order the seeds by the end of the month?
Anna: Sure, will do.
Mark: We decided: tomatoes stay in the second row.
Mark: I'll write the log.
"""


def record_of(text: str, name: str = "letuchka.txt", day: str | None = None) -> Record:
    """The record of a text as if it lay in a file of this name."""
    document = read_text(text.encode(), name)
    minutes = extract(document, date=day)
    summary = without_model({name: source_of(document, minutes)}, brief_of(document))
    return Record(name, Path(name), document, minutes, summary)


def filled(record: Record) -> Record:
    """The record with a topic and an open question, each with a time."""
    text = record.document.text
    turn = record.document.turns[0]
    minutes = replace(
        record.minutes,
        topics=(Topic("Полив", turn.line, turn.start, len(text), "00:01"),),
        questions=(
            OpenQuestion(turn.text, turn.speaker, turn.line, turn.start, turn.end, "00:02"),
        ),
    )
    return replace(record, minutes=minutes)


def promising(record: Record, *promises: Promise) -> Record:
    """The record with these promises and nothing else."""
    return replace(record, minutes=Minutes(record.minutes.date, ("Игорь",), promises, ()))
