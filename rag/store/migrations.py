"""Catalogues of older formats, brought to this one: a chain of numbered steps.

Each step is one transaction that also raises the number, so a kill leaves the format before it or
the one after it, whole. Nothing is read again and no key of a chunk changes: the texts, their
chunks and what was derived of them stay as the older program made them. What was made by older
readers or cut another way is known by the versions that each document carries.
"""

from __future__ import annotations

import json
import secrets
import zlib
from typing import TYPE_CHECKING

from rag.errors import LibraryCorrupt, LibraryMismatch
from rag.store.database import mapped, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

#: Raised with every change of the catalogue's tables, together with a step in `STEPS`.
SCHEMA_VERSION = 4


class OlderFormat(LibraryMismatch):
    """The catalogue has an older format; whoever may write brings it to this one."""


def check(found: str | None) -> None:
    """Raise OlderFormat or LibraryMismatch unless the format found is this one, or none yet."""
    if found is None or found == str(SCHEMA_VERSION):
        return
    if _number(found) < SCHEMA_VERSION:
        raise OlderFormat(
            f"The library has format {found}, this program reads {SCHEMA_VERSION}",
            "Open it where it can be written: rag doctor",
        )
    raise LibraryMismatch(
        f"The library has format {found}, and this program knows none after {SCHEMA_VERSION}",
        "A newer version made it: bring rag up to date.",
    )


def migrate(db: sqlite3.Connection) -> tuple[int, int] | None:
    """Bring a catalogue to this format; gives the old and the new number, None for nothing done.

    The caller holds the library's lock. Raises LibraryMismatch for a newer format, LibraryCorrupt
    where the catalogue is not what its number says, StorageError where the disk is full.
    """
    with mapped():
        row = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        found = str(row[0]) if row else ""
        try:
            check(found)
        except OlderFormat:
            first = _number(found)
            for number in range(first, SCHEMA_VERSION):
                _step(db, number)
            return first, SCHEMA_VERSION
    return None


def _step(db: sqlite3.Connection, number: int) -> None:
    # tables are made anew, which must not take along what refers to them
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        with transaction(db, durable=True):
            STEPS[number](db)
            if db.execute("PRAGMA foreign_key_check").fetchone():
                raise LibraryCorrupt(
                    f"The catalogue of format {number} is not whole",
                    "Bring it back from a backup, or make it anew: rag ingest FOLDER --fresh",
                )
            db.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(number + 1),))
    finally:
        db.execute("PRAGMA foreign_keys = ON")


def _number(found: str) -> int:
    """A format as a number. Raises LibraryCorrupt where it is none that there ever was."""
    if found.isdecimal() and int(found) > 0:
        return int(found)
    raise LibraryCorrupt(
        f"The catalogue is damaged (its format is {found!r})",
        "Bring it back from a backup, or make it anew: rag ingest FOLDER --fresh",
    )


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _run(db: sqlite3.Connection, statements: str) -> None:
    """Statements one by one: `executescript` would commit what is open."""
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


def _from_1(db: sqlite3.Connection) -> None:
    """Documents know their encoding; their places hold boxes of words."""
    if "encoding" not in _columns(db, "documents"):
        db.execute("ALTER TABLE documents ADD COLUMN encoding TEXT")
    for (row,) in db.execute("SELECT rowid FROM documents").fetchall():
        (packed,) = db.execute("SELECT layout FROM documents WHERE rowid = ?", (row,)).fetchone()
        places = {"boxes": [], **json.loads(zlib.decompress(packed))}
        written = zlib.compress(json.dumps(places, ensure_ascii=False).encode(), 1)
        db.execute("UPDATE documents SET layout = ? WHERE rowid = ?", (written, row))


def _from_2(db: sqlite3.Connection) -> None:
    """Documents are numbered, and files may lie in files; texts lie apart from what lists read.

    Under the number 2 there were catalogues with and without the first two of these.
    """
    if "key" not in _columns(db, "documents"):
        _number_documents(db)
    if "attempt" not in _columns(db, "documents"):
        db.execute("ALTER TABLE documents ADD COLUMN attempt TEXT NOT NULL DEFAULT ''")
    _run(db, _TEXTS_APART)


