"""How a model in this process is loaded: what a person may set about it."""

from __future__ import annotations

from dataclasses import dataclass


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
