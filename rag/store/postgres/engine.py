"""SQLAlchemy's engines, one for each database this process uses."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Connections that are kept, and those there may be at once beside them.
_KEPT, _MORE = 4, 28
_POOL_SECONDS = 30
#: What the driver is told unless the address tells otherwise: a server that is gone is noticed
#: within a minute, also in the middle of a statement.
_DRIVER = {
    "connect_timeout": "10",
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "application_name": "rag",
}
_engines: dict[tuple[str, int], Engine] = {}
_lock = Lock()


def engine(database: str) -> Engine:
    """The engine of the database at an address. Raises UsageError where it is none."""
    key = (database, os.getpid())  # connections do not outlive a fork
    with _lock:
        if key not in _engines:
            _engines[key] = _made(database)
        return _engines[key]


def forget_engines() -> None:
    """Close the connections that nobody uses."""
    with _lock:
        for each in _engines.values():
            each.dispose()
        _engines.clear()


def _made(database: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(database).set(drivername="postgresql+psycopg")
        query = {**_DRIVER, **url.query}
        return create_engine(
            url.set(query=query),
            pool_pre_ping=True,
            pool_size=_KEPT,
            max_overflow=_MORE,
            pool_timeout=_POOL_SECONDS,
            pool_use_lifo=True,
            use_native_hstore=False,
        )
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            f"{database} is no address of a database", "postgresql://USER@HOST:PORT/DATABASE"
        ) from error
