"""Another embedder for a library that is there: killed, asked meanwhile, gone on with."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import make_embedder

from rag.app import App
from rag.config import Settings
from rag.embed.neural import SentenceTransformerEmbedder
from rag.errors import LibraryMismatch, ModelError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

BLOCK = 32
REACHED = 100
PROGRAM = f"""
import sys; from pathlib import Path
from rag.app import App; from rag.config import Settings; from rag.store import embedding
embedding._STAGED_BATCH = {BLOCK}
def watch(done, total):
    if done == {REACHED}:
        print("here", flush=True)
        sys.stdin.read()
App(Settings(embedder=sys.argv[2]), Path(sys.argv[1])).reindex(on_progress=watch)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_embedder(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture
def library(app: App, tmp_path: Path) -> App:
    """A library of 180 chunks, made by the built-in embedder."""
    papers = tmp_path / "many"
    papers.mkdir()
    for number in range(3):
        sections = (f"# Раздел {n}\n\nЗапись {n} тома {number}.\n" for n in range(60))
        (papers / f"{number}.md").write_text("\n".join(sections), encoding="utf-8")
    app.ingest([papers])
    assert app.documents()
    return app


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that a model was asked to embed."""
    texts: list[str] = []
    whole = SentenceTransformerEmbedder.encode_documents

    def encode(self: SentenceTransformerEmbedder, batch: Any) -> Any:
        texts.extend(batch)
        return whole(self, batch)

    monkeypatch.setattr(SentenceTransformerEmbedder, "encode_documents", encode)
    monkeypatch.setattr("rag.store.embedding._STAGED_BATCH", BLOCK)
    return texts


def named(app: App, model: str, **more: Any) -> App:
    return App(Settings(embedder=model, **more), app.paths.home)


def answers(app: App) -> bool:
    """Whether a library that is opened anew finds what it holds, needs no repair and is sound."""
    fresh = App(Settings(), app.paths.home)
    found = fresh.search("запись 17 тома 2", k=3).passages
    return bool(found) and all(check.ok for check in fresh.doctor())


def test_killed_in_the_middle_it_goes_on_and_the_old_library_answers_meanwhile(
    library: App, model: str, encoded: list[str]
) -> None:
    command = [sys.executable, "-c", PROGRAM, str(library.paths.home), model]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        assert answers(library)  # while it is being done
        process.send_signal(signal.SIGKILL)
    assert answers(library)
    assert App(Settings(), library.paths.home).embedder.identity.model == "hashed"
    told: list[tuple[int, int]] = []
    counts = named(library, model).reindex(on_progress=lambda *step: told.append(step))
    assert counts == (3, 180)
    assert told[-1] == (180, 180)
    assert len(encoded) == 180 - REACHED // BLOCK * BLOCK
    assert answers(library)
    assert App(Settings(), library.paths.home).embedder.identity.dimension == 32
    assert not library.paths.staged.exists()


def test_the_vectors_are_those_that_one_go_would_have_made(
    library: App, model: str, encoded: list[str]
) -> None:
    app = named(library, model)
    app.reindex()
    with app.library() as opened:
        held = [(keys.tolist(), block) for keys, block in opened.vectors.blocks()]
        rows = {key: row for keys, block in held for key, row in zip(keys, block, strict=True)}
        chunks = list(opened.catalogue.chunks(list(rows)[:20]))
    texts = [f"{row.chunk.context}\n{row.chunk.text}" for row in chunks]
    assert set(texts) <= set(encoded)
    expected = app.embedder.encode_documents(texts)
    np.testing.assert_allclose([rows[row.key] for row in chunks], expected, atol=1e-2)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda vectors: vectors * np.nan, "not numbers"),
        (lambda vectors: vectors[:, :-1], r"shape \(32, 31\)"),
    ],
)
def test_a_model_that_fails_in_the_middle_leaves_the_old_library(
    library: App, model: str, monkeypatch: pytest.MonkeyPatch, encoded: list[str], spoil: Any,
    said: str,
) -> None:  # fmt: skip
    whole = SentenceTransformerEmbedder.encode_documents

    def encode(self: SentenceTransformerEmbedder, batch: Any) -> Any:
        made = whole(self, batch)
        return spoil(made) if len(encoded) > 2 * BLOCK else made

    monkeypatch.setattr(SentenceTransformerEmbedder, "encode_documents", encode)
    with pytest.raises(ModelError, match=said):
        named(library, model).reindex()
    assert answers(library)
    monkeypatch.setattr(SentenceTransformerEmbedder, "encode_documents", whole)
    encoded.clear()
    named(library, model).reindex()
    assert len(encoded) == 180 - 2 * BLOCK
    assert answers(library)


def test_a_library_keeps_the_dimension_and_the_prompts_that_it_was_made_with(
    library: App, model: str
) -> None:
    made = named(library, model, dimension=8, query_prompt="вопрос: ", document_prompt="none")
    made.reindex()
    own = App(Settings(), library.paths.home)
    assert own.search("запись 17", k=1).passages
    assert own.embedder.identity.dimension == 8
    assert own.embedder.identity.prefixes == ("вопрос: ", "")
    with pytest.raises(LibraryMismatch, match=r"8 dimensions, prompts 'вопрос: '.*rag reindex"):
        named(library, model).search("запись 17", k=1)
    own.reindex()
    assert own.embedder.identity.dimension == 8
    App(Settings(dimension=4), library.paths.home).reindex()
    assert App(Settings(), library.paths.home).embedder.identity.dimension == 4


def test_a_library_whose_model_was_moved_is_asked_with_its_new_place(
    library: App, tmp_path: Path
) -> None:
    folder = make_embedder(tmp_path / "first")
    named(library, str(folder)).reindex()
    folder.rename(tmp_path / "second")
    with pytest.raises(ModelError, match=r"There is no folder .*--embedder"):
        App(Settings(), library.paths.home).search("запись 17", k=1)
    assert named(library, str(tmp_path / "second")).search("запись 17", k=1).passages
