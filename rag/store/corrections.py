"""What people have set right in the minutes of meetings, kept beside the library.

One SQLite file a collection, outside its folder, so that making the library anew keeps it; nobody
but its owner may read it (mode 600). A correction belongs to a text by its id; where that text is
in the library no more, to the document that has its name now. A damaged file is an error, for
minutes without the corrections would pass for right.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, TypeVar

from rag.corrections import Correction
from rag.errors import StorageError
from rag.store.database import connect, connect_for_reading, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

_T = TypeVar("_T")

_VERSION = 1
_COLUMNS = tuple(field.name for field in fields(Correction) if field.name != "id")
_NAMES = ", ".join(_COLUMNS)
_TABLE = """
CREATE TABLE IF NOT EXISTS corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, value TEXT,
    quote TEXT NOT NULL, what TEXT NOT NULL, start INTEGER NOT NULL, was TEXT,
    time TEXT NOT NULL, by TEXT NOT NULL
)
"""


class Corrections:
    """The corrections at a path. Nothing is made before the first is kept.

    Every method raises StorageError where the file cannot be used or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Correction]:
        """Every correction, oldest first."""
        if not self._path.exists():
            return []
        select = f"SELECT {_NAMES}, id FROM corrections ORDER BY id"
        return self._with(_read, lambda db: [Correction(*row) for row in db.execute(select)])

    def stamp(self) -> tuple[int, int]:
        """Another pair of numbers whenever the corrections are others."""
        if not self._path.exists():
            return 0, 0

        def work(db: sqlite3.Connection) -> tuple[int, int]:
            last = db.execute("SELECT seq FROM sqlite_sequence").fetchone()
            (count,) = db.execute("SELECT count(*) FROM corrections").fetchone()
            return (last[0] if last else 0), count

        return self._with(_read, work)

    def replace(self, old: Iterable[Correction], new: Iterable[Correction]) -> None:
        """Forget corrections and keep others, all of it or nothing."""
        going, coming = [(each.id,) for each in old], [astuple(each)[:-1] for each in new]
        if not going and not coming:
            return
        insert = f"INSERT INTO corrections ({_NAMES}) VALUES ({','.join('?' * len(_COLUMNS))})"

        def work(db: sqlite3.Connection) -> None:
            with transaction(db, durable=True):
                db.executemany("DELETE FROM corrections WHERE id = ?", going)
                db.executemany(insert, coming)

        self._with(_for_writing, work)

    def _with(
        self, opened: Callable[[Path], sqlite3.Connection], work: Callable[[sqlite3.Connection], _T]
    ) -> _T:
        try:
            with closing(opened(self._path)) as db:
                return work(db)
        except (sqlite3.DatabaseError, OSError) as error:
            raise StorageError(
                f"The corrections at {self._path} cannot be used ({error})",
                "Bring the file back from a backup, or put it aside to go on without corrections.",
            ) from error


def _read(path: Path) -> sqlite3.Connection:
    """A connection that reads alone, so that a library on a disk that is read only has them too."""
    db = connect_for_reading(path)
    try:
        if _version(db, path) < _VERSION:  # whoever made the file was killed before the table
            db.close()
            return _for_writing(path)
    except BaseException:
        db.close()
        raise
    return db


def _for_writing(path: Path) -> sqlite3.Connection:
    """A connection to a database with its table, private from its first byte."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    db = connect(path)
    try:
        if _version(db, path) < _VERSION:
            with transaction(db):
                db.execute(_TABLE)
                db.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        db.close()
        raise
    return db


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The version that made a file. Raises StorageError for a newer one."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise StorageError(
            f"The corrections at {path} were made by a newer version", "Bring rag up to date."
        )
    return int(version)


def of_meeting(
    held: Iterable[Correction], document: str, name: str, live: Collection[str]
) -> tuple[Correction, ...]:
    """The corrections of a document (id): its own, and those of what had its name before it.

    `live` are the ids of all documents that are there: what belongs to one of them is its alone.
    """
    return tuple(
        each
        for each in held
        if each.document == document or (each.name == name and each.document not in live)
    )
