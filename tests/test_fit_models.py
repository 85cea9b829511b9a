"""What is reckoned of a model against the model itself, built small with random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fit_shapes import SHAPES, config_named, kept_bytes, made, written
from tiny_models import make_llama, make_t5

from rag.errors import DoesNotFit
from rag.fit import Wanted, need_of, subject_of
from rag.fit.activations import activation_bytes
from rag.fit.cache import layer_bytes
from rag.fit.config import config_of
from rag.fit.families import FAMILIES, tensors
from rag.fit.weights import Quantize, bytes_of, weigh

#: Families that run without scaled-dot-product attention, by transformers' own word.
_EAGER = {"bloom", "gemma2", "gpt_neo", "gptj", "mpt"}
#: One of each way to work inside a layer.
_PEAKS = (
    *("bloom", "deepseek_v3", "falcon", "gemma2", "gemma3", "glm", "gpt2", "gpt_neox", "gptj"),
    *("llama", "mistral", "mixtral", "mpt", "opt", "phi3", "qwen3", "qwen3_moe", "t5"),
)


def test_every_family_is_tried() -> None:
    assert {kind for kind, _ in SHAPES.values()} == set(FAMILIES) - {"yalm"}


@pytest.mark.parametrize("name", SHAPES)
def test_tensors_are_those_of_the_model(name: str) -> None:
    """By the whole configuration, and by what differs from the defaults of its family."""
    config = config_named(name)
    model = made(config, device="meta")
    real = {n: tuple(parameter.shape) for n, parameter in model.named_parameters()}
    for values in (config.to_dict(), config.to_diff_dict()):
        assert {t.name: t.shape for t in tensors(config_of(values))} == real
    assert (model.config._attn_implementation == "eager") == (config.model_type in _EAGER)


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "mpt"])
def test_the_cache_is_that_of_the_model(name: str) -> None:
    """MPT keeps none unless told to, since its configuration says so."""
    model = made(config_named(name))
    config = config_of(model.config.to_dict())
    read, wrote = 70, 5
    tokens = read if config.encoder_decoder else read + wrote - 1
    cache = written(model, read, wrote)
    assert sum(layer_bytes(config, tokens, wrote, 4)) == kept_bytes(cache)


@pytest.mark.parametrize("make", [make_llama, make_t5])
def test_a_loaded_checkpoint_takes_what_its_headers_say(tmp_path: Path, make: Any) -> None:
    from rag.models import load_model

    folder = make(tmp_path / "model")
    chat: Any = load_model(f"transformers:{folder}", device="cpu").chat
    owned = list(chat.model.parameters())
    dtype = str(owned[0].dtype).removeprefix("torch.")
    need = need_of(subject_of(str(folder)), Wanted(dtype, 100))
    assert subject_of(str(folder)).source == "headers"
    assert need.weights.total == sum(p.numel() * p.element_size() for p in owned)


@pytest.mark.parametrize("name", _PEAKS)
def test_the_peak_is_within_a_tenth_of_the_predicted(name: str) -> None:
    """Weights, cache and work together, while a prompt is read, as an accelerator would hold them.

    Wide enough that tensors and not the smallest overheads count, and long enough that work weighs
    as much as the weights.
    """
    import torch
    from peaks import PeakOfTensors

    kind, _ = SHAPES[name]
    wide = {"hidden_size": 256, "n_embd": 256, "d_model": 256}
    wide |= {"intermediate_size": 704, "ffn_dim": 704, "d_ff": 704, "vocab_size": 4000}
    wide |= {"word_embed_proj_dim": 256, "moe_intermediate_size": 256, "d_kv": 64, "head_dim": 64}
    values = SHAPES[name][1]
    model = made(
        config_named(name, **{k: v for k, v in wide.items() if k in values}), torch.bfloat16
    )
    config = config_of(model.config.to_dict())
    prompt = 512
    watched = PeakOfTensors(model)
    with watched:
        written(model, prompt, 2)
    owned = sum(p.numel() * p.element_size() for p in model.parameters())
    weights = weigh(tensors(config), config, "bfloat16", "none")
    cache = sum(layer_bytes(config, prompt, 1, 2))
    predicted = weights.total + cache + activation_bytes(config, weights, prompt, 2)
    assert weights.total == owned
    assert predicted == pytest.approx(owned + watched.peak, rel=0.1), kind


@pytest.mark.parametrize("name", ["falcon", "gpt2", "llama", "mixtral", "opt", "qwen2_moe", "t5"])
@pytest.mark.parametrize("quantize", ["int8", "4bit"])
def test_quantised_weights_take_what_bitsandbytes_takes(
    tmp_path: Path, name: str, quantize: Quantize
) -> None:
    import torch
    from transformers import BitsAndBytesConfig

    pytest.importorskip("bitsandbytes")
    model = made(config_named(name))
    model.save_pretrained(tmp_path)
    options: dict[str, Any] = {"load_in_8bit": True}
    if quantize == "4bit":
        options = {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
        }
    how: Any = BitsAndBytesConfig(**options)
    loaded = type(model).from_pretrained(
        tmp_path, dtype=torch.float16, quantization_config=how, device_map="cpu"
    )
    config = config_of(model.config.to_dict())
    reckoned = {t.name: bytes_of(t, config, "float16", quantize) for t in tensors(config)}
    assert _sizes(loaded) == reckoned


def _sizes(model: Any) -> dict[str, int]:
    """Bytes of each parameter with what bitsandbytes keeps beside it."""
    sizes = {n: p.numel() * p.element_size() for n, p in model.named_parameters()}
    for name, module in model.named_modules():
        weight = getattr(module, "weight", None)
        beside = [getattr(weight, "SCB", None)]
        if (state := getattr(weight, "quant_state", None)) is not None:
            nested = state.state2
            beside += [state.absmax, state.code, nested.absmax, nested.code, state.offset]
        for tensor in beside:
            if tensor is not None:
                sizes[f"{name}.weight"] += tensor.numel() * tensor.element_size()
    return sizes


def test_a_model_without_room_is_refused_before_its_weights_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.fit.devices import Device
    from rag.models import load_model, room

    folder = make_llama(tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "weights-elsewhere")
    tight = Device("CPU", "cpu", 10_000_000, 100_000, 0)
    monkeypatch.setattr(room, "processor", lambda: tight)
    with pytest.raises(DoesNotFit, match=r"does not fit: in \w+ it needs .* free on cpu"):
        load_model(f"transformers:{folder}", device="cpu")