_TEXTS_APART = """
CREATE TABLE texts (
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    text TEXT NOT NULL, layout BLOB NOT NULL
);
INSERT INTO texts SELECT key, text, layout FROM documents;
ALTER TABLE documents DROP COLUMN text;
ALTER TABLE documents DROP COLUMN layout;
CREATE INDEX documents_staged ON documents (live) WHERE NOT live;
"""


def _number_documents(db: sqlite3.Connection) -> None:
    """Give documents keys of their own. A chunk keeps its key: the indexes know it by that.

    The id of a document was the SHA-256 of its file then, which held nothing else.
    """
    (last,) = db.execute(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'chunks'"
    ).fetchone()
    _run(db, _NUMBERED)
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'chunks'")
    db.execute("INSERT INTO sqlite_sequence VALUES ('chunks', ?)", (last,))


_FIELDS = (
    "id, title, kind, date, encoding, text, layout, notes, pages, characters, aside, lost, chunks,"
    " live"
)
_NUMBERED = f"""
DROP INDEX files_document;
DROP INDEX chunks_document;
ALTER TABLE documents RENAME TO documents_2;
ALTER TABLE files RENAME TO files_2;
ALTER TABLE chunks RENAME TO chunks_2;
ALTER TABLE minutes RENAME TO minutes_2;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, title TEXT NOT NULL,
    kind TEXT NOT NULL, date TEXT, encoding TEXT, text TEXT NOT NULL, layout BLOB NOT NULL,
    notes TEXT NOT NULL, pages INTEGER NOT NULL, characters INTEGER NOT NULL,
    aside INTEGER NOT NULL, lost INTEGER NOT NULL, chunks INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 0, UNIQUE (id, live)
);
CREATE TABLE files (
    name TEXT PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, member TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest TEXT NOT NULL, document_id TEXT,
    reason TEXT NOT NULL, attempt TEXT NOT NULL, UNIQUE (root, path, member)
);
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL
);
CREATE TABLE minutes (
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE, data TEXT NOT NULL
);
INSERT INTO documents ({_FIELDS}) SELECT {_FIELDS} FROM documents_2 ORDER BY rowid;
INSERT INTO files
    SELECT name, root, path, '', size, mtime_ns, document_id, document_id, '', '' FROM files_2;
INSERT INTO chunks SELECT c.key, c.id, d.key, c.start, c."end", c.text, c.context
    FROM chunks_2 c JOIN documents d ON d.id = c.document_id ORDER BY c.key;
INSERT INTO minutes
    SELECT d.key, m.data FROM minutes_2 m JOIN documents d ON d.id = m.document_id;
DROP TABLE minutes_2;
DROP TABLE chunks_2;
DROP TABLE files_2;
DROP TABLE documents_2;
CREATE INDEX files_document ON files (document_id);
CREATE INDEX chunks_document ON chunks (document, start);
"""


def _from_3(db: sqlite3.Connection) -> None:
    """A document knows the span of its chunks' keys, and what it was read and cut with.

    Under the number 3 there were catalogues with and without the first of these.
    """
    if "first" not in _columns(db, "documents"):
        db.execute("ALTER TABLE documents ADD COLUMN first INTEGER NOT NULL DEFAULT 0")
        db.execute(_FIRST)
        if db.execute(_SCATTERED).fetchone():
            raise LibraryCorrupt(
                "The catalogue of format 3 numbers the chunks of a document with gaps",
                "Make it anew: rag ingest FOLDER --fresh",
            )
    _run(db, _VERSIONS)
    identity = ("identity", secrets.token_hex(8))
    db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", identity)


_FIRST = """
UPDATE documents SET first =
    coalesce((SELECT min(key) FROM chunks WHERE document = documents.key), 0)
"""
_SCATTERED = """
SELECT 1 FROM documents WHERE chunks <> coalesce(
    (SELECT max(key) - min(key) + 1 FROM chunks WHERE document = documents.key), 0
)
"""
_VERSIONS = """
ALTER TABLE documents ADD COLUMN readers TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN chunker TEXT NOT NULL DEFAULT '';
UPDATE documents SET
    readers = coalesce((SELECT value FROM meta WHERE key = 'readers_version'), ''),
    chunker = coalesce((SELECT value FROM meta WHERE key = 'chunker_version'), '');
DELETE FROM meta WHERE key IN ('readers_version', 'chunker_version');
"""

#: The step from each format to the next one.
STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1, 2: _from_2, 3: _from_3}
