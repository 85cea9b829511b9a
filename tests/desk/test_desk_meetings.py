"""The meetings that the visitors of a desk share: read once, made once, corrected at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from meeting_records import ENGLISH, RUSSIAN, record_of

from rag.app import App
from rag.config import Settings
from rag.desk.deadlines import Chosen, file_name, kept, marks, people_of
from rag.desk.meetings import Making, Meetings, as_corrected
from rag.errors import RagError, UsageError
from rag.register import join

TODAY = date(2025, 11, 16)
RU, EN = record_of(RUSSIAN), record_of(ENGLISH, "weekly.txt")
JOINED = join([(each.name, each.document.title, each.minutes) for each in (RU, EN)])


def whats(chosen: Chosen) -> list[str]:
    return [entry.promise.what for entry in kept(JOINED, chosen, TODAY)]


@pytest.fixture
def app(tmp_path: Path) -> App:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "letuchka.txt").write_text(RUSSIAN, encoding="utf-8")
    made = App(Settings(workers=1), tmp_path / "home")
    made.ingest([folder])
    return made


def test_a_record_is_made_once_for_all_and_anew_for_another_state(app: App, tmp_path: Path) -> None:
    meetings = Meetings()
    shelf = meetings.shelf(app)
    (held,) = shelf.meetings
    making = meetings.making(app, shelf, held)
    assert making.wait(60)
    assert making.record is not None
    app.correct(held.name, held.corrected.minutes.promises[0], {"who": "Лев Орлов"})
    later = meetings.shelf(app)
    assert later is not shelf
    (corrected,) = later.meetings
    assert meetings.making(app, later, corrected) is making  # no summary for a correction
    assert as_corrected(making.record, corrected).minutes == corrected.corrected.minutes
    assert meetings.shelf(app) is later
    assert meetings.joined(later) is meetings.joined(later)
    (tmp_path / "papers" / "weekly.txt").write_text(ENGLISH, encoding="utf-8")
    app.ingest([tmp_path / "papers"])
    newer = meetings.shelf(app)
    assert [each.name for each in newer.meetings] == ["letuchka.txt", "weekly.txt"]
    assert meetings.making(app, newer, newer.meetings[0]) is not making


def test_a_library_made_anew_is_read_anew(app: App, tmp_path: Path) -> None:
    meetings = Meetings()
    assert [each.name for each in meetings.shelf(app).meetings] == ["letuchka.txt"]
    (tmp_path / "papers" / "letuchka.txt").rename(tmp_path / "papers" / "other.txt")
    app.ingest([tmp_path / "papers"], fresh=True)  # publications are counted anew
    assert [each.name for each in meetings.shelf(app).meetings] == ["other.txt"]


def test_no_library_is_no_meetings(tmp_path: Path) -> None:
    assert Meetings().shelf(App(Settings(), tmp_path)).meetings == ()


def test_what_fails_is_told_and_may_be_tried_again() -> None:
    def fail() -> None:
        raise UsageError("no", "try")

    def break_down() -> None:
        raise ValueError("inner")

    for work, kind in ((fail, UsageError), (break_down, RagError)):
        making = Making(work)  # type: ignore[arg-type]
        assert making.wait(10)
        assert isinstance(making.error, kind)


def test_choices_are_combined() -> None:
    assert len(whats(Chosen())) == len(RU.minutes.promises) + len(EN.minutes.promises)
    assert whats(Chosen(who="Вера Белых", due="overdue")) == ["Насос я проверю", "закажешь семена"]
    assert whats(Chosen(who="Вера Белых", words="НАСОС")) == ["Насос я проверю"]
    assert whats(Chosen(to="Лев Орлов")) == ["пришлю Льву смету"]
    assert whats(Chosen(states=frozenset({"conditional"}))) == ["пришлю Льву смету"]
    assert whats(Chosen(due="2025-11-17..2025-11-18")) == ["Плёнку привезу", "пришлю Льву смету"]
    with pytest.raises(UsageError):
        whats(Chosen(due="soon"))


def test_marks_are_the_rows_with_a_day() -> None:
    rows = kept(JOINED, Chosen(who="Вера Белых"), TODAY)
    found = [(mark.at, mark.last, mark.overdue) for mark in marks(rows, TODAY)]
    assert found == [(0, "2025-11-13", True), (1, "2025-11-14", True), (2, "2025-11-18", False)]
    owners, recipients = people_of(JOINED.entries)
    assert owners[:2] == ["Anna Reed", "Mark Hill"]
    assert "Лев Орлов" in recipients


def test_a_file_is_named_after_its_meeting() -> None:
    assert file_name("a/b/call.vtt", "ics", "promises") == "call.minutes.ics"
    assert file_name(None, "docx", "обещания") == "обещания.docx"
