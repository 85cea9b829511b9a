"""Connections to a catalogue in PostgreSQL: one that reads one state, and one of a writer."""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from rag.errors import LibraryBusy, LibraryMissing
from rag.store.connection import Dialect
from rag.store.postgres import failing
from rag.store.postgres.engine import engine
from rag.store.postgres.tables import LONGEST_SECONDS, found_or_made, tables, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from rag.store.connection import Row, T, Value
    from rag.store.postgres.address import Address

log = logging.getLogger(__name__)

#: How long to wait while another one publishes: as long as large indexes take to be derived.
PUBLISH_SECONDS = 600
#: How often work is tried while the server is away or races are lost, and seconds in between at
#: most.
_TRIES, _LONGEST = 8, 16.0
_TOLD = 2  # the try after which this is told
#: Days after which what a writer that is gone has staged is removed.
_KEPT_DAYS = 7
#: PostgreSQL's texts hold no NUL: it is written as two characters, and the first of these, which
#: Unicode reserves for such use, is written twice itself.
_ESCAPE = "\ufdd0"
_BYTES_OF, _PROMISES = "octet_length({})", "json_array_length(CAST({} AS json) -> 'promises')"
#: Has the tables of a library before one. A model may take longer to answer, and indexes to be
#: derived, than a server lets a transaction rest.
_ENTER = (
    "SELECT schema, set_config('search_path', schema, true),"
    " set_config('idle_in_transaction_session_timeout', '0', true),"
    " set_config('rag.writer', %s, true) FROM rag.libraries WHERE name = %s"
)
_TRY_LOCK = "pg_try_advisory_xact_lock(hashtextextended('rag writer ' || writer, 0))"
#: Keys in a row, with a lock that is held no longer than this takes.
_RESERVE = (
    "WITH turn AS MATERIALIZED (SELECT pg_advisory_lock(hashtextextended(?, 0))),"
    " last AS MATERIALIZED"
    " (SELECT setval('chunks_key', nextval('chunks_key') + ?) AS key FROM turn)"
    " SELECT key, pg_advisory_unlock(hashtextextended(?, 0)) FROM last"
)


class _Session:
    """What both have in common: statements of the catalogue, on a connection of the pool."""

    shared = True
    dialect: Dialect
    _connection: Connection | None

    def __init__(self, address: Address) -> None:
        self.address = address
        self._connection = None
        self._lock = RLock()  # a connection takes one statement at a time

    def _execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Run a statement in the transaction that is open."""
        assert self._connection is not None
        sent = tuple(map(_held, values)) or None
        found = self._connection.exec_driver_sql(statement.replace("?", "%s"), sent)
        return [tuple(map(_told, row)) for row in found.fetchall()] if found.returns_rows else []

    def _enter(self, writer: str = "") -> str:
        """Have the tables of the library before one in the transaction that was begun."""
        assert self._connection is not None
        values = (writer, self.address.library)
        found = self._connection.exec_driver_sql(_ENTER, values).fetchone()
        if found is None:
            raise failing.missing(self.address)
        return str(found[0])

    def holds(self, table: str) -> bool:
        """As `Connection.holds`."""
        return self.rows("SELECT to_regclass(?) IS NOT NULL", (table,))[0][0] is True

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """As `Connection.rows`."""
        raise NotImplementedError

    def check(self) -> list[str]:
        """As `Connection.check`: whether every document has all of its parts."""
        lacking = self.rows(
            "SELECT count(*) FROM documents d WHERE live AND (chunks <> (SELECT count(*) FROM"
            " chunks WHERE document = d.key) OR NOT EXISTS (SELECT 1 FROM texts WHERE document ="
            " d.key))"
        )[0][0]
        return [f"{lacking} documents lack parts"] if lacking else []

    def _leave(self) -> None:
        """Give the connection back to the pool, which rolls back what is open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Reading(_Session):
    """A connection that reads; it holds one of the server only from `snapshot` to `rest`."""

    dialect = Dialect("NOT live", _BYTES_OF, _PROMISES)

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._engine: Engine = engine(address.database).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def snapshot(self) -> None:
        """As `Connection.snapshot`. Raises LibraryMissing where there is no such library."""
        with self._lock, failing.mapped(self.address):
            self._leave()
            try:
                self._connection = self._engine.connect()
                self._connection.begin()
                self._enter()
            except BaseException as error:
                self._leave()
                if failing.is_absent(error):  # nothing was ever made in this database
                    raise failing.missing(self.address) from error
                raise

    def rest(self) -> None:
        """As `Connection.rest`."""
        with self._lock, failing.mapped(self.address):
            self._leave()

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """As `Connection.rows`; one that rests looks at the newest state for it alone."""
        with self._lock, failing.mapped(self.address):
            if self._connection is not None:
                return self._execute(statement, values)
            self.snapshot()
            try:
                return self._execute(statement, values)
            finally:
                self._leave()

    def run(self, statement: str, rows: Iterable[Sequence[Value]] | None = None) -> None:
        """Nothing: what a reader derives for itself changes no facts of the library."""

    def transacted(self, work: Callable[[], T]) -> T:
        """The work, which changes nothing."""
        return work()

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """As `Connection.publishing`; who reads cannot."""
        raise LibraryBusy("This catalogue is open for reading", "Open it for writing.")
        yield

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """As `Connection.alone`: a reader never is."""
        yield False

    def reserve(self, _count: int) -> int:
        """As `Connection.reserve`; who reads stages nothing."""
        raise LibraryBusy("This catalogue is open for reading", "Open it for writing.")

    def take_over(self, _document_id: str) -> bool:
        """As `Connection.take_over`: a reader takes nothing."""
        return False

    def close(self) -> None:
        """As `Connection.close`."""
        with self._lock:
            self._leave()


