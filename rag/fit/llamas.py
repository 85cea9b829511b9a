"""The tensors of Llama and its kin, mixtures of experts and latent attention among them.

By the names and shapes that transformers 5 gives them once loaded: all experts of a layer lie in
one tensor, however a checkpoint keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.fit.tensors import Tensor, head, linear, norm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.fit.config import Config

#: Families whose queries and keys are normed.
_NORMED = frozenset({"qwen3", "qwen3_moe", "gemma3_text"})
#: Families with a bias at queries, keys and values, and none behind the attention.
_QKV_BIAS = frozenset({"qwen2", "qwen2_moe"})
#: Families that keep the two halves of a gated feed-forward part in one tensor.
_FUSED_GATE = frozenset({"glm", "glm4", "phi3"})
#: Norms of a layer beside those at its input and behind its attention.
_MORE_NORMS = {
    "gemma2": ("pre_feedforward_layernorm", "post_feedforward_layernorm"),
    "gemma3_text": ("pre_feedforward_layernorm", "post_feedforward_layernorm"),
    "glm4": ("post_self_attn_layernorm", "post_mlp_layernorm"),
}


def llama(c: Config) -> Iterator[Tensor]:
    """Llama, Mistral, Qwen, Gemma, GLM, Phi-3, Mixtral and DeepSeek, by their configuration."""
    yield Tensor("model.embed_tokens.weight", (c.vocabulary, c.hidden))
    for i in range(c.layers):
        at = f"model.layers.{i}"
        latent = c.kind in ("deepseek_v2", "deepseek_v3")
        yield from _latent(c, f"{at}.self_attn") if latent else _attention(c, f"{at}.self_attn")
        if is_sparse(c, i):
            yield from _experts(c, f"{at}.mlp")
        else:
            yield from _feed_forward(c, f"{at}.mlp", c.ffn)
        norms = ("input_layernorm", "post_attention_layernorm", *_MORE_NORMS.get(c.kind, ()))
        for name in norms:
            yield from norm(f"{at}.{name}", c.hidden)
    yield from norm("model.norm", c.hidden)
    yield from head(c)


def is_sparse(c: Config, layer: int) -> bool:
    """Whether a layer (from 0) has experts."""
    if not c.size("experts", 0):
        return False
    if c.kind.startswith("deepseek"):
        return layer >= c.size("first_k_dense_replace", 0)
    step = max(c.size("decoder_sparse_step", 1), 1)
    return layer not in c.get("mlp_only_layers", ()) and (layer + 1) % step == 0


def _attention(c: Config, at: str) -> Iterator[Tensor]:
    inner, kv = c.heads * c.head_dim, c.kv_heads * c.head_dim
    bias = c.kind in _QKV_BIAS or bool(c.get("attention_bias", False))
    behind = bias and c.kind not in (*_QKV_BIAS, "glm", "glm4")
    if c.kind == "phi3":
        yield from linear(f"{at}.qkv_proj", inner + 2 * kv, c.hidden)
    else:
        yield from linear(f"{at}.q_proj", inner, c.hidden, bias=bias)
        yield from linear(f"{at}.k_proj", kv, c.hidden, bias=bias)
        yield from linear(f"{at}.v_proj", kv, c.hidden, bias=bias)
    yield from linear(f"{at}.o_proj", c.hidden, inner, bias=behind)
    if c.kind in _NORMED:
        yield from norm(f"{at}.q_norm", c.head_dim)
        yield from norm(f"{at}.k_norm", c.head_dim)


def _latent(c: Config, at: str) -> Iterator[Tensor]:
    """Multi-head latent attention (DeepSeek-AI, "DeepSeek-V2", 2024)."""
    bias = bool(c.get("attention_bias", False))
    nope, rope = c.size("qk_nope_head_dim"), c.size("qk_rope_head_dim")
    value, rank = c.size("v_head_dim"), c.size("kv_lora_rank")
    query = c.size("q_lora_rank", 0)
    if not query:
        yield from linear(f"{at}.q_proj", c.heads * (nope + rope), c.hidden)
    else:
        yield from linear(f"{at}.q_a_proj", query, c.hidden, bias=bias)
        yield from norm(f"{at}.q_a_layernorm", query)
        yield from linear(f"{at}.q_b_proj", c.heads * (nope + rope), query)
    yield from linear(f"{at}.kv_a_proj_with_mqa", rank + rope, c.hidden, bias=bias)
    yield from norm(f"{at}.kv_a_layernorm", rank)
    yield from linear(f"{at}.kv_b_proj", c.heads * (nope + value), rank)
    yield from linear(f"{at}.o_proj", c.hidden, c.heads * value, bias=bias)


def _feed_forward(c: Config, at: str, width: int) -> Iterator[Tensor]:
    bias = bool(c.get("mlp_bias", False))
    if c.kind in _FUSED_GATE:
        yield from linear(f"{at}.gate_up_proj", 2 * width, c.hidden)
    else:
        yield from linear(f"{at}.gate_proj", width, c.hidden, bias=bias)
        yield from linear(f"{at}.up_proj", width, c.hidden, bias=bias)
    yield from linear(f"{at}.down_proj", c.hidden, width, bias=bias)


def expert_width(c: Config) -> int:
    """Width inside one expert."""
    return c.size("moe_intermediate_size", 0) or c.ffn


def shared_width(c: Config) -> int:
    """Width inside what every token passes beside its experts; 0 where there is none."""
    return c.size("n_shared_experts", 0) * expert_width(c) or c.size(
        "shared_expert_intermediate_size", 0
    )


def _experts(c: Config, at: str) -> Iterator[Tensor]:
    count, width = c.size("experts"), expert_width(c)
    yield Tensor(f"{at}.gate.weight", (count, c.hidden))
    yield Tensor(f"{at}.experts.gate_up_proj", (count, 2 * width, c.hidden))
    yield Tensor(f"{at}.experts.down_proj", (count, c.hidden, width))
    if shared := shared_width(c):
        name = "shared_experts" if c.size("n_shared_experts", 0) else "shared_expert"
        yield from _feed_forward(c, f"{at}.{name}", shared)
        if name == "shared_expert":
            yield from linear(f"{at}.shared_expert_gate", 1, c.hidden)
