"""rag minutes as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from icalendar import Calendar
from meeting_records import ENGLISH, RUSSIAN
from model_doubles import scripted

from rag.app import App

NOTE = "The pump of hall nine weighs 640 kilograms. It was bought in spring.\n"
UNDATED = RUSSIAN.replace("Дата: 12.11.2025\n", "")


@pytest.fixture
def letuchka(tmp_path: Path) -> Path:
    file = tmp_path / "letuchka.txt"
    file.write_text(RUSSIAN, encoding="utf-8")
    return file


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / "note.txt"
    file.write_text(NOTE, encoding="utf-8")
    return file


def test_a_file_needs_no_library_and_makes_none(rag: Any, letuchka: Path) -> None:
    typed = rag("minutes", letuchka)
    assert (typed.code, typed.err) == (0, "")
    assert typed.out.startswith("# Летучка теплицы\n")
    assert "- [ ] 1. «Насос я проверю завтра.» (строка 6)" in typed.out
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("how", [["--json"], ["--format", "json"]])
def test_one_file_is_one_object(rag: Any, letuchka: Path, how: list[str]) -> None:
    typed = rag("minutes", letuchka, *how)
    assert typed.json["file"] == "letuchka.txt"
    assert [p["when_to"] for p in typed.json["promises"]][:2] == ["2025-11-13", "2025-11-14"]


def test_a_terminal_shows_tables_and_a_narrow_one_blocks(
    rag: Any, letuchka: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag import minuting, render

    monkeypatch.setattr(minuting, "_form", lambda *_: None)
    wide = rag("minutes", letuchka).out
    assert "Кто → кому" in wide
    assert "\n1. «Насос я проверю завтра.»\n" in wide
    narrow = render.console()
    narrow.width = 60
    monkeypatch.setattr(render, "console", lambda: narrow)
    out = rag("minutes", letuchka).out
    assert (
        "1. Вера Белых: Насос я проверю\n"
        "   2025-11-13 (завтра) · строка 6\n"
        "   «Насос я проверю завтра.»\n"
    ) in out
    assert "было: в пятницу (строка 9)" in out


def test_the_day_of_the_meeting_can_be_named_and_corrected(
    rag: Any, tmp_path: Path, letuchka: Path
) -> None:
    undated = tmp_path / "planerka.txt"
    undated.write_text(UNDATED, encoding="utf-8")
    silent = rag("minutes", undated, "--json")
    assert silent.json["meeting_date"] is None
    assert {p["when_to"] for p in silent.json["promises"]} == {None}
    assert "сроки остались словами; назовите день: --date" in silent.err
    told = rag("minutes", undated, "--json", "--date", "2025-11-12")
    assert (told.err, told.json["meeting_date"]) == ("", "2025-11-12")
    assert told.json["promises"][0]["when_to"] == "2025-11-13"
    corrected = rag("minutes", letuchka, "--json", "--date", "2025-11-19").json
    assert corrected["promises"][0]["when_to"] == "2025-11-20"


@pytest.mark.parametrize(
    "day", ["2025-02-30", "12.11.2025", "завтра", "", "9999-12-31", "0001-01-01"]
)
def test_what_is_no_day_is_a_usage_error(rag: Any, letuchka: Path, day: str) -> None:
    typed = rag("minutes", letuchka, "--date", day)
    assert (typed.code, typed.out) == (2, "")
    assert "2025-11-12" in typed.err


def test_a_file_that_is_no_meeting_names_the_next_command(rag: Any, note: Path) -> None:
    typed = rag("minutes", note, "--json")
    assert (typed.code, typed.out) == (3, "")
    assert "is not a meeting" in typed.err
    assert f"rag summarize {note}" in typed.err


def test_a_text_longer_than_any_meeting_says_so(
    rag: Any, letuchka: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag import prepare, record

    assert rag("ingest", letuchka).code == 0
    monkeypatch.setattr(prepare, "MINUTES_LIMIT", 10)
    monkeypatch.setattr(record, "MINUTES_LIMIT", 10)
    typed = rag("minutes", "letuchka.txt", "--date", "2025-11-19")
    assert typed.code == 3
    assert "more than 10 characters" in typed.err


def test_rules_that_fail_cost_the_minutes_alone(
    rag: Any, letuchka: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag import record

    assert rag("ingest", letuchka).code == 0
    monkeypatch.setattr(record, "minutes_of", lambda *_: None)
    typed = rag("minutes", "letuchka.txt", "--date", "2025-11-19")
    assert typed.code == 1
    assert "rag summarize letuchka.txt" in typed.err


def test_wrong_files_have_the_exit_codes_of_the_others(rag: Any, tmp_path: Path) -> None:
    assert rag("minutes").code == 2
    assert rag("minutes", "nowhere.txt").code == 4
    (tmp_path / "empty.txt").write_bytes(b"")
    empty = rag("minutes", tmp_path / "empty.txt")
    assert empty.code == 1
    assert "empty" in empty.err
    (tmp_path / "bad.pdf").write_bytes(b"no")
    assert rag("minutes", tmp_path / "bad.pdf").code == 1
    assert rag("minutes", "*.vtt").code == 2
    assert rag("minutes", tmp_path / "empty.txt", "--json", "--format", "md").code == 2


def test_without_speakers_it_says_why_there_are_no_owners(rag: Any, tmp_path: Path) -> None:
    file = tmp_path / "2025-11-12 talk.txt"
    lines = ("Доброе утро.", "Кто проверит насос?", "Я проверю насос завтра.", "Хорошо.")
    file.write_text("".join(f"— {line}\n" for line in lines * 2), "utf-8")
    typed = rag("minutes", file, "--json")
    assert typed.code == 0
    assert {p["who"] for p in typed.json["promises"]} == {None}
    assert "не сказано, кто говорит" in typed.err


def test_old_encodings_are_read(rag: Any, tmp_path: Path) -> None:
    file = tmp_path / "old.txt"
    file.write_bytes(RUSSIAN.replace("\n", "\r\n").encode("cp1251"))
    found = rag("minutes", file, "--json").json
    assert found["participants"] == ["Игорь Краснов", "Вера Белых", "Лев Орлов"]
    assert found["promises"][0]["line"] == 6


@pytest.fixture
def papers(tmp_path: Path, letuchka: Path, note: Path) -> Path:
    """A folder with two meetings and a note, a meeting below it."""
    folder = tmp_path / "papers"
    (folder / "calls").mkdir(parents=True)
    letuchka.rename(folder / "letuchka.txt")
    note.rename(folder / "note.txt")
    (folder / "calls" / "weekly.txt").write_text(ENGLISH, encoding="utf-8")
    return folder


def test_a_folder_gives_its_meetings_and_names_the_rest(rag: Any, papers: Path) -> None:
    typed = rag("minutes", papers, "--json")
    assert typed.code == 0
    assert [each["file"] for each in typed.json] == ["letuchka.txt", "calls/weekly.txt"]
    assert "left out: note.txt" in typed.err
    assert isinstance(rag("minutes", papers / "calls", "--json").json, list)
    assert isinstance(rag("minutes", papers / "*.txt", "--json").json, list)
    nothing = papers / "nothing"
    nothing.mkdir()
    assert rag("minutes", nothing).code == 2


def test_a_file_named_by_itself_that_fails_shows_in_the_exit_code(rag: Any, papers: Path) -> None:
    typed = rag("minutes", papers / "letuchka.txt", papers / "note.txt", "--json")
    assert typed.code == 3
    assert [each["file"] for each in typed.json] == ["letuchka.txt"]


def test_meetings_of_a_library_are_named_as_elsewhere(rag: Any, papers: Path) -> None:
    assert rag("ingest", papers).code == 0
    assert rag("minutes", "weekly.txt", "--json").json["file"] == "calls/weekly.txt"
    assert rag("minutes", "calls", "--json").json[0]["file"] == "calls/weekly.txt"
    moved = rag("minutes", "letuchka.txt", "--json", "--date", "2025-11-19").json
    assert moved["promises"][0]["when_to"] == "2025-11-20"
    assert rag("minutes", "note.txt").code == 3
    missing = rag("minutes", "nowhere.txt")
    assert (missing.code, "rag list" in missing.err) == (2, True)


def test_the_name_of_the_output_tells_the_form(rag: Any, letuchka: Path, tmp_path: Path) -> None:
    for form in ("md", "json", "csv", "ics", "docx"):
        typed = rag("minutes", letuchka, "-o", tmp_path / f"out.{form}")
        assert (typed.code, typed.out) == (0, "")
        assert f"written: {tmp_path / f'out.{form}'}" in typed.err
    assert (tmp_path / "out.md").read_text("utf-8").startswith("# Летучка теплицы")
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["schema"] == 1
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfSummary;")
    assert len(Calendar.from_ical((tmp_path / "out.ics").read_bytes()).walk("VEVENT")) == 4
    assert Document(str(tmp_path / "out.docx")).paragraphs[0].text == "Летучка теплицы"
    again = rag("minutes", letuchka, "-o", tmp_path / "out.md")
    assert "written over: " in again.err
    assert not list(tmp_path.glob(".*"))


def test_a_folder_takes_a_file_for_each_meeting(rag: Any, papers: Path, tmp_path: Path) -> None:
    (papers / "calls" / "letuchka.md").write_text(RUSSIAN.replace("Насос", "Кран"), "utf-8")
    typed = rag("minutes", papers, "-o", f"{tmp_path / 'out'}/", "--format", "ics")
    assert typed.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("letuchka-2.minutes.ics", "letuchka.minutes.ics", "weekly.minutes.ics"),
    ]


def test_the_meeting_itself_is_never_written_over(rag: Any, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text(RUSSIAN, encoding="utf-8")
    (tmp_path / "link.md").symlink_to(file)
    for target in (file, tmp_path / "link.md"):
        typed = rag("minutes", file, "-o", target)
        assert typed.code == 2
        assert "is the meeting itself" in typed.err
    assert rag("minutes", file, "-o", tmp_path).code == 0
    assert file.read_text("utf-8") == RUSSIAN
    assert (tmp_path / "notes.minutes.md").is_file()


def test_an_output_that_cannot_be_is_told_before_anything_is_read(
    rag: Any, letuchka: Path, tmp_path: Path
) -> None:
    missing = rag("minutes", letuchka, "-o", tmp_path / "no" / "out.md")
    assert missing.code == 2
    assert f"mkdir -p {tmp_path / 'no'}" in missing.err
    odd = rag("minutes", letuchka, "-o", tmp_path / "out.xyz")
    assert odd.code == 2
    assert "--format md|json|csv|ics|docx" in odd.err


def test_a_docx_has_no_place_on_a_terminal(
    rag: Any, letuchka: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    typed = rag("minutes", letuchka, "--format", "docx")
    assert (typed.code, typed.out) == (2, "")
    assert "-o" in typed.err


def test_hostile_text_reaches_no_terminal(rag: Any, tmp_path: Path) -> None:
    file = tmp_path / "2025-11-12.txt"
    file.write_text(
        RUSSIAN.replace("семена", "\x1b]0;owned\x07семена \x1b[31mлука\x1b[0m"), "utf-8"
    )
    for form in ("md", "json", "csv", "ics"):
        typed = rag("minutes", file, "--format", form)
        assert typed.code == 0
        assert "\x1b" not in typed.out + typed.err


def test_a_model_writes_the_summary(
    rag: Any, letuchka: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(App, "model", scripted("Насос проверит Вера завтра [1]."))
    (sentence,) = rag("minutes", letuchka, "--json").json["summary"]
    assert sentence["text"] == "Насос проверит Вера завтра."
    assert sentence["citations"]


def test_what_a_model_reads_otherwise_is_flagged_and_told(
    rag: Any, letuchka: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = rag("minutes", letuchka, "--json").json["promises"]
    (pump,) = [promise for promise in alone if promise["line"] == 6]
    claim = {"line": 6, "what": "Насос я проверю", "when": "завтра", "status": "done"}
    reply = json.dumps({"promises": [claim]}, ensure_ascii=False)
    monkeypatch.setattr(App, "model", scripted(reply))
    typed = rag("minutes", letuchka, "--json")
    found = typed.json["promises"]
    assert [p for p in found if p["line"] != 6] == [p for p in alone if p["line"] != 6]
    (again,) = [promise for promise in found if promise["line"] == 6]
    assert again == {**pump, "flags": ["check"]}
    assert "строка 6: состояние — open; по словам модели — done; проверьте" in typed.err


def test_without_a_model_nothing_heavy_is_imported(letuchka: Path) -> None:
    program = (
        "import sys\nfrom rag.cli import run\n"
        f"assert run(['minutes', {str(letuchka)!r}, '--json']) == 0\n"
        "heavy = {'torch', 'transformers', 'faiss', 'langchain_core', 'docx', 'icalendar'}\n"
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=letuchka.parent
    )
    assert done.returncode == 0, done.stderr
