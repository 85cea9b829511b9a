"""Rows of the register as files: as those of minutes are, with what other meetings say."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from icalendar import Calendar
from meeting_records import ENGLISH, record_of

from rag.exports import export, export_register, table
from rag.promised import Listed
from rag.record import Record
from rag.register import join

FIRST = """Планёрка, 12.11.2025

Лев Орлов: Плёнку привезу в пятницу.
Вера Белых: Насос я проверю до конца недели.
Лев Орлов: Журнал заведу.
Вера Белых: Семена закажу к двадцатому.
"""
SECOND = """Планёрка, 19.11.2025

Вера Белых: Лев, что с плёнкой?
Лев: Плёнку привезу к понедельнику.
Вера: Насос проверила вчера.
Лев: Тогда семена больше не нужны.
"""


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    return {name: record_of(text, name) for name, text in (("1.txt", FIRST), ("2.txt", SECOND))}


def listed(records: dict[str, Record]) -> Listed:
    joined = join((each.name, each.name, each.minutes) for each in records.values())
    entries = joined.entries
    return Listed(entries, date(2025, 11, 20), None, len(records), len(entries))


def events(data: bytes) -> dict[str, Any]:
    return {str(e["uid"]): e for e in Calendar.from_ical(data).walk("VEVENT")}


def test_a_table_has_the_columns_of_minutes_and_what_other_meetings_say(
    records: dict[str, Record],
) -> None:
    text = export_register(listed(records), records, "csv").decode("utf-8")
    assert text[0] == "\ufeff"
    head, *rows = csv.reader(io.StringIO(text[1:]), delimiter=";")
    assert tuple(head) == table.COLUMNS
    found = {row["Summary"]: row for row in (dict(zip(head, row, strict=True)) for row in rows)}
    film = found["Плёнку привезу"]
    assert (film["Assignee"], film["Due Date"], film["File"]) == (
        "Лев Орлов",
        "2025-11-24",
        "2.txt",
    )
    assert film["Notes"] == "было: 2025-11-14 (в пятницу) — 1.txt:3 «Плёнку привезу в пятницу.»"
    pump = found["Насос я проверю"]
    assert (pump["Status"], pump["Notes"]) == (
        "Done",
        "выполнено: 2.txt:5 «Насос проверила вчера.»",
    )
    assert found["Семена закажу"]["Status"] == "Cancelled"


def test_an_event_is_the_same_from_a_meeting_and_from_the_register(
    records: dict[str, Record],
) -> None:
    alone = events(export(list(records.values()), "ics", many=True))
    joined = events(export_register(listed(records), records, "ics"))
    assert len(joined) == 3
    assert len(alone) == 4  # the film was promised for two days
    assert joined.keys() < alone.keys()
    for uid, event in joined.items():
        assert event["dtstart"].dt == alone[uid]["dtstart"].dt
    stati = {str(event["summary"]): str(event["status"]) for event in joined.values()}
    assert stati["Вера Белых: Семена закажу (отменено)"] == "CANCELLED"


def test_acts_that_read_alike_keep_the_uids_of_their_meeting() -> None:
    text = "Планёрка, 12.11.2025\n\n" + "Лев Орлов: Отчёт пришлю в пятницу.\n" * 2
    records = {"1.txt": record_of(text, "1.txt")}
    found = listed(records)
    alone = events(export(list(records.values()), "ics", many=True))
    assert events(export_register(found, records, "ics")).keys() <= alone.keys()


def test_a_page_has_a_table_a_group_and_is_inert(records: dict[str, Record]) -> None:
    page = export_register(listed(records), records, "md").decode()
    assert page.startswith("# Обещания\n\n## Открыто\n\n| № |")
    assert "## Выполнено" in page
    assert "(2.txt, строка 4)" in page
    assert "- [x] 3. «Насос я проверю до конца недели.»" in page


def test_nothing_and_another_language_are_told_too() -> None:
    records = {"a.txt": record_of(ENGLISH, "a.txt")}
    page = export_register(listed(records), records, "md").decode()
    assert page.startswith("# Promises\n\n## ")
    empty = Listed((), date(2025, 11, 20), None, 0, 0)
    assert export_register(empty, {}, "md").decode() == "# Promises\n\nNo promises were found.\n"
    assert events(export_register(empty, {}, "ics")) == {}


def test_json_is_what_the_command_prints(records: dict[str, Record]) -> None:
    found = json.loads(export_register(listed(records), {}, "json"))
    assert found["today"] == "2025-11-20"
    assert len(found["promises"]) == 4


def test_the_form_is_that_of_the_name_and_no_meeting_is_written_over(
    rag: Any, tmp_path: Path
) -> None:
    meeting = tmp_path / "m.txt"
    meeting.write_text(FIRST, encoding="utf-8")
    assert rag("ingest", meeting).code == 0
    written = rag("promises", "-o", str(tmp_path / "all.csv"))
    assert written.code == 0
    assert "written: " in written.err
    assert "Плёнку привезу" in (tmp_path / "all.csv").read_text(encoding="utf-8-sig")
    assert rag("promises", "--format", "md").out.startswith("# Обещания")
    assert rag("promises", "-o", str(tmp_path / "all.docx")).code == 0
    cells = [
        c.text for t in Document(str(tmp_path / "all.docx")).tables for c in t.columns[2].cells
    ]
    assert any("Плёнку привезу" in cell for cell in cells)
    for path, told in ((tmp_path, "is a folder"), (tmp_path / "x.odt", "does not tell")):
        typed = rag("promises", "-o", str(path))
        assert (typed.code, told in typed.err) == (2, True)
    typed = rag("promises", "--format", "csv", "-o", str(meeting))
    assert "is the meeting itself" in typed.err
    assert meeting.read_text(encoding="utf-8") == FIRST
    typed = rag("promises", "--json", "--format", "csv")
    assert typed.code == 2
