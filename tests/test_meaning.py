"""What the vectors of a model do to the order of passages that words find alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.app import App
from rag.embed import Embedder, EmbedderIdentity
from rag.retrieve import Retriever


class Taste(Embedder):
    """Likes one of two letters, and says which languages it knows."""

    identity = EmbedderIdentity("test", "taste", "1", 3, source="taste")

    def __init__(self, letter: str, *, knows: bool = True) -> None:
        self._letter = letter
        self._knows = knows

    def encode_documents(self, texts: Sequence[str]) -> Any:
        counts = np.array([[0.1, text.count("z"), text.count("q")] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    def encode_query(self, text: str) -> Any:  # noqa: ARG002
        return self.encode_documents([self._letter])[0]

    def knows(self, text: str) -> bool:  # noqa: ARG002
        return self._knows


@pytest.fixture
def twins(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """Two documents that differ in a letter."""
    for letter in "zq":
        text = f"Отчёт о насосах за год готов. Шифр {letter * 5}."
        (tmp_path / f"{letter}.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(App, "embedder", Taste("z"))
    app.ingest([tmp_path / "z.txt", tmp_path / "q.txt"])
    return app


def found(app: App, embedder: Embedder) -> list[tuple[str, tuple[str, ...]]]:
    with app.library() as library:
        passages = Retriever(library, embedder).retrieve("отчёт о насосах", k=2).passages
    return [(passage.document, passage.via) for passage in passages]


@pytest.mark.parametrize(("letter", "first", "second"), [("z", "z", "q"), ("q", "q", "z")])
def test_the_nearer_in_meaning_comes_first_where_words_do_not_tell(
    twins: App, letter: str, first: str, second: str
) -> None:
    both = ("words", "vectors")
    assert found(twins, Taste(letter)) == [(f"{first}.txt", both), (f"{second}.txt", both)]


def test_a_model_that_does_not_know_the_language_has_no_say(twins: App) -> None:
    orders = [found(twins, Taste(letter, knows=False)) for letter in "zq"]
    assert orders[0] == orders[1]
    assert {via for _, via in orders[0]} == {("words",)}
