"""What a listing shows of documents: joined, searched, sorted; remarks and reasons told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.app import App
from rag.holdings import (
    CAUSES,
    KINDS,
    Holding,
    Remark,
    cause_of,
    ordered,
    remark_of,
    sought,
)

ROW = Holding("1", "a.txt", "A", "text", None, 0, 10, 5, 1.0, 0.0, None, (), "/p/a.txt", "", False)
HIDDEN = Remark("hidden", "", count=3)
ROWS = (
    replace(ROW, name="Отчёт за май.pdf", title="Отчёт", kind="pdf", date="2025-05-31", pages=12),
    replace(ROW, name="b/contracts.docx", title="Договоры поставки", kind="office", size=500),
    replace(ROW, name="c.pdf", title="Scan", kind="pdf", pages=3, remarks=(HIDDEN,), size=None),
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [0, 1, 2]),
        ("отчет", [0]),
        ("МАЙ отчёты", [0]),
        ("договор", [1]),
        ("поставка договоров", [1]),
        ("contract", [1]),
        ("pdf", [0, 2]),
        ("скрытый", [2]),
        ("pdf contract", []),
    ],
)
def test_words_are_found_whatever_their_case_and_endings(words: str, found: list[int]) -> None:
    told = sought(ROWS, words, lambda row: "скрытый текст" if row.problems else "")
    assert told == [ROWS[place] for place in found]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("name", ["b/contracts.docx", "c.pdf", "Отчёт за май.pdf"]),
        ("date", ["Отчёт за май.pdf", "b/contracts.docx", "c.pdf"]),
        ("size", ["b/contracts.docx", "Отчёт за май.pdf", "c.pdf"]),
        ("pages", ["Отчёт за май.pdf", "c.pdf", "b/contracts.docx"]),
        ("problems", ["c.pdf", "b/contracts.docx", "Отчёт за май.pdf"]),
    ],
)
def test_rows_are_sorted_with_the_most_first_and_equals_by_name(
    order: Any, names: list[str]
) -> None:
    assert [row.name for row in ordered(ROWS, order)] == names


@pytest.mark.parametrize(
    ("note", "remark"),
    [
        ("no text on page 3 (a scan)", Remark("scans", "", (3,))),
        ("no text on pages 3, 4, 9 and 12 more (scans)", Remark("scans", "", (3, 4, 9), 12)),
        ("no text on page 2", Remark("blank", "", (2,))),
        ("damaged: pages 1, 2", Remark("damaged", "", (1, 2))),
        ("garbled text left out: page 7", Remark("garbled", "", (7,))),
        ("hidden text set aside: 1 character on page 3", Remark("hidden", "", (3,), count=1)),
        ("hidden text set aside: 1,234 characters", Remark("hidden", "", count=1234)),
        ("hidden text kept: 9 characters on pages 1, 2", Remark("hidden_kept", "", (1, 2), 0, 9)),
        ("navigation set aside: 80 characters", Remark("navigation", "", count=80)),
        ("page 4: tesseract failed: exit code 1", Remark("recognition", "", (4,))),
        ("Install tesseract: apt-get install tesseract-ocr", Remark("no_recognition", "")),
        ("hidden sheets: Черновик, Old", Remark("hidden_sheets", "", names="Черновик, Old")),
        ("hidden: slides 3, 4", Remark("hidden_slides", "", (3, 4))),
        ("macros left out", Remark("macros", "")),
        ("embedded files left out: 2", Remark("embedded", "", count=2)),
        ("broken quotes: lines 3, 5", Remark("quotes", "", (3, 5))),
        ("output of 3 cells cut at 20,000 characters", Remark("cut", "", count=3)),
        ("the mail has no text of its own", Remark("empty_mail", "")),
        ("chapters that are missing or broken: 1", Remark("chapters", "", count=1)),
        ("something else", Remark("other", "")),
    ],
)
def test_what_readers_say_is_told_apart(note: str, remark: Remark) -> None:
    assert remark_of(note) == replace(remark, text=note)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("the file is encrypted: a password is needed", "encrypted"),
        ("the file is encrypted and the password is wrong. Give it", "password"),
        ("the file is encrypted: the password does not open it", "password"),
        ("the book is encrypted by its publisher", "protected"),
        ("no text layer (a scan): 3 pages without a legible word. Install", "scan"),
        ("no text layer (a scan): 1 page. Install it: apt-get install x", "no_recognition"),
        ("a picture, and recognition is switched off", "no_recognition"),
        ("garbled text layer: symbols", "garbled"),
        ("all of its text is hidden: 12 characters", "hidden"),
        ("the file is empty", "empty"),
        ("the document holds no text", "empty"),
        ("nothing to read: 2 pages with nothing on them", "empty"),
        ("an old binary .doc. Convert it", "old"),
        ("unknown suffix .xyz", "unknown"),
        ("RAR archives are not opened", "archive"),
        ("too much text: more than 1,000 characters", "limits"),
        ("reading it takes more memory than is allowed", "limits"),
        ("cannot be opened: Permission denied", "denied"),
        ("not a regular file", "link"),
        ("its file is gone: /a", "gone"),
        ("its reader crashed (SIGSEGV)", "crashed"),
        ("broken ZIP: bad magic", "broken"),
        ("it could not be read within 60 seconds", "limits"),
        ("its members unpack to more than 1,000 bytes", "limits"),
        ("broken PDF: Stream has ended unexpectedly", "broken"),
        ("the content is a binary file, not text", "broken"),
        ("who knows", "other"),
    ],
)
def test_reasons_are_told_apart_by_what_a_person_can_do(reason: str, cause: str) -> None:
    assert cause_of(reason) == cause


def test_all_causes_and_kinds_are_among_those_named() -> None:
    assert {"encrypted", "other"} <= set(CAUSES)
    assert {"scans", "other"} <= set(KINDS)


def test_holdings_tell_all_that_is_known_of_each_document(app: App, folder: Path) -> None:
    (folder / "bad.xlsx").write_bytes(b"no spreadsheet")
    (folder / "page.html").write_text(
        '<html><body><p>Видимый текст.</p><p style="display:none">тайный</p></body></html>',
        encoding="utf-8",
    )
    app.ingest([folder])
    held = app.holdings()
    rows = {row.name: row for row in held.documents}
    assert rows["meetings/планёрка.txt"].promises == 2
    assert rows["binder.txt"].promises is None
    assert rows["binder.txt"].size == (folder / "binder.txt").stat().st_size
    assert rows["binder.txt"].file == str(folder / "binder.txt")
    assert not rows["binder.txt"].uploaded
    assert [remark.kind for remark in rows["page.html"].problems] == ["hidden"]
    assert rows["page.html"].covered == 1.0
    assert rows["page.html"].aside > 0
    assert [(row.name, row.cause) for row in held.unread] == [("bad.xlsx", "broken")]
    (folder / "worse.pdf").write_bytes(b"%PDF-1.4 nothing")
    app.ingest([folder])  # noted without a publication, and seen all the same
    assert [row.name for row in app.holdings().unread] == ["bad.xlsx", "worse.pdf"]
