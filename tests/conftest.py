"""What many tests need: a library in a temporary folder, and a command line to type at."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from papers import ENGLISH, HANDBOOK, MEETING
from postgres_server import Server, running
from warm_readers import kept_warm

from rag.app import App
from rag.cli import run
from rag.config import Settings

# no test asserts how long anything takes: these machines are busy
settings.register_profile("any pace", deadline=None)
settings.load_profile("any pace")

#: So many more modules are worth to be set aside.
_MANY = 200


def pytest_collection_finish() -> None:
    """Set aside what stays to the end: thousands of tests, and the modules they need.

    The program collects garbage whenever it lets go of a model, at the end of each ingest that is,
    and would look through all of them each time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _modules_set_aside() -> Iterator[None]:
    """The same for libraries as large as PyTorch, which some tests import."""
    before = len(sys.modules)
    yield
    if len(sys.modules) - before > _MANY:
        gc.collect()
        gc.freeze()


@dataclass(frozen=True)
class Typed:
    """What came of a typed command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="session", autouse=True)
def _warm_readers() -> Iterator[None]:
    """What reads documents need not start anew for every test; those of the pool itself may."""
    with kept_warm():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of PostgreSQL with a database `rag`, for all tests; they are skipped without one."""
    with running() as server:
        server.database("rag")
        yield server
        from rag.store.postgres.engine import forget_engines

        forget_engines()


@pytest.fixture(scope="session")
def moved_from(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a library of papers, that has been renamed in and corrected."""
    from moved_libraries import at, papers

    folder = tmp_path_factory.mktemp("moving")
    app = at(folder / "home")
    app.ingest([papers(folder / "papers")])
    app.rename("binder.txt", "The binder.txt")
    meeting = "meetings/планёрка.txt"
    app.correct(meeting, app.corrected(meeting).minutes.promises[0], {"when": "2025-11-20"})
    app.add_promise(meeting, {"who": "Олег Титов", "what": "заказать пропуск"})
    return folder / "home"


@pytest.fixture(scope="session")
def exported(moved_from: Path) -> Path:
    """What was exported of it."""
    from moved_libraries import at

    at(moved_from).export(moved_from.parent / "exported")
    return moved_from.parent / "exported"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a handbook, a meeting and an English note."""
    documents = tmp_path / "papers"
    (documents / "meetings").mkdir(parents=True)
    (documents / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (documents / "binder.txt").write_text(ENGLISH, encoding="utf-8")
    (documents / "meetings" / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    return documents


@pytest.fixture
def app(tmp_path: Path) -> App:
    """An app with a home of its own."""
    return App(Settings(workers=1), tmp_path / "home")


@pytest.fixture
def rag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Type a command in an empty working folder that has no settings."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RAG_WORKERS", "1")

    def type_in(*arguments: object) -> Typed:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Typed(code, out, err)

    return type_in


@pytest.fixture
def filled(rag: Any, folder: Path) -> Any:
    """Type a command where there is a library of that folder."""
    assert rag("ingest", folder).code == 0
    return rag
