"""A library moves to other stores and back, and finds what it found: Milvus, PostgreSQL."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import milvus_server
import postgres_server
import pytest
from moved_libraries import at, interrupted, papers, said, staged_by

from rag.app import App


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a library of papers, and what was exported of it beside it."""
    folder = tmp_path_factory.mktemp("stores")
    app = at(folder / "home")
    app.ingest([papers(folder / "papers")])
    app.export(folder / "exported")
    return folder / "home"


@pytest.fixture(scope="module")
def before(home: Path) -> dict[str, Any]:
    """What it says."""
    return said(at(home))


def to_and_back(home: Path, folder: Path, **place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the library says where it was moved to, and when it was moved back from there."""
    there, back = folder / "there", folder / "back"
    new = at(there)
    App(replace(new.settings, **place), there).import_(home.parent / "exported")
    told = said(new)
    assert new.documents() == at(home).documents()
    assert new.ingest([home.parent / "papers"]).added == ()
    new.export(folder / "again")
    for file in (home.parent / "exported").rglob("*.parquet"):
        again = folder / "again" / file.relative_to(home.parent / "exported")
        assert file.read_bytes() == again.read_bytes(), file.name
    at(back).import_(folder / "again")
    return told, said(at(back))


def test_milvus_and_postgres_and_back(
    home: Path, before: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with ExitStack() as stack:
        store = stack.enter_context(milvus_server.serving(tmp_path / "milvus")).store
        catalogue = "embedded"
        if postgres_server.programs():
            catalogue = request.getfixturevalue("postgres").database("moved")
        there, back = to_and_back(home, tmp_path, store=store, catalogue=catalogue)
    assert back == before
    found, wanted = there.pop("found"), dict(before)
    for asked, passages in wanted.pop("found").items():
        assert [row[:2] + row[3:] for row in found[asked]] == [
            row[:2] + row[3:] for row in passages
        ]
        scores = [row[2] for row in found[asked]], [row[2] for row in passages]
        assert scores[0] == pytest.approx(scores[1], abs=1e-5)  # float32, added in another order
    assert there == wanted


def test_an_import_into_postgres_goes_on(
    home: Path, before: dict[str, Any], tmp_path: Path, postgres: postgres_server.Server
) -> None:
    place = at(tmp_path / "there")
    catalogue = postgres.url("rag", query="?library=going-on")
    app = App(replace(place.settings, catalogue=catalogue), tmp_path / "there")
    interrupted(app, home.parent / "exported", documents=2)
    assert not place.exists
    assert staged_by(app, home.parent / "exported") == 1
    assert said(place) == before
    assert len(postgres.schemas(catalogue)) == 1
