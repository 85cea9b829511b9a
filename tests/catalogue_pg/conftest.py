"""One server for all tests here in a process, and a library in it for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from postgres_server import Server, running
from shared_library import Machines

from rag.app import App
from rag.config import Settings
from rag.store.postgres.engine import forget_engines
from rag.store.where import EMBEDDED

_numbers = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that runs to the end of all tests."""
    with running() as server:
        server.database("rag")
        yield server
        forget_engines()


@pytest.fixture
def database(server: Server) -> str:
    """The address of a library that is yet to be made, in a database of others."""
    return server.url("rag", query=f"?library=papers-{next(_numbers)}")


@pytest.fixture
def machines(database: str, tmp_path: Path) -> Machines:
    """Machines that are told of one library."""
    return Machines(database, tmp_path)


@pytest.fixture(params=["postgresql", "sqlite"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Machines:
    """A library in either home of catalogues; that in a file is for one machine alone."""
    if request.param == "sqlite":
        return Machines(EMBEDDED, tmp_path)
    return Machines(request.getfixturevalue("database"), tmp_path)


@pytest.fixture
def app(database: str, tmp_path: Path) -> App:
    """One of these machines, as a user has it."""
    return App(Settings(workers=1, catalogue=database), tmp_path / "home")
