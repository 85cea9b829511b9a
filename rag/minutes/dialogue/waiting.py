"""A request or an offer that waits for an answer, and how long it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.findings import Finding

#: turns that a request to a named person waits for an answer; to nobody in particular it waits one
PATIENCE = 3
#: the same for «кто возьмёт?», which several may turn down
OPEN_PATIENCE = 6


@dataclass
class Waiting:
    """A request or offer that has not been answered yet; `due` follows the haggling over it.

    `about` is where an earlier promise stands that a bare «когда?», «пусть лучше Олег» is about.
    `countered` has offered another day, to which the asker has to agree ("Would Friday do?").
    """

    finding: Finding
    asker: str | None
    due: Found | None
    turn: int
    also: tuple[int, ...] = ()
    declined: bool = False
    about: int | None = None
    countered: str | None = None
