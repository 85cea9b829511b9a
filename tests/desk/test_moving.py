"""A library moves to another embedder while it is asked, and a model is tried."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_doubles import model_of, scripted
from tiny_models import make_embedder

from rag import config
from rag.config import Settings
from rag.desk import Desk
from rag.desk.trial import Trial
from rag.embed.neural import SentenceTransformerEmbedder
from rag.errors import LibraryMismatch, ModelError, UsageError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TEXT = "Отпуск переносится на четырнадцать дней.\n\nThe kettle boils in four minutes.\n"
QUESTION = "На сколько дней переносится отпуск?"
SECONDS = 60


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_embedder(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a rag.toml in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("RAG_WORKERS", "1")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "rag.toml").write_text('# чем ищем\nembedder = "hashed"\n', encoding="utf-8")
    return folder


@pytest.fixture
def desk(work: Path) -> Desk:
    """Two collections, made by the built-in embedder, which is set."""
    (work / "отпуск.txt").write_text(TEXT, encoding="utf-8")
    desk = Desk(work / ".rag", settled(work))
    for name in ("default", "second"):
        desk.app(name).ingest([work / "отпуск.txt"])
    return desk


def settled(work: Path) -> Settings:
    return config.load({}, cwd=work, environ={"RAG_WORKERS": "1"}).settings


def provider(desk: Desk, name: str = "default") -> str:
    return desk.app(name).embedder.identity.provider


def answered(desk: Desk, name: str = "default") -> bool:
    return "четырнадцать" in desk.app(name).answer(QUESTION).text


def test_the_old_index_answers_until_the_new_is_whole(
    desk: Desk, work: Path, embedder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may = threading.Event(), threading.Event()
    whole = SentenceTransformerEmbedder.encode_documents

    def encode(self: SentenceTransformerEmbedder, texts: Any) -> Any:
        begun.set()
        assert may.wait(SECONDS)
        return whole(self, texts)

    monkeypatch.setattr(SentenceTransformerEmbedder, "encode_documents", encode)
    move = desk.move_to(embedder, work)
    assert begun.wait(SECONDS)
    assert not move.done
    assert answered(desk)
    assert answered(desk, "second")
    assert provider(desk) == "builtin"
    assert settled(work).embedder == "hashed"
    with pytest.raises(UsageError, match="already"):
        desk.move_to(embedder, work)
    may.set()
    assert move.wait(SECONDS)
    assert (move.state, move.error) == ("done", None)
    assert (move.chunks, move.total) == (1, 1)
    assert answered(desk)
    assert provider(desk) != "builtin"
    desk.settle(settled(work))
    assert desk.settings.embedder == embedder
    assert answered(desk)
    assert answered(desk, "second")
    assert (work / "rag.toml").read_text(encoding="utf-8").startswith("# чем ищем\n")
    assert provider(desk, "second") == provider(desk) != "builtin"


def test_what_fails_is_told_and_the_old_index_stays(desk: Desk, work: Path) -> None:
    move = desk.move_to(str(work / "gone"), work)
    assert move.wait(SECONDS)
    assert (move.state, type(move.error)) == ("failed", ModelError)
    assert answered(desk)
    assert settled(work).embedder == "hashed"
    assert desk.move_to("hashed", work).wait(SECONDS)


def test_it_waits_for_who_writes_and_can_be_stopped(desk: Desk, work: Path, embedder: str) -> None:
    from rag.store.place import locked

    with locked(desk.app().paths):
        move = desk.move_to(embedder, work)
        while move.state != "waiting":
            assert not move.wait(0.02)
        move.stop()
        assert move.wait(SECONDS)
    assert (move.state, move.error) == ("stopped", None)
    assert answered(desk)


def test_a_choice_that_cannot_be_saved_leaves_a_library_that_answers(
    desk: Desk, work: Path, embedder: str
) -> None:
    (work / "rag.toml").chmod(0o444)
    move = desk.move_to(embedder, work)
    assert move.wait(SECONDS)
    assert move.state == "failed"
    assert "read-only" in str(move.error)
    desk.settle(settled(work))
    assert answered(desk)
    assert provider(desk) != "builtin"
    with pytest.raises(LibraryMismatch):
        Desk(desk.home, settled(work)).app().answer(QUESTION)


def test_a_trial_tells_what_was_said_and_how_fast() -> None:
    trial = Trial(lambda: scripted("Я отвечаю по документам."), "Кто ты?", "Анна")
    assert trial.wait(SECONDS)
    assert (trial.state, trial.text.strip()) == ("done", "Я отвечаю по документам.")
    assert trial.loading is not None
    assert trial.first is not None
    assert trial.rate is not None
    assert trial.rate > 0


def test_a_trial_tells_why_it_failed_and_what_to_do(tmp_path: Path) -> None:
    settings = Settings(model=f"transformers:{tmp_path / 'gone'}")
    trial = Desk(tmp_path).try_model(settings, "Кто ты?", "Анна")
    assert trial.wait(SECONDS)
    assert trial.state == "failed"
    assert trial.error is not None
    assert trial.error.hint
    trial = Desk(tmp_path).try_model(replace(settings, model=""), "Кто ты?", "Анна")
    assert trial.wait(SECONDS)
    assert trial.state == "failed"


def test_a_trial_that_is_stopped_is_no_failure() -> None:
    begun, may = threading.Event(), threading.Event()

    def load() -> Any:
        begun.set()
        assert may.wait(SECONDS)
        return model_of(lambda *_: "много слов")

    trial = Trial(load, "Кто ты?", "Анна")
    assert begun.wait(SECONDS)
    trial.stop()
    may.set()
    assert trial.wait(SECONDS)
    assert (trial.state, trial.text, trial.error) == ("stopped", "", None)
