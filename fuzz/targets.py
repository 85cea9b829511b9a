"""One target a reader, derived from the tables of `rag.readers`: none can be forgotten."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from fuzz.mutate import mutated
from fuzz.pictures import PICTURES
from fuzz.seeds import everything, seeds
from rag.readers import CONTAINERS, READERS
from rag.readers.options import DEFAULT, Options

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How inputs are read: bounds that small files keep, and no program besides.
OPTIONS: Options = replace(
    DEFAULT,
    ocr="never",
    limits=replace(
        DEFAULT.limits,
        characters=5_000_000,
        members=1_000,
        ocr_page_seconds=5.0,
        pages=2_000,
        unpacked=64 * 1024**2,
    ),
)
_FOREIGN = 0.05  # share of inputs that begin with a file of another format
_STEM = "fuzz.txt"  # what is packed alone is known by the suffix before the last


@dataclass(frozen=True, slots=True)
class Target:
    """A reader by the suffixes that it is known by."""

    suffixes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its suffixes."""
        return " ".join(self.suffixes)

    def seeds(self, suffix: str) -> tuple[bytes, ...]:
        """Sound files of the suffix; else those of the reader's other ones; else all there are."""
        alike = tuple(data for other in self.suffixes for data in seeds(other))
        return seeds(suffix) or alike or everything()

    def case(self, seed: int, number: int) -> tuple[str, bytes]:
        """Name and bytes of an input; the first ones are the seeds as they are."""
        suffix = self.suffixes[number % len(self.suffixes)]
        name, own = f"{_STEM}{suffix}", self.seeds(suffix)
        if number < len(own):
            return name, own[number]
        chance = random.Random(f"{seed} {self.name} {number}")
        foreign = everything() if chance.random() < _FOREIGN else own
        return name, mutated(chance.choice(foreign), chance, own)


def options_for(name: str) -> Options:
    """How a file is read: pictures are recognised, since nothing else is done with them."""
    picture = PurePath(name).suffix in PICTURES
    return replace(OPTIONS, ocr="auto") if picture else OPTIONS


def targets(only: Sequence[str] = ()) -> list[Target]:
    """All targets, or those that are known by one of the suffixes."""
    known: dict[int, list[str]] = {}
    for suffix, reader in (READERS | CONTAINERS).items():
        known.setdefault(id(reader), []).append(suffix)
    found = [Target(tuple(suffixes)) for suffixes in known.values()]
    return [target for target in found if not only or {*target.suffixes} & {*only}]
