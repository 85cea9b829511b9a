"""A meeting is dropped; its promises are filtered, set right, and taken along as files."""

from __future__ import annotations

import csv
import io
from datetime import date

import docx
from browser_files import MEETING
from icalendar import Calendar
from playwright.sync_api import Locator, expect
from visitor import Visit, Visitor

NAME = "планёрка.txt"


def test_promises_of_a_dropped_meeting_are_filtered_set_right_and_saved(visit: Visit) -> None:
    visitor = visit(height=1700)
    panel = visitor.tab("minutes")
    visitor.drop({NAME: MEETING.encode()})
    expect(visitor.row(NAME)).to_contain_text(visitor.texts["added"])
    expect(_promise(panel, "смету")).to_be_visible()
    expect(_promises(panel)).to_have_count(3)

    visitor.choose("minutes_who", "Вера Сомова")
    expect(_promises(panel)).to_have_count(1)
    expect(_promise(panel, "Договор отправлю")).to_contain_text("13.11.2025")
    visitor.choose("minutes_who", visitor.texts["minutes_anybody"])

    row = _promise(panel, "позвоню поставщику")
    row.get_by_role("button").click()
    row.get_by_label(visitor.texts["minutes_what"]).fill("позвонит новому поставщику")
    row.get_by_role("button", name=visitor.texts["minutes_save"]).click()
    changed = _promise(panel, "позвонит новому поставщику")
    expect(changed).to_contain_text(visitor.texts["minutes_yours"])

    _check_files(visitor)
    visitor.page.reload()
    expect(_promise(visitor.tab("minutes"), "позвонит новому поставщику")).to_be_visible()


def _promises(panel: Locator) -> Locator:
    return panel.locator("[class*=st-key-minutes-promise-]")


def _promise(panel: Locator, words: str) -> Locator:
    return _promises(panel).filter(has_text=words)


def _check_files(visitor: Visitor) -> None:
    """The calendar, the table and the document hold what the page shows."""
    calendar = Calendar.from_ical(visitor.saved(visitor.button("minutes_file_ics")))
    days = {str(event["summary"]): event["dtstart"].dt for event in calendar.walk("VEVENT")}
    assert len(days) == 3
    assert date(2025, 11, 20) in {day for name, day in days.items() if "новому поставщику" in name}
    table = visitor.saved(visitor.button("minutes_file_csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 3
    assert "новому поставщику" in table
    written = docx.Document(io.BytesIO(visitor.saved(visitor.button("minutes_file_docx"))))
    cells = [cell.text for each in written.tables for row in each.rows for cell in row.cells]
    assert any(
        "новому поставщику" in text for text in [*cells, *(p.text for p in written.paragraphs)]
    )
