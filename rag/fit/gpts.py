"""The tensors of GPT-2 and its kin, by the names and shapes that transformers 5 gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.fit.tensors import Tensor, head, linear, norm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.fit.config import Config


def _conv(name: str, columns: int, rows: int) -> Iterator[Tensor]:
    """GPT-2's Conv1D: a linear layer that is kept turned over."""
    yield Tensor(f"{name}.weight", (columns, rows))
    yield Tensor(f"{name}.bias", (rows,))


def gpt2(c: Config) -> Iterator[Tensor]:
    """GPT-2, ruGPT, and with `multi_query` GPT-BigCode, whose layers are ordinary linear ones."""
    h, kv = c.hidden, 2 * c.kv_heads * c.head_dim
    big = c.kind == "gpt_bigcode"
    yield Tensor("transformer.wte.weight", (c.vocabulary, h))
    yield Tensor("transformer.wpe.weight", (c.limit, h))
    for i in range(c.layers):
        at = f"transformer.h.{i}"
        yield from norm(f"{at}.ln_1", h, bias=True)
        yield from norm(f"{at}.ln_2", h, bias=True)
        for name, inner, outer in (
            ("attn.c_attn", h, h + kv),
            ("attn.c_proj", h, h),
            ("mlp.c_fc", h, c.ffn),
            ("mlp.c_proj", c.ffn, h),
        ):
            if big:
                yield from linear(f"{at}.{name}", outer, inner, bias=True)
            else:
                yield from _conv(f"{at}.{name}", inner, outer)
    yield from norm("transformer.ln_f", h, bias=True)
    yield from head(c)


def gpt_neo(c: Config) -> Iterator[Tensor]:
    h = c.hidden
    yield Tensor("transformer.wte.weight", (c.vocabulary, h))
    yield Tensor("transformer.wpe.weight", (c.limit, h))
    for i in range(c.layers):
        at = f"transformer.h.{i}"
        yield from norm(f"{at}.ln_1", h, bias=True)
        yield from norm(f"{at}.ln_2", h, bias=True)
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from linear(f"{at}.attn.attention.{name}", h, h, bias=name == "out_proj")
        yield from linear(f"{at}.mlp.c_fc", c.ffn, h, bias=True)
        yield from linear(f"{at}.mlp.c_proj", h, c.ffn, bias=True)
    yield from norm("transformer.ln_f", h, bias=True)
    yield from head(c)


def gptj(c: Config) -> Iterator[Tensor]:
    h = c.hidden
    yield Tensor("transformer.wte.weight", (c.vocabulary, h))
    for i in range(c.layers):
        at = f"transformer.h.{i}"
        yield from norm(f"{at}.ln_1", h, bias=True)
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from linear(f"{at}.attn.{name}", h, h)
        yield from linear(f"{at}.mlp.fc_in", c.ffn, h, bias=True)
        yield from linear(f"{at}.mlp.fc_out", h, c.ffn, bias=True)
    yield from norm("transformer.ln_f", h, bias=True)
    yield from head(c, bias=True)


def gpt_neox(c: Config) -> Iterator[Tensor]:
    h, bias = c.hidden, bool(c.get("attention_bias", True))
    yield Tensor("gpt_neox.embed_in.weight", (c.vocabulary, h))
    for i in range(c.layers):
        at = f"gpt_neox.layers.{i}"
        yield from norm(f"{at}.input_layernorm", h, bias=True)
        yield from norm(f"{at}.post_attention_layernorm", h, bias=True)
        yield from linear(f"{at}.attention.query_key_value", 3 * h, h, bias=bias)
        yield from linear(f"{at}.attention.dense", h, h, bias=bias)
        yield from linear(f"{at}.mlp.dense_h_to_4h", c.ffn, h, bias=True)
        yield from linear(f"{at}.mlp.dense_4h_to_h", h, c.ffn, bias=True)
    yield from norm("gpt_neox.final_layer_norm", h, bias=True)
    yield from head(c)


def opt(c: Config) -> Iterator[Tensor]:
    h, bias = c.hidden, bool(c.get("enable_bias", True))
    affine = bool(c.get("layer_norm_elementwise_affine", True))
    word = c.size("word_embed_proj_dim", h)
    at = "model.decoder"

    def own_norm(name: str) -> Iterator[Tensor]:
        return norm(name, h, bias=True) if affine else iter(())

    yield Tensor(f"{at}.embed_tokens.weight", (c.vocabulary, word))
    yield Tensor(f"{at}.embed_positions.weight", (c.limit + 2, h))
    if word != h:
        yield from linear(f"{at}.project_out", word, h)
        yield from linear(f"{at}.project_in", h, word)
    if c.get("do_layer_norm_before", True) and not c.get("_remove_final_layer_norm", False):
        yield from own_norm(f"{at}.final_layer_norm")
    for i in range(c.layers):
        layer = f"{at}.layers.{i}"
        for name in ("k_proj", "v_proj", "q_proj", "out_proj"):
            yield from linear(f"{layer}.self_attn.{name}", h, h, bias=bias)
        yield from own_norm(f"{layer}.self_attn_layer_norm")
        yield from linear(f"{layer}.fc1", c.ffn, h, bias=bias)
        yield from linear(f"{layer}.fc2", h, c.ffn, bias=bias)
        yield from own_norm(f"{layer}.final_layer_norm")
    yield from head(c, word)


