"""The prompts of published families, by whatever the folder of a model is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.embed.families import Prompts, family, prompts_of

SEARCH = Prompts("search_query: ", "search_document: ")
E5 = Prompts("query: ", "passage: ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intfloat/multilingual-e5-small", E5),
        ("e5-large-v2", E5),
        ("my_E5-Base", E5),
        ("deepvk/USER-base", E5),
        ("ai-forever/FRIDA", SEARCH),
        ("sergeyzh/rubert-mini-frida", SEARCH),
        ("nomic-ai/nomic-embed-text-v1.5", SEARCH),
        ("BAAI/bge-m3", Prompts()),
        ("deepvk/USER-bge-m3", Prompts()),
        ("sentence-transformers/all-MiniLM-L6-v2", Prompts()),
        ("sentence-transformers/LaBSE", Prompts()),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", Prompts("query: ")),
    ],
)
def test_a_family_is_known_by_its_name(name: str, expected: Prompts) -> None:
    assert family(name) == expected


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("intfloat/multilingual-e5-large-instruct", "Instruct: "),
        ("Qwen/Qwen3-Embedding-0.6B", "Instruct: "),
        ("BAAI/bge-base-en-v1.5", "Represent this sentence"),
        ("Snowflake/snowflake-arctic-embed-m", "Represent this sentence"),
    ],
)
def test_an_instruction_stands_before_questions_alone(name: str, start: str) -> None:
    found = family(name)
    assert found is not None
    assert found.query.startswith(start)
    assert found.document == ""


@pytest.mark.parametrize("name", ["xlm-roberta-base", "good-friday", "me5", "my-model", ""])
def test_no_family_is_made_out_of_a_name_that_only_resembles_one(name: str) -> None:
    assert family(name) is None


def test_a_model_in_a_folder_of_another_name_is_known_by_its_card_or_its_configuration(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    assert prompts_of({}, folder, str(folder)) == Prompts()
    (folder / "config.json").write_text(json.dumps({"_name_or_path": "intfloat/e5-base"}))
    assert prompts_of({}, folder, str(folder)) == E5
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Model Card for FRIDA\n")
    assert prompts_of({}, folder, str(folder)) == SEARCH
    cached = tmp_path / "models--intfloat--multilingual-e5-small" / "snapshots" / "0123"
    assert prompts_of({}, cached, "somewhere") == E5


def test_what_a_model_is_configured_with_counts_before_its_family(tmp_path: Path) -> None:
    own = {"query": "q: ", "passage": "p: "}
    assert prompts_of(own, tmp_path, "multilingual-e5-small") == Prompts("q: ", "p: ")
    only = {"query": "find: ", "document": ""}
    assert prompts_of(only, tmp_path, "multilingual-e5-small") == Prompts("find: ")
    none = {"query": "", "document": None}
    assert prompts_of(none, tmp_path, "multilingual-e5-small") == E5
    named = {"search_query": "search_query: ", "search_document": "search_document: "}
    assert prompts_of(named, tmp_path, "some-model") == SEARCH


def test_a_damaged_configuration_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("[1, 2")
    assert prompts_of({}, tmp_path, "my-model") == Prompts()
