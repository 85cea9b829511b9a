"""What keys and values of past tokens take, as transformers 5 keeps them (`DynamicCache`).

For every layer and token a key and a value for each head; fewer heads where queries share them
(Shazeer, "Fast transformer decoding", 2019; Ainslie et al., "GQA", 2023). Layers with a sliding
window keep its last tokens; multi-head latent attention keeps one compressed vector a token
(DeepSeek-AI, "DeepSeek-V2", 2024); the decoder of T5 keeps its own and those of the whole input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.fit.config import Config

#: Families that have a window for each layer though their configuration lists no layers.
_PATTERNED = {"gemma2": 2, "gemma3_text": 6}


def windows(config: Config) -> list[int | None]:
    """The sliding window of each layer of the decoder, in tokens; None for all of the past."""
    window = config.size("sliding_window", 0) or None
    kinds = config.get("layer_types")
    if kinds is not None and len(kinds) == config.layers:
        sliding = [str(kind).startswith("sliding") for kind in kinds]
    elif config.kind in _PATTERNED:
        every = config.size("sliding_window_pattern", _PATTERNED[config.kind])
        sliding = [bool((i + 1) % every) for i in range(config.layers)]
    elif config.kind.startswith("qwen"):
        first = config.size("max_window_layers", 28)
        used = bool(config.get("use_sliding_window", False))
        sliding = [used and i >= first for i in range(config.layers)]
    else:
        sliding = [True] * config.layers
    return [window if slides else None for slides in sliding]


def floats_a_token(config: Config) -> int:
    """Numbers that one layer keeps of one token."""
    if config.size("kv_lora_rank", 0):
        return config.size("kv_lora_rank") + config.size("qk_rope_head_dim")
    return 2 * config.kv_heads * config.head_dim


def layer_bytes(config: Config, tokens: int, written: int, size: int) -> list[int]:
    """Bytes kept by each layer once `tokens` are past, with `size` bytes a number.

    Of an encoder–decoder, `tokens` are read and `written` written, and the layers of its encoder
    keep nothing.
    """
    floats = floats_a_token(config) * size
    if config.encoder_decoder:
        return [0] * config.encoder_layers + [floats * (tokens + written)] * config.layers
    return [floats * held(window, tokens) for window in windows(config)]


def held(window: int | None, tokens: int) -> int:
    """Tokens that a layer keeps: the next one sees as many and itself."""
    return tokens if window is None else min(tokens, max(window - 1, 1))
