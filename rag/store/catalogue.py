"""The catalogue: one database that holds everything a library knows.

It is a file of SQLite, or lies in PostgreSQL where several machines fill one library. Files,
documents, chunks and minutes; the word and vector indexes are derived from it. A document enters
*staged*, unseen by readers, each in a transaction of its own, so that an interrupted ingest goes on
where it stopped. `publish` makes staged documents live and drops what no file needs, in one
transaction that also raises the generation: readers see the old state or the new one.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from typing import TYPE_CHECKING

from rag.store import beside, database, layout, migrations
from rag.store.migrations import SCHEMA_VERSION
from rag.store.queries import Queries
from rag.store.rows import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rag.prepare import Prepared
    from rag.store.connection import Connection, Value
    from rag.store.corrections import Corrections
    from rag.store.rows import FileRow, Versions

log = logging.getLogger(__name__)

#: The tables, as SQLite has them; PostgreSQL has the same ones with its own types.
TABLES = """
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
#: Documents that no file needs, and of live ones those that were read again.
_ORPHAN = "NOT EXISTS (SELECT 1 FROM files WHERE document_id = documents.id)"
_SUPERSEDED = "id IN (SELECT id FROM documents WHERE {})"
_FACT = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_WITHDRAWN = (
    "%d files are not in the library yet, for what others have taken out of it meanwhile: run it"
    " again."
)
_TOO_LONG = "%d files have paths too long for this database, and are left out: shorten them."


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
            file = database.File(db)
            with database.mapped(), database.transaction(db):
                if not file.rows("SELECT 1 FROM sqlite_master"):
                    fill(file, TABLES, meta)
            done = migrations.migrate(db)
        except BaseException:
            db.close()
            raise
        if done:
            log.warning("The library at %s had format %s and has %s now.", path.parent, *done)
        return cls(file)

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
        return cls.over(database.File(db), corrections)

    @classmethod
    def over(cls, connection: Connection, corrections: Corrections | None = None) -> Catalogue:
        """A catalogue that is read through a connection; raises as `open`."""
        try:
            catalogue = cls(connection, corrections)
            catalogue.refresh()
        except BaseException:
            connection.close()
            raise
        return catalogue

    def refresh(self) -> None:
        """Read the newest state from now on; for a catalogue that was opened for reading.

        Raises LibraryMismatch where another version of the program has changed the format.
        """
        self._db.snapshot()
        migrations.check(self.meta("schema"))

    def rest(self) -> None:
        """Hold no state of the library until `refresh`."""
        self._db.rest()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    # -- writing

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else publishes now, and nobody else will until the end."""
        return self._db.alone()

    def set_meta(self, facts: dict[str, str]) -> None:
        """Record facts. Inside `publish` they become visible with it."""
        self._db.run(_FACT, facts.items())

    def run(self, statement: str, rows: Sequence[Sequence[Value]] | None = None) -> None:
        """Run a statement on the tables of `rag.store.terms`, once or for each of the rows."""
        self._db.run(statement, rows)

    def attempt_of(self, document_id: str) -> str | None:
        """As `Queries.attempt_of`; what a writer that is gone has staged is taken over."""
        found = super().attempt_of(document_id)
        if found is None and self._db.take_over(document_id):
            return super().attempt_of(document_id)
        return found

    def take_up(self) -> dict[str, range]:
        """Keys of the chunks of all that is staged, by the id of the document, as it was staged.

        What writers that are gone have staged is taken over: nobody else may write.
        """
        staged = [
            key for (key,) in self.rows("SELECT id FROM documents WHERE NOT live ORDER BY key")
        ]
        self._db.transacted(lambda: [self._db.take_over(each) for each in dict.fromkeys(staged)])
        mine = f"SELECT id, first, chunks FROM documents WHERE {self._db.dialect.mine}"
        return {name: range(first, first + count) for name, first, count in self.rows(mine)}

    def change(self, work: Callable[[], None]) -> None:
        """Do all of a piece of work on the tables of `rag.store.terms`, or none of it."""
        self._db.transacted(work)

    def derive(self, work: Callable[[], None]) -> None:
        """As `change`, while nobody publishes: of the state that there is then, once."""
        with self._db.publishing():
            work()

    def stage(self, prepared: Prepared, versions: Versions, attempt: str = "") -> list[int]:
        """Put a document in, unseen by readers until `publish`, in a transaction of its own.

        It takes the place of one staged before under its id; a live one stays until `publish`.
        `versions` are of what read and cut it, `attempt` is as in `FileRow`. Gives the keys of its
        chunks, in their order.
        """
        return self._db.transacted(lambda: self._stage(prepared, versions, attempt))

    def _stage(self, prepared: Prepared, versions: Versions, attempt: str) -> list[int]:
        document, counted, chunks = prepared.document, prepared.coverage, prepared.chunks
        packed = zlib.compress(json.dumps(layout.pack(document), ensure_ascii=False).encode(), 1)
        notes = json.dumps(document.notes, ensure_ascii=False)
        mine = self._db.dialect.mine
        first = self._db.reserve(len(chunks)) if chunks else 0
        keys = range(first, first + len(chunks))
        self._db.run(f"DELETE FROM documents WHERE id = ? AND {mine}", [(document.id,)])
        [(key,)] = self._db.rows(
            f"INSERT INTO documents ({_STAGED})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, FALSE, ?, ?) RETURNING key",
            (
                *(document.id, document.title, document.kind, document.date),
                *(document.encoding, notes, len(document.pages), counted.characters),
                *(counted.aside, counted.lost, len(chunks), first, attempt),
                *(versions.readers, versions.chunker),
            ),
        )
        self._db.run("INSERT INTO texts VALUES (?, ?, ?)", [(key, document.text, packed)])
        self._db.run(
            'INSERT INTO chunks (key, id, document, start, "end", text, context)'
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (each, c.id, key, c.start, c.end, c.text, c.context)
                for each, c in zip(keys, chunks, strict=True)
            ],
        )
        if prepared.minutes is not None:
            data = json.dumps(layout.minutes_to_json(prepared.minutes), ensure_ascii=False)
            self._db.run("INSERT INTO minutes VALUES (?, ?)", [(key, data)])
        return list(keys)

    def publish(
        self,
        put: Sequence[FileRow],
        drop: Sequence[str],
        derive: Callable[[Delta], None],
        *,
        facts: dict[str, str] | None = None,
    ) -> Delta:
        """Make the files `put` part of the library and take the names `drop` out of it.

        What this writer has staged becomes live. `derive` is called before the commit, with
        everything in place, to build what is derived for the new generation; when it raises, or
        the process dies, nothing has happened.
        """
        mine = self._db.dialect.mine
        with self._db.publishing():
            self._db.run("DELETE FROM files WHERE name = ?", [(name,) for name in drop])
            self._put_files(put)
            going = f"live AND ({_ORPHAN} OR {_SUPERSEDED.format(mine)})"
            removed = self._keys(f"d.key IN (SELECT key FROM documents WHERE {going})")
            self._db.run(f"DELETE FROM documents WHERE ({going}) OR ({mine} AND {_ORPHAN})")
            added = self._keys(f"d.key IN (SELECT key FROM documents WHERE {mine})")
            self._db.run(f"UPDATE documents SET live = TRUE WHERE {mine}")
            delta = Delta(self.generation + 1, added, removed)
            self.set_meta({"generation": str(delta.generation), **(facts or {})})
            derive(delta)
        return delta

    def remember(self, failed: Sequence[FileRow]) -> None:
        """Note files that hold no document, which changes nothing for readers."""
        self._db.transacted(lambda: self._put_files(failed))

    def move_root(self, old: str, new: str) -> None:
        """Note that the files below a folder lie below another one now."""
        below = f"{old}{os.sep}"
        with self._db.publishing():
            if self._db.holds("files"):
                self._db.run(
                    "UPDATE files SET root = ? || substr(root, ?)"
                    " WHERE root = ? OR substr(root, 1, ?) = ?",
                    [(new, len(old) + 1, old, len(below), below)],
                )

    def _put_files(self, rows: Sequence[FileRow]) -> None:
        """Note files, each in the place of what had its name or lay where it lies."""
        if self._db.shared:
            rows = self._beside_others(rows)
        last = beside.last_of_each(rows)
        self._db.run(
            "DELETE FROM files WHERE name = ? OR (root = ? AND path = ? AND member = ?)",
            [(f.name, f.root, f.path, f.member) for f in last],
        )
        self._db.run(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(f.name, f.root, f.path, f.member, f.size, f.mtime_ns, f.digest),
                    *(f.document_id, f.reason, f.attempt),
                )
                for f in last
            ],
        )

    def _beside_others(self, rows: Sequence[FileRow]) -> list[FileRow]:
        """Rows as they may be put after what others have published since they were planned."""
        ids = list({f.document_id for f in rows if f.document_id})
        select = f"SELECT id FROM documents WHERE (live OR {self._db.dialect.mine}) AND id IN (%s)"
        there = {document_id for (document_id,) in self.among(select, ids)}
        whole = [f for f in rows if f.document_id is None or f.document_id in there]
        if len(whole) < len(rows):
            log.warning(_WITHDRAWN, len(rows) - len(whole))
        short = [f for f in whole if beside.fits(f)]
        if len(short) < len(whole):
            log.warning(_TOO_LONG, len(whole) - len(short))
        return beside.renamed(short, self._holders)

    def _holders(self, names: Sequence[str]) -> dict[str, beside.Place]:
        """Where the files lie that hold these names, by name."""
        select = "SELECT name, root, path, member FROM files WHERE name IN (%s)"
        return {name: place for name, *place in self.among(select, names)}


def fill(connection: Connection, tables: str, meta: dict[str, str]) -> None:
    """Make the tables of a new catalogue, with generation 0 and these facts."""
    for statement in tables.split(";\n"):
        if statement.strip():
            connection.run(statement)
    facts = {"schema": str(SCHEMA_VERSION), "generation": "0", **meta}
    connection.run("INSERT INTO meta VALUES (?, ?)", facts.items())
