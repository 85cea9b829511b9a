"""Settings written into rag.toml: what was there stays, and what was saved counts."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.config import CHOICES, RANGES, Settings, file_to_write, load, save
from rag.errors import StorageError, UsageError

WRITTEN = """# как ищем
passages  =  4   # немного

# the end
"""
PATHS = {"home", "models_folder", "jobs_folder", "embedder", "reranker", "nli", "tokenizer"}
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@pytest.fixture(autouse=True)
def no_configuration_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def values(name: str) -> st.SearchStrategy[Any]:
    """Any value that a setting may have."""
    kind = type(getattr(Settings(), name))
    if name in CHOICES:
        return st.sampled_from(CHOICES[name])
    if name in RANGES:
        low, high = RANGES[name]
        return st.integers(int(low), int(high)) if kind is int else st.floats(low, high)
    return st.booleans() if kind is bool else TEXT


CHANGES = st.fixed_dictionaries(
    {}, optional={f.name: values(f.name) for f in fields(Settings) if f.name not in PATHS}
)
LINES = st.sampled_from(
    ["", "# слово", "\t# word [x] = 1", "ocr = 'never' # сканы", "offline=true"]
)


@given(CHANGES, st.lists(LINES, unique=True), st.booleans())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_was_saved_is_loaded_and_comments_stay(
    tmp_path: Path, changes: dict[str, Any], lines: list[str], crlf: bool
) -> None:
    file = tmp_path / "rag.toml"
    file.write_bytes(("\r\n" if crlf else "\n").join(lines).encode())
    before = load({}, cwd=tmp_path, environ={}).settings
    save(changes, cwd=tmp_path, environ={})
    after = load({}, cwd=tmp_path, environ={}).settings
    for field in fields(Settings):
        expected = changes.get(field.name, getattr(before, field.name))
        assert getattr(after, field.name) == expected, field.name
    text = file.read_text(encoding="utf-8")
    assert all(line.partition("#")[2] in text for line in lines)


def test_order_and_layout_stay_and_a_new_setting_comes_last(tmp_path: Path) -> None:
    file = tmp_path / "rag.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    save({"passages": 9, "me": "Анна"}, cwd=tmp_path, environ={})
    expected = WRITTEN.replace("  4 ", "  9 ") + 'me = "Анна"\n'
    assert file.read_text(encoding="utf-8") == expected


def test_none_takes_a_setting_out(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text(WRITTEN, encoding="utf-8")
    save({"passages": None, "seed": None}, cwd=tmp_path, environ={})
    found = load({}, cwd=tmp_path, environ={})
    assert (found.settings.passages, found.origins["passages"]) == (8, "default")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passages": 0}, "from 1 to 100"),
        ({"temperature": float("nan")}, "from 0.0 to 2.0"),
        ({"ocr": "sometimes"}, "auto, always, never"),
        ({"window": "wide"}, "takes a int"),
        ({"colection": "x"}, "no setting 'colection'"),
        ({"colection": None}, "no setting 'colection'"),
    ],
)
def test_what_load_would_refuse_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    file = tmp_path / "rag.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        save({"me": "Анна"} | changes, cwd=tmp_path, environ={})
    assert file.read_text(encoding="utf-8") == WRITTEN


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"passages = = 4", "cannot be read"), (b"\xff", "cannot be read"), (b"pasages = 4", "pasag")],
)
def test_a_broken_file_is_told_and_left_as_it_is(tmp_path: Path, text: bytes, said: str) -> None:
    file = tmp_path / "rag.toml"
    file.write_bytes(text)
    with pytest.raises(UsageError, match=said):
        save({"me": "Анна"}, cwd=tmp_path, environ={})
    assert file.read_bytes() == text


def test_a_read_only_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rag.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    file.chmod(0o444)
    with pytest.raises(StorageError, match="read-only") as caught:
        save({"me": "Анна"}, cwd=tmp_path, environ={})
    assert caught.value.hint
    assert file.read_text(encoding="utf-8") == WRITTEN


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        save({"me": "Анна"}, cwd=tmp_path / "file", environ={})


def test_rights_of_the_file_and_a_link_to_it_stay(tmp_path: Path) -> None:
    kept = tmp_path / "kept.toml"
    kept.write_text("", encoding="utf-8")
    kept.chmod(0o640)
    (tmp_path / "rag.toml").symlink_to(kept)
    save({"me": "Анна"}, cwd=tmp_path, environ={})
    assert (tmp_path / "rag.toml").is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert "Анна" in kept.read_text(encoding="utf-8")


def test_paths_are_relative_to_the_file_and_come_back_whole(tmp_path: Path) -> None:
    below = tmp_path / "work"
    for folder in ("модели/qwen", "hashed", "~x"):
        (below / folder).mkdir(parents=True)
    (tmp_path / "rag.toml").write_text("", encoding="utf-8")
    given = {
        "models_folder": "модели",
        "model": "transformers:модели/qwen",
        "embedder": str(below / "hashed"),
        "reranker": "BAAI/bge-reranker",
        "jobs_folder": str(tmp_path.parent / "jobs"),
    }
    save(given, cwd=below, environ={})
    found = load({}, cwd=below, environ={}).settings
    assert found.models_folder == str(below / "модели")
    assert found.model == f"transformers:{below / 'модели/qwen'}"
    assert found.embedder == str(below / "hashed")
    assert (found.reranker, found.jobs_folder) == (given["reranker"], given["jobs_folder"])
    text = (tmp_path / "rag.toml").read_text(encoding="utf-8")
    assert 'model = "transformers:work/модели/qwen"' in text


@pytest.mark.parametrize("name", ["hashed", "~x"])
def test_a_folder_whose_name_means_something_else_stays_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    save({"embedder": str(tmp_path / name)}, cwd=tmp_path, environ={})
    assert load({}, cwd=tmp_path, environ={}).settings.embedder == str(tmp_path / name)
    save({"embedder": "hashed"}, cwd=tmp_path, environ={})
    assert load({}, cwd=tmp_path, environ={}).settings.embedder == "hashed"


def test_a_variable_that_counts_before_the_file_is_told(tmp_path: Path) -> None:
    saved = save({"seed": 3, "me": "Анна"}, cwd=tmp_path, environ={"RAG_SEED": "5"})
    assert saved.overridden == {"seed": "RAG_SEED"}
    assert load({}, cwd=tmp_path, environ={"RAG_SEED": "5"}).settings.seed == 5
    assert load({}, cwd=tmp_path, environ={}).settings.seed == 3


def test_where_a_new_file_goes(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    (tmp_path / ".rag").mkdir()
    below.mkdir(parents=True)
    assert file_to_write(below, {}) == tmp_path / "rag.toml"
    elsewhere = {"RAG_HOME": str(tmp_path.parent / "lib" / ".rag")}
    assert file_to_write(below, elsewhere) == below / "rag.toml"
    (tmp_path / "a" / "rag.toml").write_text("", encoding="utf-8")
    assert file_to_write(below, elsewhere) == tmp_path / "a" / "rag.toml"


def save_one(folder: str, name: str, value: int) -> None:
    for _ in range(5):
        save({name: value}, cwd=Path(folder), environ={})


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    names = {"passages": 3, "seed": 4, "workers": 5, "window": 600}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(save_one, str(tmp_path), *item) for item in names.items()]
        for job in jobs:
            job.result()
    found = load({}, cwd=tmp_path, environ={}).settings
    assert {name: getattr(found, name) for name in names} == names
    assert not [path for path in os.listdir(tmp_path) if path.startswith(".rag.toml-")]


def test_the_command_line_sets_and_unsets(
    rag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = rag("config", "set", "temperature", "0.3")
    assert (said.code, str(tmp_path / "rag.toml") in said.out) == (0, True)
    assert load({}, cwd=tmp_path, environ={}).settings.temperature == 0.3
    monkeypatch.setenv("RAG_TEMPERATURE", "1")
    said = rag("config", "unset", "temperature")
    assert "RAG_TEMPERATURE" in said.err
    assert load({}, cwd=tmp_path, environ={}).settings.temperature == 0
    assert rag("config", "set", "temperature", "hot").code == 2
