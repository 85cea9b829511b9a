"""Deadlines as iCalendar, read back by a parser of calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from meeting_records import ENGLISH, RUSSIAN, promising, record_of

from rag.exports.calendar import calendar
from rag.record import Record
from rag.types import Due, Promise


def events(*records: Record) -> list[Any]:
    return list(Calendar.from_ical(calendar(records)).walk("VEVENT"))


def uids(text: str, **more: Any) -> dict[str, date]:
    return {str(e["uid"]): e["dtstart"].dt for e in events(record_of(text, **more))}


def promise(what: str = "скину план", when: Due | None = None, **fields: Any) -> Promise:
    made = Promise("Игорь", "Вера", what, when, "self", "open", what, 5, 0, 10)
    return replace(made, **fields)


def test_every_dated_promise_is_an_event_of_whole_days() -> None:
    found = {str(e["summary"]): e for e in events(record_of(RUSSIAN))}
    assert {name: e["dtstart"].dt for name, e in found.items()} == {
        "Вера Белых: Насос я проверю": date(2025, 11, 13),
        "Вера Белых: закажешь семена": date(2025, 11, 14),
        "Лев Орлов: Плёнку привезу": date(2025, 11, 17),
        "Вера Белых → Лев Орлов: пришлю Льву смету": date(2025, 11, 18),
    }
    event = found["Вера Белых: Насос я проверю"]
    assert event["dtend"].dt == date(2025, 11, 14)
    assert event["dtstamp"].dt == datetime(2025, 11, 12, tzinfo=UTC)
    told = str(event["description"])
    assert "«Насос я проверю завтра.»" in told
    assert "letuchka.txt, строка 6" in told


def test_an_interval_spans_its_days_and_an_open_one_stands_on_the_last() -> None:
    spanning = promise(when=Due("на той неделе", "2025-11-17", "2025-11-21"))
    open_start = promise("позвоню", Due("к пятнице", None, "2025-11-14"))
    open_end = promise("начну", Due("с понедельника", "2025-11-17", None))
    found = events(promising(record_of(RUSSIAN), spanning, open_start, open_end))
    assert [(e["dtstart"].dt.day, e["dtend"].dt.day) for e in found] == [
        (17, 22),
        (14, 15),
        (17, 18),
    ]


def test_the_same_minutes_are_the_same_bytes() -> None:
    assert calendar([record_of(RUSSIAN)]) == calendar([record_of(RUSSIAN)])


def test_a_deadline_that_is_moved_in_the_file_moves_its_event() -> None:
    before = uids(RUSSIAN)
    after = uids(
        RUSSIAN.replace("проверю завтра", "проверю в среду").replace("начнём", "начнём же")
    )
    assert before.keys() == after.keys()
    (moved,) = [uid for uid in before if before[uid] != after[uid]]
    assert (before[moved], after[moved]) == (date(2025, 11, 13), date(2025, 11, 19))


def test_lines_that_come_before_change_no_event() -> None:
    assert uids(RUSSIAN) == uids(RUSSIAN.replace("Игорь: Коллеги", "Лев: Привет.\nИгорь: Коллеги"))


def test_another_day_of_the_meeting_moves_the_events_of_a_dated_file() -> None:
    before, after = uids(RUSSIAN), uids(RUSSIAN, day="2025-11-19")
    assert before.keys() == after.keys()
    assert all((after[uid] - before[uid]).days == 7 for uid in before)


def test_files_of_one_name_without_a_day_are_told_apart_by_the_day_that_is_named() -> None:
    bare = RUSSIAN.replace("Дата: 12.11.2025\n", "")
    first, second = (uids(bare, day=day) for day in ("2025-11-12", "2025-11-19"))
    assert first.keys().isdisjoint(second.keys())
    assert first == uids(bare, day="2025-11-12")


def test_two_promises_of_the_same_words_are_two_events() -> None:
    due = Due("завтра", "2025-11-13", "2025-11-13")
    found = events(promising(record_of(RUSSIAN), promise(when=due), promise(when=due, line=7)))
    assert len({str(e["uid"]) for e in found}) == 2


def test_what_was_cancelled_takes_an_earlier_event_back() -> None:
    due = Due("завтра", "2025-11-13", "2025-11-13")
    record = record_of(RUSSIAN)
    (kept,) = events(promising(record, promise(when=due)))
    (gone,) = events(promising(record, promise(when=due, status="cancelled")))
    assert gone["uid"] == kept["uid"]
    assert gone["status"] == "CANCELLED"
    assert gone["sequence"] > kept["sequence"]


def test_without_a_day_of_the_meeting_there_are_events_of_full_dates_alone() -> None:
    due = Due("15 декабря 2025", "2025-12-15", "2025-12-15")
    record = promising(record_of("Игорь: привет\nВера: привет\n"), promise(when=due), promise())
    (event,) = events(record)
    assert event["dtstamp"].dt == datetime(2025, 12, 15, tzinfo=UTC)


def test_several_meetings_are_one_calendar() -> None:
    found = events(record_of(RUSSIAN), record_of(ENGLISH, "weekly.txt"))
    assert len({str(e["uid"]) for e in found}) == len(found) == 6


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_words_step_out_of_their_property(text: str) -> None:
    due = Due(text, "2025-11-13", "2025-11-13")
    words = f"{text}\r\nEND:VEVENT\nBEGIN:VEVENT\r\nSUMMARY:{text}"
    made = promise(words, due, who=words, quote=words)
    data = calendar([promising(record_of(RUSSIAN), made)])
    assert len(Calendar.from_ical(data).walk("VEVENT")) == 1
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
