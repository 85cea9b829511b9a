"""A service over a library with a handbook, a meeting and an English note."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_driver import client_of, filled


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Path:
    """The folder of a library that holds three documents."""
    return filled(tmp_path / "home", folder)


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    """A client of the service over it, in this process."""
    with client_of(home) as client:
        yield client
