"""What many tests need: a library in a temporary folder, and a command line to type at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from papers import ENGLISH, HANDBOOK, MEETING

from rag.app import App
from rag.cli import run
from rag.config import Settings

# no test asserts how long anything takes: these machines are busy
settings.register_profile("any pace", deadline=None)
settings.load_profile("any pace")


@dataclass(frozen=True)
class Typed:
    """What came of a typed command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


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
