"""What goes wrong inside torch and transformers, in the words of this program, with the numbers."""

from __future__ import annotations

import re
from typing import Any

from rag.embed.local import first_line, is_out_of_memory
from rag.errors import DoesNotFit, ModelError, RagError
from rag.models.room import device_here

__all__ = ["first_line", "gigabytes", "is_out_of_memory", "mapped"]

_WANTED = re.compile(r"tried to allocate ([\d.]+) ?(bytes|[KMG]iB)", re.IGNORECASE)
_UNITS = {"bytes": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}


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


def gigabytes(size: float) -> str:
    """A size for a person; in MB below a tenth of a GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def _numbers(error: Any, device: str) -> str:
    """What was asked for, where that is told, and what is left."""
    told = []
    if wanted := _WANTED.search(str(error)):
        told.append(f"{gigabytes(float(wanted[1]) * _UNITS[wanted[2].lower()])} more needed")
    told.append(f"{gigabytes(device_here(device).free)} free on {device}")
    return f" ({', '.join(told)})"
