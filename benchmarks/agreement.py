"""Whether two searches find the same, but for the order of scores that tie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEAR = 1e-4  # relative difference of scores that tie


@dataclass(frozen=True, slots=True)
class Same:
    """Of so many questions, how many have the same ten best, and how many but for ties."""

    asked: int
    equal: int
    tied: int


def same(pairs: Sequence[tuple[Any, Any]]) -> Same:
    """Of pairs of lists of hits, how many agree."""
    equal = [[name for name, _ in a] == [name for name, _ in b] for a, b in pairs]
    tied = [whole or is_tied(a, b) for whole, (a, b) in zip(equal, pairs, strict=True)]
    return Same(len(pairs), sum(equal), sum(tied))


def is_tied(one: Sequence[tuple[Any, float]], other: Sequence[tuple[Any, float]]) -> bool:
    """Whether two lists differ only in the order of scores that tie.

    Where the last scores tie, others of the same score may stand in their place.
    """
    if len(one) != len(other):
        return False
    if any(not _tie(a, b) for (_, a), (_, b) in zip(one, other, strict=True)):
        return False
    first = 0
    while first < len(one):
        end = first + 1
        while end < len(one) and _tie(one[end - 1][1], one[end][1]):
            end += 1
        here, there = ({name for name, _ in hits[first:end]} for hits in (one, other))
        if here != there and end < len(one):
            return False
        first = end
    return True


def _tie(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR * max(abs(one), abs(other))
