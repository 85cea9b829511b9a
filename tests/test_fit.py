"""What a model takes: known points, caches, and files without the weights."""

from __future__ import annotations

import json
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fit_files import GB, LLAMA, asked, write_config, write_header

from rag.errors import ModelError, UsageError
from rag.fit import Wanted, answer, named, need_of, subject_of
from rag.fit.cache import layer_bytes, windows
from rag.fit.config import config_of
from rag.fit.subject import published
from rag.fit.tensors import Tensor
from rag.fit.weights import bytes_of, weigh

# -- known points


def test_yalm_100b_takes_200_gb_and_three_cards_of_80_gb() -> None:
    _, found = asked("yalm-100b", "3x A100 80GB")
    assert found.need.weights.total == pytest.approx(200 * GB, rel=0.01)
    assert found.fits
    assert found.cards == ("A100 80GB", 3, 3)
    assert not asked("yalm-100b", "2x A100 80GB")[1].fits


def test_yalm_100b_takes_five_cards_of_40_gb_and_one_more_for_its_cache() -> None:
    _, found = asked("yalm-100b", "5x A100 40GB")
    assert not found.fits
    assert found.cards == ("A100 40GB", 6, 5)
    assert 512 <= found.largest < 1024
    assert asked("yalm-100b", "5x A100 40GB", context=found.largest)[1].fits
    assert not asked("yalm-100b", "5x A100 40GB", context=found.largest + 1)[1].fits


def test_rugpt_13b_takes_26_gb_and_fits_16_gb_in_int8_and_11_gb_in_four_bits_alone() -> None:
    _, found = asked("rugpt-3.5-13b", "16GB")
    assert found.need.weights.total == pytest.approx(26 * GB, rel=0.02)
    assert not found.fits
    assert found.quantize == "int8"
    assert asked("rugpt-3.5-13b", "16GB", quantize="int8")[1].fits
    small = {way: asked("rugpt-3.5-13b", "11GB", quantize=way)[1] for way in ("none", "int8")}
    assert [(each.fits, each.quantize) for each in small.values()] == [(False, "4bit")] * 2
    assert asked("rugpt-3.5-13b", "11GB", quantize="4bit")[1].fits


@pytest.mark.parametrize(
    ("name", "gigabytes", "cache"),
    [
        ("llama-2-7b", 13.48, 2 * 32 * 4096 * 2),
        ("qwen2.5-7b", 15.23, 2 * 28 * 4 * 128 * 2),
        ("llama-2-70b", 137.95, 2 * 80 * 8 * 128 * 2),
        ("falcon-7b", 13.84, 2 * 32 * 64 * 2),
        ("deepseek-v3", 1342.05, 61 * (512 + 64) * 2),
    ],
)
def test_weights_and_cache_of_a_token(name: str, gigabytes: float, cache: int) -> None:
    config = subject_of(name).config
    assert config is not None
    assert need_of(subject_of(name), Wanted("bfloat16", 1)).weights.total == pytest.approx(
        gigabytes * GB, rel=0.001
    )
    assert sum(layer_bytes(config, 1, 1, 2)) == cache


@pytest.mark.parametrize("name", published())
def test_shapes_have_as_many_weights_as_their_makers_tell(name: str) -> None:
    counted = sum(tensor.count for tensor in subject_of(name).tensors)
    assert counted == pytest.approx(published()[name]["parameters"] * 1e9, rel=0.03)


def test_experts_are_not_quantised() -> None:
    """They are no linear layers in transformers 5, so four bits do nothing for most of Mixtral."""
    whole = asked("mixtral-8x7b", "A100 80GB")[1].need.weights
    quantised = asked("mixtral-8x7b", "A100 80GB", quantize="4bit")[1].need.weights
    assert quantised.total > 0.95 * whole.total


# -- caches


def test_a_window_keeps_its_last_tokens() -> None:
    config = config_of(LLAMA | {"model_type": "mistral", "sliding_window": 100})
    a_token = layer_bytes(config, 1, 0, 2)[0]
    assert layer_bytes(config, 50, 0, 2) == [50 * a_token] * 2
    assert layer_bytes(config, 300, 0, 2) == [99 * a_token] * 2


def test_one_layer_in_six_of_gemma_3_sees_all_of_the_past() -> None:
    config = subject_of("gemma-3-1b").config
    assert config is not None
    assert windows(config) == [None if (i + 1) % 6 == 0 else 512 for i in range(26)]


