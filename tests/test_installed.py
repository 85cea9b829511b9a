"""What is on this machine to choose from, and the servers that answer on it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from model_server import serving
from tiny_models import make_cross_encoder, make_embedder, make_llama, make_t5

from rag.config import Settings
from rag.fit import Question, ask
from rag.installed import Installed, fits, installed
from rag.models.nearby import PORTS, Nearby, look

CARD = """---
license: apache-2.0
language:
- ru
- en
tags: [text]
---
# A model
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of Hugging Face."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one model of each kind, and what is none."""
    folder = tmp_path_factory.mktemp("models")
    (make_llama(folder / "llama") / "README.md").write_text(CARD, encoding="utf-8")
    make_t5(folder / "Издатель" / "t5")
    make_embedder(folder / "embedder")
    shutil.rmtree(folder / "embedder-raw")
    make_cross_encoder(folder / "reranker")
    _label(make_cross_encoder(folder / "nli", 3))
    (folder / "notes").mkdir()
    (folder / "cut-off").mkdir()
    (folder / "cut-off" / "config.json").write_text("{", encoding="utf-8")
    (folder / "rag.txt").touch()
    return folder


def _label(folder: Path) -> None:
    file = folder / "config.json"
    config = json.loads(file.read_text())
    config["id2label"] = {"0": "entailment", "1": "neutral", "2": "contradiction"}
    file.write_text(json.dumps(config), encoding="utf-8")


def named(folder: Path) -> dict[str, Installed]:
    return {held.name: held for held in installed(str(folder))}


def test_models_are_told_by_what_they_are_for(folder: Path) -> None:
    assert {name: (held.task, held.kind) for name, held in named(folder).items()} == {
        "llama": ("model", "llama"),
        "Издатель/t5": ("model", "t5"),
        "embedder": ("embedder", "bert"),
        "reranker": ("reranker", "bert"),
        "nli": ("nli", "bert"),
    }


def test_size_languages_and_licence_are_told(folder: Path) -> None:
    held = named(folder)["llama"]
    assert (held.languages, held.licence) == ("ru, en", "apache-2.0")
    assert held.spec == f"transformers:{folder / 'llama'}"
    assert held.bytes == sum(path.stat().st_size for path in (folder / "llama").iterdir())
    assert named(folder)["nli"].languages == ""


def test_what_lies_in_the_cache_is_named_by_its_id(cache: Path, folder: Path) -> None:
    snapshot = cache / "models--someone--tiny" / "snapshots" / ("0" * 40)
    shutil.copytree(folder / "embedder", snapshot)
    refs = cache / "models--someone--tiny" / "refs"
    refs.mkdir()
    (refs / "main").write_text("0" * 40)
    assert [(held.name, held.spec, held.task) for held in installed()] == [
        ("someone/tiny", "someone/tiny", "embedder")
    ]


def test_without_models_there_is_nothing(tmp_path: Path) -> None:
    assert installed() == installed(str(tmp_path / "gone")) == ()


def test_whether_a_model_fits_is_what_rag_fit_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, settings = named(folder), Settings(embedder=str(folder / "embedder"))
    assert fits(held["llama"], settings) is ask(Question(held["llama"].spec), settings)[1].fits
    assert fits(held["embedder"], settings) is True
    monkeypatch.setattr("rag.fit.devices._memory", lambda: (10**9, 500_000_001))
    assert [fits(held[name], settings) for name in ("llama", "embedder", "nli")] == [False] * 3
    (folder / "llama" / "config.json").rename(folder / "llama" / "away")
    try:
        assert fits(held["llama"], settings) is None
    finally:
        (folder / "llama" / "away").rename(folder / "llama" / "config.json")


def test_servers_on_this_machine_are_found_with_their_models() -> None:
    ollama = {"/api/tags": lambda _: {"models": [{"name": "qwen3:8b", "size": 5}, {"size": 1}]}}
    vllm = {"/v1/models": lambda _: {"object": "list", "data": [{"id": "Qwen/Qwen3-8B"}]}}
    page = {"/v1/models": lambda _: (200, {}, iter([b"<html>"]))}
    with (
        serving(routes=ollama) as first,
        serving(routes=vllm) as second,
        serving(routes=page) as third,
    ):
        ports = {
            "Ollama": first.server_address[1],
            "vLLM": second.server_address[1],
            "llama.cpp": third.server_address[1],
        }
        assert look(ports) == (
            Nearby("Ollama", "qwen3:8b", "ollama:qwen3:8b", first.root, 5),
            Nearby("vLLM", "Qwen/Qwen3-8B", "openai:Qwen/Qwen3-8B", second.url),
        )
        assert [path for path, *_ in first.asked] == ["/api/tags"]


def test_no_server_is_followed_elsewhere() -> None:
    other = {"/v1/models": lambda _: {"data": [{"id": "far"}]}}
    with serving(routes=other) as far:
        away = {"/v1/models": lambda _: (302, {"Location": f"{far.url}/models"}, iter(()))}
        with serving(routes=away) as near:
            assert look({"vLLM": near.server_address[1]}) == ()
        assert far.asked == []


def test_where_nobody_listens_nothing_is_found() -> None:
    with serving() as server:
        port = server.server_address[1]
    assert look({"vLLM": port}) == ()
    assert "Ollama" in PORTS
