"""Models of natural language inference: their probabilities, and what an answer makes of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from model_doubles import scripted
from tiny_models import make_cross_encoder, make_embedder, spoil

from rag.app import App
from rag.config import Settings
from rag.embed import EncoderOptions
from rag.embed.entail import CrossEncoderEntailment
from rag.errors import ModelError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PAIRS = [
    ("The binder weighs 640 kilograms.", "It weighs 640 kilograms."),
    ("Отпуск переносится.", "Отпуск не переносится."),
    ("A cutter is sharpened four times. " * 60, "Смета."),
]
CLASSES = {0: "CONTRADICTION", 1: "Entailment", 2: "neutral"}


def sorter(folder: Path, classes: dict[int, str] | None = None, labels: int = 3) -> Path:
    """A cross-encoder with random weights whose classes are called so."""
    make_cross_encoder(folder, labels)
    config = json.loads((folder / "config.json").read_text())
    named = CLASSES if classes is None else classes
    config["id2label"] = {str(place): name for place, name in named.items()}
    config["label2id"] = {name: place for place, name in named.items()}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def load(folder: Path) -> CrossEncoderEntailment:
    return CrossEncoderEntailment(str(folder), EncoderOptions(dtype="float32"))


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> CrossEncoderEntailment:
    return load(sorter(tmp_path_factory.mktemp("models") / "nli"))


def test_probabilities_come_in_the_order_of_the_names(judge: CrossEncoderEntailment) -> None:
    from torch import softmax, tensor

    found = judge.judge(PAIRS)
    shares = softmax(tensor(judge._logits(PAIRS, 4)), dim=1)[:, [1, 2, 0]].tolist()
    assert [list(each) for each in found] == [pytest.approx(each, abs=1e-6) for each in shares]
    assert all(sum(each) == pytest.approx(1) for each in found)
    assert judge.name == "nli"


def test_a_pair_does_not_depend_on_its_company(judge: CrossEncoderEntailment) -> None:
    alone = [judge.judge([pair])[0] for pair in PAIRS]
    for one, other in zip(judge.judge(PAIRS), alone, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    assert judge.judge([]) == []


def test_what_judges_no_entailment_is_refused_with_a_remedy(tmp_path: Path) -> None:
    nameless = {place: f"LABEL_{place}" for place in range(3)}
    with pytest.raises(ModelError, match=r"LABEL_0, LABEL_1, LABEL_2.*id2label"):
        load(sorter(tmp_path / "nameless", nameless))
    with pytest.raises(ModelError, match=r"entailment, not_entailment"):
        load(sorter(tmp_path / "two", {0: "entailment", 1: "not_entailment"}, labels=2))
    with pytest.raises(ModelError, match=r"into not into|sorts into LABEL_0,"):
        load(make_cross_encoder(tmp_path / "score", 1))
    with pytest.raises(ModelError, match=r"no classes.*--embedder"):
        load(make_embedder(tmp_path / "embeds"))
    with pytest.raises(ModelError, match=r"There is no folder .*--nli"):
        load(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"not numbers.*--nli"):
        load(spoil(sorter(tmp_path / "spoilt"))).judge(PAIRS)


class Says:
    """Judges every pair alike, and keeps what it was asked."""

    def __init__(self, yes: float, neither: float, no: float) -> None:
        self.said = (yes, neither, no)
        self.asked: list[tuple[str, str]] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
        self.asked += pairs
        return [self.said for _ in pairs]


@pytest.mark.parametrize(
    ("said", "stands"), [(Says(0.9, 0.1, 0.0), True), (Says(0.0, 0.1, 0.9), False)]
)
def test_an_answer_is_put_to_the_model(app: App, folder: Path, said: Says, stands: bool) -> None:
    app.ingest([folder])
    claim = "A milling cutter can be sharpened four times."
    app.model = scripted(claim)
    app.__dict__["entailment"] = said
    answer = app.answer("how often may a milling cutter be sharpened?")
    assert said.asked == [("A milling cutter may be sharpened four times.", claim)]
    assert (claim in answer.text) == stands
    assert bool(answer.struck) != stands


def test_commands_take_a_model_of_entailment(
    rag: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rag("ingest", folder).code == 0
    draft = tmp_path / "draft.txt"
    draft.write_text("The binder weighs 640 kilograms.", encoding="utf-8")
    nli = sorter(tmp_path / "nli")
    assert rag("verify", draft, "--nli", nli).code == 0
    wrong = rag("verify", draft, "--nli", tmp_path / "nowhere")
    assert wrong.code == 5
    assert "--nli" in wrong.err
    monkeypatch.setenv("RAG_NLI", str(nli))
    assert rag("config", "show", "--json").json["settings"]["nli"] == str(nli)
    (tmp_path / "work" / "rag.toml").write_text('nli = "../nli"\n', encoding="utf-8")
    monkeypatch.delenv("RAG_NLI")
    assert rag("config", "show", "--json").json["settings"]["nli"] == str(nli)


def test_it_is_loaded_once_and_only_when_wanted(tmp_path: Path) -> None:
    assert App(Settings(), tmp_path).entailment is None
    made = App(Settings(nli=str(tmp_path / "nowhere")), tmp_path)
    with pytest.raises(ModelError):
        _ = made.entailment
