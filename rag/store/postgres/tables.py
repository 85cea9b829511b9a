"""Libraries of a database: their names, their schemas, and the catalogue's tables in them."""

from __future__ import annotations

import logging
import re
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import LibraryBusy, LibraryCorrupt, UsageError
from rag.store.postgres import failing
from rag.store.postgres.address import BEFORE, Address
from rag.store.postgres.engine import engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: Where the names of all libraries of a database are.
_REGISTRY = (
    "CREATE SCHEMA IF NOT EXISTS rag",
    'CREATE TABLE IF NOT EXISTS rag.libraries (name TEXT COLLATE "C" PRIMARY KEY,'
    " schema TEXT NOT NULL UNIQUE, made TIMESTAMPTZ NOT NULL DEFAULT now())",
)
#: Whether they are there, by the server's own tables: `to_regclass` may remember what was before.
_REGISTERED = (
    "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'rag' AND c.relname = 'libraries'"
)
_SCHEMA = re.compile(r"rag_[0-9a-f]{16}")
#: How long to wait for those who read a library that is to go, or make another one.
LONGEST_SECONDS = 60
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_NAMES = "rag libraries"
#: Of a column that is not text, in SQLite and here; texts are ordered by code point as there.
_TYPES = (
    (r"\bkey INTEGER PRIMARY KEY AUTOINCREMENT", "key BIGINT PRIMARY KEY"),
    (r"\blive INTEGER NOT NULL DEFAULT 0", "live BOOLEAN NOT NULL DEFAULT FALSE"),
    (r"\bINTEGER\b", "BIGINT"),
    (r"\bBLOB\b", "BYTEA"),
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
    (r"\)\s*WITHOUT ROWID\b", ")"),
)
#: What several writers need beside the tables: keys, who staged a document and when, and that each
#: of them may stage the same one.
_BESIDE = """
CREATE SEQUENCE chunks_key;
ALTER TABLE documents ALTER key ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE documents DROP CONSTRAINT documents_id_live_key;
ALTER TABLE documents ADD writer TEXT NOT NULL
    DEFAULT coalesce(current_setting('rag.writer', true), '');
ALTER TABLE documents ADD staged TIMESTAMPTZ NOT NULL DEFAULT now();
CREATE UNIQUE INDEX documents_live ON documents (id) WHERE live;
CREATE UNIQUE INDEX documents_mine ON documents (id, writer) WHERE NOT live
"""


def translated(statement: str) -> str:
    """A statement that makes a table in SQLite, as PostgreSQL takes it; any other as it is."""
    if statement.lstrip().startswith("CREATE TABLE"):
        for theirs, ours in _TYPES:
            statement = re.sub(theirs, ours, statement)
    return statement


def tables(made_in_sqlite: str) -> str:
    """The statements that make a catalogue's tables, from those for SQLite."""
    return ";\n".join((made_in_sqlite.strip().removesuffix(";"), _BESIDE.strip()))


def schema_of(connection: Connection, address: Address) -> str | None:
    """The schema of a library; None where there is none of its name."""
    if not _value(connection, _REGISTERED):
        return None
    found = _value(connection, "SELECT schema FROM rag.libraries WHERE name = %s", address.library)
    if found and not _SCHEMA.fullmatch(str(found)):
        raise LibraryCorrupt(
            f"The database at {address.shown} calls {found!r} the schema of {address.library}",
            "Bring the database back from a backup.",
        )
    return str(found) if found else None


def found_or_made(connection: Connection, address: Address) -> tuple[str, bool]:
    """The schema of a library, and whether it was made just now, empty. In a transaction.

    Two that make it at once get the same one: the second waits for the first.
    """
    if found := schema_of(connection, address):
        return found, False
    encoding = _value(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise UsageError(
            f"The database at {address.shown} holds texts as {encoding}, not as UTF8",
            "Make another one: createdb --encoding UTF8 --template template0 NAME",
        )
    connection.exec_driver_sql(_LOCK, (_NAMES,))
    if found := schema_of(connection, address):
        return found, False
    if not _value(connection, _REGISTERED):
        for statement in _REGISTRY:
            connection.exec_driver_sql(statement)
    schema = f"rag_{secrets.token_hex(8)}"
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    insert = "INSERT INTO rag.libraries (name, schema) VALUES (%s, %s)"
    connection.exec_driver_sql(insert, (address.library, schema))
    return schema, True


def promote(address: Address, name: str) -> None:
    """Give a library that was made aside its name; the one that had it goes.

    Who reads that one goes on until the end. Raises StorageError.
    """
    rename = "UPDATE rag.libraries SET name = %s WHERE name = %s"
    with _registry(address) as connection:
        gone = f"{name}{BEFORE}{secrets.token_hex(4)}"
        connection.exec_driver_sql(rename, (gone, name))
        connection.exec_driver_sql(rename, (name, address.library))
    with _registry(address) as connection:
        select = "SELECT name FROM rag.libraries WHERE starts_with(name, %s)"
        before = connection.exec_driver_sql(select, (f"{name}{BEFORE}",)).fetchall()
    for (each,) in before:
        try:
            drop(Address(address.database, each))
        except LibraryBusy:  # it is read: the next one that is made anew takes it away
            log.warning("The library before is still read: it takes room in %s", address.shown)


def drop(address: Address) -> None:
    """Take a library away, if it is there, with all that it holds.

    Waits for whoever reads it. Raises LibraryBusy where that takes too long, StorageError.
    """
    with _registry(address) as connection:
        schema = schema_of(connection, address)
        if schema is not None:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.exec_driver_sql("DELETE FROM rag.libraries WHERE schema = %s", (schema,))


def size(address: Address) -> int:
    """Bytes that a library takes in its database; 0 where there is none."""
    with failing.mapped(address), engine(address.database).begin() as connection:
        schema = schema_of(connection, address)
        select = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relkind = 'r'"
        )
        return int(_value(connection, select, schema)) if schema else 0  # type: ignore[call-overload]


@contextmanager
def _registry(address: Address) -> Iterator[Connection]:
    """A transaction in which no other one changes what there is."""
    with failing.mapped(address), engine(address.database).begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LONGEST_SECONDS}s'")
        connection.exec_driver_sql(_LOCK, (_NAMES,))
        yield connection


def _value(connection: Connection, statement: str, *values: object) -> object:
    found = connection.exec_driver_sql(statement, values or None).fetchone()
    return found[0] if found else None
