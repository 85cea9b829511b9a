"""Hits of equal score at the end of what is asked for: an index gives any of them.

Which it gives rests on how its segments lie, so that the same chunks would be found or not with the
order in which they came, or the place where they are. Here the lower keys are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = TypeVar("Row", bound=tuple[int, float] | tuple[int, float, object])

#: Relative difference of scores that tie: floats are added in any order.
NEAR = 1e-6
#: Hits of which so many may tie that it tells nothing which of them are found.
TIED = 1000
_BEYOND = 10  # hits fetched beyond those asked for, to see that the last does not tie with the next
_MORE = 4  # times as many are fetched where it does


def settled(search: Callable[[int], Sequence[Row]], limit: int, most: int = TIED) -> list[Row]:
    """The best hits, at most `limit` of them; of those that tie, these with the lower keys.

    `search` gives at most so many rows that begin with key and score, best first; `most` is what it
    may be asked for.
    """
    size, most = limit + _BEYOND, max(limit, min(most, TIED))
    while True:
        size = min(size, most)
        found = search(size)
        if len(found) < size or size == most or not _ties(found[limit - 1][1], found[-1][1]):
            return sorted(found, key=lambda row: (-row[1], row[0]))[:limit]
        size *= _MORE


def _ties(last: float, beyond: float) -> bool:
    return last - beyond <= NEAR * abs(last)
