"""What a person sets right in minutes: put over them, kept, carried over, taken back."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import icalendar
import pytest
from docx import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st
from meeting_records import ENGLISH, RUSSIAN, record_of

from rag.app import App
from rag.config import Settings
from rag.corrections import FIELDS, STATES, Correction, apply, deadline, value_of
from rag.errors import StorageError, UsageError
from rag.exports import export
from rag.jobs.result import Sent
from rag.minutes import extract
from rag.promised import Asked
from rag.record import Record, with_corrections
from rag.register import EVERY
from rag.scribe import Account, Doubt, Reading
from rag.types import Due, Minutes, Promise, Scope

RECORD = record_of(RUSSIAN)
MINUTES = RECORD.minutes
NAME = "letuchka.txt"


def no_document() -> None:
    raise AssertionError("the document is not needed")


def row(
    promise: Promise, kind: str, value: str | None, number: int = 1, **more: object
) -> Correction:
    base = Correction("id", NAME, "state", value, promise.quote, promise.what, promise.start)
    return replace(base, kind=kind, time=f"2026-01-0{number}T10:00:00+00:00", id=number, **more)


def promise_of(minutes: Minutes, words: str) -> Promise:
    return next(p for p in minutes.promises if words in p.what or words in p.quote)


VALUES = {
    "who": st.sampled_from(["Лев Орлов", "Кто-то", None]),
    "to_whom": st.sampled_from(["Вера Белых", None]),
    "what": st.sampled_from(["полить грядки", "send it"]),
    "when": st.sampled_from(["к пятнице", "2026-02-03", "by Monday", None]),
    "state": st.sampled_from(STATES),
    "struck": st.none(),
}
EDITS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.tuples(st.integers(0, len(MINUTES.promises) - 1), st.just(kind), VALUES[kind])
)


@settings(max_examples=30, deadline=None)
@given(st.lists(EDITS, max_size=8))
def test_a_correction_changes_what_it_says_and_nothing_else(
    edits: list[tuple[int, str, str | None]],
) -> None:
    rows = [row(MINUTES.promises[at], kind, v, n) for n, (at, kind, v) in enumerate(edits, 1)]
    found = apply(MINUTES, rows, no_document)
    assert not found.lost
    assert len(found.made) == len(rows)
    struck = {at for at, kind, _ in edits if kind == "struck"}
    kept = [p for at, p in enumerate(MINUTES.promises) if at not in struck]
    assert len(found.minutes.promises) == len(kept)
    for before, after in zip(kept, found.minutes.promises, strict=True):
        said = [(p.quote, p.line, p.start, p.end, p.support, p.time) for p in (before, after)]
        assert said[0] == said[1]
        at = MINUTES.promises.index(before)
        last = {kind: value for number, kind, value in edits if number == at}
        for kind in FIELDS:
            assert value_of(after, kind) == last.get(kind, value_of(before, kind)), kind
        assert {edit.field for edit in after.edits} == set(last)
        assert after.read == (before if last else None)
    assert apply(MINUTES, [], no_document).minutes == MINUTES


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_was_corrected_is_found_again_when_lines_come_before_it(data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.integers(0, len(MINUTES.promises) - 1), min_size=1))
    rows = [row(MINUTES.promises[at], "who", f"Новый {at}", at + 1) for at in chosen]
    extra = data.draw(st.lists(st.sampled_from(["Игорь: Так.", "Лев: Ага.", ""]), max_size=4))
    head, _, rest = RUSSIAN.partition("Игорь: Коллеги")
    changed = record_of(head + "".join(f"{line}\n" for line in extra) + "Игорь: Коллеги" + rest)
    found = apply(changed.minutes, rows, no_document)
    assert not found.lost
    said = {p.quote: p.who for p in found.minutes.promises if p.edits}
    assert said == {MINUTES.promises[at].quote: f"Новый {at}" for at in chosen}


def test_a_correction_whose_quote_is_gone_is_told_of_and_not_forced_on_another() -> None:
    pump = row(promise_of(MINUTES, "Насос"), "who", "Лев Орлов")
    without = record_of(RUSSIAN.replace("Вера: Насос я проверю завтра.\n", ""))
    found = apply(without.minutes, [pump], no_document)
    assert found.lost == (pump,)
    assert found.minutes == without.minutes


def test_the_day_reads_every_deadline_anew_as_the_rules_do() -> None:
    undated = record_of(RUSSIAN.replace("Дата: 12.11.2025\n", ""))
    assert undated.minutes.date is None
    found = apply(undated.minutes, [Correction("id", NAME, "day", "2026-03-04")], no_document)
    by_rules = extract(undated.document, date="2026-03-04")
    assert found.minutes == by_rules
    assert found.day is not None
    assert any(p.when and p.when.end for p in found.minutes.promises)


@pytest.mark.parametrize(
    ("words", "day", "start", "end"),
    [
        ("к пятнице", "2025-11-12", None, "2025-11-14"),
        ("к пятнице", None, None, None),
        ("by Friday", "2025-11-12", None, "2025-11-14"),
        ("2025-12-01", None, "2025-12-01", "2025-12-01"),
        ("1.12.2025", None, "2025-12-01", "2025-12-01"),
        ("14 ноября 2026", None, "2026-11-14", "2026-11-14"),
        ("до конца недели", "2025-11-12", None, "2025-11-14"),
    ],
)
def test_a_deadline_is_typed_as_a_day_or_in_words(
    words: str, day: str | None, start: str | None, end: str | None
) -> None:
    due = deadline(words, day, "ru")
    assert (due.raw, due.end) == (words, end)
    assert due.start in (start, None, due.end)


@pytest.mark.parametrize("words", ["как-нибудь", "2025-13-45", "30.02.2026", "0001-01-01"])
def test_words_that_are_no_deadline_are_refused(words: str) -> None:
    with pytest.raises(UsageError) as caught:
        deadline(words, "2025-11-12", "ru")
    assert "14.11.2025" in (caught.value.hint or "")


# -- in a library


def filled(folder: Path) -> App:
    """A library in `folder`/lib of a meeting in `folder`/meetings."""
    (folder / "meetings").mkdir()
    (folder / "meetings" / NAME).write_text(RUSSIAN, encoding="utf-8")
    made = App(Settings(me="Анна Ли", workers=1), folder / "lib")
    made.ingest([folder / "meetings"])
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("made")).paths.home


@pytest.fixture
def app(made: Path, tmp_path: Path) -> App:
    """A library that nothing is read into again."""
    shutil.copytree(made, tmp_path / "lib")
    return App(Settings(me="Анна Ли", workers=1), tmp_path / "lib")


@pytest.fixture
def living(tmp_path: Path) -> App:
    """A library whose files may change."""
    return filled(tmp_path)


def entries(app: App) -> list[tuple[str | None, str, str]]:
    found = app.promises(Asked(states=EVERY), scope=Scope())
    return [(e.who, e.promise.what, e.state) for e in found.entries]


def corrected(app: App, words: str) -> Promise:
    return promise_of(app.corrected(NAME).minutes, words)


def test_every_face_sees_a_correction(app: App, rag: Any, tmp_path: Path) -> None:
    app.correct(NAME, corrected(app, "Насос"), {"who": "Лев Орлов", "when": "к пятнице"})
    (row_,) = [e for e in app.promises(Asked(), scope=Scope()).entries if "Насос" in e.promise.what]
    assert row_.who == "Лев Орлов"
    assert row_.promise.when is not None
    assert row_.promise.when.end == "2025-11-14"
    answer = app.answer("Что обещал Лев Орлов?")
    assert any("Насос" in promise.what for _, promise in answer.promises)
    told = rag("minutes", NAME, "--home", tmp_path / "lib")
    assert "Лев Орлов ✎" in told.out
    assert "исправлено: кто (было: Вера Белых), срок (было: 2025-11-13 (завтра))" in told.out
    assert "исправлений человека в протоколе: 2" in told.err
    told = rag("promises", "--json", "--home", tmp_path / "lib")
    (as_json,) = [r for r in told.json["promises"] if "Насос" in r["what"]]
    assert [(c["field"], c["value"], c["was"], c["by"]) for c in as_json["corrections"]] == [
        ("who", "Лев Орлов", "Вера Белых", "Анна Ли"),
        ("when", "к пятнице", "завтра", "Анна Ли"),
    ]


def test_a_file_beside_the_library_has_the_corrections_of_its_very_text(
    app: App, tmp_path: Path
) -> None:
    app.correct(NAME, corrected(app, "Насос"), {"who": "Лев Орлов"})
    beside = tmp_path / "beside.txt"
    beside.write_text(RUSSIAN, encoding="utf-8")
    (found,) = app.minutes([str(beside)])
    assert isinstance(found, Record)
    assert promise_of(found.minutes, "Насос").who == "Лев Орлов"


@pytest.mark.parametrize("how", ["reread", "fresh"])
def test_corrections_outlive_reading_again(living: App, tmp_path: Path, how: str) -> None:
    living.correct(NAME, corrected(living, "Насос"), {"state": "done"})
    before = living.corrected(NAME)
    living.ingest([tmp_path / "meetings"], reread=how == "reread", fresh=how == "fresh")
    assert living.corrected(NAME) == before
    assert before.count == 1


def test_a_changed_document_keeps_what_still_stands_and_tells_of_the_rest(
    living: App, tmp_path: Path
) -> None:
    living.correct(NAME, corrected(living, "Насос"), {"who": "Лев Орлов"})
    living.correct(NAME, corrected(living, "Журнал"), {"to_whom": "Вера Белых"})
    living.add_promise(NAME, {"who": "Игорь Краснов", "what": "купить лейку"}, line=6)
    changed = RUSSIAN.replace("Вера: Насос я проверю завтра.\n", "").replace(
        "Лев: Плёнку", "Лев: Погодите.\nЛев: Плёнку", 1
    )
    (tmp_path / "meetings" / NAME).write_text(changed, encoding="utf-8")
    living.ingest([tmp_path / "meetings"])
    found = living.corrected(NAME)
    assert [each.value for each in found.lost] == ["Лев Орлов"]
    assert promise_of(found.minutes, "Журнал").to_whom == "Вера Белых"
    own = promise_of(found.minutes, "купить лейку")
    assert (own.line, own.quote) == (0, "")  # its line is gone, the promise is not
    (tmp_path / "meetings" / NAME).write_text(RUSSIAN, encoding="utf-8")
    living.ingest([tmp_path / "meetings"])
    found = living.corrected(NAME)
    assert not found.lost
    assert promise_of(found.minutes, "Насос").who == "Лев Орлов"
    assert promise_of(found.minutes, "купить лейку").line == 6


def test_an_own_promise_moves_with_its_line(living: App, tmp_path: Path) -> None:
    living.add_promise(
        NAME, {"who": "Лев Орлов", "what": "снять шланг", "when": "к пятнице"}, line=5
    )
    own = corrected(living, "снять шланг")
    assert own.quote == "Игорь: Коллеги, начнём с полива."
    assert own.when is not None
    assert own.when.end == "2025-11-14"
    (tmp_path / "meetings" / NAME).write_text("Черновик\n" + RUSSIAN, encoding="utf-8")
    living.ingest([tmp_path / "meetings"])
    moved = corrected(living, "снять шланг")
    assert (moved.line, moved.quote) == (6, own.quote)
    text = living.document(NAME)[1].text
    assert text[moved.start : moved.end] == moved.quote


def test_an_own_promise_without_a_line_is_in_every_form(app: App, rag: Any, tmp_path: Path) -> None:
    app.add_promise(NAME, {"who": "Лев Орлов", "what": "снять шланг", "when": "2025-11-20"})
    (record,) = app.minutes([NAME])
    assert isinstance(record, Record)
    page = export([record], "md", many=False).decode()
    assert "снять шланг ✎" in page
    assert "добавлено человеком" in page
    events = icalendar.Calendar.from_ical(export([record], "ics", many=False)).walk("VEVENT")
    assert any("снять шланг" in str(e["summary"]) for e in events)
    answer = app.answer("Что обещал Лев Орлов?")
    at = next(i for i, (_, p) in enumerate(answer.promises) if p.what == "снять шланг")
    assert "снять шланг" in answer.sentences[at].text
    told = rag("ask", "Что обещал Лев?", "--home", tmp_path / "lib")
    assert told.code == 0
    assert "снять шланг" in told.out


def test_a_promise_that_is_none_goes_and_comes_back(app: App) -> None:
    before = app.corrected(NAME).minutes
    app.strike(NAME, corrected(app, "Журнал"))
    found = app.corrected(NAME)
    assert len(found.minutes.promises) == len(before.promises) - 1
    assert [each.was for each in found.struck] == ["Игорь Краснов: Журнал заведу"]
    app.undo(found.struck)
    assert app.corrected(NAME).minutes == before


def test_a_correction_is_taken_back_by_its_old_value_and_all_at_once(app: App) -> None:
    before = app.corrected(NAME)
    app.correct(NAME, corrected(app, "Насос"), {"who": "Лев Орлов", "what": "насос"})
    assert app.corrected(NAME).count == 2
    app.correct(NAME, promise_of(app.corrected(NAME).minutes, "насос"), {"who": "Вера Белых"})
    assert [m.correction.kind for m in app.corrected(NAME).made] == ["what"]
    app.tell_day(NAME, "2025-12-24")
    app.add_promise(NAME, {"what": "снять шланг"})
    app.strike(NAME, corrected(app, "Журнал"))
    assert app.undo_all(NAME) == 5  # an own promise is kept as itself and its words
    assert app.corrected(NAME) == before


def test_what_a_stale_page_wants_is_refused_and_changes_nothing(app: App) -> None:
    stale = corrected(app, "Насос")
    app.correct(NAME, stale, {"who": "Лев Орлов"})
    held = app.corrected(NAME)
    with pytest.raises(UsageError, match="any more"):
        app.correct(NAME, stale, {"who": "Игорь Краснов"})
    with pytest.raises(UsageError, match="line 99"):
        app.add_promise(NAME, {"what": "x"}, line=99)
    with pytest.raises(UsageError, match="is about something"):
        app.add_promise(NAME, {"who": "x"})
    assert app.corrected(NAME) == held


def test_the_persons_word_goes_before_what_a_later_meeting_reports(
    living: App, tmp_path: Path
) -> None:
    later = "Планёрка, 19.11.2025\n\nИгорь: Как насос?\nВера: Насос проверила вчера.\n"
    (tmp_path / "meetings" / "later.txt").write_text(later, encoding="utf-8")
    living.ingest([tmp_path / "meetings"])
    assert ("Вера Белых", "Насос я проверю", "done") in entries(living)
    living.correct(NAME, corrected(living, "Насос"), {"state": "open"})
    assert ("Вера Белых", "Насос я проверю", "open") in entries(living)


def test_a_told_day_is_kept_and_dates_the_deadlines(living: App, tmp_path: Path) -> None:
    (tmp_path / "meetings" / "undated.txt").write_text(
        RUSSIAN.replace("Дата: 12.11.2025\n", ""), encoding="utf-8"
    )
    living.ingest([tmp_path / "meetings"])
    living.tell_day("undated.txt", "2026-03-04")
    found = living.corrected("undated.txt")
    assert found.minutes.date == "2026-03-04"
    assert promise_of(found.minutes, "Насос").when.end == "2026-03-05"  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="is no day"):
        living.tell_day("undated.txt", "2026-02-30")
    (record,) = living.minutes(["undated.txt"], day="2026-03-11")
    assert isinstance(record, Record)
    assert record.minutes.date == "2026-03-11"  # what is asked for now goes before


def test_a_damaged_file_is_an_error_and_not_minutes_without_corrections(app: App) -> None:
    app.correct(NAME, corrected(app, "Насос"), {"who": "Лев Орлов"})
    app.paths.corrections.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="corrections"):
        app.promises(Asked(), scope=Scope())


def test_words_that_no_rule_knows_any_more_stay_words() -> None:
    pump = promise_of(MINUTES, "Насос")
    found = apply(MINUTES, [row(pump, "when", "после дождичка")], no_document)
    assert promise_of(found.minutes, "Насос").when == Due("после дождичка", None, None)
    same = apply(MINUTES, [row(pump, "when", "завтра")], no_document)
    assert promise_of(same.minutes, "Насос").when == pump.when


def test_what_a_model_doubts_is_told_of_what_the_person_has_not_decided() -> None:
    doubts = (Doubt(0, "who", "x", "y"), Doubt(1, "who", "x", "y"), Doubt(2, "status", "x", "y"))
    reading = Reading(MINUTES, Account(1, 0, Sent(1, 9, 9, 99, 9, "words", exact=False)), doubts)
    made = [
        row(MINUTES.promises[0], "struck", None),
        row(MINUTES.promises[1], "who", "Лев Орлов", 2),
    ]
    found = with_corrections(replace(RECORD, reading=reading), made)
    assert found.reading is not None
    assert [(each.promise, each.field) for each in found.reading.doubts] == [(1, "status")]
    assert found.minutes.promises[1] == MINUTES.promises[2]


def test_a_newer_file_is_refused(app: App) -> None:
    app.correct(NAME, corrected(app, "Насос"), {"who": "Лев Орлов"})
    with closing(sqlite3.connect(app.paths.corrections)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="newer version"):
        app.corrected(NAME)


def test_the_file_is_its_owners_alone(app: App) -> None:
    assert not app.paths.corrections.exists()
    app.correct(NAME, corrected(app, "Насос"), {"who": "Лев Орлов"})
    assert app.paths.corrections.stat().st_mode & 0o777 == 0o600


# -- exports


def test_every_form_marks_what_is_the_persons() -> None:
    record = record_of(ENGLISH, "weekly.txt")
    pump = promise_of(record.minutes, "pump by Friday")
    made = with_corrections(
        record, [row(pump, "when", "by Monday"), row(pump, "who", "Mark Hill", 2)]
    )
    told = "corrected: who (was: Anna Reed), by when (was: 2025-11-14 (by Friday))"
    page = export([made], "md", many=False).decode()
    assert "Mark Hill ✎" in page
    assert told in page
    word = WordDocument(io.BytesIO(export([made], "docx", many=False)))
    cells = [cell.text for table in word.tables for r in table.rows for cell in r.cells]
    assert any("Mark Hill ✎" in cell for cell in cells)
    assert any(told in cell for cell in cells)
    rows = list(csv.DictReader(io.StringIO(export([made], "csv", many=False).decode("utf-8-sig"))))
    (edited,) = [r for r in rows if r["Corrected"]]
    assert (edited["Assignee"], edited["Due Date"]) == ("Mark Hill", "2025-11-17")
    assert edited["Corrected"] == "Assignee, Due Date"
    (as_json,) = [
        p for p in json.loads(export([made], "json", many=False))["promises"] if p["corrections"]
    ]
    assert as_json["quote"] == pump.quote
    assert {c["field"]: c["was"] for c in as_json["corrections"]} == {
        "who": "Anna Reed",
        "when": "by Friday",
    }
    events = {
        str(e["uid"]): e
        for e in icalendar.Calendar.from_ical(export([made], "ics", many=False)).walk("VEVENT")
    }
    before = icalendar.Calendar.from_ical(export([record], "ics", many=False)).walk("VEVENT")
    assert events.keys() >= {str(e["uid"]) for e in before}  # an event stays itself
    (moved,) = [e for e in events.values() if told in str(e["description"])]
    assert moved["dtstart"].dt.isoformat() == "2025-11-17"
    assert moved["sequence"] > 0