class Writing(_Session):
    """A writer's connection; a lock that it holds as long as it lives tells that it is there."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._writer = secrets.token_hex(8)
        self._inside = False
        self._schema = ""
        self.dialect = Dialect(f"(NOT live AND writer = '{self._writer}')", _BYTES_OF, _PROMISES)

    def open(self, made_in_sqlite: str, fill: Callable[[Writing, str], None]) -> None:
        """Find the library, or make it: `fill` makes the tables, translated from those given.

        Tried again as `transacted`.
        """

        def work() -> str:
            self.close()
            self._connect()
            assert self._connection is not None
            with self._connection.begin():
                self._execute(f"SET LOCAL lock_timeout = '{LONGEST_SECONDS}s'")
                schema, is_new = found_or_made(self._connection, self.address)
                if is_new:
                    self._enter(self._writer)
                    self._inside = True
                    try:
                        fill(self, tables(made_in_sqlite))
                    finally:
                        self._inside = False
            return schema

        with self._lock, failing.mapped(self.address):
            self._schema = self._until_done(work)

    def _connect(self) -> None:
        options = {"isolation_level": "READ COMMITTED"}
        self._connection = engine(self.address.database).connect().execution_options(**options)
        with self._connection.begin():
            lock = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
            self._connection.exec_driver_sql(lock, (f"rag writer {self._writer}",))

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """As `Connection.rows`; outside of a transaction it looks at the newest state."""
        if self._inside:  # errors are told by whoever began the transaction
            return self._execute(statement, values)
        return self.transacted(lambda: self._execute(statement, values))

    def run(self, statement: str, rows: Iterable[Sequence[Value]] | None = None) -> None:
        """As `Connection.run`."""
        sent = None if rows is None else list(rows)
        if self._inside:
            self._run(statement, sent)
        else:
            self.transacted(lambda: self._run(statement, sent))

    def _run(self, statement: str, rows: Sequence[Sequence[Value]] | None) -> None:
        assert self._connection is not None
        if rows is None:
            self._connection.exec_driver_sql(translated(statement))
        elif sent := [tuple(map(_held, row)) for row in rows]:
            self._connection.exec_driver_sql(statement.replace("?", "%s"), sent)

    def transacted(self, work: Callable[[], T]) -> T:
        """As `Connection.transacted`: tried again while the server is away for less than a minute.

        Raises StorageError, LibraryBusy where it does not come back, or other writers keep winning.
        """
        if self._inside:  # it is part of what goes on
            return work()

        def whole() -> T:
            with self._transaction():
                return work()

        with self._lock, failing.mapped(self.address):
            return self._until_done(whole)

    def _until_done(self, work: Callable[[], T]) -> T:
        """What a piece of work gives that is tried again while the server is away or others win."""
        for attempt in range(_TRIES):
            try:
                return work()
            except Exception as error:
                last = attempt == _TRIES - 1
                if last or not (failing.is_race(error) or failing.is_away(error)):
                    raise
                if attempt == _TOLD and failing.is_away(error):
                    log.warning("The database at %s is waited for.", self.address.shown)
            time.sleep(min(2.0**attempt / 4, _LONGEST))
        raise AssertionError("unreachable")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction on the library's tables; anew on a connection of its own after a loss."""
        if self._connection is None or self._connection.invalidated:
            self._leave()
            self._connect()
        assert self._connection is not None
        try:
            with self._connection.begin():
                if self._enter(self._writer) != self._schema:
                    raise LibraryBusy(
                        "The library was made anew by another machine meanwhile", "Run it again."
                    )
                self._inside = True
                yield
        except LibraryMissing as error:
            raise LibraryBusy(
                "The library was deleted by another machine meanwhile", "Run it again."
            ) from error
        finally:
            self._inside = False

    def _wait(self) -> None:
        """Wait for a server that is away, before a transaction that cannot be tried again."""
        self.transacted(lambda: None)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """As `Connection.publishing`, under a lock that falls with the transaction."""
        self._wait()
        with self._lock, failing.mapped(self.address), self._transaction():
            self._execute(f"SET LOCAL lock_timeout = '{PUBLISH_SECONDS}s'")
            self._execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (self._turn,))
            self._execute("SELECT 1 FROM rag.libraries WHERE schema = ? FOR SHARE", (self._schema,))
            self._execute(
                "DELETE FROM documents WHERE NOT live AND writer <> ?"
                f" AND staged < now() - interval '{_KEPT_DAYS} days' AND {_TRY_LOCK}",
                (self._writer,),
            )
            yield

    @property
    def _turn(self) -> str:
        return f"rag publish {self._schema}"

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """As `Connection.alone`; inside a transaction that publishes, it is."""
        if self._inside:
            yield True
            return
        self._wait()
        with self._lock, failing.mapped(self.address), self._transaction():
            select = "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))"
            yield self._execute(select, (self._turn,))[0][0] is True

    def reserve(self, count: int) -> int:
        """As `Connection.reserve`; what is not used of it is lost."""
        turn = f"rag keys {self._schema}"
        rows = self._execute(_RESERVE, (turn, count - 1, turn))
        return int(rows[0][0]) - count + 1

    def take_over(self, document_id: str) -> bool:
        """As `Connection.take_over`. Its chunks get keys above all that were published meanwhile,
        as those of what is staged now."""

        def work() -> bool:
            found = self._execute(
                "UPDATE documents SET writer = ? WHERE key = (SELECT key FROM documents"
                f" WHERE id = ? AND NOT live AND writer <> ? AND {_TRY_LOCK} LIMIT 1)"
                " RETURNING key, first, chunks",
                (self._writer, document_id, self._writer),
            )
            for key, first, chunks in found:
                further = self.reserve(chunks) - first if chunks else 0
                self._execute("UPDATE chunks SET key = key + ? WHERE document = ?", (further, key))
                self._execute(
                    "UPDATE documents SET first = first + ? WHERE key = ?", (further, key)
                )
            return bool(found)

        return self.transacted(work)

    def snapshot(self) -> None:
        """As `Connection.snapshot`; a writer looks at the newest state anyway."""

    def rest(self) -> None:
        """As `Connection.rest`; a writer holds none."""

    def close(self) -> None:
        """As `Connection.close`: the writer is gone with it."""
        with self._lock:
            if self._connection is not None:
                self._connection.invalidate()  # with the lock that tells it is there
                self._leave()


def _held(value: Value) -> Value:
    """A value as it is kept."""
    if isinstance(value, str) and ("\0" in value or _ESCAPE in value):
        return value.replace(_ESCAPE, _ESCAPE * 2).replace("\0", f"{_ESCAPE}0")
    return value


def _told(value: Value) -> Value:
    """A value as it was before."""
    if isinstance(value, str) and _ESCAPE in value:
        parts = value.split(_ESCAPE * 2)
        return _ESCAPE.join(part.replace(f"{_ESCAPE}0", "\0") for part in parts)
    return value
