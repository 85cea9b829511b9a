"""What a model needs beside weights and cache while it reads a prompt, at its worst moment.

Reading is the worst: all tokens of the prompt pass each layer at once, later ones pass alone. The
peak lies inside one layer, in its feed-forward part, its attention, or a norm that works in
float32; the tensors alive there were counted operator by operator on each family (see
docs/fit.md), in multiples of the widths below.

With scaled-dot-product attention no scores are kept; families that transformers runs without it
("eager") hold scores of every head for every pair of tokens, and those rule the peak of a long
prompt. Logits are made for the last token alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.fit.cache import floats_a_token, held, windows
from rag.fit.llamas import expert_width, shared_width

if TYPE_CHECKING:
    from rag.fit.config import Config
    from rag.fit.weights import Quantize, Weights

#: Residual stream, its norm, the embedded prompt and the input of the layer are alive together.
_STREAMS = 4
#: … and more where attention and feed-forward part stand side by side, or dropout copies.
_MORE_STREAMS = {"falcon": 2, "gpt2": 2, "gpt_neox": 1, "gptj": 1}
#: Tensors of a feed-forward part's width alive at once: gate, up, and their product; four where the
#: halves come out of one matrix, or the activation is written out in Python.
_GATED, _FUSED, _PLAIN, _WRITTEN_OUT = 3, 4, 2, 4
_FUSED_KINDS = frozenset({"glm", "glm4", "phi3"})
_PLAIN_KINDS = frozenset(
    {"bloom", "falcon", "gpt2", "gpt_bigcode", "gpt_neo", "gpt_neox", "gptj", "mpt", "opt"}
)
_WRITTEN_OUT_NAMES = frozenset({"gelu_new", "gelu_fast"})
#: Queries, and what turns them by their place, as tensors of the width of all heads.
_ROTATED = 4
#: Families that norm queries in float32.
_NORMED = frozenset({"qwen3", "qwen3_moe", "gemma3_text"})
#: Bytes of a score in eager attention, for models in 16 bits and in 32.
_EAGER = {
    "bloom": (12, 16),
    "gemma2": (8, 8),
    "gpt_neo": (10, 12),
    "gptj": (10, 12),
    "mpt": (12, 10),
    "yalm": (6, 12),
}
#: T5 reckons distances between all tokens as 64-bit numbers, six tensors of them.
_DISTANCES = 6 * 8
_FLOAT32 = 4


def activation_bytes(
    config: Config, weights: Weights, tokens: int, size: int, quantize: Quantize = "none"
) -> int:
    """Bytes for a prompt of so many tokens, with `size` bytes a number."""
    streams = tokens * (_STREAMS + _MORE_STREAMS.get(config.kind, 0)) * config.hidden * size
    moments = [
        streams + tokens * _feed_forward(config) * size,
        streams + tokens * _experts(config) * size,
        streams + tokens * _attention(config, size) + _scores(config, tokens, size),
        streams + tokens * 2 * _FLOAT32 * config.hidden,
    ]
    if config.encoder_decoder:
        moments.append(_DISTANCES * tokens**2 + 2 * tokens * config.hidden * size)
    peak = max(moments) + _spill(config, tokens, size)
    if _masked(config, tokens):
        peak += tokens**2
    if quantize == "int8":  # rows in int8, and what comes out of them in 32-bit whole numbers
        peak += tokens * (config.hidden + _FLOAT32 * config.ffn)
    elif quantize == "4bit":  # one layer's weights at a time are turned back
        peak += weights.largest * size
    return peak + config.vocabulary * (size + _FLOAT32)


def _feed_forward(config: Config) -> int:
    if config.encoder_decoder:
        gated = str(config.get("feed_forward_proj", "relu")).startswith("gated")
        return (_WRITTEN_OUT + 1 if gated else _PLAIN) * config.ffn
    if config.kind in _FUSED_KINDS:
        return _FUSED * config.ffn
    if config.kind in _PLAIN_KINDS:
        named = config.get("activation_function", "")
        written = config.kind == "bloom" or named in _WRITTEN_OUT_NAMES
        default = config.kind in ("gpt2", "gptj", "gpt_neo") and not named
        return (_WRITTEN_OUT if written or default else _PLAIN) * config.ffn
    return _GATED * config.ffn


def _attention(config: Config, size: int) -> int:
    """Bytes a token of queries, keys and values before they are kept."""
    width = config.heads * config.head_dim
    if config.size("kv_lora_rank", 0):
        head = config.size("qk_nope_head_dim") + config.size("qk_rope_head_dim")
        return config.heads * size * (2 * head + head + 2 * config.size("v_head_dim"))
    normed = (2 * _FLOAT32 + size) * width if config.kind in _NORMED else 0
    return max(_ROTATED * width * size, normed)


def _experts(config: Config) -> int:
    """Numbers a token of the experts it goes to: their inputs, their insides, their outputs."""
    if not config.size("experts", 0):
        return 0
    chosen = config.size("num_experts_per_tok", 2)
    inside = chosen * (_FUSED * expert_width(config) + config.hidden)
    return inside + (config.hidden if shared_width(config) else 0)


def _scores(config: Config, tokens: int, size: int) -> int:
    """Bytes of what attention holds for every pair of tokens while it works."""
    square = tokens * tokens
    if config.encoder_decoder:
        return square * 2 * config.heads * size  # the bias of the distances, and it again as a mask
    if config.kind in _EAGER:
        return square * config.heads * _EAGER[config.kind][size == _FLOAT32]
    if not _masked(config, tokens):
        return 0
    repeated = 2 * tokens * config.heads * config.head_dim * size  # groups are not shared then
    return square * size + repeated


def _masked(config: Config, tokens: int) -> bool:
    """Whether a sliding window makes a mask of all pairs needed."""
    if config.encoder_decoder or config.kind in _EAGER:
        return False
    return any(window is not None and window <= tokens for window in windows(config))


def _spill(config: Config, tokens: int, size: int) -> int:
    """Bytes that layers with a window hold beyond it, until the first token is written."""
    if config.encoder_decoder:
        return 0
    beyond = sum(tokens - held(window, tokens) for window in windows(config))
    return beyond * floats_a_token(config) * size
