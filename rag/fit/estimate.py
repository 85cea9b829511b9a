"""Whether a model fits, where what lies, and what to do where it does not.

On each device: what a program that uses it takes for itself, working memory for the prompt, and
whole layers with their keys and values, in order, as accelerate lays them. The first also holds the
embedding, the embedder and the reranker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from rag.fit.activations import activation_bytes
from rag.fit.cache import layer_bytes
from rag.fit.subject import UNKNOWN
from rag.fit.weights import DTYPES, QUANTIZE, Weights, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.fit.devices import Device
    from rag.fit.subject import Subject
    from rag.fit.weights import Quantize

#: Tokens that are asked after where none are named: what a question takes with its passages and
#: its answer. A model that reads less is asked after what it reads.
CONTEXT = 4096
#: With fewer no question can be answered with a passage to it.
LEAST = 512
#: More cards than these are no longer one machine.
_MOST_CARDS = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a model is to be run: numbers as a key of `DTYPES`, and tokens of prompt and answer.

    `embedder` and `reranker` are the bytes of those that run beside it.
    """

    dtype: str
    context: int
    quantize: Quantize = "none"
    embedder: int = 0
    reranker: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What takes the memory of one device, in bytes. The parts and `free` make up its `size`.

    `size` is what is free on the device before the model comes. `free` is below 0 where more is
    wanted than there is.
    """

    device: str
    kind: str
    size: int
    weights: int
    cache: int
    activations: int
    overhead: int
    embedder: int
    reranker: int

    @property
    def free(self) -> int:
        """What is left."""
        taken = self.weights + self.cache + self.activations + self.overhead
        return self.size - taken - self.embedder - self.reranker


@dataclass(frozen=True, slots=True)
class Need:
    """What a model needs, in bytes: its weights, the keys and values of each layer, its work."""

    weights: Weights
    cache: tuple[int, ...]
    activations: int

    @property
    def total(self) -> int:
        """All of it, on one device."""
        return self.weights.total + sum(self.cache) + self.activations


class Cards(NamedTuple):
    """How many cards of a name hold a model, and how many its weights alone."""

    name: str
    all: int
    weights: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to whether a model fits.

    `parts` are those of the devices it is laid on, the fewest that hold it, or all where they do
    not, of so many `devices`. `largest` is the longest context that fits, 0 where not even weights
    do. `cards` tells how many it takes of the roomiest card; None for a processor, or where even
    many are too few. `quantize` is what makes it fit where it does not, or None.
    """

    wanted: Wanted
    need: Need
    fits: bool
    parts: tuple[Parts, ...]
    devices: int
    largest: int
    cards: Cards | None
    quantize: Quantize | None


def answer(subject: Subject, devices: Sequence[Device], wanted: Wanted) -> Answer:
    """Whether a model fits on devices, all of which it may be laid over, the roomiest first."""
    devices = sorted(devices, key=lambda device: -device.free)
    need = need_of(subject, wanted)
    chosen = _fewest(need, devices, wanted)
    fits = chosen is not None
    parts = chosen or laid(need, devices, wanted)[0]
    better = None
    if not fits and not subject.quantized:
        lighter = QUANTIZE[QUANTIZE.index(wanted.quantize) + 1 :]
        ways = (replace(wanted, quantize=way) for way in lighter)
        found = (way for way in ways if _fewest(need_of(subject, way), devices, way))
        better = next((way.quantize for way in found), None)
    return Answer(
        wanted,
        need,
        fits,
        tuple(parts),
        len(devices),
        largest_context(subject, devices, wanted),
        _cards(subject, devices[0], wanted) if devices[0].kind == "cuda" else None,
        better,
    )


def need_of(subject: Subject, wanted: Wanted, prompt: int | None = None) -> Need:
    """What a model needs for a context of prompt and answer.

    `prompt` tokens are read at once; by default it is all of the context, which is the worst case.
    """
    size = DTYPES[wanted.dtype]
    config = subject.config
    if config is None:
        weights = weigh(subject.tensors, UNKNOWN, wanted.dtype, wanted.quantize)
        return Need(weights, tuple(0 for _ in weights.layers), 0)
    weights = weigh(subject.tensors, config, wanted.dtype, wanted.quantize)
    cache = tuple(layer_bytes(config, wanted.context, wanted.context // 4, size))
    read = wanted.context if prompt is None else prompt
    activations = activation_bytes(config, weights, read, size, wanted.quantize)
    return Need(weights, cache, activations)


def laid(need: Need, devices: Sequence[Device], wanted: Wanted) -> tuple[list[Parts], int]:
    """What lies on each device, and the bytes that found no room; those are put on the last."""
    parts = [
        Parts(
            device=device.name,
            kind=device.kind,
            size=device.free,
            weights=need.weights.before if number == 0 else 0,
            cache=0,
            activations=need.activations,
            overhead=device.overhead,
            embedder=wanted.embedder if number == 0 else 0,
            reranker=wanted.reranker if number == 0 else 0,
        )
        for number, device in enumerate(devices)
    ]
    at = 0
    chunks = [*zip(need.weights.layers, need.cache, strict=True), (need.weights.behind, 0)]
    for weights, cache in chunks:
        while at + 1 < len(parts) and parts[at].free < weights + cache:
            at += 1
        here = parts[at]
        parts[at] = replace(here, weights=here.weights + weights, cache=here.cache + cache)
    return parts, sum(max(-each.free, 0) for each in parts)


def largest_context(subject: Subject, devices: Sequence[Device], wanted: Wanted) -> int:
    """The longest context that fits, in tokens; 0 where not even one does."""
    if subject.config is None:
        return 0
    low, high = 0, subject.config.limit
    while low < high:
        middle = (low + high + 1) // 2
        asked = replace(wanted, context=middle)
        if laid(need_of(subject, asked), devices, asked)[1]:
            high = middle - 1
        else:
            low = middle
    return low


def _fewest(need: Need, devices: Sequence[Device], wanted: Wanted) -> list[Parts] | None:
    """What lies where on the first devices that hold all of it; None where all of them do not."""
    for number in range(1, len(devices) + 1):
        parts, short = laid(need, devices[:number], wanted)
        if not short:
            return parts
    return None


def _cards(subject: Subject, device: Device, wanted: Wanted) -> Cards | None:
    """How many such cards, all of their memory free, hold the model and its weights alone."""
    full = replace(device, free=device.total)
    need = need_of(subject, wanted)
    bare = Need(need.weights, tuple(0 for _ in need.cache), 0)
    whole, alone = (
        next((n for n in range(1, _MOST_CARDS + 1) if not laid(each, [full] * n, wanted)[1]), 0)
        for each in (need, bare)
    )
    return Cards(device.name, whole, alone) if whole else None