def bloom(c: Config) -> Iterator[Tensor]:
    h = c.hidden
    yield Tensor("transformer.word_embeddings.weight", (c.vocabulary, h))
    yield from norm("transformer.word_embeddings_layernorm", h, bias=True)
    for i in range(c.layers):
        at = f"transformer.h.{i}"
        yield from norm(f"{at}.input_layernorm", h, bias=True)
        yield from linear(f"{at}.self_attention.query_key_value", 3 * h, h, bias=True)
        yield from linear(f"{at}.self_attention.dense", h, h, bias=True)
        yield from norm(f"{at}.post_attention_layernorm", h, bias=True)
        yield from linear(f"{at}.mlp.dense_h_to_4h", 4 * h, h, bias=True)
        yield from linear(f"{at}.mlp.dense_4h_to_h", h, 4 * h, bias=True)
    yield from norm("transformer.ln_f", h, bias=True)
    yield from head(c)


def falcon(c: Config) -> Iterator[Tensor]:
    h, bias = c.hidden, bool(c.get("bias", False))
    new = bool(c.get("new_decoder_architecture", False))
    groups = c.size("kv_heads", c.heads) if new else c.kv_heads
    norms = c.size("num_ln_in_parallel_attn", 2) if new else 1
    yield Tensor("transformer.word_embeddings.weight", (c.vocabulary, h))
    for i in range(c.layers):
        at = f"transformer.h.{i}"
        fused = (c.heads + 2 * groups) * c.head_dim
        yield from linear(f"{at}.self_attention.query_key_value", fused, h, bias=bias)
        yield from linear(f"{at}.self_attention.dense", h, h, bias=bias)
        yield from linear(f"{at}.mlp.dense_h_to_4h", c.ffn, h, bias=bias)
        yield from linear(f"{at}.mlp.dense_4h_to_h", h, c.ffn, bias=bias)
        if new and norms == 2:
            yield from norm(f"{at}.ln_attn", h, bias=True)
            yield from norm(f"{at}.ln_mlp", h, bias=True)
        else:
            yield from norm(f"{at}.input_layernorm", h, bias=True)
            if not c.get("parallel_attn", True):
                yield from norm(f"{at}.post_attention_layernorm", h, bias=True)
    yield from norm("transformer.ln_f", h, bias=True)
    yield from head(c)


def mpt(c: Config) -> Iterator[Tensor]:
    h = c.hidden
    yield Tensor("transformer.wte.weight", (c.vocabulary, h))
    for i in range(c.layers):
        at = f"transformer.blocks.{i}"
        yield from norm(f"{at}.norm_1", h)
        yield from linear(f"{at}.attn.Wqkv", 3 * h, h)
        yield from linear(f"{at}.attn.out_proj", h, h)
        yield from norm(f"{at}.norm_2", h)
        yield from linear(f"{at}.ffn.up_proj", 4 * h, h)
        yield from linear(f"{at}.ffn.down_proj", h, 4 * h)
    yield from norm("transformer.norm_f", h)
    yield from head(c)


def yalm(c: Config) -> Iterator[Tensor]:
    """YaLM: rotary GPT with gated feed-forward parts and a narrow, shared embedding.

    After the code that was published with it (github.com/yandex/YaLM-100B: language_model.py,
    transformer.py); it is no model of transformers, and its checkpoint is none of safetensors.
    """
    h, narrow = c.hidden, c.size("embedding_size")
    yield Tensor("embed_tokens.weight", (c.vocabulary, narrow))
    yield from norm("projector.input_layernorm", narrow, bias=True)
    for i in range(c.layers):
        at = f"layers.{i}"
        if i:
            yield from norm(f"{at}.input_layernorm", h, bias=True)
        yield from linear(f"{at}.attention.query_key_value", 3 * h, h, bias=True)
        yield from linear(f"{at}.attention.dense", h, h, bias=True)
        yield from norm(f"{at}.post_attention_layernorm", h, bias=True)
        yield from linear(f"{at}.mlp.dense_ffn_hidden", c.ffn, h, bias=True)
        yield from linear(f"{at}.mlp.dense_ffn_gate", c.ffn, h, bias=True)
        yield from linear(f"{at}.mlp.dense_ffn_output", h, c.ffn, bias=True)
    yield from norm("output_layer.input_layer_norm", h, bias=True)
    yield from linear("output_layer.dense", narrow, h, bias=True)
    yield from norm("output_layer.output_layer_norm", narrow, bias=True)
    yield Tensor("output_layer.output_bias", (c.vocabulary,))
