"""Deadline phrases: what they mean on a Wednesday, and what is no deadline at all."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.minutes.dates import dates_in, english, find_due, russian
from rag.words import fold

if TYPE_CHECKING:
    from rag.minutes.dates.phrases import Rule

WEDNESDAY = date(2025, 11, 12)
ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT.parent / "shared" / "meetings" / "dates.tsv"
OWN_TABLE = ROOT / "tests" / "data" / "transcripts" / "deadlines.tsv"

RUSSIAN = [
    ("Скину таблицу послезавтра", "послезавтра", "2025-11-14", "2025-11-14"),
    ("пришлю к вечеру", "к вечеру", None, "2025-11-12"),
    ("соберу к пятнице", "к пятнице", None, "2025-11-14"),
    ("заеду в следующую пятницу", "в следующую пятницу", "2025-11-21", "2025-11-21"),
    ("допишу до конца недели", "до конца недели", None, "2025-11-14"),
    ("отдам через две недели", "через две недели", "2025-11-26", "2025-11-26"),
    ("отвечу в течение двух рабочих дней", "в течение двух рабочих дней", None, "2025-11-14"),
    ("закрою к 15-му", "к 15-му", None, "2025-11-15"),
    ("сдам до десятого", "до десятого", None, "2025-12-10"),
    ("пересчитаю смету третьего", "третьего", "2025-12-03", "2025-12-03"),
    ("отправлю 3 марта", "3 марта", "2026-03-03", "2026-03-03"),
    ("проведу с 17 по 20 ноября", "с 17 по 20 ноября", "2025-11-17", "2025-11-20"),
    ("начну с понедельника", "с понедельника", "2025-11-17", None),
    ("сдам до декабря", "до декабря", None, "2025-11-30"),
    ("сдам до конца декабря", "до конца декабря", None, "2025-12-31"),
    ("в начале следующего квартала", "в начале следующего квартала", "2026-01-01", "2026-01-31"),
    ("вернусь весной", "весной", "2026-03-01", "2026-05-31"),
    ("обновлю после релиза", "после релиза", None, None),
    ("отвечу как можно скорее", "как можно скорее", None, None),
    ("закрою 31 ноября", "31 ноября", None, None),
    ("не в пятницу соберу, а в понедельник", "в понедельник", "2025-11-17", "2025-11-17"),
]
ENGLISH = [
    ("I'll send it the day after tomorrow", "the day after tomorrow", "2025-11-14", "2025-11-14"),
    ("by EOD Friday", "by EOD Friday", None, "2025-11-14"),
    ("in five working days", "in five working days", "2025-11-19", "2025-11-19"),
    ("by the end of next week", "by the end of next week", None, "2025-11-21"),
    ("by the twenty-third", "by the twenty-third", None, "2025-11-23"),
    ("on 3 December", "on 3 December", "2025-12-03", "2025-12-03"),
    ("in Q1", "in Q1", "2026-01-01", "2026-03-31"),
    ("a week from Friday", "a week from Friday", "2025-11-21", "2025-11-21"),
    ("before the next meeting", "before the next meeting", None, None),
]
NO_DEADLINE = [
    ("пришлю отчёт за октябрь", "ru"),
    ("куплю билеты на 20 ноября", "ru"),
    ("смету от 5 ноября я исправлю", "ru"),
    ("перепишу пункт 3.11 договора", "ru"),
    ("второго беру я", "ru"),
    ("подниму цену с 10 до 12 тысяч", "ru"),
    ("отправлю запись прошлой среды", "ru"),
    ("I'll book the room for Friday", "en"),
    ("I'll ask May and April", "en"),
    ("I'll send the October report", "en"),
]


@pytest.mark.parametrize(("text", "raw", "start", "end"), RUSSIAN)
def test_a_russian_phrase_means_these_days(
    text: str, raw: str, start: str | None, end: str | None
) -> None:
    due = find_due(text, WEDNESDAY, "ru")
    assert due is not None
    assert (due.raw, due.start, due.end) == (raw, start, end)


@pytest.mark.parametrize(("text", "raw", "start", "end"), ENGLISH)
def test_an_english_phrase_means_these_days(
    text: str, raw: str, start: str | None, end: str | None
) -> None:
    due = find_due(text, WEDNESDAY, "en")
    assert due is not None
    assert (due.raw, due.start, due.end) == (raw, start, end)


@pytest.mark.parametrize(("text", "language"), NO_DEADLINE)
def test_a_date_that_is_a_topic_is_no_deadline(text: str, language: str) -> None:
    assert find_due(text, WEDNESDAY, "ru" if language == "ru" else "en") is None


def test_without_a_meeting_day_the_words_stay_and_the_dates_do_not() -> None:
    due = find_due("пришлю к пятнице", None, "ru")
    assert due is not None
    assert (due.raw, due.start, due.end) == ("к пятнице", None, None)


def test_a_phrase_is_verbatim_where_it_stands() -> None:
    text = "Пришлю смету завтра утром, а акт — к 15-му."
    for found in dates_in(text, WEDNESDAY, "ru"):
        assert text[found.start : found.end] == found.due.raw


@pytest.mark.parametrize("base", [date(2025, 12, 29), date(2028, 2, 28), date(2026, 1, 30)])
def test_phrases_cross_years_and_short_months(base: date) -> None:
    for phrase in ("через месяц", "послезавтра", "до конца месяца", "на следующей неделе"):
        due = find_due(f"сделаю {phrase}", base, "ru")
        assert due is not None
        assert due.end is not None
        assert date.fromisoformat(due.end) >= base


@pytest.mark.parametrize("rule", [*russian.RULES, *english.RULES], ids=lambda rule: rule.example)
def test_a_rule_reads_its_example_and_not_what_is_near_it(rule: Rule) -> None:
    assert rule.pattern.search(fold(rule.example))
    assert not rule.pattern.search(fold(rule.counter))


@pytest.mark.parametrize("rule", russian.RULES, ids=lambda rule: rule.example)
def test_a_russian_sentence_with_the_example_has_its_deadline(rule: Rule) -> None:
    found = dates_in(f"Пришлю отчёт {rule.example}.", WEDNESDAY, "ru", bare=True)
    assert [f.due.raw for f in found] == [rule.example]


@pytest.mark.parametrize("rule", english.RULES, ids=lambda rule: rule.example)
def test_an_english_sentence_with_the_example_has_its_deadline(rule: Rule) -> None:
    found = dates_in(f"I'll send the report {rule.example}.", WEDNESDAY, "en")
    assert [f.due.raw for f in found] == [rule.example]


def _read(table: Path) -> tuple[float, float]:
    """The shares of phrases that are read right, and of those read wrong with a date."""
    right = wrong = 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        language = "ru" if row["lang"] == "ru" else "en"
        due = find_due(row["sentence"], date.fromisoformat(row["base_date"]), language)
        got = (due.start or "", due.end or "") if due else ("", "")
        right += got == (row["when_from"], row["when_to"])
        wrong += got != ("", "") and got != (row["when_from"], row["when_to"])
    return right / len(rows), wrong / len(rows)


def test_phrases_of_another_hand_are_read_right() -> None:
    right, wrong = _read(OWN_TABLE)
    assert right >= 0.97
    assert wrong <= 0.01


@pytest.mark.eval
@pytest.mark.skipif(not TABLE.exists(), reason="the table of phrases lies outside the project")
def test_the_table_of_phrases_is_read_right() -> None:
    right, wrong = _read(TABLE)
    assert right >= 0.95
    assert wrong <= 0.01
