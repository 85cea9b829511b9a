"""Rows as SQL, CSV and JSON: no value steps out of its place."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.jobs.fields import Field, parse
from rag.jobs.records import Record
from rag.jobs.tables import as_csv, as_json, as_sql, identifier, where
from rag.types import Citation

FIELDS = parse("name:text, sum:number, paid:boolean, day:date")
VALUES = st.fixed_dictionaries(
    {
        "name": st.none() | st.text(),
        "sum": st.none()
        | st.integers(-(2**62), 2**62)
        | st.floats(allow_nan=False, allow_infinity=False, width=32),
        "paid": st.none() | st.booleans(),
        "day": st.none() | st.dates().map(str),
    }
)
HOSTILE = "x'); DROP TABLE people; --"


def record(values: dict[str, Any], document: str = "notes.txt") -> Record:
    return Record(values, Citation(document, None, 3, 0, 1, "x"))


def run_sql(sql: str, columns: list[str]) -> list[tuple[Any, ...]]:
    base = sqlite3.connect(":memory:")
    base.execute(f"CREATE TABLE people ({', '.join(identifier(name) for name in columns)})")
    base.executescript(sql)
    return base.execute("SELECT * FROM people").fetchall()


@given(st.lists(VALUES, min_size=1, max_size=5), st.text())
def test_the_rows_of_an_insert_are_those_that_went_in(
    rows: list[dict[str, Any]], document: str
) -> None:
    sql = as_sql("people", FIELDS, [record(row, document) for row in rows])
    wanted = [
        tuple(
            v.replace("\0", "") if isinstance(v := row[field.name], str) else v for field in FIELDS
        )
        for row in rows
    ]
    if any("\ud800" <= char <= "\udfff" for char in sql):
        return  # half a pair is no text that a database takes
    assert run_sql(sql, [field.name for field in FIELDS]) == wanted


@given(st.lists(st.from_regex(r"[^\W\d]\w{0,20}", fullmatch=True), min_size=1, max_size=5))
def test_any_name_of_a_field_is_a_column(names: list[str]) -> None:
    folded = {name.lower(): name for name in names}
    fields = [Field(name) for name in folded.values()]
    row = {field.name: "x" for field in fields}
    assert run_sql(as_sql("people", fields, [record(row)]), [f.name for f in fields]) == [
        tuple(row.values())
    ]


@pytest.mark.parametrize("name", ["order", "Group", "user", "select", "values", "имя", "day"])
def test_names_that_sql_keeps_for_itself_stand_between_quotes(name: str) -> None:
    assert identifier(name) == f'"{name}"'


def test_a_value_that_would_end_its_text_does_not() -> None:
    row = {"name": HOSTILE, "sum": None, "paid": True, "day": None}
    sql = as_sql("people", FIELDS, [record(row, "a\n'); DROP TABLE people; --.txt")])
    assert "('x''); DROP TABLE people; --', NULL, TRUE, NULL);" in sql
    assert run_sql(sql, [field.name for field in FIELDS]) == [(HOSTILE, None, 1, None)]
    assert as_sql("people", FIELDS, []) == ""


@pytest.mark.parametrize("table", ["", "a; b", "a b", "x'", 'x"', "a.b.c"])
def test_a_table_that_no_name_can_be_is_refused(table: str) -> None:
    with pytest.raises(UsageError, match="--table"):
        as_sql(table, FIELDS, [])


def test_a_table_may_be_one_of_a_schema() -> None:
    row = dict.fromkeys(("name", "sum", "paid", "day"))
    assert as_sql("crm.order", FIELDS, [record(row)]).startswith('INSERT INTO crm."order" (')


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_csv_gives_the_rows_back_with_their_places(rows: list[dict[str, Any]]) -> None:
    text = as_csv(FIELDS, [record(row) for row in rows])
    names, *read = csv.reader(io.StringIO(text, newline=""))
    assert names == ["name", "sum", "paid", "day", "source"]
    for row, line in zip(rows, read, strict=True):
        name = row["name"] or ""
        assert line[0] in (name, f"'{name}")
        assert line[1] == ("" if row["sum"] is None else str(row["sum"]))
        assert line[-1] == "notes.txt:3"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd", "'-2+3+cmd"),
        ("\t=1", "'\t=1"),
        ("+7 (916) 123-45-67", "+7 (916) 123-45-67"),
        ("-5,3", "-5,3"),
        ("Иванов", "Иванов"),
    ],
)
def test_a_spreadsheet_takes_no_value_for_a_formula(value: str, cell: str) -> None:
    text = as_csv([Field("source")], [record({"source": value})])
    names, row = csv.reader(io.StringIO(text, newline=""))
    assert names == ["source", "source_"]
    assert row[0] == cell


def test_json_is_an_array_of_objects() -> None:
    row = {"name": "Иванов", "sum": 1.5, "paid": False, "day": None}
    assert json.loads(as_json([record(row)])) == [row]
    assert "Иванов" in as_json([record(row)])


def test_a_place_is_a_page_or_a_line() -> None:
    assert where(Citation("a.pdf", 2, None, 0, 1, "x")) == "a.pdf, p. 2"
    assert where(Citation("a\nb.txt", None, 5, 0, 1, "x")) == "a b.txt:5"
    assert where(None) == ""
