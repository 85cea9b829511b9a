"""What a model has said of pieces of documents, kept so that a long summary can go on.

A database of its own in the library's folder. A reply is found by a hash of all that was asked, and
goes with its document; the oldest go where there are too many. Losing the file costs time, no more.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Self

from rag.errors import LibraryCorrupt
from rag.store.database import connect, files_of, mapped, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from rag.types import Message

#: Replies kept at most; some 1 KB each.
LIMIT = 20_000
#: Raised when a reply to the same words would be made another way, so that old ones are not found.
_VERSION = 1

_TABLES = (
    # what was removed is overwritten: a document that is taken out leaves nothing here
    "PRAGMA secure_delete = ON",
    "CREATE TABLE IF NOT EXISTS replies (number INTEGER PRIMARY KEY, key TEXT UNIQUE, text TEXT)",
    "CREATE TABLE IF NOT EXISTS sources (number INTEGER REFERENCES replies ON DELETE CASCADE,"
    " document TEXT)",
    "CREATE INDEX IF NOT EXISTS by_number ON sources (number)",
    "CREATE INDEX IF NOT EXISTS by_document ON sources (document)",
)


class Replies:
    """The replies kept in one file. Every one is on its own: a kill loses none but the last."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @classmethod
    def open(cls, path: Path) -> Self:
        """The replies in the file at `path`, made anew where there is none or it is damaged.

        Raises StorageError where it cannot be written.
        """
        try:
            return cls(_opened(path))
        except LibraryCorrupt:
            for each in files_of(path):
                each.unlink(missing_ok=True)
            return cls(_opened(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def get(self, key: str) -> str | None:
        """What was replied, or None."""
        with mapped():
            row = self._db.execute("SELECT text FROM replies WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, text: str, documents: Collection[str]) -> None:
        """Keep a reply that is made of documents with these ids."""
        with mapped(), transaction(self._db):
            self._db.execute("DELETE FROM replies WHERE key = ?", (key,))
            number = self._db.execute(
                "INSERT INTO replies (key, text) VALUES (?, ?)", (key, text)
            ).lastrowid
            self._db.executemany(
                "INSERT INTO sources VALUES (?, ?)", [(number, each) for each in documents]
            )
            self._db.execute("DELETE FROM replies WHERE number <= ? - ?", (number, LIMIT))

    def forget(self, documents: Collection[str]) -> None:
        """Forget every reply that has a source among the documents with these ids."""
        with mapped(), transaction(self._db):
            self._db.executemany(
                "DELETE FROM replies WHERE number IN"
                " (SELECT number FROM sources WHERE document = ?)",
                [(each,) for each in documents],
            )

    def prune(self, documents: Collection[str]) -> None:
        """Forget every reply that has a source other than the documents with these ids."""
        with mapped():
            known = {row[0] for row in self._db.execute("SELECT DISTINCT document FROM sources")}
        self.forget(known - set(documents))


def _opened(path: Path) -> sqlite3.Connection:
    with mapped():
        db = connect(path, create=True)
        try:
            for statement in _TABLES:
                db.execute(statement)
        except BaseException:
            db.close()
            raise
    return db


def key_of(model: str, sampling: Sequence[object], messages: Sequence[Message]) -> str:
    """A hash of all that a reply depends on: the model, how it draws, and what it was sent."""
    asked = [_VERSION, model, *map(repr, sampling), *((m.role, m.content) for m in messages)]
    text = json.dumps(asked, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
