"""Suggested models, which of them are on this machine, and fetching one from a hub."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hub_server import Hub, serving
from tiny_models import make_embedder

from rag.errors import ModelError, StorageError
from rag.hub import needed, pull
from rag.suggestions import suggestion, suggestions

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ID = "someone/tiny-embedder"
USELESS = {
    "onnx/model.onnx": b"exported",
    "openvino/openvino_model.bin": b"exported",
    "pytorch_model.bin": b"the same weights once more",
    "optimizer.pt": b"of the training",
    ".gitattributes": b"*.safetensors filter=lfs",
    "picture.png": b"of a cat",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedder as it is published."""
    return make_embedder(tmp_path_factory.mktemp("published") / "tiny-embedder")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache of Hugging Face."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def hub(tiny: Path) -> Iterator[Hub]:
    paths = [p for p in tiny.rglob("*") if p.is_file()]
    files = {p.relative_to(tiny).as_posix(): p.read_bytes() for p in paths}
    with serving(ID, files | USELESS) as running:
        yield running


def names(folder: Path) -> set[str]:
    paths = (p for p in folder.rglob("*") if p.is_file())
    found = {p.relative_to(folder).as_posix() for p in paths}
    return {name for name in found if not name.startswith(".cache/")}


def test_what_is_fetched_is_a_model_that_works(
    rag: Any, hub: Hub, tiny: Path, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_HUB", hub.url)
    typed = rag("models", "pull", ID, "--to", tmp_path / "shelf", "--json")
    assert typed.code == 0, typed.err
    fetched = tmp_path / "shelf" / "tiny-embedder"
    assert typed.json["folder"] == str(fetched)
    assert names(fetched) == names(tiny)
    assert rag("ingest", folder, "--embedder", fetched).code == 0
    monkeypatch.setenv("RAG_MODELS_FOLDER", str(tmp_path / "shelf"))
    assert rag("reindex", "--embedder", "tiny-embedder").code == 0
    assert rag("search", "cutter").code == 0
    listed = rag("models", "--json").json
    assert [(each["name"], each["folder"]) for each in listed["others"]] == [
        ("tiny-embedder", str(fetched))
    ]


def test_without_a_folder_it_goes_into_the_cache_and_is_named_by_its_id(
    rag: Any, hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_HUB", hub.url)
    assert rag("models", "pull", ID).code == 0
    assert rag("ingest", folder, "--embedder", ID).code == 0
    assert [each["name"] for each in rag("models", "--json").json["others"]] == [ID]
    hub.asked.clear()
    assert rag("models", "pull", ID).code == 0
    assert hub.asked == []  # what is there is not fetched again


def test_a_fetch_that_broke_off_goes_on_where_it_stopped(
    hub: Hub, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 4096)
    hub.cut = "model.safetensors"
    held = pull(ID, to=tmp_path, endpoint=hub.url)
    assert (held.folder / "model.safetensors").read_bytes() == (
        tiny / "model.safetensors"
    ).read_bytes()
    begun = [start for name, start in hub.asked if name == "model.safetensors"]
    assert begun[0] == 0 < begun[-1]


def test_safetensors_come_alone_where_a_folder_has_them() -> None:
    files = {
        "model.safetensors": 1,
        "pytorch_model.bin": 1,
        "2_Dense/pytorch_model.bin": 1,
        "1_Pooling/config.json": 1,
        "tokenizer.json": 1,
        "sentencepiece.bpe.model": 1,
        "README.md": 1,
        "colbert_linear.pt": 1,
        "onnx/model.onnx": 1,
        "onnx/tokenizer.json": 1,
        "imgs/scores.jpg": 1,
        "modeling.py": 1,
    }
    assert set(files) - set(needed(files)) == {
        "pytorch_model.bin",
        "colbert_linear.pt",
        "onnx/model.onnx",
        "onnx/tokenizer.json",
        "imgs/scores.jpg",
    }
    assert needed({"pytorch_model.bin": 1, "config.json": 1}) == [
        "config.json",
        "pytorch_model.bin",
    ]


class _Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_a_model_that_the_disk_has_no_room_for_is_not_begun(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Disk(1 << 40, 1 << 40, 1000))
    with pytest.raises(StorageError, match=r"GB free.*--to FOLDER"):
        pull(ID, to=tmp_path, endpoint=hub.url)
    assert hub.asked == []


def test_what_cannot_be_fetched_is_an_error_that_names_the_way(
    rag: Any, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_HUB", hub.url)
    unknown = rag("models", "pull", "someone/nothing")
    assert (unknown.code, "The hub has no model someone/nothing" in unknown.err) == (5, True)
    slip = rag("models", "pull", "multilingual-e6")
    assert (slip.code, "PUBLISHER/NAME" in slip.err) == (2, True)
    offline = rag("models", "pull", "bge-m3", "--offline")
    assert (offline.code, "carry the folder" in offline.err) == (5, True)
    monkeypatch.setenv("RAG_HUB", "http://127.0.0.1:9")
    far = rag("models", "pull", ID)
    assert (far.code, "on a machine with network" in far.err) == (5, True)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("RAG_HUB", hub.url)
    assert rag("models", "pull", ID, "--to", tmp_path / "file" / "below").code == 1


def test_a_repository_without_weights_is_no_model(tmp_path: Path) -> None:
    with (
        serving(ID, {"README.md": b"# Soon", "config.json": b"{}"}) as hub,
        pytest.raises(ModelError, match="no weights"),
    ):
        pull(ID, to=tmp_path, endpoint=hub.url)


def test_suggestions_are_listed_with_what_is_here(
    rag: Any, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "shelf"
    shutil.copytree(tiny, shelf / "USER-bge-m3")
    shutil.copytree(tiny, shelf / "mine")
    (shelf / "multilingual-e5-small").mkdir()  # a fetch that came to nothing
    monkeypatch.setenv("RAG_MODELS_FOLDER", str(shelf))
    told = rag("models", "--json").json
    here = {each["id"]: each["folder"] for each in told["models"] if each["folder"]}
    assert here == {"deepvk/USER-bge-m3": str(shelf / "USER-bge-m3")}
    assert [each["name"] for each in told["others"]] == ["mine"]
    assert told["sources"]["ru"]
    typed = rag("models")
    assert typed.code == 0
    for model in suggestions().models:
        assert model.id in typed.out
    assert str(shelf / "USER-bge-m3") in typed.out.replace("\n", "")


def test_every_suggestion_is_complete_and_known_by_its_short_name() -> None:
    found = suggestions()
    assert len({m.short.casefold() for m in found.models}) == len(found.models)
    for model in found.models:
        assert suggestion(model.short.upper()) == suggestion(model.id) == model
        assert (model.dimension is None) == (model.task == "reranker")
        assert model.memory(4) == 2 * model.memory(2) > 10**8
        assert all(0 < score < 100 for score in (model.ru, model.en) if score is not None)
    assert suggestion("someone/else") is None
