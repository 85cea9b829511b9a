"""Whether a model has room on a device of this process, asked before it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rag.fit.devices import RUNNING_OVERHEAD, Device, processor
from rag.fit.refuse import lacking

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
    found = [_device(device) for device in devices]
    way = cast("Quantize", quantize)
    error = lacking(reference, found, dtype=numbers, quantize=way, window=window)
    if error is not None:
        raise error


def _device(name: str) -> Device:
    """A device with what is free of it now, to a process that uses it already."""
    if name.startswith("cuda"):
        import torch

        free, total = torch.cuda.mem_get_info(torch.device(name))
        return Device(name, "cuda", total, free, RUNNING_OVERHEAD["cuda"])
    memory = processor()  # shared with the graphics of a Mac
    return Device(name, "cpu", memory.total, memory.free, RUNNING_OVERHEAD["cpu"])
