"""Weights into memory: on which device, in which numbers, and smaller where memory runs out."""

from __future__ import annotations

import importlib.util
import logging
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rag.embed.local import computes_bfloat16, device_of, free_memory
from rag.errors import DoesNotFit, ModelError, RagError
from rag.models import quantize
from rag.models.failures import first_line, gigabytes, is_out_of_memory
from rag.models.room import device_here, weight_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.models.options import LocalOptions

log = logging.getLogger(__name__)

#: Of a GPU's free memory, what weights may take of it: the rest is for keys, values and sums.
_FOR_WEIGHTS = 0.85
_BEYOND_CARDS = "out of memory on all GPUs together"


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to load the model in `folder`.

    `spread` lays its layers over all GPUs. A checkpoint that was `published` quantised stays so.
    """

    device: str
    spread: bool
    dtype: str
    quantize: str = "none"
    published: bool = False
    folder: str = ""

    @property
    def size(self) -> int:
        """Bytes that the weights take; 0 where that is not known."""
        return weight_bytes(self.folder, self.dtype, self.quantize)

    @property
    def devices(self) -> list[str]:
        """The devices it takes memory of, as torch names them."""
        if not self.spread:
            return [self.device]
        import torch

        return [f"cuda:{number}" for number in range(torch.cuda.device_count())]

    def smaller(self) -> Plan | None:
        """The next smaller way; None where there is none without another checkpoint.

        Half the bits before fewer, and eight before four: each step costs more of the quality.
        """
        if self.published:
            return None
        if self.quantize == "none" and self.dtype == "float32":
            half = "bfloat16" if self.device == "cpu" else _half(self.device)
            return replace(self, dtype=half)
        if self.quantize == "4bit" or self.device == "mps" or quantize.missing("bitsandbytes"):
            return None
        return replace(self, quantize="4bit" if self.quantize == "int8" else "int8")

    def __str__(self) -> str:
        numbers = self.dtype if self.quantize == "none" else self.quantize
        return f"{numbers} on {'all GPUs' if self.spread else self.device}"


def plan_of(folder: str, config: Any, reference: str, options: LocalOptions) -> Plan:
    """What was asked for, with every "auto" settled.

    Raises ModelError where a device or a package is not there, and UsageError where what is
    quantised already is to be quantised.
    """
    quantize.check(config, options.quantize, reference)
    device = device_of(options.device)
    method = quantize.method_of(config)
    plan = Plan(
        device,
        False,
        options.dtype if options.dtype != "auto" else _auto(device, method),
        options.quantize,
        bool(method),
        folder,
    )
    device, spread = place(options.device, device, plan.size, _free_of_cards(device))
    if spread and importlib.util.find_spec("accelerate") is None:
        raise ModelError(
            "A model on several GPUs needs accelerate, not installed here",
            "pip install 'rag[quantize]', or name one GPU with --device cuda:0",
        )
    return replace(plan, device=device, spread=spread)


def load_weights(folder: str, config: Any, reference: str, plan: Plan) -> Any:
    """The model in evaluation mode on its device; once again smaller where memory runs out.

    Raises:
        ModelError: Weights are missing or broken, or a package cannot be used.
        DoesNotFit: There is not enough memory for the smaller way either.
    """
    try:
        return _read(folder, config, reference, plan)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        smaller = plan.smaller()
        if smaller is None:
            raise _too_large(reference, plan) from error
        log.warning("%s does not fit as %s; loading it as %s", reference, plan, smaller)
    free_memory()
    try:
        return _read(folder, config, reference, smaller)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise _too_large(reference, smaller) from error


def place(asked: str, device: str, size: float, free: Sequence[float]) -> tuple[str, bool]:
    """The device of a model of so many bytes, and whether it is spread over all GPUs.

    `asked` is as set and `device` as torch names it; `free` are the bytes left on each GPU. A
    single GPU that is large enough is taken whole.
    """
    if asked not in ("auto", "all") or len(free) < 2:
        return device, False
    best = max(range(len(free)), key=lambda number: free[number])
    if asked == "auto" and size <= free[best] * _FOR_WEIGHTS:
        return f"cuda:{best}", False
    return device, True


def _free_of_cards(device: str) -> list[float]:
    """Bytes left on each GPU, where "cuda" may mean any of several."""
    if device != "cuda":
        return []
    import torch

    return [device_here(f"cuda:{number}").free for number in range(torch.cuda.device_count())]


def _auto(device: str, method: str) -> str:
    """16 bits on accelerators, and on processors with instructions for them.

    With them a decoder of 120 million parameters read a prompt 3.7 times as fast as in float32
    and wrote 1.5 times as fast, in half the memory. Without them bfloat16 is the slower way.
    """
    if device != "cpu":
        return _half(device)
    if method in ("gptq", "awq"):  # their kernels for processors take no float32
        return "bfloat16"
    return "bfloat16" if computes_bfloat16() else "float32"


def _half(device: str) -> str:
    import torch

    if device.startswith("cuda") and torch.cuda.is_bf16_supported(including_emulation=False):
        return "bfloat16"
    return "float16"


def _read(folder: str, config: Any, reference: str, plan: Plan) -> Any:
    """The model as planned. Raises what torch raises when memory runs out."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
    from transformers.utils import logging as their_logging

    progress: Any = their_logging
    progress.disable_progress_bar()
    kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    dtype = getattr(torch, plan.dtype)
    if plan.quantize == "int8":  # its kernels take this alone, and say so at every layer
        dtype = torch.float16
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
    mapping = _mapping(plan)
    with _reading(reference, plan):
        model, info = kind.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            **mapping,
            **_quantized(plan, dtype),
        )
    _check_whole(info, reference)
    if plan.spread and any(each.device.type in ("cpu", "meta") for each in model.parameters()):
        raise MemoryError(_BEYOND_CARDS)
    return (model if mapping else model.to(plan.device)).eval()


