"""Sentences as sparse vectors of their words, and the products a summary is made of.

Everything is linear in the number of words: no sentence is compared with every other.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Vectors:
    """Unit vectors of counts times inverse sentence frequency (Spärck Jones, 1972), one a row."""

    def __init__(self, bags: Sequence[Sequence[str]]) -> None:
        self.places: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        counts: list[int] = []
        for row, bag in enumerate(bags):
            for word, count in Counter(bag).items():
                rows.append(row)
                columns.append(self.places.setdefault(word, len(self.places)))
                counts.append(count)
        self._rows = np.asarray(rows, dtype=np.int64)
        self._columns = np.asarray(columns, dtype=np.int64)
        self._starts = np.searchsorted(self._rows, np.arange(len(bags) + 1))
        held = np.bincount(self._columns, minlength=len(self.places))
        self.rarity: Floats = np.log(1 + len(bags) / np.maximum(held, 1))
        values = np.asarray(counts, dtype=np.float64) * self.rarity[self._columns]
        lengths = np.sqrt(np.bincount(self._rows, values**2, minlength=len(bags)))
        self._values = values / np.maximum(lengths[self._rows], 1e-12)
        self.count = len(bags)

    def times(self, vector: Floats) -> Floats:
        """The product of every row with a vector: shape (words,) to (sentences,)."""
        products = self._values * vector[self._columns]
        return _floats(np.bincount(self._rows, products, minlength=self.count))

    def sum(self, weights: Floats) -> Floats:
        """The weighted sum of the rows: shape (sentences,) to (words,)."""
        products = self._values * weights[self._rows]
        return _floats(np.bincount(self._columns, products, minlength=len(self.places)))

    def nearness(self) -> Floats:
        """Likeness of each sentence to the sum of all others, the nearest being 1."""
        own = np.bincount(self._rows, self._values**2, minlength=self.count)
        near = self.times(self.sum(np.ones(self.count))) - own
        return near / max(float(near.max(initial=0.0)), 1e-12)

    def likeness(self, row: int) -> Floats:
        """Cosine of one sentence with each."""
        one = np.zeros(len(self.places))
        part = slice(self._starts[row], self._starts[row + 1])
        one[self._columns[part]] = self._values[part]
        return self.times(one)

    def about(self, bag: Sequence[str]) -> Floats:
        """How much of the rarity of some words each sentence holds, from 0 to 1."""
        wanted = np.zeros(len(self.places))
        known = [self.places[word] for word in set(bag) if word in self.places]
        wanted[known] = self.rarity[known]
        held = np.bincount(self._rows, wanted[self._columns], minlength=self.count)
        return held / max(float(wanted.sum()), 1e-12)


def _floats(counts: NDArray[Any]) -> Floats:
    """Sums as floats: of nothing, numpy gives integers."""
    return counts.astype(np.float64)
