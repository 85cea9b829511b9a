"""What was asked and answered, kept beside the library for the person who asked.

One SQLite file a collection, outside its folder, so that making the library anew keeps it; nobody
but its owner may read it (mode 600). It is bounded: the oldest questions go first. Several
processes may write at once. A file that is damaged is set aside and begun anew: no question fails
for its history.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from rag.errors import StorageError
from rag.store.database import connect, files_of, transaction
from rag.types import Citation, Exchange
from rag.words import stems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_T = TypeVar("_T")

log = logging.getLogger(__name__)

#: Questions kept. With their answers and citations that is some ten megabytes.
MOST = 5_000
_VERSION = 1
_DAMAGED = ".damaged"
_TRIES, _PAUSE = 20, 0.05  # seconds, while another process makes the file
_WAIT_MS = 2_000  # while another one writes: no answer waits longer for its history
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_OUT_OF_REACH = ("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_FULL")
_TABLES = f"""
CREATE TABLE IF NOT EXISTS conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    begun TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS exchanges (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    time TEXT NOT NULL,
    question TEXT NOT NULL,
    asked TEXT NOT NULL,
    answer TEXT NOT NULL,
    refusal TEXT,
    by TEXT NOT NULL,
    model TEXT,
    citations TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS of_conversation ON exchanges (conversation);
PRAGMA user_version = {_VERSION};
"""
_COLUMNS = "question, asked, answer, refusal, by, model, citations, time"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that followed one another, oldest first. `begun` is ISO, in UTC."""

    id: int
    begun: str
    exchanges: tuple[Exchange, ...]


class History:
    """The history at a path. Nothing is made or opened before it is asked for.

    Every method raises StorageError where the file is out of reach, locked for long, or of a newer
    version. A damaged one is renamed to end in ".damaged", and that is logged.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self.path = path
        self._aside = path.with_name(f"{path.name}{_DAMAGED}")
        self._most = most

    def add(self, exchange: Exchange, conversation: int | None = None) -> int:
        """Keep an exchange, at the end of a conversation or as the first of a new one.

        Gives the number of the conversation. The time is set where the exchange has none.
        """
        now = exchange.time or datetime.now(UTC).isoformat(timespec="seconds")

        def work(db: sqlite3.Connection) -> int:
            with transaction(db):
                number = conversation
                known = db.execute("SELECT 1 FROM conversations WHERE id = ?", (number,))
                if number is None or known.fetchone() is None:
                    made = db.execute("INSERT INTO conversations (begun) VALUES (?)", (now,))
                    number = int(made.lastrowid or 0)
                db.execute(
                    f"INSERT INTO exchanges (conversation, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
                    (number, *_packed(exchange, now)),
                )
                db.execute(
                    "DELETE FROM exchanges WHERE id <= (SELECT MAX(id) FROM exchanges) - ?",
                    (self._most,),
                )
                db.execute(
                    "DELETE FROM conversations WHERE id NOT IN (SELECT conversation FROM exchanges)"
                )
                return number

        return self._with(work)

    def last(self) -> Conversation | None:
        """The conversation that was added to last."""

        def work(db: sqlite3.Connection) -> Conversation | None:
            newest = "SELECT conversation FROM exchanges ORDER BY id DESC LIMIT 1"
            row = db.execute(newest).fetchone()
            return _conversation(db, row[0]) if row else None

        return self._with(work) if self.path.exists() else None

    def find(
        self, *, most: int | None = None, conversation: int | None = None, words: str = ""
    ) -> list[Conversation]:
        """Conversations, oldest first, with the last `most` of the exchanges that are wanted.

        Those of one conversation, and those whose question or answer has all of the words in any
        inflection, where these are given.
        """
        wanted = set(stems(words))
        chosen, given = _chosen("conversation", conversation)

        def work(db: sqlite3.Connection) -> list[Conversation]:
            newest = f"SELECT conversation, {_COLUMNS} FROM exchanges {chosen} ORDER BY id DESC"
            kept: list[tuple[int, Exchange]] = []
            for number, *row in db.execute(newest, given):
                exchange = _unpacked(row)
                if wanted <= set(stems(f"{exchange.question} {exchange.asked} {exchange.answer}")):
                    kept.append((number, exchange))
                if len(kept) == most:
                    break
            begun = dict(db.execute("SELECT id, begun FROM conversations"))
            found: dict[int, list[Exchange]] = {}
            for number, exchange in reversed(kept):
                found.setdefault(number, []).append(exchange)
            return [Conversation(each, begun[each], tuple(found[each])) for each in found]

        return self._with(work) if self.path.exists() else []

    def clear(self, conversation: int | None = None) -> int:
        """Forget a conversation, or all; nothing of it stays in the file. Gives how many."""
        chosen, given = _chosen("id", conversation)

        def work(db: sqlite3.Connection) -> int:
            db.execute("PRAGMA secure_delete = ON")
            with transaction(db):
                done = db.execute(f"DELETE FROM conversations {chosen}", given).rowcount
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return done

        if conversation is None:
            for damaged in files_of(self._aside):
                damaged.unlink(missing_ok=True)
        return self._with(work) if self.path.exists() else 0

    def _with(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do something with the database; made where there is none, begun anew where damaged."""
        failure: Exception = AssertionError()
        for _ in range(_TRIES):
            try:
                with closing(self._opened()) as db:
                    return work(db)
            except (sqlite3.DatabaseError, json.JSONDecodeError) as error:
                failure = error
                name = getattr(error, "sqlite_errorname", "")
                if name.startswith(_OUT_OF_REACH):
                    break
                if name.startswith(_BUSY):
                    time.sleep(_PAUSE)
                else:
                    self._put_aside()
            except OSError as error:
                failure = error
                break
        raise StorageError(
            f"The history at {self.path} cannot be used ({failure})", "Or ask with --no-history."
        ) from failure

    def _opened(self) -> sqlite3.Connection:
        """A connection to a database with its tables, private from its first byte."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = connect(self.path)
        try:
            db.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise StorageError(
                    f"The history at {self.path} was made by a newer version",
                    "Bring rag up to date, or ask with --no-history.",
                )
            if version < _VERSION:
                with transaction(db):
                    for statement in _TABLES.split(";\n"):
                        db.execute(statement)
        except BaseException:
            db.close()
            raise
        return db

    def _put_aside(self) -> None:
        """Move a damaged file out of the way, its log with it."""
        for held, aside in zip(files_of(self.path), files_of(self._aside), strict=True):
            if held.exists():
                os.replace(held, aside)
        log.warning("The history was damaged and is begun anew; the old one is %s", self._aside)


def _chosen(column: str, number: int | None) -> tuple[str, tuple[int, ...]]:
    """The condition on a column that a number sets, and its values; none for all."""
    return ("", ()) if number is None else (f"WHERE {column} = ?", (number,))


def _conversation(db: sqlite3.Connection, number: int) -> Conversation:
    (begun,) = db.execute("SELECT begun FROM conversations WHERE id = ?", (number,)).fetchone()
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM exchanges WHERE conversation = ? ORDER BY id", (number,)
    )
    return Conversation(number, begun, tuple(_unpacked(row) for row in rows))


def _packed(exchange: Exchange, now: str) -> tuple[object, ...]:
    citations = json.dumps([asdict(each) for each in exchange.citations], ensure_ascii=False)
    return (
        *(exchange.question, exchange.asked, exchange.answer, exchange.refusal),
        *(exchange.by, exchange.model, citations, now),
    )


def _unpacked(row: Sequence[object]) -> Exchange:
    question, asked, answer, refusal, by, model, citations, when = row
    return Exchange(
        str(question),
        str(asked),
        str(answer),
        None if refusal is None else str(refusal),
        "model" if by == "model" else "documents",
        None if model is None else str(model),
        tuple(Citation(**each) for each in json.loads(str(citations))),
        str(when),
    )
