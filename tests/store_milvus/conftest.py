"""One server of Milvus Lite for all tests here, and libraries whose words and vectors it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from milvus_server import CORE, MilvusServer, serving
from store_places import LetterEmbedder, Shelf

from rag.store.where import EMBEDDED, Where

pytest.importorskip("milvus_lite")


@pytest.fixture(scope="session", params=["python", "compiled"])
def lite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MilvusServer]:
    """Either server; no test stops it."""
    compiled = request.param == "compiled"
    if compiled and not CORE.is_dir():
        pytest.skip("needs the compiled Milvus Lite: make .venv/milvus-core/installed")
    with serving(tmp_path_factory.mktemp(request.param), compiled=compiled) as server:
        yield server


@pytest.fixture
def shelf(lite: MilvusServer, tmp_path: Path) -> Shelf:
    """An empty library at the server."""
    return Shelf(tmp_path / "home", Where(lite.store, EMBEDDED), LetterEmbedder())
