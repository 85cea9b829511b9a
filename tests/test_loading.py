"""Loading a model: devices, number formats, fewer bits, windows, and folders that are no good."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tiny_models import CHAT_TEMPLATE, make_gptq, make_llama, make_tokenizer

from rag.config import CHOICES, Settings, stops
from rag.errors import DoesNotFit, ModelError, UsageError
from rag.fit.weights import QUANTIZE
from rag.models import load_model, local, quantize, weights
from rag.models.weights import Plan, place
from rag.models.window import ceiling_of, window_of
from rag.types import Message

MESSAGES = [Message("user", "Когда поставщик передаёт насосы?")]


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("llama"), CHAT_TEMPLATE)


def load(folder: Path, **options: Any) -> Any:
    return load_model(f"transformers:{folder}", **{"device": "cpu", "max_tokens": 8, **options})


def copied(folder: Path, to: Path, **config: Any) -> Path:
    """A model folder again, with other words in its configuration."""
    for each in folder.iterdir():
        (to / each.name).write_bytes(each.read_bytes())
    told = json.loads((to / "config.json").read_text())
    (to / "config.json").write_text(json.dumps({**told, **config}))
    return to


# -- number formats and devices


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_numbers_are_of_the_format_that_is_set(llama: Path, dtype: str) -> None:
    model = load(llama, dtype=dtype)
    assert str(model.chat.model.dtype) == f"torch.{dtype}"
    assert model.write(MESSAGES)


@pytest.mark.parametrize(("computes", "dtype"), [(True, "bfloat16"), (False, "float32")])
def test_a_processor_runs_in_16_bits_where_it_has_instructions_for_them(
    llama: Path, monkeypatch: pytest.MonkeyPatch, computes: bool, dtype: str
) -> None:
    monkeypatch.setattr(weights, "computes_bfloat16", lambda: computes)
    assert str(load(llama).chat.model.dtype) == f"torch.{dtype}"


@pytest.mark.parametrize(
    ("asked", "device", "size", "free", "placed"),
    [
        ("auto", "cpu", 10, [], ("cpu", False)),
        ("auto", "cuda", 10, [16], ("cuda", False)),
        ("auto", "cuda", 10, [8, 16], ("cuda:1", False)),
        ("auto", "cuda", 15, [8, 16], ("cuda", True)),  # the rest is for keys and values
        ("all", "cuda", 1, [8, 16], ("cuda", True)),
        ("all", "cuda", 1, [16], ("cuda", False)),
        ("cuda", "cuda", 15, [8, 16], ("cuda", False)),
        ("cuda:0", "cuda:0", 15, [], ("cuda:0", False)),
    ],
)
def test_a_model_is_spread_over_cards_only_where_one_is_too_small(
    asked: str, device: str, size: float, free: list[float], placed: tuple[str, bool]
) -> None:
    assert place(asked, device, size, free) == placed


def test_a_device_that_is_not_there_says_so(llama: Path) -> None:
    with pytest.raises(ModelError, match="'gpu' is no device"):
        load(llama, device="gpu")
    with pytest.raises(ModelError, match="no device cuda:77"):
        load(llama, device="cuda:77")


def test_without_accelerate_a_model_is_loaded_and_not_spread(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "accelerate" else find(name)
    )
    assert load(llama).write(MESSAGES)
    monkeypatch.setattr(weights, "place", lambda *_: ("cpu", True))
    with pytest.raises(ModelError, match="needs accelerate") as told:
        load(llama)
    assert "quantize" in told.value.hint


# -- fewer bits


def test_what_can_be_set_is_what_there_is() -> None:
    assert CHOICES["quantize"] == QUANTIZE


@pytest.mark.parametrize(("bits", "dtype"), [("int8", "int8"), ("4bit", "uint8")])
def test_weights_are_made_smaller_while_they_are_loaded(llama: Path, bits: str, dtype: str) -> None:
    whole, model = load(llama, dtype="float32"), load(llama, quantize=bits)
    weight = model.chat.model.model.layers[0].mlp.up_proj.weight
    assert str(weight.dtype) == f"torch.{dtype}"
    size = model.chat.model.get_memory_footprint()
    assert size < whole.chat.model.get_memory_footprint() * 0.75
    assert model.counter.count(MESSAGES) == whole.counter.count(MESSAGES)
    assert model.write(MESSAGES)


@pytest.mark.parametrize(
    ("config", "options", "named"),
    [
        ({}, {"quantize": "int8"}, "--quantize int8 needs accelerate and bitsandbytes"),
        ({}, {"quantize": "4bit"}, "--quantize 4bit needs accelerate and bitsandbytes"),
        ({"quant_method": "gptq", "bits": 4}, {}, "needs optimum and gptqmodel"),
        ({"quant_method": "awq", "bits": 4}, {}, "needs accelerate and gptqmodel"),
        ({"load_in_4bit": True}, {}, "needs accelerate and bitsandbytes"),
        ({"quant_method": "compressed-tensors"}, {}, "needs compressed_tensors"),
    ],
)
def test_a_package_that_is_missing_is_named(
    llama: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, Any],
    options: dict[str, str],
    named: str,
) -> None:
    folder = copied(llama, tmp_path, **({"quantization_config": config} if config else {}))
    monkeypatch.setattr(quantize.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=named) as told:
        load(folder, **options)
    assert "pip install" in told.value.hint
    assert told.value.exit_code == 5


def test_an_unheard_of_method_is_a_model_error(llama: Path, tmp_path: Path) -> None:
    told = {"quant_method": "eetq"}  # its package is not among those of this project
    with pytest.raises(ModelError, match="package"):
        load(copied(llama, tmp_path, quantization_config=told))


def test_what_is_quantised_already_is_not_quantised_again(llama: Path, tmp_path: Path) -> None:
    folder = copied(llama, tmp_path, quantization_config={"quant_method": "gptq", "bits": 4})
    with pytest.raises(UsageError, match="quantised already"):
        load(folder, quantize="4bit")


@pytest.mark.skipif(importlib.util.find_spec("gptqmodel") is None, reason="gptqmodel is optional")
def test_a_gptq_checkpoint_writes_what_its_unpacked_weights_write(tmp_path: Path) -> None:
    packed = make_gptq(tmp_path / "gptq", tmp_path / "plain")
    assert load(packed).write(MESSAGES) == load(tmp_path / "plain", dtype="bfloat16").write(
        MESSAGES
    )


# -- memory


def test_each_smaller_way_costs_more_of_the_quality() -> None:
    way: Plan | None = Plan("cpu", False, "float32")
    ways = []
    while way is not None:
        ways.append(str(way))
        way = way.smaller()
    assert ways == ["float32 on cpu", "bfloat16 on cpu", "int8 on cpu", "4bit on cpu"]
    assert Plan("cpu", False, "float16", published=True).smaller() is None


def out_of_memory(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Plan]:
    """Let so many loadings run out of memory; the plans that are tried."""
    tried: list[Plan] = []
    read = weights._read

    def fail(folder: str, config: Any, reference: str, plan: Plan) -> Any:
        tried.append(plan)
        if len(tried) <= times:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return read(folder, config, reference, plan)

    monkeypatch.setattr(weights, "_read", fail)
    return tried


def test_a_model_that_does_not_fit_is_loaded_smaller_once(
    llama: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = out_of_memory(monkeypatch, times=1)
    model = load(llama, dtype="float32")
    assert [plan.dtype for plan in tried] == ["float32", "bfloat16"]
    assert str(model.chat.model.dtype) == "torch.bfloat16"
    assert "does not fit as float32 on cpu; loading it as bfloat16 on cpu" in caplog.text


def test_a_model_that_does_not_fit_smaller_either_ends_with_the_numbers(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = out_of_memory(monkeypatch, times=9)
    with pytest.raises(DoesNotFit, match=r"weights take 0\.\d MB as bfloat16 on cpu; .* are free"):
        load(llama, dtype="float32")
    assert len(tried) == 2
    del tried[:]
    with pytest.raises(DoesNotFit, match="as 4bit on cpu"):
        load(llama, quantize="4bit")
    assert len(tried) == 1


def test_layers_that_would_lie_beyond_the_cards_are_an_error_not_a_crawl(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "place", lambda *_: ("cpu", True))  # and there is no card at all
    monkeypatch.setattr(local, "check_room", lambda *_, **__: None)
    with pytest.raises(DoesNotFit, match="as int8 on all GPUs"):
        load(llama, dtype="bfloat16")


# -- windows


@pytest.mark.parametrize(
    ("kind", "told", "tokenizer", "window", "ceiling"),
    [
        ("GPT2Config", {"n_positions": 2048}, None, 2048, 2048),
        ("LlamaConfig", {"max_position_embeddings": 4096}, 2048, 2048, 4096),
        ("LlamaConfig", {"max_position_embeddings": 4096}, 8192, 4096, 4096),
        ("BloomConfig", {"seq_length": 1024}, None, 1024, None),
        ("BloomConfig", {}, None, 2048, None),
        ("MptConfig", {"max_seq_len": 8192}, None, 8192, None),
        ("FalconConfig", {"max_position_embeddings": 1024}, None, 1024, 1024),
        ("FalconConfig", {"max_position_embeddings": 1024, "alibi": True}, None, 1024, None),
        ("T5Config", {}, None, 512, None),
        ("T5Config", {"n_positions": 512}, 1024, 512, None),
        ("MT5Config", {}, 1024, 1024, None),
        ("Gemma3Config", {"text_config": {"max_position_embeddings": 777}}, None, 777, 777),
        ("GPTJConfig", {"n_positions": 2048, "n_ctx": 1024}, None, 1024, 1024),
    ],
)
def test_a_window_is_found_by_whatever_name_it_goes(
    kind: str, told: dict[str, Any], tokenizer: int | None, window: int, ceiling: int | None
) -> None:
    import transformers

    config = getattr(transformers, kind)(**told)
    limit = SimpleNamespace(model_max_length=int(1e30) if tokenizer is None else tokenizer)
    assert window_of(config, limit) == window
    assert ceiling_of(config) == ceiling


def test_a_window_smaller_than_the_instructions_ends_with_the_numbers(
    llama: Path, folder: Path, rag: Any
) -> None:
    assert rag("ingest", folder).code == 0
    ask = ("ask", "How heavy is the Kestrel binder?", "-m", f"transformers:{llama}")
    asked = rag(*ask, "--device", "cpu", "--window", 40)
    assert asked.code == 6
    assert "the window of 40" in asked.err


# -- folders that are no good


def test_a_template_that_raises_is_told_by_the_command(
    folder: Path, tmp_path: Path, rag: Any, llama: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    copied(llama, model)
    make_tokenizer("{{ raise_exception('no chat here') }}").save_pretrained(model)
    rag("ingest", folder)
    asked = rag("ask", "How heavy is the Kestrel binder?", "-m", f"transformers:{model}")
    assert asked.code == 5
    assert "no chat here" in asked.err
    assert "instruction-tuned" in asked.err


def test_code_that_a_model_brings_along_is_not_run(llama: Path, tmp_path: Path) -> None:
    own = {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"}
    folder = copied(llama, tmp_path, model_type="chatglm", auto_map=own)
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be used") as told:
        load(folder)
    assert "without extra code" in told.value.hint
    assert not ran.exists()


def test_the_strings_that_end_an_answer_are_read_out_of_one_setting() -> None:
    assert stops(Settings(stop=r"\nUser:|###")) == ("\nUser:", "###")
    assert stops(Settings()) == ()
