"""Refusing a model that cannot fit before it is loaded, minutes before memory runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import DoesNotFit, ModelError
from rag.fit.estimate import LEAST, Wanted, answer
from rag.fit.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.fit.devices import Device
    from rag.fit.estimate import Answer
    from rag.fit.weights import Quantize


def lacking(
    reference: str,
    devices: Sequence[Device],
    *,
    dtype: str,
    quantize: Quantize = "none",
    window: int | None = None,
) -> DoesNotFit | None:
    """The error that loading a model would end in, with the way out; None where it may fit.

    `reference` is a folder, or the id of a model in the cache of Hugging Face. Asks after the least
    that the model is good for: its window where one is set, else a short prompt. Of a model that is
    not understood nothing is said; loading will tell.
    """
    try:
        subject = subject_of(reference)
        limit = subject.config.limit if subject.config else LEAST
        wanted = Wanted(dtype, min(window or LEAST, limit), quantize)
        found = answer(subject, devices, wanted)
    except ModelError:
        return None
    return None if found.fits else DoesNotFit(_told(reference, found), _way_out(found))


def _told(reference: str, found: Answer) -> str:
    wanted = found.wanted
    numbers = wanted.dtype if wanted.quantize == "none" else wanted.quantize
    free = sum(part.size for part in found.parts) / 1e9
    where = found.parts[0].device
    if len(found.parts) > 1:
        where = f"{len(found.parts)} devices"
    need = found.need.total + sum(part.overhead for part in found.parts)
    return (
        f"{reference} does not fit: in {numbers} it needs {need / 1e9:.1f} GB"
        f" ({found.need.weights.total / 1e9:.1f} GB of weights) for {wanted.context} tokens, and"
        f" {free:.1f} GB are free on {where}"
    )


def _way_out(found: Answer) -> str:
    """What to do, the least change first."""
    if found.largest >= LEAST:
        return f"Use --window {found.largest} or less"
    if found.quantize is not None:
        return f"It fits with --quantize {found.quantize}"
    if found.cards is not None:
        return f"It takes {found.cards.all} such cards; rag fit MODEL tells more"
    return "Use a smaller model; rag fit MODEL tells what fits"
