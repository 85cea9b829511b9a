"""A sum of small decision trees, read from JSON and evaluated for many rows at once.

Gradient boosting: Friedman, "Greedy function approximation" (2001); fitted to order a list:
Burges, "From RankNet to LambdaRank to LambdaMART" (2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Trees:
    """Trees over named features.

    A tree is `feature` (names), `at_most` (thresholds), `then` and `otherwise` (the next split, or
    -1 - the place in `leaf`), and `leaf` (what is added). `scale` and `offset` turn the sum into a
    chance by the logistic function (Platt, 1999).
    """

    def __init__(self, model: dict[str, Any], features: Sequence[str]) -> None:
        """Raises ValueError where the model knows a feature that is not among `features`."""
        place = {name: i for i, name in enumerate(features)}
        trees = model["trees"]
        unknown = {name for tree in trees for name in tree["feature"]} - set(place)
        if unknown:
            raise ValueError(f"no such features: {', '.join(sorted(unknown))}")
        splits = max((len(tree["feature"]) for tree in trees), default=0)
        leaves = max((len(tree["leaf"]) for tree in trees), default=1)
        shape = (len(trees), splits + leaves)
        # splits first, then leaves, which lead to themselves
        own = np.arange(shape[1])
        self._feature = np.zeros(shape, np.intp)
        self._at_most = np.full(shape, np.inf)
        self._then = np.tile(own, (len(trees), 1))
        self._otherwise = self._then.copy()
        self._value = np.zeros(shape)
        for i, tree in enumerate(trees):
            count = len(tree["feature"])
            self._feature[i, :count] = [place[name] for name in tree["feature"]]
            self._at_most[i, :count] = tree["at_most"]
            for target, branch in ((self._then, "then"), (self._otherwise, "otherwise")):
                target[i, :count] = [n if n >= 0 else splits - 1 - n for n in tree[branch]]
            self._value[i, splits : splits + len(tree["leaf"])] = tree["leaf"]
        self._roots = np.array([0 if tree["feature"] else splits for tree in trees], np.intp)
        self._depth = max(map(_depth, trees), default=0)
        self._scale, self._offset = float(model["scale"]), float(model["offset"])

    def predict(self, rows: Floats) -> Floats:
        """The sum of all trees, shape (rows,), for rows of features, shape (rows, features)."""
        width = self._value.shape[1]
        trees = np.arange(len(self._value)) * width
        at = np.tile(trees + self._roots, (len(rows), 1))
        flat = rows.ravel()
        starts = (np.arange(len(rows)) * rows.shape[1])[:, None]
        feature, at_most = self._feature.ravel(), self._at_most.ravel()
        then = (self._then + trees[:, None]).ravel()
        otherwise = (self._otherwise + trees[:, None]).ravel()
        for _ in range(self._depth):
            yes = flat[starts + feature[at]] <= at_most[at]
            at = np.where(yes, then[at], otherwise[at])
        total: Floats = self._value.ravel()[at].sum(axis=1)
        return total

    def calibrated(self, raw: Floats) -> Floats:
        """The chance that belongs to a sum."""
        chance: Floats = 1 / (1 + np.exp(-(self._scale * raw + self._offset)))
        return chance


def _depth(tree: dict[str, Any]) -> int:
    """Splits on the longest way through a tree."""

    def below(split: int) -> int:
        return 0 if split < 0 else 1 + max(below(tree[b][split]) for b in ("then", "otherwise"))

    return below(0) if tree["feature"] else 0
