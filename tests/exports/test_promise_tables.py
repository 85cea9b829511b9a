"""Promises as CSV, read back as a spreadsheet or a script does."""

from __future__ import annotations

import csv
import io

import pytest
from meeting_records import ENGLISH, RUSSIAN, promising, record_of

from rag.exports import export
from rag.exports.table import COLUMNS
from rag.record import Record
from rag.types import Promise


def rows(*records: Record, delimiter: str = ";") -> list[dict[str, str]]:
    text = export(records, "csv", many=True).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_a_spreadsheet_knows_the_letters_and_the_lines() -> None:
    data = export([record_of(RUSSIAN)], "csv", many=False)
    assert data.startswith("\ufeffSummary;Assignee;".encode())
    assert data.count(b"\r\n") == data.count(b"\n") == 1 + 5


def test_a_row_holds_what_a_tracker_asks_for() -> None:
    first, *_, moved, conditional, _ = rows(record_of(RUSSIAN))
    assert tuple(first) == COLUMNS
    assert first["Assignee"] == "Вера Белых"
    assert (first["Start Date"], first["Due Date"], first["Due Words"]) == (
        *("2025-11-13", "2025-11-13"),
        "завтра",
    )
    assert (first["Line"], first["File"], first["Meeting Date"]) == (
        "6",
        "letuchka.txt",
        "2025-11-12",
    )
    assert moved["Notes"] == "было: в пятницу (строка 9)"
    assert conditional["Recipient"] == "Лев Орлов"
    assert conditional["Labels"] == "self conditional"


def test_english_meetings_have_commas_and_a_mixture_what_most_have() -> None:
    english, russian = record_of(ENGLISH, "weekly.txt"), record_of(RUSSIAN)
    assert len(rows(english, delimiter=",")) == 3
    assert {row["File"] for row in rows(russian, english)} == {"letuchka.txt", "weekly.txt"}
    assert len(rows(english, english, russian, delimiter=",")) == 3 + 3 + 5


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    promise = Promise(text, text, text, None, "self", "open", text, 5, 0, 10)
    (row,) = rows(promising(record_of(RUSSIAN), promise))
    for name in ("Summary", "Assignee", "Recipient"):
        assert row[name] == f"'{text.strip()}"
    assert not row["Description"].startswith(("=", "+", "-", "@"))


def test_quotes_semicolons_and_line_ends_stay_in_their_cell() -> None:
    text = 'он сказал: "да; нет"\nи ушёл'
    promise = Promise("Игорь", None, text, None, "self", "open", text, 5, 0, 10)
    (row,) = rows(promising(record_of(RUSSIAN), promise))
    assert row["Summary"] == 'он сказал: "да; нет" и ушёл'
