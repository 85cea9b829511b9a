"""The catalogue: one SQLite database that holds everything a library knows.

Files, documents, chunks and minutes; the word and vector indexes are derived from it. A document
enters *staged*, unseen by readers, each in a transaction of its own, so that an interrupted ingest
goes on where it stopped. `publish` makes staged documents live and drops what no file needs, in one
transaction that also raises the generation: readers see the old state or the new one.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.store import database, layout, migrations
from rag.store.migrations import SCHEMA_VERSION
from rag.store.queries import Queries
from rag.store.rows import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rag.prepare import Prepared
    from rag.store.corrections import Corrections
    from rag.store.rows import FileRow, Versions

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, title TEXT NOT NULL,
    kind TEXT NOT NULL, date TEXT, encoding TEXT, notes TEXT NOT NULL, pages INTEGER NOT NULL,
    characters INTEGER NOT NULL, aside INTEGER NOT NULL, lost INTEGER NOT NULL,
    chunks INTEGER NOT NULL, first INTEGER NOT NULL, attempt TEXT NOT NULL,
    live INTEGER NOT NULL DEFAULT 0, readers TEXT NOT NULL, chunker TEXT NOT NULL,
    UNIQUE (id, live)
);
CREATE INDEX documents_staged ON documents (live) WHERE NOT live;
CREATE TABLE texts (
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    text TEXT NOT NULL, layout BLOB NOT NULL
);
CREATE TABLE files (
    name TEXT PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, member TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest TEXT NOT NULL, document_id TEXT,
    reason TEXT NOT NULL, attempt TEXT NOT NULL, UNIQUE (root, path, member)
);
CREATE INDEX files_document ON files (document_id);
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL
);
CREATE INDEX chunks_document ON chunks (document, start);
CREATE TABLE minutes (
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE, data TEXT NOT NULL
);
"""
#: A library that older versions made has the same columns in another order.
_STAGED = (
    "id, title, kind, date, encoding, notes, pages, characters, aside, lost, chunks, first,"
    " attempt, live, readers, chunker"
)
_ORPHAN = "id NOT IN (SELECT document_id FROM files WHERE document_id IS NOT NULL)"
#: a live document that was read again
_SUPERSEDED = "id IN (SELECT id FROM documents WHERE NOT live)"


