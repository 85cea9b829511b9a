"""Models that are known to serve Russian and English: what they cost and how well they find."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

_FILE = "suggestions.toml"

Task = Literal["embedder", "reranker"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A published model.

    `parameters` counts millions of weights and `window` tokens; `dimension` is None for a reranker.
    `shortens` says whether its vectors can be cut. `ru`
    and `en` are nDCG@10 in percent, None where none is published.
    """

    id: str
    task: Task
    parameters: int
    dimension: int | None
    window: int
    languages: str
    licence: str
    shortens: bool = False
    ru: float | None = None
    en: float | None = None
    note: str = ""

    @property
    def short(self) -> str:
        """The name without its publisher."""
        return self.id.rpartition("/")[2]

    def memory(self, bytes_a_weight: int) -> int:
        """Bytes that the weights take, with numbers of this size: 2 for bfloat16, 4 for float32."""
        return self.parameters * 1_000_000 * bytes_a_weight


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All of them, the day their figures were looked up, and what the figures are of."""

    day: str
    sources: dict[str, str]
    models: tuple[Suggestion, ...]


@cache
def suggestions() -> Suggestions:
    """What the file of the package suggests."""
    text = files("rag").joinpath(_FILE).read_text(encoding="utf-8")
    value = tomllib.loads(text)
    models = tuple(Suggestion(**{"dimension": None, **each}) for each in value["model"])
    return Suggestions(str(value["day"]), value["sources"], models)


def suggestion(name: str) -> Suggestion | None:
    """The suggested model of this name or id, in any case; None where it is none."""
    wanted = name.casefold()
    return next(
        (m for m in suggestions().models if wanted in (m.id.casefold(), m.short.casefold())), None
    )