def test_a_listed_layer_counts_before_the_pattern_of_its_family() -> None:
    kinds = ["full_attention", "sliding_attention"]
    values = {"model_type": "gemma2", "sliding_window": 64, "layer_types": kinds}
    assert windows(config_of(LLAMA | values)) == [None, 64]


def test_qwen_has_a_window_that_is_off() -> None:
    values = LLAMA | {"model_type": "qwen2", "sliding_window": 64, "max_window_layers": 1}
    assert windows(config_of(values)) == [None, None]
    assert windows(config_of(values | {"use_sliding_window": True})) == [None, 64]


def test_the_decoder_of_t5_keeps_the_whole_input_too() -> None:
    values = {"model_type": "t5", "d_model": 32, "d_ff": 64, "d_kv": 8, "num_heads": 4}
    config = config_of(values | {"num_layers": 2, "vocab_size": 100})
    assert layer_bytes(config, 100, 10, 2) == [0, 0] + [2 * 4 * 8 * 2 * 110] * 2


# -- files


def test_headers_count_before_the_configuration(tmp_path: Path) -> None:
    folder = write_config(tmp_path / "llama")
    by_config = subject_of(str(folder))
    assert by_config.source == "config"
    first = {t.name: ("BF16", list(t.shape)) for t in by_config.tensors[:5]}
    rest = {t.name: ("F32", list(t.shape)) for t in by_config.tensors[5:]}
    write_header(folder / "model-00001-of-00002.safetensors", first)
    write_header(folder / "model-00002-of-00002.safetensors", rest)
    by_headers = subject_of(f"transformers:{folder}")
    assert by_headers.source == "headers"
    wanted = Wanted("float16", 100)
    assert need_of(by_headers, wanted) == need_of(by_config, wanted)


def test_what_is_not_loaded_is_not_counted(tmp_path: Path) -> None:
    """A tied output that is kept twice, masks, and layers that only served training."""
    folder = write_config(tmp_path / "llama", tie_word_embeddings=True)
    tensors = {t.name: ("F16", list(t.shape)) for t in subject_of(str(folder)).tensors}
    extra = {
        "lm_head.weight": ("F16", [100, 32]),
        "model.layers.0.self_attn.rotary_emb.inv_freq": ("F32", [4]),
        "model.layers.2.mlp.up_proj.weight": ("F16", [64, 32]),
        "transformer.h.0.attn.bias": ("U8", [1, 1, 512, 512]),
        "transformer.h.0.attn.masked_bias": ("F32", []),
    }
    write_header(folder / "model.safetensors", tensors | extra)
    assert {t.name for t in subject_of(str(folder)).tensors} == set(tensors)


def test_weights_that_were_published_quantised_stay_as_they_are(tmp_path: Path) -> None:
    folder = write_config(
        tmp_path / "gptq", quantization_config={"quant_method": "gptq", "bits": 4}
    )
    at = "model.layers.0.mlp.up_proj"
    write_header(
        folder / "model.safetensors",
        {
            f"{at}.qweight": ("I32", [4, 64]),
            f"{at}.scales": ("F16", [1, 64]),
            f"{at}.g_idx": ("I32", [32]),
        },
    )
    subject = subject_of(str(folder))
    assert subject.config is not None
    assert weigh(subject.tensors, subject.config, "float32", "none").total == (
        4 * 64 * 4 + 64 * 4 + 32 * 4
    )
    assert subject.quantized


@pytest.mark.parametrize(
    ("told", "bits"),
    [
        ({"quant_method": "gptq", "bits": 4, "group_size": 128}, 4 + (16 + 4) / 128),
        ({"quant_method": "awq", "bits": 4, "group_size": 64}, 4 + (16 + 4) / 64),
        ({"quant_method": "gptq", "bits": 8, "group_size": -1}, 8),
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, 8),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, 4.127),
        ({"quant_method": "bitsandbytes", "load_in_8bit": True}, 8),
        ({"quant_method": "another"}, 16),
    ],
)
def test_a_configuration_tells_what_its_makers_quantised(told: dict[str, Any], bits: float) -> None:
    matrix = Tensor("model.layers.0.mlp.up_proj.weight", (11008, 4096))
    config = config_of(LLAMA | {"quantization_config": told})
    took = bytes_of(matrix, config, "float16", "none")
    assert 8 * took / matrix.count == pytest.approx(bits, rel=0.01)
    embedding = Tensor("model.embed_tokens.weight", (32000, 4096))
    assert bytes_of(embedding, config, "float16", "none") == 2 * embedding.count