class Catalogue(Queries):
    """An open catalogue. Close it, or use it as a context manager."""

    @classmethod
    def open_or_create(cls, path: Path, meta: dict[str, str]) -> Catalogue:
        """The catalogue for writing; a new one has generation 0 and records `meta`.

        One of an older format is brought to this one, so the caller holds the library's lock.
        Raises LibraryCorrupt where the file is no catalogue, LibraryMismatch where a newer
        version of the program made it, StorageError where it cannot be written.
        """
        with database.mapped():
            db = database.connect(path, create=True)
        try:
            with database.mapped(), database.transaction(db):
                if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
                    for statement in _SCHEMA.split(";\n"):
                        if statement.strip():
                            db.execute(statement)
                    rows = {"schema": str(SCHEMA_VERSION), "generation": "0", **meta}
                    db.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())
            done = migrations.migrate(db)
        except BaseException:
            db.close()
            raise
        if done:
            log.warning("The library at %s had format %s and has %s now.", path.parent, *done)
        return cls(db)

    @classmethod
    def open(cls, path: Path, corrections: Corrections | None = None) -> Catalogue:
        """An existing catalogue for reading; one that was never filled has generation 0.

        `corrections` are put over the minutes of its meetings.

        What is read is one state of the library until `refresh`, whatever others write. Raises
        LibraryCorrupt where the file is no catalogue, LibraryMismatch where a newer version of
        the program made it, `migrations.OlderFormat` for an older one, LibraryBusy while it is
        locked.
        """
        with database.mapped():
            db = database.connect_for_reading(path)
        try:
            catalogue = cls(db, corrections)
            catalogue.refresh()
        except BaseException:
            db.close()
            raise
        return catalogue

    def refresh(self) -> None:
        """Read the newest state from now on; for a catalogue that was opened for reading.

        Raises LibraryMismatch where another version of the program has changed the format.
        """
        self.rest()
        with database.mapped():
            self._db.execute("BEGIN")
        migrations.check(self.meta("schema"))

    def rest(self) -> None:
        """Hold no state of the library until `refresh`: it could not be folded into the file."""
        with database.mapped():
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the log is folded in by the last one to close."""
        self._db.close()

    # -- writing

    def set_meta(self, facts: dict[str, str]) -> None:
        """Record facts. Inside `publish` they become visible with it."""
        with database.mapped():
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts.items())

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All of what is written inside in one transaction, for the tables of `rag.store.terms`."""
        with database.mapped(), database.transaction(self._db):
            yield

    def run(self, statement: str, rows: Sequence[tuple[int | str, ...]] | None = None) -> None:
        """Run a statement on the tables of `rag.store.terms`, once or for each of the rows."""
        with database.mapped():
            if rows is None:
                self._db.execute(statement)
            else:
                self._db.executemany(statement, rows)

    def stage(self, prepared: Prepared, versions: Versions, attempt: str = "") -> list[int]:
        """Put a document in, unseen by readers until `publish`, in a transaction of its own.

        It takes the place of one staged before under its id; a live one stays until `publish`.
        `versions` are of what read and cut it, `attempt` is as in `FileRow`. Gives the keys of its
        chunks, in their order.
        """
        document, counted = prepared.document, prepared.coverage
        packed = zlib.compress(json.dumps(layout.pack(document), ensure_ascii=False).encode(), 1)
        notes = json.dumps(document.notes, ensure_ascii=False)
        with database.mapped(), database.transaction(self._db):
            self._db.execute("DELETE FROM documents WHERE id = ? AND NOT live", (document.id,))
            key = self._db.execute(
                f"INSERT INTO documents ({_STAGED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?,"
                " 0, ?, ?)",
                (
                    *(document.id, document.title, document.kind, document.date),
                    *(document.encoding, notes, len(document.pages), counted.characters),
                    *(counted.aside, counted.lost, len(prepared.chunks), attempt),
                    *(versions.readers, versions.chunker),
                ),
            ).lastrowid
            self._db.execute("INSERT INTO texts VALUES (?, ?, ?)", (key, document.text, packed))
            keys = [
                self._db.execute(
                    'INSERT INTO chunks (id, document, start, "end", text, context)'
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (c.id, key, c.start, c.end, c.text, c.context),
                ).lastrowid
                for c in prepared.chunks
            ]
            if keys:  # one transaction numbers them in a row
                self._db.execute("UPDATE documents SET first = ? WHERE key = ?", (keys[0], key))
            if prepared.minutes is not None:
                data = json.dumps(layout.minutes_to_json(prepared.minutes), ensure_ascii=False)
                self._db.execute("INSERT INTO minutes VALUES (?, ?)", (key, data))
        return [key for key in keys if key is not None]

    def publish(
        self,
        put: Sequence[FileRow],
        drop: Sequence[str],
        derive: Callable[[Delta], None],
        *,
        facts: dict[str, str] | None = None,
    ) -> Delta:
        """Make the files `put` part of the library and take the names `drop` out of it.

        `derive` is called before the commit, with everything in place, to build what is derived
        for the new generation; when it raises, or the process dies, nothing has happened.
        """
        with database.mapped(), database.transaction(self._db, durable=True):
            self._db.executemany("DELETE FROM files WHERE name = ?", [(n,) for n in drop])
            self._put_files(put)
            going = f"live AND ({_ORPHAN} OR {_SUPERSEDED})"
            removed = self._keys(f"d.key IN (SELECT key FROM documents WHERE {going})")
            self._db.execute(f"DELETE FROM documents WHERE {going} OR {_ORPHAN}")
            added = self._keys("NOT d.live")
            self._db.execute("UPDATE documents SET live = 1 WHERE NOT live")
            delta = Delta(self.generation + 1, added, removed)
            self.set_meta({"generation": str(delta.generation), **(facts or {})})
            derive(delta)
        return delta

    def remember(self, failed: Sequence[FileRow]) -> None:
        """Note files that hold no document, which changes nothing for readers."""
        with database.mapped(), database.transaction(self._db):
            self._put_files(failed)

    def move_root(self, old: str, new: str) -> None:
        """Note that the files below a folder lie below another one now."""
        below = f"{old}{os.sep}"
        with database.mapped(), database.transaction(self._db, durable=True):
            if self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone():
                self._db.execute(
                    "UPDATE files SET root = ? || substr(root, ?)"
                    " WHERE root = ? OR substr(root, 1, ?) = ?",
                    (new, len(old) + 1, old, len(below), below),
                )

    def _put_files(self, rows: Sequence[FileRow]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(f.name, f.root, f.path, f.member, f.size, f.mtime_ns, f.digest),
                    *(f.document_id, f.reason, f.attempt),
                )
                for f in rows
            ),
        )
