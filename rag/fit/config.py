"""A model's config.json as the sizes that memory is reckoned from.

Configurations call the same thing by several names and leave out what is the default of their
family; here each size has one name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: A tokenizer or a configuration without a limit writes about 1e30; no model reads this much.
_NO_LIMIT = 100_000_000
_MOST_LAYERS = 1000
#: Where a configuration does not tell how much the model reads.
DEFAULT_LIMIT = 2048

#: What families leave out of their published configurations (transformers 5, configuration_*.py).
_DEFAULTS: dict[str, dict[str, Any]] = {
    "bloom": {"tied": True},
    "falcon": {"tied": True, "multi_query": True, "parallel_attn": True},
    "gemma": {"tied": True, "head_dim": 256},
    "gemma2": {"tied": True, "head_dim": 256, "sliding_window": 4096},
    "gemma3_text": {
        "tied": True,
        "head_dim": 256,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "vocab_size": 262_208,
        "max_position_embeddings": 131_072,
    },
    "glm": {"head_dim": 128, "attention_bias": True},
    "glm4": {"head_dim": 128, "attention_bias": True},
    "gpt2": {"tied": True},
    "gpt_bigcode": {"tied": True, "multi_query": True},
    "gpt_neo": {"tied": True, "window_size": 256},
    "mistral": {"num_key_value_heads": 8, "sliding_window": 4096},
    "mixtral": {"num_key_value_heads": 8},
    "mpt": {"tied": True, "expansion_ratio": 4},
    "mt5": {"d_kv": 64},
    "opt": {"tied": True},
    "qwen3": {"head_dim": 128},
    "t5": {"tied": True, "d_kv": 64},
    "umt5": {"d_kv": 64},
}
#: What values are that are neither numbers nor words.
_KINDS: dict[str, type] = {
    "quantization_config": dict,
    "layer_types": list,
    "mlp_only_layers": list,
}
#: Each size and the names it goes by.
_NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "hidden": ("hidden_size", "n_embd", "d_model"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv"),
    "ffn": ("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size", "d_ff"),
    "vocabulary": ("vocab_size",),
    "head_dim": ("head_dim", "d_kv"),
    "limit": ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"),
    "experts": ("num_local_experts", "n_routed_experts", "num_experts"),
}


@dataclass(frozen=True, slots=True)
class Config:
    """What a config.json says of the part of a model that reads and writes text.

    `kind` is the model_type, such as "llama". `values` are those of the file, where a nested
    `text_config` counts before the outer level.
    """

    kind: str
    values: Mapping[str, Any] = field(repr=False)

    def get(self, name: str, default: Any = None) -> Any:
        """A value of the file, the default of its family where it is left out, or `default`."""
        value = self.values.get(name)
        if value is None and name not in self.values:
            value = _DEFAULTS.get(self.kind, {}).get(name)
        return default if value is None else value

    def size(self, name: str, default: int | None = None) -> int:
        """A whole number under any of its names. Raises ModelError where there is none."""
        for each in (*_NAMES.get(name, ()), name):
            value = self.get(each)
            if (
                isinstance(value, (int, float))
                and not isinstance(value, bool)
                and 0 <= value < _NO_LIMIT
            ):
                return int(value)
        if default is not None:
            return default
        wanted = _NAMES.get(name, (name,))[0]
        raise ModelError(
            f"The configuration ({self.kind}) does not tell its {wanted}",
            "Check that config.json is that of the model, and whole",
        )

    @property
    def layers(self) -> int:
        """Layers of the decoder. Raises ModelError for more than any model has."""
        layers = self.size("num_decoder_layers", 0) or self.size("layers")
        if not 0 < layers <= _MOST_LAYERS:
            raise ModelError(
                f"The configuration ({self.kind}) tells of {layers} layers",
                "Check that config.json is that of the model, and whole",
            )
        return layers

    @property
    def encoder_layers(self) -> int:
        """Layers of the encoder; 0 of a decoder-only model."""
        return min(self.size("layers"), _MOST_LAYERS) if self.encoder_decoder else 0

    @property
    def hidden(self) -> int:
        """Width of the residual stream."""
        return self.size("hidden")

    @property
    def heads(self) -> int:
        """Heads of queries."""
        return self.size("heads")

    @property
    def kv_heads(self) -> int:
        """Heads of keys and values, as many as are kept in the cache."""
        if self.kind == "falcon":  # the new architecture spreads its groups before it keeps them
            multi = self.get("multi_query", False) and not self.get("new_decoder_architecture")
            return 1 if multi else self.heads
        if self.kind == "gpt_bigcode" and self.get("multi_query"):
            return 1
        return self.size("kv_heads", self.heads)

    @property
    def head_dim(self) -> int:
        """Floats of one head."""
        return self.size("head_dim", 0) or self.hidden // max(self.heads, 1)

    @property
    def ffn(self) -> int:
        """Width inside the feed-forward part; four times the residual stream if not told."""
        return self.size("ffn", 0) or self.size("expansion_ratio", 4) * self.hidden

    @property
    def vocabulary(self) -> int:
        """Rows of the embedding."""
        return self.size("vocabulary")

    @property
    def limit(self) -> int:
        """Tokens the model reads in all."""
        return self.size("limit", 0) or DEFAULT_LIMIT

    @property
    def tied(self) -> bool:
        """Whether input and output share one embedding."""
        return bool(self.get("tie_word_embeddings", self.get("tied", False)))

    @property
    def encoder_decoder(self) -> bool:
        """Whether an encoder reads and a decoder writes."""
        return bool(self.get("is_encoder_decoder", self.kind in ("t5", "mt5", "umt5")))


def read_config(path: Path) -> Config:
    """The configuration in a config.json. Raises ModelError where it cannot be used."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read ({error})", "Check the download of the model"
        ) from error
    return config_of(values if isinstance(values, dict) else {})


def config_of(values: Mapping[str, Any]) -> Config:
    """The configuration as a mapping. Raises ModelError where it names no kind of model."""
    nested = values.get("text_config")
    merged = {**values, **nested} if isinstance(nested, dict) else dict(values)
    kind = merged.get("model_type")
    if not isinstance(kind, str):
        raise ModelError(
            "The configuration does not tell the model_type",
            "Check that config.json is that of a transformers model",
        )
    kept = {name: value for name, value in merged.items() if _is_as_it_should_be(name, value)}
    return Config(kind, kept)


def _is_as_it_should_be(name: str, value: Any) -> bool:
    """Whether a value that is no number is of its kind; others are as good as left out."""
    return value is None or isinstance(value, _KINDS.get(name, object))
