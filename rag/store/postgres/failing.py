"""Errors of PostgreSQL and of what reaches it, as ours. None tells a value or a password."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryMissing,
    RagError,
    StorageError,
    StoreAway,
    UsageError,
)

try:
    import psycopg
    from sqlalchemy import exc
except ImportError as error:  # whoever reaches a database comes through here first
    raise UsageError(
        f"A catalogue in PostgreSQL needs {error.name or 'libpq'}, which is not installed",
        'pip install "rag[postgres]"',
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.store.postgres.address import Address

#: SQLSTATE (PostgreSQL, Appendix A) of transactions that may be tried again: a serialization
#: failure, a deadlock, and a row that another one put in first.
_RACES = ("40001", "40P01", "23505")
#: The server stops, starts, or has ended the connection.
_AWAY = ("08", "57P")
_REFUSED = ("28",)
_AGAIN = "Run it again in a moment: what was read is kept."
#: What a refused connection says, which carries no SQLSTATE; in the language of the server
#: otherwise, and then it is told as it is.
_SAID = {
    "password": "28P01",
    "pg_hba.conf": "28000",
    "role ": "28000",
    "database system is": "57P03",
    "too many clients": "53300",
    "connection slots": "53300",
    "permission denied for database": "42501",
    "does not exist": "3D000",
}


def is_race(error: BaseException) -> bool:
    """Whether a transaction failed for what others did at the same time."""
    return isinstance(error, exc.DBAPIError) and _state(error) in _RACES


def is_away(error: BaseException) -> bool:
    """Whether a connection was lost, or is not to be had at the moment."""
    if not isinstance(error, exc.DBAPIError):
        return False
    return error.connection_invalidated or _state(error).startswith((*_AWAY, "53300"))


def is_absent(error: BaseException) -> bool:
    """Whether there is no such table, or no such schema."""
    return isinstance(error, exc.DBAPIError) and _state(error) in ("42P01", "3F000")


@contextmanager
def mapped(address: Address) -> Iterator[None]:
    """Turn errors of the database at an address into ours."""
    try:
        yield
    except exc.TimeoutError as error:  # of the pool
        raise LibraryBusy(
            f"All connections to {address.shown} are in use", "Run it again in a moment."
        ) from error
    except exc.DBAPIError as error:
        raise _told(error, address) from error.orig
    except exc.SQLAlchemyError as error:
        raise StorageError(
            f"The database at {address.shown} cannot be used ({type(error).__name__})",
            "Check the address: postgresql://USER@HOST:PORT/DATABASE",
        ) from error


def _state(error: exc.DBAPIError) -> str:
    """The SQLSTATE; of a connection that was refused, by what is said."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state or not isinstance(error.orig, psycopg.OperationalError):
        return state
    said = _message(error.orig)
    return next((code for part, code in _SAID.items() if part in said), "08006")


def _told(error: exc.DBAPIError, address: Address) -> RagError:
    state = _state(error)
    said = _message(error.orig)
    if not state and isinstance(error.orig, psycopg.ProgrammingError):  # before it was connected
        return UsageError(
            f"{address.database} is no address of a database ({said})",
            "postgresql://USER@HOST:PORT/DATABASE; see docs/postgres.md.",
        )
    place = f"The database at {address.shown}"
    if state.startswith(_REFUSED):
        return StorageError(
            f"{place} lets nobody in by this name and password ({said})",
            "Set PGPASSWORD, or write a line of ~/.pgpass; see that it works:"
            f' psql "{address.database}"',
        )
    if found := _of_state(state, place, said):
        return found
    if state in _RACES:
        return LibraryBusy("Other machines write to the library at the same time", _AGAIN)
    if state.startswith(_AWAY):
        return StoreAway(
            f"{place} cannot be reached ({said})",
            "See that it runs: pg_isready. Then run it again: what was read is kept.",
        )
    return StorageError(f"{place} failed ({said})", "See the log of the database server.")


def _of_state(state: str, place: str, said: str) -> RagError | None:
    """What is told for a state that says by itself what to do."""
    match state:
        case "3D000":
            return StorageError(
                f"{place} does not exist ({said})",
                "Make it: createdb --encoding UTF8 --template template0 NAME",
            )
        case "42501":
            return StorageError(
                f"{place} does not give this role the right to do that ({said})",
                "To fill a library it needs: GRANT CREATE ON DATABASE … TO ROLE; to read one:"
                " GRANT pg_read_all_data TO ROLE",
            )
        case "25006":
            return StorageError(
                f"{place} can only be read ({said})", "Name the server that can be written."
            )
        case "55P03":
            return LibraryBusy("Another machine holds the library for long", _AGAIN)
        case "57014":
            return StorageError(
                f"{place} took longer than its statement_timeout allows ({said})",
                "Raise it for this role: ALTER ROLE … SET statement_timeout = 0",
            )
        case "53100":
            return StorageError(
                f"{place} has no room left: its disk is full",
                "Free some space there and run it again: what was read is kept.",
            )
        case "53300":
            return LibraryBusy(
                f"{place} takes no more connections",
                "Run it again in a moment, or raise max_connections.",
            )
        case "3F000" | "42P01" | "42703":
            return LibraryCorrupt(
                f"{place} lacks a part of the library ({said})",
                "Bring the database back from a backup, or make the library anew:"
                " rag ingest FOLDER --fresh",
            )
    return None


def missing(address: Address) -> LibraryMissing:
    """What is told where a database holds no such library."""
    return LibraryMissing(
        f"There is no library {address.library} in the database at {address.shown}",
        "Make one: rag ingest FOLDER",
    )


def _message(error: BaseException | None) -> str:
    """What the server says first, in a line; never what was sent to it."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return str(error.diag.message_primary)
    lines = [line.strip() for line in str(error).splitlines()]
    told = next((line for line in lines if line), type(error).__name__)
    return told.rpartition("FATAL:  ")[2]
