"""A tensor of a model by name and shape, and the pieces that families of models are built from."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.fit.config import Config


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of a model: its name, its shape, and the numbers it is stored in.

    `dtype` is as safetensors writes it ("BF16", "F32", "I32", …), empty where only the
    configuration tells of the tensor.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = ""

    @property
    def count(self) -> int:
        """Numbers in it."""
        return prod(self.shape)


def linear(name: str, rows: int, columns: int, *, bias: bool = False) -> Iterator[Tensor]:
    """A linear layer that makes `rows` numbers of `columns`."""
    yield Tensor(f"{name}.weight", (rows, columns))
    if bias:
        yield Tensor(f"{name}.bias", (rows,))


def norm(name: str, width: int, *, bias: bool = False) -> Iterator[Tensor]:
    """A layer norm (with bias) or an RMS norm (without)."""
    yield Tensor(f"{name}.weight", (width,))
    if bias:
        yield Tensor(f"{name}.bias", (width,))


def head(config: Config, width: int | None = None, *, bias: bool = False) -> Iterator[Tensor]:
    """The output layer; nothing where it is the embedding itself."""
    if not config.tied:
        yield from linear("lm_head", config.vocabulary, width or config.hidden, bias=bias)
