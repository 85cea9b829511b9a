"""The tab of minutes: choose, drop, filter, set right, take back, download, tell the day."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from icalendar import Calendar
from meeting_records import ENGLISH, RUSSIAN
from page_driver import NOTE, html, intake, open_page, sound
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from rag import config
from rag.app import App
from rag.config import Settings
from ui.page import open_desk
from ui.texts import TEXTS

pytestmark = pytest.mark.usefixtures("home")

RU = TEXTS["ru"]
UNDATED = RUSSIAN.replace("Дата: 12.11.2025\n", "").replace("Летучка", "Вторая летучка")
TODAY = date(2025, 11, 16)
Files = dict[str, Callable[[], bytes]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three meetings and a note, for every test to copy."""
    folder, home = tmp_path_factory.mktemp("papers"), tmp_path_factory.mktemp("made") / "home"
    papers = {"letuchka.txt": RUSSIAN, "weekly.txt": ENGLISH, "undated.txt": UNDATED}
    for name, text in {**papers, "note.txt": NOTE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    App(Settings(workers=1), home).ingest([folder])
    return home


@pytest.fixture
def library(made: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """The library, looked at on the 16th of November 2025."""
    monkeypatch.setattr(App, "today", property(lambda _: TODAY))
    shutil.copytree(made, home)
    return App(Settings(workers=1), home)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What the buttons for files would give, by the name of the file."""
    found: Files = {}
    add = MediaFileManager.add_deferred

    def note(self: Any, data: Any, *where: Any, file_name: str, **more: Any) -> str:
        found[file_name] = data
        return add(self, data, *where, file_name=file_name, **more)

    monkeypatch.setattr(MediaFileManager, "add_deferred", note)
    return found


def tab(locale: str = "ru-RU", meeting: str | None = "letuchka.txt") -> AppTest:
    """The tab with a meeting in it, its summary made."""
    page = open_page(locale)
    language = page.session_state["language"]
    page.session_state[f"tab-{language}"] = TEXTS[language]["minutes"]
    if meeting is not None:
        page.session_state["minutes-meeting"] = meeting
    sound(page.run())
    desk = open_desk(config.library_home(config.load({}).settings))
    shelf = desk.meetings.shelf(desk.app())
    for held in shelf.meetings:
        if held.name == meeting:
            assert desk.meetings.making(desk.app(), shelf, held).wait(60)
    return sound(page.run())


def shown(page: AppTest) -> str:
    """All that is on the page as HTML of its own."""
    return " ".join(b.value for b in page.get("html") if not b.value.startswith("<style"))


def table(page: AppTest) -> list[str]:
    """The rows of promises that are shown, as text."""
    rows = [row for row in html(page, "minutes-row") if "minutes-head" not in row]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def press(page: AppTest, label: str) -> AppTest:
    """Press the button with this label."""
    next(b for b in page.button if b.label == label).click()
    return sound(page.run())


def box(page: AppTest, label: str, last: bool = False) -> Any:
    found = [each for each in page.selectbox if each.label == label]
    return found[-1 if last else 0]


def opened(page: AppTest, words: str) -> AppTest:
    """Open the row that has these words."""
    at = next(i for i, row in enumerate(table(page)) if words in row)
    buttons = [b for b in page.button if (b.key or "").startswith("minutes-open-")]
    buttons[at].click()
    return sound(page.run())


def fill(page: AppTest, **fields: str) -> AppTest:
    """Fill the form of the row that is open, and save it."""
    for name, value in fields.items():
        key = f"minutes-{name}-"
        where = [*page.text_input, *page.selectbox]
        within = [w for w in where if (w.key or "").startswith(key) and "own" not in (w.key or "")]
        next(w for w in within if (w.key or "").count("-") == 3).set_value(value)
    return press(page, RU["minutes_save"])


def test_a_page_without_meetings_says_what_to_do_next() -> None:
    page = tab("ru-RU", None)
    assert page.info[0].value == RU["minutes_none"]
    assert [f.label for f in page.file_uploader if f.key and "minutes" in f.key]


@pytest.mark.usefixtures("library")
def test_a_meeting_is_shown_whole() -> None:
    page = tab()
    facts = shown(page)
    assert "Летучка теплицы" in facts
    assert "12.11.2025" in facts
    assert "Игорь Краснов, Вера Белых, Лев Орлов" in facts
    items = " ".join(html(page, "minutes-item"))
    assert "второй ряд оставляем под томаты" in items
    rows = table(page)
    assert rows[0].startswith("Кто: Вера Белых Что: Насос я проверю Срок: 13.11.2025 завтра")
    assert "! Просрочено" in rows[0]
    assert "При условии" in next(row for row in rows if "смету" in row)
    assert len(rows) == 5
    options = box(page, RU["minutes_choose"]).options
    assert options[0] == "12.11.2025 · Летучка теплицы (letuchka.txt)"
    assert options[-1] == "Все встречи вместе: 3"


@pytest.mark.usefixtures("library")
def test_no_english_is_left_in_the_russian_page_and_no_russian_in_the_english() -> None:
    page = tab("en-US", "weekly.txt")
    words = [e.label for e in (*page.button, *page.selectbox, *page.text_input, *page.expander)]
    assert not [w for w in words if any("а" <= c <= "я" for c in w.lower())]
    assert set(TEXTS["ru"]) == set(TEXTS["en"])
    page = tab("ru-RU")
    words = [e.label for e in (*page.selectbox, *page.text_input, *page.expander)]
    assert not [w for w in words if any("a" <= c <= "z" for c in w.lower())]


@pytest.mark.usefixtures("library")
def test_filters_are_combined_and_can_be_cleared() -> None:
    page = tab()
    box(page, "Кто").set_value("Вера Белых")
    assert len(table(sound(page.run()))) == 3
    box(page, "Срок").set_value("overdue")
    rows = table(sound(page.run()))
    assert [("Насос" in row, "семена" in row) for row in rows] == [(True, False), (False, True)]
    next(t for t in page.text_input if t.label == "Найти").set_value("СЕМЕНА")
    assert len(table(sound(page.run()))) == 1
    assert "Показано 1 из 5" in shown(page)
    next(t for t in page.text_input if t.label == "Найти").set_value("такого нет")
    assert table(sound(page.run())) == []
    assert len(table(press(page, RU["minutes_clear"]))) == 5


@pytest.mark.usefixtures("library")
def test_states_and_order() -> None:
    page = tab()
    page.pills[0].set_value(["conditional"])
    assert len(table(sound(page.run()))) == 1
    page.pills[0].set_value([])
    box(page, "Порядок").set_value("line")
    rows = table(sound(page.run()))
    assert "Журнал" in rows[-1]
    assert "Насос" in rows[0]


@pytest.mark.usefixtures("library")
def test_a_row_opens_its_line_of_the_meeting() -> None:
    page = opened(tab(), "Насос")
    assert "<mark>Насос я проверю завтра.</mark>" in html(page, "around")[0]


def test_a_correction_is_marked_kept_and_taken_back(library: App) -> None:
    page = opened(tab(), "Насос")
    page = fill(page, who="Лев Орлов", when="к среде", state="done")
    (row,) = [row for row in table(page) if "Насос" in row]
    assert "Лев Орлов ✎ исправлено вами" in row
    assert "19.11.2025 к среде ✎ исправлено вами" in row
    assert "Выполнено ✎ исправлено вами" in row
    (kept,) = [p for p in library.corrected("letuchka.txt").minutes.promises if p.edits]
    assert (kept.who, kept.status) == ("Лев Орлов", "done")
    fresh = tab()  # another visit
    assert any("Лев Орлов ✎" in row for row in table(fresh))
    page = opened(fresh, "Насос") if not html(fresh, "around") else fresh
    assert "было: 13.11.2025 (завтра)" in shown(page)
    page = press(page, "Вернуть: срок")
    (row,) = [row for row in table(page) if "Насос" in row]
    assert "13.11.2025 завтра" in row
    assert "Лев Орлов ✎" in row
    press(page, RU["minutes_undo_yes"])
    assert not library.paths.corrections.exists() or not library.corrected("letuchka.txt").made


def test_a_deadline_that_is_none_is_said_and_changes_nothing(library: App) -> None:
    page = fill(opened(tab(), "Насос"), when="как-нибудь потом")
    assert page.error[0].value == RU["minutes_fault_when"]
    assert library.corrected("letuchka.txt").count == 0
    page = fill(page, when="завтра", what=" ")
    assert page.error[0].value == RU["minutes_fault_what"]


@pytest.mark.usefixtures("library")
def test_what_is_no_promise_is_struck_and_comes_back() -> None:
    page = press(opened(tab(), "Журнал"), RU["minutes_strike"])
    assert not any("Журнал" in row for row in table(page))
    assert page.expander[-1].label == "Вы вычеркнули: 1"
    page = press(page, "Вернуть")
    assert any("Журнал" in row for row in table(page))


def test_a_promise_of_ones_own_is_added_on_a_line(library: App) -> None:
    page = tab()
    next(t for t in page.text_input if "what-own" in (t.key or "")).set_value("<b>полить</b>")
    page.number_input[0].set_value(99)
    page = press(page, RU["minutes_add_save"])
    assert page.error[0].value == RU["minutes_fault_line"]
    page.number_input[0].set_value(5)
    page = press(page, RU["minutes_add_save"])
    (row,) = [row for row in html(page, "minutes-row") if "полить" in row]
    assert "&lt;b&gt;полить&lt;/b&gt;" in row
    assert RU["minutes_own"] in row
    (own,) = [p for p in library.corrected("letuchka.txt").minutes.promises if p.edits]
    assert (own.line, own.quote) == (5, "Игорь: Коллеги, начнём с полива.")


def test_the_day_is_told_and_deadlines_follow(library: App) -> None:
    page = tab(meeting="undated.txt")
    told = shown(page)
    assert RU["minutes_day_unknown"] in told
    page.date_input[0].set_value(date(2026, 3, 4))
    page = press(sound(page.run()), RU["minutes_day_save"])
    (row,) = [row for row in table(page) if "Насос" in row]
    assert "05.03.2026 завтра" in row
    told = shown(page)
    assert f'04.03.2026 <span class="minutes-mark">✎ {RU["minutes_day_yours"]}' in told
    assert library.corrected("undated.txt").minutes.date == "2026-03-04"
    page = press(page, RU["minutes_day_back"])
    assert library.corrected("undated.txt").minutes.date is None


@pytest.mark.usefixtures("library")
def test_files_hold_what_is_shown_with_the_corrections(files: Files) -> None:
    page = fill(opened(tab(), "Насос"), who="Лев Орлов", when="2025-11-21")
    box(page, "Кто").set_value("Лев Орлов")
    sound(page.run())
    assert {*files} >= {f"letuchka.minutes.{form}" for form in ("md", "docx", "csv", "ics")}
    events = Calendar.from_ical(files["letuchka.minutes.ics"]()).walk("VEVENT")
    days = {str(e["summary"]): e["dtstart"].dt for e in events}
    assert days == {
        "Лев Орлов: Насос я проверю": date(2025, 11, 21),
        "Лев Орлов: Плёнку привезу": date(2025, 11, 17),
    }
    rows = list(
        csv.DictReader(
            io.StringIO(files["letuchka.minutes.csv"]().decode("utf-8-sig")), delimiter=";"
        )
    )
    assert {row["Assignee"] for row in rows} == {"Лев Орлов"}
    assert "Assignee, Due Date" in {row["Corrected"] for row in rows}
    text = files["letuchka.minutes.md"]().decode()
    assert "# Летучка теплицы" in text
    assert "Лев Орлов ✎" in text
    assert "Журнал" not in text.partition("## Обещания")[2]
    word = Document(io.BytesIO(files["letuchka.minutes.docx"]()))
    cells = " ".join(c.text for t in word.tables for r in t.rows for c in r.cells)
    assert "Лев Орлов ✎" in cells


@pytest.mark.usefixtures("library")
def test_all_meetings_are_one_register(files: Files) -> None:
    page = tab(meeting="")
    rows = table(page)
    assert any("check the pump" in row for row in rows)
    assert any("Насос" in row for row in rows)
    page = opened(page, "check the pump")
    assert "<mark>I&#x27;ll check the pump by Friday.</mark>" in html(page, "around")[0]
    page = fill(page, when="2025-12-01")
    assert any("01.12.2025" in row and "pump" in row for row in table(page))
    events = Calendar.from_ical(files["обещания.ics"]()).walk("VEVENT")
    assert date(2025, 12, 1) in {e["dtstart"].dt for e in events}
    assert Document(io.BytesIO(files["обещания.docx"]())).tables


@pytest.mark.usefixtures("library")
def test_the_plot_tells_in_words_what_it_shows() -> None:
    page = tab()
    (chart,) = page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")
    assert "http" not in chart.proto.spec.replace("https://vega.github.io/schema", "")
    assert "просрочено 2" in chart.proto.alt


def test_a_dropped_meeting_is_opened_and_another_document_leads_to_the_questions() -> None:
    page = tab("ru-RU", None)
    page.session_state["minutes-drop"] = True

    def put(name: str, text: str) -> AppTest:
        field = next(f for f in page.file_uploader if (f.key or "").startswith("drop-minutes"))
        field.set_value([(name, text.encode(), "text/plain")])
        sound(page.run())
        assert intake().wait(seconds=60)
        return sound(page.run())

    page = put("note.txt", NOTE)
    assert any("note.txt" in info.value.replace("\\", "") for info in page.info)
    page = put("letuchka.txt", RUSSIAN)
    assert box(page, RU["minutes_choose"]).value == "letuchka.txt"
    assert len(table(page)) == 5
    page = put("note2.txt", NOTE + "Ещё строка.")
    page = press(page, RU["minutes_to_chat"])
    assert page.session_state["tab-ru"] == RU["chat"]


def test_text_of_a_meeting_is_never_live(home: Path, tmp_path: Path) -> None:
    hostile = RUSSIAN.replace("Вера: Если", "Вера: <img src=x onerror=alert(1)>\nВера: Если")
    file = tmp_path / "<b>x.txt"
    file.write_text(hostile, encoding="utf-8")
    App(Settings(workers=1), home).ingest([file])
    page = tab(meeting=None)
    page = opened(page, "Плёнку")
    assert "<img" not in shown(page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown(page)


def test_a_row_says_why_it_needs_a_look(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "two.txt"
    file.write_text(
        "Планёрка\nДата: 12.11.2025\nУчастники: Анна Белова, Анна Серова, Игорь Краснов\n\n"
        "Игорь Краснов: Итак.\nАнна Белова: Да.\nАнна Серова: Да.\n"
        "Игорь Краснов: Договор подготовит Анна до пятницы.\n",
        encoding="utf-8",
    )
    App(Settings(workers=1), home).ingest([file])
    page = tab(meeting=None)
    (row,) = table(page)
    assert f"⚠ {RU['minutes_look']}" in row
    page = opened(page, "Договор")
    told = page.warning[0].value.replace("\\", "")
    assert RU["minutes_look_owner"] in told
    assert "Анна Белова / Анна Серова" in told
    page = fill(page, who="Анна Серова")
    (row,) = table(page)
    assert "⚠" not in row
