"""Rows as CSV, JSON or SQL, so that no value can step out of its place.

SQL is standard: a quote inside a text is doubled and nothing else is special. CSV opens in a
spreadsheet as text: what would begin a formula there is given an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import TYPE_CHECKING, Any

from rag.cite.clean import legible
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.fields import Field
    from rag.jobs.records import Record
    from rag.types import Citation

#: The column of CSV that names where a row stands.
SOURCE = "source"

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
_TABLE = re.compile(r"[^\W\d]\w{0,62}(?:\.[^\W\d]\w{0,62})?")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().,-]*\Z)")
#: Words that stand between quotes where they name a column: reserved by SQL:2016, SQLite,
#: PostgreSQL or MySQL and likely as names.
_RESERVED = frozenset(
    """
    add all alter analyse analyze and any array as asc authorization autoincrement begin between
    both by call cascade case cast character check collate column commit condition conflict
    constraint create cross current current_date current_time current_timestamp current_user
    cursor database date day default deferrable delete desc describe distinct do drop else end
    escape except exists explain false fetch filter float for foreign freeze from full function
    grant group having hour ilike in index initially inner insert int integer intersect interval
    into is isnull join key keys kill lateral leading left like limit localtime localtimestamp
    match minute month natural not notnull null number numeric of off offset on only or order
    outer over overlaps partition percent placing primary procedure range rank read real
    references regexp release rename replace require restrict returning right rollback row rows
    schema second select session_user set show similar some sql system_user table tablesample
    then time timestamp to trailing transaction trigger true union unique update usage use user
    using value values varchar variadic verbose view when where window with without year zone
    """.split()
)


def where(citation: Citation | None) -> str:
    """The place of a row in one line: "notes.txt:3", "a.pdf, p. 2"."""
    if citation is None:
        return ""
    name = " ".join(legible(citation.document).split())
    if citation.page is not None:
        return f"{name}, p. {citation.page}"
    return f"{name}:{citation.line}" if citation.line is not None else name


def as_csv(fields: Sequence[Field], records: Sequence[Record]) -> str:
    """The rows with their names and places, parted by commas, lines ended as the standard says."""
    names = [field.name for field in fields]
    source = SOURCE
    while source in names:
        source += "_"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*names, source])
    for record in records:
        cells = [cell(record.values[name]) for name in names]
        writer.writerow([*cells, cell(where(record.place))])
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as a cell of CSV that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    harmful = isinstance(value, str) and _FORMULA.match(text)
    return f"'{text}" if harmful else text


def as_json(records: Sequence[Record]) -> str:
    """The rows as an array of objects."""
    return json.dumps([record.values for record in records], ensure_ascii=False, indent=2) + "\n"


def as_sql(table: str, fields: Sequence[Field], records: Sequence[Record]) -> str:
    """One INSERT of all rows, the place of each in a comment after it; "" without rows.

    Raises UsageError for a table that no name can be.
    """
    if not _TABLE.fullmatch(table):
        raise UsageError(
            f"{table!r} is no name for a table", "Use letters, digits and _: --table customers"
        )
    if not records:
        return ""
    named = ".".join(identifier(part) for part in table.split("."))
    columns = ", ".join(identifier(field.name) for field in fields)
    lines = [f"INSERT INTO {named} ({columns}) VALUES"]
    for number, record in enumerate(records, 1):
        values = ", ".join(literal(record.values[field.name]) for field in fields)
        end = ";" if number == len(records) else ","
        place = where(record.place)
        lines.append(f"  ({values}){end}" + (f" -- {place}" if place else ""))
    return "\n".join(lines) + "\n"


def identifier(name: str) -> str:
    """The name of a column or table, between quotes where it needs them."""
    if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def literal(value: Any) -> str:
    """A value as a literal of standard SQL; the character NUL, which none can hold, goes."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return repr(value) if math.isfinite(value) else "NULL"
    doubled = str(value).replace("\0", "").replace("'", "''")
    return f"'{doubled}'"
