"""SQLite as the catalogue uses it: connections, transactions, and its errors as ours."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import LibraryBusy, LibraryCorrupt, RagError, StorageError
from rag.store.connection import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.store.connection import Row, T, Value

_BUSY_SECONDS = 30.0
_DIALECT = Dialect(
    mine="NOT live",
    bytes_of="length(CAST({} AS BLOB))",
    promises="json_array_length({}, '$.promises')",
)
_REMEDY = "Your documents are untouched. Make the library anew: rag ingest FOLDER --fresh"


def _quoted(path: Path) -> str:
    """A path for an SQLite URI."""
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def files_of(path: Path) -> list[Path]:
    """The database at a path, and what SQLite puts beside it."""
    return [path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm")]


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """The database at a path, for writing; made where there is none if `create` says so."""
    uri = f"file:{_quoted(path)}?mode={'rwc' if create else 'rw'}"
    db = sqlite3.connect(
        uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        # the write-ahead log lets readers go on while a writer works; a power cut may take the
        # last transactions, never one of several, but for those that are `durable`
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        db.close()
        raise
    return db


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """The database at a path, which nothing done through this connection changes."""
    try:
        db = connect(path)
        db.execute("PRAGMA query_only = ON")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            raise
        # a folder that cannot be written has no room for the log beside the database
        return sqlite3.connect(
            f"file:{_quoted(path)}?immutable=1",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
    return db


class File:
    """A catalogue in a file of SQLite, which one process writes at a time: `Connection`."""

    shared = False
    dialect = _DIALECT

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @property
    def in_transaction(self) -> bool:
        """Whether a state is held, so that what is written cannot be folded into the file."""
        return self._db.in_transaction

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """As `Connection.rows`."""
        with mapped():
            return self._db.execute(statement, values).fetchall()

    def run(self, statement: str, rows: Iterable[Sequence[Value]] | None = None) -> None:
        """As `Connection.run`."""
        with mapped():
            if rows is None:
                self._db.execute(statement)
            else:
                self._db.executemany(statement, rows)

    def transacted(self, work: Callable[[], T]) -> T:
        """As `Connection.transacted`; the work is done once."""
        with mapped(), transaction(self._db):
            return work()

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """As `Connection.publishing`; the library's lock keeps others away."""
        with mapped(), transaction(self._db, durable=True):
            yield

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """As `Connection.alone`; the library's lock keeps others away."""
        yield True

    def reserve(self, _count: int) -> int:
        """As `Connection.reserve`; inside a transaction, which nobody else is in."""
        rows = self.rows("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
        return int(rows[0][0]) + 1 if rows else 1

    def take_over(self, _document_id: str) -> bool:
        """As `Connection.take_over`: whatever is staged is mine already."""
        return False

    def holds(self, table: str) -> bool:
        """As `Connection.holds`."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)))

    def snapshot(self) -> None:
        """As `Connection.snapshot`."""
        self.rest()
        with mapped():
            self._db.execute("BEGIN")

    def rest(self) -> None:
        """As `Connection.rest`: what is written meanwhile can be folded into the file."""
        with mapped():
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    def check(self) -> list[str]:
        """As `Connection.check`."""
        found = self.rows("PRAGMA integrity_check(20)")
        return [str(problem) for (problem,) in found if problem != "ok"]

    def close(self) -> None:
        """As `Connection.close`; the log is folded in by the last one to close."""
        self._db.close()


@contextmanager
def transaction(db: sqlite3.Connection, *, durable: bool = False) -> Iterator[None]:
    """All of what is written inside, or none of it; when `durable`, on the disk at the end."""
    if durable:
        db.execute("PRAGMA synchronous = FULL")
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
    finally:
        if durable:
            db.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def mapped() -> Iterator[None]:
    """Turn SQLite's errors, and those of a value that is not what was written, into ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _told(error) from error
    except (zlib.error, json.JSONDecodeError) as error:
        raise LibraryCorrupt(f"The catalogue is damaged ({error})", _REMEDY) from error


def _told(error: sqlite3.DatabaseError) -> RagError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryBusy("Another process holds the library", "Run it again in a moment.")
    if name.startswith("SQLITE_FULL"):
        return StorageError("The disk is full", "Free some space and run it again.")
    if name.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StorageError(
            f"The library cannot be read or written ({error})",
            "Check the disk, or name another place: rag --home DIR …",
        )
    return LibraryCorrupt(f"The catalogue is damaged ({error})", _REMEDY)
