"""A library in PostgreSQL for each of the tests here."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from postgres_server import Server
from shared_library import Machines

from rag.app import App
from rag.config import Settings
from rag.store.where import EMBEDDED

_numbers = count()


@pytest.fixture
def database(postgres: Server) -> str:
    """The address of a library that is yet to be made, in a database of others."""
    return postgres.url("rag", query=f"?library=papers-{next(_numbers)}")


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
