"""What memory this process has for a model, and whether it is enough, asked before loading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rag.errors import ModelError
from rag.fit.devices import RUNNING_OVERHEAD, Device, processor
from rag.fit.estimate import LEAST, Wanted, need_of
from rag.fit.refuse import lacking
from rag.fit.subject import subject_of

if TYPE_CHECKING:
    from rag.fit.weights import Quantize


def check_room(
    reference: str,
    devices: list[str],
    *,
    dtype: Any,
    quantize: str = "none",
    window: int | None = None,
) -> None:
    """Raise DoesNotFit, with the numbers and the way out, for a model that cannot fit.

    `reference` is its folder or an id in the cache of Hugging Face, `devices` are as torch names
    them, `dtype` is a torch format or its name, `quantize` as it is set, and so is `window`: None
    where nothing is, since a model fills no more of its window than is asked of it.
    """
    numbers = str(dtype).removeprefix("torch.")
    found = [device_here(device) for device in devices]
    way = cast("Quantize", quantize)
    error = lacking(reference, found, dtype=numbers, quantize=way, window=window)
    if error is not None:
        raise error


def weight_bytes(reference: str, dtype: str, quantize: str) -> int:
    """Bytes that the weights of a model take, named as in `check_room`; 0 where that is not known.

    Loading will tell what its files do not.
    """
    try:
        wanted = Wanted(dtype, LEAST, cast("Quantize", quantize))
        return need_of(subject_of(reference), wanted).weights.total
    except ModelError:
        return 0


def device_here(name: str) -> Device:
    """A device as torch names it, with what of it is free now, to a process that runs already."""
    if name.startswith("cuda"):
        import torch

        free, total = torch.cuda.mem_get_info(torch.device(name))
        return Device(name, "cuda", total, free, RUNNING_OVERHEAD["cuda"])
    memory = processor()  # shared with the graphics of a Mac
    return Device(name, "cpu", memory.total, memory.free, RUNNING_OVERHEAD["cpu"])
