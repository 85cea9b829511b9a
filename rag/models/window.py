"""How many tokens a model reads, by what its configuration and its tokenizer say."""

from __future__ import annotations

from typing import Any

#: Where neither the configuration nor the tokenizer tells how much a model reads.
DEFAULT_WINDOW = 2048
#: Encoder–decoders of the T5 kind were trained on so much and often do not say so.
_RELATIVE_WINDOW = 512
#: A tokenizer without a limit writes about 1e30; no model reads this much.
_NO_LIMIT = 100_000_000
#: What a limit of positions is called: by most, GPT-2 and T5, GPT-J, MPT, BLOOM and ChatGLM.
_NAMES = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
#: Kinds whose layers see how far apart two tokens are and not where they stand.
_RELATIVE = frozenset("t5 mt5 umt5 longt5 switch_transformers byt5".split())
_ALIBI = frozenset({"bloom", "mpt"})


def window_of(config: Any, tokenizer: Any) -> int:
    """Tokens a model is given unless asked otherwise: the least that is said of it."""
    named = [*_told(config), getattr(tokenizer, "model_max_length", None)]
    limits = [int(each) for each in named if each is not None and 0 < each < _NO_LIMIT]
    relative = config.model_type in _RELATIVE
    return min(limits, default=_RELATIVE_WINDOW if relative else DEFAULT_WINDOW)


def ceiling_of(config: Any) -> int | None:
    """Tokens a model can be given at most; None where no position is the last one.

    Relative positions (Raffel et al., "T5", 2020) and linear biases (Press et al., "Train short,
    test long", 2022) have no last position: such a model may be given more than it was trained
    on, at the asker's own risk. A tokenizer's limit is advice and bounds nothing.
    """
    text = _text(config)
    if config.model_type in _RELATIVE | _ALIBI or getattr(text, "alibi", False) is True:
        return None
    return min(_told(config), default=None)


def _told(config: Any) -> list[int]:
    """The limits of positions that a configuration names."""
    text = _text(config)
    named = (getattr(text, name, None) for name in _NAMES)
    return [each for each in named if isinstance(each, int) and 0 < each < _NO_LIMIT]


def _text(config: Any) -> Any:
    """The part of a configuration that is about text, in models that read pictures too."""
    return config.get_text_config() if hasattr(config, "get_text_config") else config
