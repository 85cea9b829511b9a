"""Cross-encoders: their scores, and what they do to the order of the passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tiny_models import make_cross_encoder, make_embedder, make_yes_or_no, spoil

from rag import schema
from rag.app import App
from rag.config import Settings
from rag.embed import EncoderOptions
from rag.embed.rerank import CrossEncoderReranker
from rag.errors import ModelError
from rag.retrieve import Retriever

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

QUESTION = "сколько дней отпуска переносится?"
PASSAGES = ["Переносится десять дней.", "The cutter is sharpened. " * 80, "Смета."]


class Judge:
    """Scores a passage by how often it holds a word."""

    name = "judge"

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[tuple[str, list[str]]] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked.append((question, list(passages)))
        return [min(1.0, 0.5 * text.count(self.word)) for text in passages]


def load(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(folder), EncoderOptions(dtype="float32"))


@pytest.mark.parametrize("labels", [1, 2])
def test_scores_lie_between_0_and_1_and_do_not_depend_on_the_company(
    tmp_path: Path, labels: int
) -> None:
    reranker = load(make_cross_encoder(tmp_path / "judge", labels))
    scores = reranker.score(QUESTION, PASSAGES)
    assert all(0 < score < 1 for score in scores)
    assert len({round(score, 7) for score in scores}) == 3
    alone = [reranker.score(QUESTION, [passage])[0] for passage in PASSAGES]
    assert scores == pytest.approx(alone, abs=1e-5)
    assert reranker.score(QUESTION, []) == []


def test_two_outputs_are_irrelevant_and_relevant(tmp_path: Path) -> None:
    from torch import softmax, tensor

    reranker = load(make_cross_encoder(tmp_path / "judge", 2))
    logits = reranker._logits([(QUESTION, PASSAGES[0])], 1)
    expected = softmax(tensor(logits), dim=1)[0, 1].item()
    assert reranker.score(QUESTION, PASSAGES[:1]) == [pytest.approx(expected, abs=1e-6)]


def test_a_decoder_that_says_yes_or_no_is_a_reranker(tmp_path: Path) -> None:
    scores = load(make_yes_or_no(tmp_path / "qwen3-reranker")).score(QUESTION, PASSAGES)
    assert all(0 < score < 1 for score in scores)
    assert len(set(scores)) == 3


def test_what_is_no_reranker_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sorts into 3 classes"):
        load(make_cross_encoder(tmp_path / "sorts", 3))
    with pytest.raises(ModelError, match=r"no scores.*--embedder"):
        load(make_embedder(tmp_path / "embeds"))
    with pytest.raises(ModelError, match=r"There is no folder .*--reranker"):
        load(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"holds no model.*--reranker"):
        load(tmp_path)


def test_scores_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not numbers.*RAG_DTYPE=float32"):
        load(spoil(make_cross_encoder(tmp_path / "spoilt"))).score(QUESTION, PASSAGES)


def test_passages_stand_as_the_reranker_says(app: App, folder: Path) -> None:
    app.ingest([folder])
    question = "отпуск, смета, cutter"
    with app.library() as library:
        before = Retriever(library, app.embedder).retrieve(question, k=5).passages
        last = before[-1]
        judge = Judge(last.chunk.text[:30])
        after = Retriever(library, app.embedder, judge).retrieve(question, k=5).passages
    assert len(before) > 2
    assert after[0].chunk.id == last.chunk.id
    assert {p.chunk.id for p in after} == {p.chunk.id for p in before}
    assert [p.chunk.id for p in after[1:]] == [p.chunk.id for p in before[:-1]]
    assert [p.score for p in after] == sorted((p.score for p in after), reverse=True)
    assert all("reranker" in p.via for p in after)
    assert not any("reranker" in p.via for p in before)
    [(asked, texts)] = judge.asked
    assert asked == question
    assert any("Перенос\n" in text for text in texts)  # headings are judged with their text


def test_a_reranker_that_likes_all_alike_leaves_the_order(app: App, folder: Path) -> None:
    app.ingest([folder])
    with app.library() as library:
        before = Retriever(library, app.embedder).retrieve(QUESTION, k=5)
        after = Retriever(library, app.embedder, Judge("§")).retrieve(QUESTION, k=5)
    assert [p.chunk.id for p in after.passages] == [p.chunk.id for p in before.passages]


def test_words_alone_and_vectors_alone_are_measured_without_a_reranker(
    app: App, folder: Path
) -> None:
    app.ingest([folder])
    judge = Judge("binder")
    with app.library() as library:
        retriever = Retriever(library, app.embedder, judge)
        retriever.retrieve(QUESTION, k=5, mode="words")
        retriever.retrieve(QUESTION, k=5, mode="vectors")
        retriever.retrieve("§", k=5)
    assert not any(texts for _, texts in judge.asked[:-1])


def test_commands_take_a_reranker(rag: Any, folder: Path, tmp_path: Path) -> None:
    judge = make_cross_encoder(tmp_path / "judge")
    assert rag("ingest", folder).code == 0
    typed = rag("search", "cutter", "--reranker", judge, "--json")
    assert typed.code == 0
    assert "reranker" in typed.json["passages"][0]["via"]
    assert rag("ask", "сколько дней отпуска?", "--reranker", judge).code == 0
    wrong = rag("ask", "сколько дней отпуска?", "--reranker", tmp_path / "nowhere")
    assert wrong.code == 5
    assert "--reranker" in wrong.err


def test_a_reranker_is_set_as_every_setting_is(folder: Path, tmp_path: Path) -> None:
    judge = make_cross_encoder(tmp_path / "judge")
    app = App(Settings(workers=1, reranker=str(judge)), tmp_path / "home")
    app.ingest([folder])
    passage = app.search("cutter sharpened", k=1).passages[0]
    assert "reranker" in schema.passage(passage)["via"]
