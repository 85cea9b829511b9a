"""What goes wrong inside torch and transformers, in the words of this program, with the numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rag.embed.local import first_line, is_out_of_memory
from rag.errors import DoesNotFit, ModelError, RagError

__all__ = ["available", "first_line", "gigabytes", "is_out_of_memory", "mapped"]

_WANTED = re.compile(r"tried to allocate ([\d.]+) ?(bytes|[KMG]iB)", re.IGNORECASE)
_UNITS = {"bytes": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)


def mapped(error: BaseException, name: str, device: str = "cpu") -> BaseException:
    """The error of the tree for one from torch or transformers; those of the tree come back."""
    if isinstance(error, RagError) or not isinstance(error, Exception):
        return error
    if is_out_of_memory(error):
        return DoesNotFit(
            f"{name} ran out of memory{_numbers(error, device)}",
            "Use a smaller model, --quantize 4bit or a smaller window (--window), or close other"
            " programs",
        )
    return ModelError(f"{name} failed: {str(error) or type(error).__name__}", "Try another model")


def available(device: str) -> int | None:
    """Bytes of memory that a device has left; None where that cannot be told."""
    if device.startswith("cuda"):
        import torch

        free: int = torch.cuda.mem_get_info(torch.device(device))[0]
        return free
    try:
        found = _AVAILABLE.search(Path("/proc/meminfo").read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def gigabytes(size: float) -> str:
    """A size for a person; in MB below a tenth of a GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def _numbers(error: Any, device: str) -> str:
    """What was asked for and what was left, as far as it is told."""
    told = []
    if wanted := _WANTED.search(str(error)):
        told.append(f"{gigabytes(float(wanted[1]) * _UNITS[wanted[2].lower()])} more needed")
    if (free := available(device)) is not None:
        told.append(f"{gigabytes(free)} free on {device}")
    return f" ({', '.join(told)})" if told else ""
