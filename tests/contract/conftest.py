"""The places of a library's words and vectors, each of which all tests here run against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from milvus_server import CORE, serving
from store_places import Place, Shelf

PLACES = ("embedded", "milvus file", "milvus server", "milvus core")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one server of Milvus Lite for all tests."""
    pytest.importorskip("milvus_lite")
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server.uri


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one server of the compiled core of Milvus for all tests."""
    pytest.importorskip("pymilvus")
    if not (CORE / "milvus").exists():
        pytest.skip("needs the compiled Milvus Lite: make .venv/milvus-core/installed")
    with serving(tmp_path_factory.mktemp("core"), compiled=True) as server:
        yield server.uri


@pytest.fixture(scope="session", params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One of the places."""
    if request.param == "embedded":
        return Place(request.param)
    if request.param == "milvus core":
        return Place(request.param, request.getfixturevalue("core"))
    pytest.importorskip("milvus_lite")
    if request.param == "milvus file":
        return Place(request.param, str(tmp_path_factory.mktemp("milvus") / "lite.db"))
    return Place(request.param, request.getfixturevalue("served"))


@pytest.fixture
def shelf(place: Place, tmp_path: Path) -> Shelf:
    """An empty library there, filled by no one yet."""
    return Shelf(tmp_path / "home", place.where)
