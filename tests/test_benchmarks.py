"""What the benchmarks must keep to so that they compare like with like."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a benchmark by its name."""
    import importlib

    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(ROOT / "benchmarks")):
            del sys.modules[name]


def pins(name: str) -> dict[str, str]:
    """Package to exact version in a list of constraints."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {package.lower(): version for package, version in pairs}


@pytest.mark.parametrize(
    "package", ["numpy", "sentence-transformers", "tokenizers", "torch", "transformers"]
)
def test_all_contenders_run_the_model_with_the_same_packages(package: str) -> None:
    assert pins("constraints-bench.txt")[package] == pins("constraints.txt")[package]


def test_the_work_around_a_model_is_measured_by_step(
    benchmark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = benchmark("answer")
    source = ROOT / "corpora" / "meetings" / "2025-12-02-coedition-call.txt"
    questions = ["What did the printer offer?", "Who prints the book?", "What is the print run?"]
    asked = answer.around(tmp_path, [source], questions, rounds=1)
    assert asked
    for each in asked:
        assert each.sentences + each.struck > 0
        assert {"opening", "retrieve", "prompt", "model", "cite"} <= set(each.steps)
        assert sum(each.steps.values()) == pytest.approx(each.seconds)
    assert answer.show_around(asked, "one meeting")
    assert "| all of it " in capsys.readouterr().out
    assert not answer.show_around([], "nothing")


def test_the_double_writes_as_much_as_it_should_and_not_all_of_it_true(benchmark: Any) -> None:
    decoding = benchmark("decoding")
    prompt = "".join(f"Поставщик передаёт {n} насосов до конца этого месяца. " for n in range(99))
    said = decoding.answer_of(prompt, 1000)
    assert 1000 < len(said.encode()) < 1200
    assert "передаёт 2 насосов" in said
    assert "передаёт 10 насосов" in said  # it read 3
    assert "передаёт 3 насосов" not in said


def test_a_model_here_and_a_bare_one_write_the_same_number_of_tokens(
    benchmark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decoding = benchmark("decoding")
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    folder = decoding.checkpoint(tmp_path / "model", 300, **small, num_attention_heads=2)
    pairs = decoding.beside(folder, rounds=2, written=8)
    assert [(ours.tokens, bare.tokens) for ours, bare in pairs] == [(8, 8)] * 2
    assert all(0 < text.first <= text.seconds for pair in pairs for text in pair)
    assert decoding.show_beside(pairs, 0.95)
    assert "bare generate" in capsys.readouterr().out


def test_large_models_are_decoded_in_three_ways(benchmark: Any) -> None:
    """Tried with a small one on the processor, where the last is not compiled."""
    import torch
    from transformers import LlamaConfig

    decoding = benchmark("decoding")
    config = LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        vocab_size=1200,
        eos_token_id=None,
    )
    found = list(decoding.decoded("small", config, torch.device("cpu"), 1e9, tokens=8))
    assert [each.how for each in found] == [
        *("growing cache", "static cache", "static cache, compiled"),
    ]
    (weights,) = {each.weights for each in found}
    assert weights == 2 * (1200 * 32 + 4 * 32 * 32 + 3 * 32 * 64 + 3 * 32)
    for each in found:  # noise may make the speed of so small a one anything but nothing
        assert each.share == each.speed * weights / 1e9 != 0


def test_without_a_card_it_says_so(
    benchmark: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    benchmark("decoding").show_cards()
    assert capsys.readouterr().out.startswith("no GPU")


def test_stores_are_the_same_when_only_what_ties_stands_in_another_order(benchmark: Any) -> None:
    is_tied = benchmark("agreement").is_tied
    found = [("a", 9.0), ("b", 5.0), ("c", 5.0), ("d", 2.0), ("e", 2.0)]
    assert is_tied(found, found)
    assert is_tied(found, [("a", 9.0001), ("c", 5.0), ("b", 5.0), ("e", 2.0), ("d", 2.0)])
    assert is_tied(found, [*found[:4], ("f", 2.0)])  # cut off among what ties
    assert not is_tied(found, [("b", 9.0), ("a", 5.0), *found[2:]])
    assert not is_tied(found, [("a", 9.1), *found[1:]])
    assert not is_tied(found, [*found[:2], ("x", 5.0), *found[3:]])
    assert not is_tied(found, found[:4])


def test_both_stores_are_asked_the_same_and_tell_whether_they_agree(
    benchmark: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("milvus_lite")
    work = tmp_path / "tiny"
    work.mkdir()
    (work / "documents").mkdir()
    (work / "documents" / "a.txt").write_text("Насос в Твери. The pump works.", encoding="utf-8")
    asked = '{"question": "где насос?"}\n{"question": "pump?", "scope": "a.txt"}\n'
    (work / "questions.jsonl").write_text(asked, encoding="utf-8")
    kept = tmp_path / "kept"
    options = ["--sizes", "none", "--sets", "tiny", "--eval", str(tmp_path), "--keep", str(kept)]
    monkeypatch.setattr(sys, "argv", ["stores.py", *options])
    assert benchmark("stores").main() == 0
    out = capsys.readouterr().out
    assert [line.split()[-2] for line in out.splitlines() if "retrieve" in line] == ["0"]
    assert "| yes |" in out
