"""One server for all tests here in a process, and a database for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from postgres_server import Server, running

from rag.app import App
from rag.config import Settings
from rag.store.postgres.engine import forget_engines

_numbers = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that runs to the end of all tests."""
    with running() as server:
        yield server
        forget_engines()


@pytest.fixture
def database(server: Server) -> str:
    """The address of a database that nothing is in."""
    return server.database(f"library_{next(_numbers)}")


@pytest.fixture
def machines(database: str, tmp_path: Path) -> list[App]:
    """Two machines that are told of one database, each with a home of its own."""
    settings = Settings(workers=1, catalogue=database)
    return [App(settings, tmp_path / name) for name in ("one", "two")]