def test_a_missing_file_of_weights_is_told(tmp_path: Path) -> None:
    folder = write_config(tmp_path / "broken")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "nowhere.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    write_header(folder / "model-00001-of-00002.safetensors", {})
    with pytest.raises(ModelError, match=r"lacks 1 of 2 files .*nowhere\.safetensors"):
        subject_of(str(folder))


@pytest.mark.parametrize("content", [b"", b"\x01", b"\xff" * 16, struct.pack("<Q", 2) + b"[]"])
def test_a_broken_header_is_told(tmp_path: Path, content: bytes) -> None:
    folder = write_config(tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="no whole safetensors file"):
        subject_of(str(folder))


def test_pickled_weights_tell_their_size_where_the_family_is_not_known(tmp_path: Path) -> None:
    folder = write_config(tmp_path / "novel", model_type="novel", dtype="float16")
    with pytest.raises(ModelError, match="'novel'"):
        subject_of(str(folder))
    index = {"metadata": {"total_size": 2_000_000}, "weight_map": {}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert need_of(subject_of(str(folder)), Wanted("float16", 1)).weights.total == 2_000_000


def gguf_file(file: Path, size: int) -> Path:
    """A head with the sizes of a model of 7 billion weights, and nothing behind it."""
    numbers = {"block_count": 32, "embedding_length": 4096, "feed_forward_length": 11008}
    numbers |= {"attention.head_count": 32, "attention.head_count_kv": 8, "context_length": 4096}

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    pairs = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    for name, number in numbers.items():
        pairs += text(f"llama.{name}") + struct.pack("<II", 4, number)
    words = b"".join(map(text, ["<s>", "слово"]))
    pairs += text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + words
    pairs += text("tokenizer.ggml.scores") + struct.pack("<IIQ", 9, 6, 2) + b"\0" * 8
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(numbers) + 3) + pairs
    file.write_bytes(head)
    os.truncate(file, size)
    return file


def test_a_gguf_file_takes_what_it_takes_on_the_disk(tmp_path: Path) -> None:
    subject = subject_of(str(gguf_file(tmp_path / "модель.gguf", 5 * GB)))
    need = need_of(subject, Wanted("float16", 4096))
    assert need.weights.total == pytest.approx(5 * GB, rel=0.001)
    assert sum(need.cache) == 2 * 32 * 8 * 128 * 2 * 4096
    assert subject.config is not None
    assert subject.config.vocabulary == 2
    with pytest.raises(ModelError, match="no whole GGUF"):
        subject_of(str(_cut(tmp_path / "модель.gguf", 100)))


def _cut(file: Path, length: int) -> Path:
    os.truncate(file, length)
    return file


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("./nowhere", "no folder nowhere"),
        ("nothing-such", "no model nothing-such"),
        ("someone/nothing-such", "no model someone/nothing-such"),
    ],
)
def test_a_model_that_is_not_here_is_told(reference: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        subject_of(reference)


def test_a_configuration_that_leaves_a_size_out_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    with pytest.raises(ModelError, match="does not tell its vocab_size"):
        subject_of(str(folder))
    (folder / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        subject_of(str(folder))


@pytest.mark.parametrize("name", ["deepseek-v3", "falcon-7b", "fred-t5-1.7b", "qwen3-30b-a3b"])
@pytest.mark.parametrize("value", [None, 0, -1, "x", [1], {"a": 1}, 1e30, True])
def test_whatever_a_configuration_says_the_answer_is_an_answer_or_an_error_of_ours(
    tmp_path: Path, name: str, value: Any
) -> None:
    shape = published()[name]
    layers = "num_layers" if "num_layers" in shape else "num_hidden_layers"
    more = ("layer_types", "sliding_window", "quantization_config", "head_dim", "text_config")
    for key in (*shape, *more):
        spoilt = {**shape, layers: 2, key: value}
        (tmp_path / "config.json").write_text(json.dumps(spoilt), encoding="utf-8")
        with suppress(ModelError):
            subject = subject_of(str(tmp_path))
            assert answer(subject, named("24GB"), Wanted("float16", 64)).need.total >= 0


def test_a_number_of_weights_is_enough_for_their_size() -> None:
    need = need_of(subject_of("", "7,5b"), Wanted("float16", 1))
    assert need.weights.total == pytest.approx(15 * GB, rel=1e-4)
    quantised = need_of(subject_of("", "7,5b"), Wanted("float16", 1, "4bit"))
    assert quantised.weights.total == pytest.approx(0.516 * 7.5 * GB, rel=0.01)
    with pytest.raises(UsageError, match="no number of weights"):
        subject_of("", "many")
