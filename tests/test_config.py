from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.config import RANGES, Settings, encoding, library_home, load
from rag.embed import EncoderOptions
from rag.errors import UsageError


@pytest.fixture(autouse=True)
def no_configuration_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.mark.parametrize(
    ("flag", "variable", "in_file", "value", "origin"),
    [
        (None, None, None, 8, "default"),
        (None, None, "3", 3, "rag.toml"),
        (None, "4", "3", 4, "RAG_PASSAGES"),
        (5, "4", "3", 5, "flag"),
        (None, "4", None, 4, "RAG_PASSAGES"),
    ],
)
def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(
    tmp_path: Path,
    flag: int | None,
    variable: str | None,
    in_file: str | None,
    value: int,
    origin: str,
) -> None:
    if in_file:
        (tmp_path / "rag.toml").write_text(f"passages = {in_file}", encoding="utf-8")
    environ = {"RAG_PASSAGES": variable} if variable else {}
    found = load({"passages": flag}, cwd=tmp_path, environ=environ)
    assert found.settings.passages == value
    assert found.origins["passages"].endswith(origin)


def test_the_file_is_found_from_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text('collection = "work"', encoding="utf-8")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert load({}, cwd=below, environ={}).settings.collection == "work"


@pytest.mark.parametrize(
    ("toml", "environ", "said"),
    [
        ("colection = 'x'", {}, "colection"),
        ("passages = 'many'", {}, "passages"),
        ("passages = true", {}, "passages"),
        ("passages = 2.5", {}, "passages"),
        ("offline = 1", {}, "offline"),
        ("not toml at all", {}, "cannot be read"),
        ("", {"RAG_EMBEDER": "x"}, "embeder"),
        ("", {"RAG_WINDOW": "wide"}, "window"),
    ],
)
def test_an_unknown_key_or_a_wrong_value_is_an_error(
    tmp_path: Path, toml: str, environ: dict[str, str], said: str
) -> None:
    (tmp_path / "rag.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        load({}, cwd=tmp_path, environ=environ)


@pytest.mark.parametrize(
    ("name", "flag", "value", "range_"),
    [
        ("workers", "--workers", -1, "from 0 to 64"),
        ("workers", "--workers", 65, "from 0 to 64"),
        ("passages", "-k", 0, "from 1 to 100"),
        ("passages", "-k", -3, "from 1 to 100"),
        ("passages", "-k", 101, "from 1 to 100"),
        ("window", "--window", -5, "from 0 to "),
        ("max_tokens", "--max-tokens", 0, "from 1 to "),
        ("temperature", "--temperature", -1.0, "from 0.0 to 2.0"),
        ("temperature", "--temperature", float("nan"), "from 0.0 to 2.0"),
        ("temperature", "--temperature", float("inf"), "from 0.0 to 2.0"),
    ],
)
def test_a_number_out_of_its_range_is_an_error_that_names_the_setting_and_its_range(
    tmp_path: Path, name: str, flag: str, value: float, range_: str
) -> None:
    with pytest.raises(UsageError) as told:
        load({name: value}, cwd=tmp_path, environ={})
    assert f"{name} ({flag})" in str(told.value)
    assert range_ in str(told.value)
    with pytest.raises(UsageError) as told:
        load({}, cwd=tmp_path, environ={f"RAG_{name.upper()}": str(value)})
    assert f"{name} (RAG_{name.upper()})" in str(told.value)
    (tmp_path / "rag.toml").write_text(f"{name} = {value}", encoding="utf-8")
    with pytest.raises(UsageError) as told:
        load({}, cwd=tmp_path, environ={})
    assert "rag.toml" in str(told.value)


def test_the_ends_of_a_range_are_in_it_and_the_defaults_too(tmp_path: Path) -> None:
    for name, ends in RANGES.items():
        for value in (*ends, getattr(Settings(), name)):
            assert getattr(load({name: value}, cwd=tmp_path, environ={}).settings, name) == value


def test_paths_in_the_file_count_from_its_folder(tmp_path: Path) -> None:
    for folder in ("models/e5", "models/qwen", "hashed", "below"):
        (tmp_path / folder).mkdir(parents=True)
    cases = [
        ("home", "lib", str(tmp_path / "lib")),
        ("home", "hashed", str(tmp_path / "hashed")),
        ("home", "/somewhere", "/somewhere"),
        ("home", "~/lib", str(Path.home() / "lib")),
        ("embedder", "models/e5", str(tmp_path / "models/e5")),
        ("embedder", "hashed", "hashed"),
        ("embedder", "intfloat/multilingual-e5-small", "intfloat/multilingual-e5-small"),
        ("reranker", "models/e5", str(tmp_path / "models/e5")),
        ("reranker", "bge-reranker-v2-m3", "bge-reranker-v2-m3"),
        ("models_folder", "models", str(tmp_path / "models")),
        ("models_folder", "not yet", str(tmp_path / "not yet")),
        ("model", "transformers:models/qwen", f"transformers:{tmp_path / 'models/qwen'}"),
        ("model", "transformers:Qwen/Qwen3-4B", "transformers:Qwen/Qwen3-4B"),
        ("model", "openai:models", "openai:models"),
    ]
    for name, given, expected in cases:
        (tmp_path / "rag.toml").write_text(f'{name} = "{given}"', encoding="utf-8")
        assert getattr(load({}, cwd=tmp_path / "below", environ={}).settings, name) == expected


def test_a_prompt_may_be_set_or_set_to_none(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text('query_prompt = "вопрос: "\ndocument_prompt = "none"')
    found = encoding(load({"dimension": 64}, cwd=tmp_path, environ={}).settings)
    assert (found.query_prompt, found.document_prompt, found.dimension) == ("вопрос: ", "", 64)
    assert encoding(Settings()) == EncoderOptions()
    made = found.as_made(("q: ", "p: "), 384)
    assert (made.query_prompt, made.document_prompt, made.dimension) == ("вопрос: ", "", 64)
    assert EncoderOptions().as_made(("q: ", ""), 384) == EncoderOptions("q: ", "", 384)


def test_a_home_of_the_wrong_kind_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text("home = true", encoding="utf-8")
    with pytest.raises(UsageError, match="home"):
        load({}, cwd=tmp_path, environ={})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("offline", "yes", True),
        ("offline", "0", False),
        ("temperature", "0.5", 0.5),
        ("window", "2048", 2048),
        ("home", "/somewhere", "/somewhere"),
    ],
)
def test_the_environment_gives_every_kind_of_value(
    tmp_path: Path, name: str, text: str, value: Any
) -> None:
    found = load({}, cwd=tmp_path, environ={f"RAG_{name.upper()}": text})
    assert getattr(found.settings, name) == value


def test_the_library_is_found_by_walking_up(tmp_path: Path) -> None:
    (tmp_path / ".rag").mkdir()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert library_home(Settings(), below) == tmp_path / ".rag"


def test_a_new_library_is_made_here(tmp_path: Path) -> None:
    assert library_home(Settings(), tmp_path) == tmp_path / ".rag"


def test_a_home_that_is_set_counts(tmp_path: Path) -> None:
    (tmp_path / ".rag").mkdir()
    other = tmp_path / "other"
    assert library_home(Settings(home=str(other)), tmp_path) == other
