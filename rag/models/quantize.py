"""Weights in fewer bits: made so while loading, or published so; and what each of it needs."""

from __future__ import annotations

import importlib.util
from typing import Any

from rag.errors import ModelError, UsageError

#: Packages that read what a checkpoint's config.json calls its `quant_method`, as transformers
#: asks for them. Of other methods the error of transformers names the package.
_READERS: dict[str, tuple[str, ...]] = {
    "bitsandbytes": ("accelerate", "bitsandbytes"),
    "gptq": ("optimum", "gptqmodel"),
    "awq": ("accelerate", "gptqmodel"),
    "compressed-tensors": ("compressed_tensors",),
    "auto-round": ("auto_round",),
    "hqq": ("hqq",),
    "torchao": ("torchao",),
}


def method_of(config: Any) -> str:
    """How a checkpoint was quantised by those who published it; "" where it was not."""
    told = getattr(config, "quantization_config", None)
    if told is None:
        return ""
    method = told.get("quant_method") if isinstance(told, dict) else told.quant_method
    return str(getattr(method, "value", method) or "bitsandbytes")


def check(config: Any, quantize: str, reference: str) -> None:
    """See that a model can be read, and made smaller as asked, with what is installed.

    Raises:
        UsageError: It is to be quantised and is so already.
        ModelError: A package is missing; the message names it.
    """
    method = method_of(config)
    if method and quantize != "none":
        raise UsageError(
            f"The weights of {reference} are quantised already ({method})",
            "Leave --quantize away",
        )
    if quantize != "none":
        method = "bitsandbytes"
    if absent := missing(method):
        extra = "pip install 'rag[quantize]'" if method == "bitsandbytes" else None
        what = f"--quantize {quantize}" if quantize != "none" else f"{reference} ({method})"
        raise ModelError(
            f"{what} needs {' and '.join(absent)}, not installed here",
            extra or f"pip install {' '.join(each.replace('_', '-') for each in absent)}",
        )


def missing(method: str) -> list[str]:
    """Packages that a method needs and this machine has not."""
    return [name for name in _READERS.get(method, ()) if importlib.util.find_spec(name) is None]


def configuration(quantize: str, dtype: Any) -> Any:
    """What transformers is told to make weights smaller; None for "none".

    int8 after Dettmers et al., "LLM.int8()", 2022; four bits as NF4 with doubly quantised scales,
    after Dettmers et al., "QLoRA", 2023. Sums are made in `dtype`.
    """
    if quantize == "none":
        return None
    from transformers import BitsAndBytesConfig

    make: Any = BitsAndBytesConfig  # it says nothing of its types
    if quantize == "int8":
        return make(load_in_8bit=True)
    return make(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