@contextmanager
def _reading(reference: str, plan: Plan) -> Iterator[None]:
    """What is wrong with the weights or the packages, as an error that names the remedy."""
    try:
        yield
    except ImportError as error:
        raise ModelError(
            f"A package that {reference} needs cannot be used: {first_line(error)}",
            "Install it in a version that goes with the others, or use another checkpoint",
        ) from error
    except (OSError, ValueError) as error:
        if plan.spread and "offload" in str(error):
            raise MemoryError(_BEYOND_CARDS) from error
        raise ModelError(
            f"The weights of {reference} cannot be read: {first_line(error)}",
            "Check that the folder holds model.safetensors (or pytorch_model.bin) in full",
        ) from error


def _mapping(plan: Plan) -> dict[str, Any]:
    """Weights go straight to their device where accelerate is installed, else through memory."""
    if plan.spread:
        return {"device_map": "auto"}
    if importlib.util.find_spec("accelerate") is None or plan.device == "mps":
        return {}
    return {"device_map": {"": plan.device}}


def _quantized(plan: Plan, dtype: Any) -> dict[str, Any]:
    made = quantize.configuration(plan.quantize, dtype)
    return {} if made is None else {"quantization_config": made}


def _check_whole(info: dict[str, Any], reference: str) -> None:
    if info["missing_keys"]:
        raise ModelError(
            f"The weights of {reference} are incomplete: {len(info['missing_keys'])} tensors, "
            f"such as {min(info['missing_keys'])}, are missing",
            "Download the model again",
        )


def _too_large(reference: str, plan: Plan) -> RagError:
    """The numbers: what the weights take, and what there is."""
    free = sum(device_here(device).free for device in plan.devices)
    needs = f"its weights take {gigabytes(plan.size)} as {plan}" if plan.size else f"as {plan}"
    return DoesNotFit(
        f"{reference} does not fit: {needs}; {gigabytes(free)} are free",
        "Use a smaller model, --quantize 4bit, or a device with more memory (--device)",
    )
