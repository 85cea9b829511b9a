"""Cards, what lies where on them, refusing what cannot fit, and the command that tells."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fit_files import GB, asked, write_config, write_header
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DoesNotFit, UsageError
from rag.fit import Device, Wanted, answer, lacking, named, need_of, subject_of
from rag.fit import devices as devices_module
from rag.fit.devices import cards, present, processor
from rag.fit.encoders import encoder_bytes

# -- cards


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A100 40GB", ["A100 40GB"]),
        ("2x a100-40gb", ["A100 40GB"] * 2),
        ("2 × NVIDIA GeForce RTX 3090", ["RTX 3090 24GB"] * 2),
        ("T4", ["T4 16GB"]),
        ("cpu", ["CPU"]),
    ],
)
def test_cards_by_name(text: str, names: list[str]) -> None:
    assert [card.name for card in named(text)] == names


@pytest.mark.parametrize("text", ["A100", "Voodoo 2", "0x T4", "-3GB", "0GB", ""])
def test_a_card_that_is_not_known_or_not_told_apart(text: str) -> None:
    with pytest.raises(UsageError):
        named(text)


def test_a_card_by_its_size_has_binary_gigabytes_and_loses_some() -> None:
    (card,) = named("24GB")
    assert 0.95 * 24 * 2**30 < card.free < 24 * 2**30


def test_no_card_of_the_table_has_more_than_its_name_says() -> None:
    for card in cards():
        size = int(card.name.split()[-1].removesuffix("GB"))
        assert 0.85 * size * 2**30 < card.total <= size * 2**30, card.name
        assert card.bandwidth > 100 * GB


def test_the_driver_is_asked_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert present() == []
    told = "NVIDIA GeForce RTX 3090, 24576, 20000\nNVIDIA Odd, [N/A], [N/A]\nNVIDIA New, 100, 90"
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!{sys.executable}\nprint({told!r})\n", encoding="utf-8")
    program.chmod(0o755)
    first, second = present()
    assert (first.name, first.free) == ("NVIDIA GeForce RTX 3090", 20000 * 2**20)
    assert first.bandwidth == 936 * GB
    assert (second.total, second.bandwidth) == (100 * 2**20, 0)


def test_a_container_has_what_its_limit_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"memory.max": "1000000", "memory.current": "700000"}
    files["memory.stat"] = "anon 400000\ninactive_file 200000\n"
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="ascii")
    group = (str(tmp_path), "memory.max", "memory.current", "inactive_file")
    monkeypatch.setattr(devices_module, "_CGROUPS", (group,))
    assert (processor().total, processor().free) == (1_000_000, 500_000)
    (tmp_path / "memory.max").write_text("max", encoding="ascii")
    assert processor().total > 1_000_000


# -- what lies where


def test_the_parts_of_a_device_make_up_its_size() -> None:
    _, found = asked("llama-2-13b", "2x RTX 3090")
    assert len(found.parts) == 2
    for part in found.parts:
        taken = part.weights + part.cache + part.activations + part.overhead
        assert taken + part.embedder + part.reranker + part.free == part.size
    assert sum(part.weights for part in found.parts) == found.need.weights.total
    assert sum(part.cache for part in found.parts) == sum(found.need.cache)


def test_the_roomiest_card_is_taken_and_no_more_than_it_takes() -> None:
    devices = [*named("11GB"), *named("24GB")]
    found = answer(subject_of("llama-2-7b"), devices, Wanted("float16", 2048))
    assert [part.device for part in found.parts] == ["24GB"]


def test_embedder_and_reranker_count_beside_the_model() -> None:
    (card,) = named("16GB")
    wanted = Wanted("float16", 4096)
    subject = subject_of("llama-2-7b")
    spare = answer(subject, [card], wanted).parts[0].free
    assert answer(subject, [card], replace(wanted, embedder=spare)).fits
    assert not answer(subject, [card], replace(wanted, embedder=spare, reranker=1)).fits


def test_an_encoder_is_weighed_by_its_headers(tmp_path: Path) -> None:
    folder = write_config(tmp_path / "bert", model_type="bert")
    write_header(folder / "model.safetensors", {"a": ("F32", [10, 10]), "b": ("F16", [5])})
    assert encoder_bytes(folder, "float32", 0) == 420
    assert encoder_bytes(folder, "bfloat16", 10) == 210 + 10 * 2 * (6 * 32 + 2 * 64)


@given(
    st.sampled_from(["llama-2-7b", "gemma-3-1b", "mistral-7b-v0.1", "yalm-100b"]),
    st.integers(1, 900),
    st.integers(1, 100),
)
def test_more_context_never_takes_less(name: str, context: int, more: int) -> None:
    subject = subject_of(name)
    less, much = (need_of(subject, Wanted("float16", n)) for n in (context, context + more))
    assert less.total <= much.total


def test_a_model_that_cannot_fit_is_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = str(write_config(tmp_path / "llama", num_hidden_layers=80, hidden_size=8192))
    small = Device("cuda:0", "cuda", 30 * GB, 20 * GB, 0)
    error = lacking(folder, [small], dtype="float16")
    assert isinstance(error, DoesNotFit)
    assert error.exit_code == 6
    assert "43.2 GB of weights" in error.message
    assert "20.0 GB are free on cuda:0" in error.message
    assert error.hint == "It fits with --quantize 4bit"
    assert lacking(folder, [replace(small, free=60 * GB)], dtype="float16") is None
    assert lacking(str(tmp_path / "nowhere"), [small], dtype="float16") is None


def test_a_window_that_is_too_long_is_refused_with_the_longest(tmp_path: Path) -> None:
    folder = write_config(tmp_path / "long", max_position_embeddings=100_000)
    need = need_of(subject_of(str(folder)), Wanted("float16", 10_000)).total
    device = Device("cpu", "cpu", need, need, 0)
    assert lacking(str(folder), [device], dtype="float16", window=10_000) is None
    error = lacking(str(folder), [device], dtype="float16", window=11_000)
    assert error is not None
    assert error.hint == "Use --window 10000 or less"


# -- the command


def test_the_command_tells_and_exits_by_it(rag: Any) -> None:
    fits = rag("fit", "rugpt-3.5-13b", "--quantize", "int8", "--gpu", "16GB")
    assert fits.code == 0
    assert "Fits with 2048 tokens" in fits.out
    told = rag("fit", "rugpt-3.5-13b", "--gpu", "16GB")
    assert told.code == 6
    assert "It fits with --quantize int8." in told.out
    assert "It takes 2 x 16GB." in told.out


def test_the_command_as_json(rag: Any) -> None:
    told = rag("fit", "yalm-100b", "--gpu", "5x A100 40GB", "--dtype", "float16", "--json")
    assert told.code == 6
    value = told.json
    assert value["schema"] == 1
    assert value["cards"] == {"name": "A100 40GB", "all": 6, "weights": 5}
    assert value["fits_with"] == "int8"
    assert len(value["devices"]) == 5
    assert set(value["devices"][0]) == {
        *("device", "kind", "size", "weights", "cache", "activations", "overhead"),
        *("embedder", "reranker", "free"),
    }


def test_the_command_takes_the_model_that_is_set(
    rag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_config(tmp_path / "мой llama")
    monkeypatch.setenv("RAG_MODEL", f"transformers:{folder}")
    told = rag("fit", "--gpu", "24GB", "--json")
    assert (told.code, told.json["model"], told.json["context"]) == (0, "мой llama", 512)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("llama-2-7b", "--context", "5000"), 2),
        (("llama-2-7b", "--quantize", "int8", "--parameters", "many"), 2),
        (("llama-2-7b", "--gpu", "Voodoo"), 2),
        (("--parameters", "0"), 2),
        (("openai:qwen3",), 2),
        (("nothing-such",), 5),
        ((), 2),
    ],
)
def test_what_cannot_be_asked_is_told(rag: Any, arguments: tuple[str, ...], code: int) -> None:
    told = rag("fit", *arguments)
    assert told.code == code
    assert told.err.startswith("rag: ")
    assert told.out == ""


def test_the_command_imports_neither_torch_nor_transformers() -> None:
    program = (
        "import sys\nfrom rag.cli import run\n"
        "assert run(['fit', 'llama-2-7b', '--gpu', '24GB']) == 0\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
