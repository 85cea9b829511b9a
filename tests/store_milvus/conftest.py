"""One server of Milvus Lite for all tests here, and libraries whose words and vectors it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from milvus_server import MilvusServer, serving
from store_places import LetterEmbedder, Shelf

from rag.store.where import EMBEDDED, Where

pytest.importorskip("milvus_lite")


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """The server; no test stops it."""
    with serving(tmp_path_factory.mktemp("lite")) as server:
        yield server


@pytest.fixture
def shelf(lite: MilvusServer, tmp_path: Path) -> Shelf:
    """An empty library at the server."""
    return Shelf(tmp_path / "home", Where(lite.store, EMBEDDED), LetterEmbedder())
