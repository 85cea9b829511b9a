"""rag promises, as it is typed: over several meetings, on a fixed day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

FIRST = """Планёрка отдела, 12.11.2025

Олег Титов: Смету пришлю в пятницу.
Анна Белова: Я подготовлю договор до конца недели.
Олег Титов: Хорошо. Каталог проверю сам.
Анна Белова: Торт закажу к двадцатому.
Олег Титов: Анна, пришлёшь мне отчёт до среды?
Анна Белова: Да, пришлю.
"""
SECOND = """Планёрка отдела, 19.11.2025

Анна Белова: Олег, что со сметой?
Олег: Смету скину к понедельнику.
Анна Белова: Договор подготовила и отправила вчера.
Олег: Тогда торт больше не нужен.
"""
TODAY = ("--today", "2025-11-22")


@pytest.fixture
def meetings(rag: Any, tmp_path: Path) -> Any:
    """A library of two meetings, and what types at it."""
    folder = tmp_path / "meetings"
    folder.mkdir()
    (folder / "m1.txt").write_text(FIRST, encoding="utf-8")
    (folder / "m2.txt").write_text(SECOND, encoding="utf-8")
    assert rag("ingest", folder).code == 0
    return rag


def whats(rag: Any, *arguments: str) -> list[str]:
    typed = rag("promises", *arguments, *TODAY, "--json")
    assert typed.code in (0, 3)
    return [row["what"] for row in typed.json["promises"]]


def test_what_is_open_is_listed_with_what_other_meetings_say(meetings: Any) -> None:
    typed = meetings("promises", *TODAY)
    assert typed.code == 0
    assert "Смету скину" in typed.out
    assert "m2.txt:4 «Смету скину к понедельнику.»" in typed.out
    assert "было: 2025-11-14 (в пятницу) — m1.txt:3 «Смету пришлю в пятницу.»" in typed.out
    assert "Просрочено (1)" in typed.out
    assert "Торт" not in typed.out
    assert "договор" not in typed.out


def test_what_is_done_and_what_was_dropped_show_who_said_so(meetings: Any) -> None:
    done = meetings("promises", "--done", *TODAY).out
    assert "подготовлю договор (выполнено)" in done
    assert "выполнено: m2.txt:5 «Договор подготовила и отправила вчера.»" in done
    dropped = meetings("promises", "--cancelled", *TODAY).out
    assert "отменено: m2.txt:6 «Тогда торт больше не нужен.»" in dropped


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("--who", "Олега"), ["Смету скину", "Каталог проверю"]),
        (("--who", "Аня"), ["пришлёшь мне отчёт"]),
        (("--to", "Титов"), ["пришлёшь мне отчёт"]),
        (("--due", "overdue"), ["пришлёшь мне отчёт"]),
        (("--due", "next-week"), ["Смету скину"]),
        (("--due", "none"), ["Каталог проверю"]),
        (("--due", "2025-11-24"), ["Смету скину"]),
        (("--done",), ["подготовлю договор"]),
        (("--cancelled", "--done"), ["подготовлю договор", "Торт закажу"]),
        (("-d", "m2.txt", "--all"), ["подготовлю договор", "Торт закажу", "Смету скину"]),
        (("--since", "2025-11-15"), ["Смету скину"]),
        (("--me", "Олег", "--who", "me"), ["Смету скину", "Каталог проверю"]),
        (("--me", "Олег", "--to", "me"), ["пришлёшь мне отчёт"]),
    ],
)
def test_rows_are_kept_by_person_deadline_state_and_meeting(
    meetings: Any, arguments: tuple[str, ...], kept: list[str]
) -> None:
    assert whats(meetings, *arguments) == kept


def test_rows_are_told_by_what_they_are_to_me(meetings: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("RAG_ME", "Титов")
    typed = meetings("promises", *TODAY, "--json").json
    assert typed["me"] == "Олег Титов"
    assert {row["what"]: row["groups"] for row in typed["promises"]} == {
        "пришлёшь мне отчёт": ["overdue", "to me"],
        "Смету скину": ["mine"],
        "Каталог проверю": ["mine", "no date"],
    }
    assert "Я должен (2)" in meetings("promises", *TODAY).out


def test_words_of_every_promise_are_shown_when_asked_for(meetings: Any) -> None:
    assert "«Каталог проверю сам.»" not in meetings("promises", *TODAY).out
    assert "«Каталог проверю сам.»" in meetings("promises", "--quotes", *TODAY).out


def test_a_narrow_terminal_gets_blocks(meetings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("rag.render._PLAIN_WIDTH", 80)
    out = meetings("promises", *TODAY).out
    assert "Олег Титов: Смету скину\n   Срок: 2025-11-24 (к понедельнику)\n   m2.txt:4\n" in out
    assert max(map(len, out.splitlines())) <= 80


def test_nothing_found_says_why_and_what_to_do(meetings: Any, rag: Any, tmp_path: Path) -> None:
    typed = meetings("promises", "--due", "today", *TODAY)
    assert (typed.code, typed.out) == (3, "")
    assert "None of the 5 promises of 2 meetings" in typed.err
    assert "rag promises --all" in typed.err
    note = tmp_path / "note.txt"
    note.write_text("Отпуск длится 28 дней.", encoding="utf-8")
    assert rag("ingest", note, "--home", tmp_path / "other").code == 0
    typed = rag("promises", "--home", tmp_path / "other")
    assert typed.code == 3
    assert "There are no meetings in this library.\nAdd some: rag ingest FOLDER" in typed.err


def test_what_cannot_be_done_names_the_way_out(meetings: Any) -> None:
    unknown = meetings("promises", "--who", "Пётр")
    assert unknown.code == 2
    assert "Nobody is called Пётр" in unknown.err
    assert "Анна Белова, Олег Титов" in unknown.err
    nobody = meetings("promises", "--to", "me")
    assert nobody.code == 2
    assert "RAG_ME" in nobody.err
    due = meetings("promises", "--due", "потом")
    assert due.code == 2
    assert "this-week" in due.err
    assert meetings("promises", "--today", "завтра").code == 2


def test_without_a_library_the_exit_code_says_so(rag: Any) -> None:
    assert rag("promises").code == 4
