"""What a person may set about a model: how its answers are drawn, and how it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Of the likeliest tokens, how many are drawn from; transformers' own default, said aloud.
_TOP_K = 50


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """Where a model runs and in which numbers.

    `device` is "auto", "cpu", "mps", "cuda", "cuda:1" or "all", which spreads the layers over every
    GPU; "auto" does so where one GPU is too small. A `dtype` of "auto" is 16 bits wherever the
    device computes in them. `quantize` is "none", or "int8" or "4bit" to make the weights smaller
    while they are loaded (bitsandbytes).
    """

    device: str = "auto"
    dtype: str = "auto"
    quantize: str = "none"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How answers are drawn; greedily at temperature 0. Of them `max_new_tokens` at most."""

    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int | None = 0
    stop: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """For the `generate` of transformers."""
        told: dict[str, Any] = {"do_sample": self.temperature > 0}
        if self.temperature > 0:
            told |= {"temperature": self.temperature, "top_p": self.top_p, "top_k": _TOP_K}
        if self.repetition_penalty != 1.0:
            told["repetition_penalty"] = self.repetition_penalty
        return told
