"""Short codes of many vectors, by which the few are found whose vectors are then looked at.

Product quantisation (Jégou, Douze, Schmid, "Product quantization for nearest neighbor search",
2011) with four bits a part, so that a processor scores 32 codes at once from its registers (André,
Kermarrec, Le Scouarnec, "Cache locality is not enough", 2015). The best of them are scored anew by
their vectors. Where vectors gather in clusters, codes lie in lists and only the nearest lists are
read; hashed vectors do not, and have one list. What it takes to find as much as `TARGET` says is
measured when the codes are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Rows = NDArray[np.int64]

#: Share of the ten nearest by all vectors that must be found by way of the codes.
TARGET = 0.98
#: Nearest that are compared when recall is measured.
NEAREST = 10

_PARTS = 256  # of a vector, at most: codes of 128 bytes, read at 20 GB/s
_DEPTHS = (50, 100, 200, 400, 800, 1600, 3200)  # candidates that are scored anew
#: Vectors that centroids are fitted to.
SAMPLE = 1 << 16
_ROUNDS = 10  # of k-means; more moves centroids, hardly what is found
_TRIAL_LISTS, _TRIAL_SAMPLE, _TRIAL_ROUNDS = 128, 1 << 14, 5
_WORTH = 0.25  # lists are worth it where reading at most this share of them is enough


@dataclass(frozen=True, slots=True)
class Effort:
    """What a search spends: lists it reads, candidates it scores anew; and the recall@10 of it."""

    lists: int
    probes: int
    depth: int
    recall: float


def train(sample: Floats, queries: Floats, count: int) -> Any:
    """An empty index of codes for `count` vectors like those of `sample`, shape (n, dimension).

    `queries`, shape (m, dimension), are vectors of questions as they will be asked.
    """
    lists = _lists(sample, queries, count)
    parts = max(p for p in range(1, _PARTS + 1) if sample.shape[1] % p == 0)
    index: Any = faiss.index_factory(
        sample.shape[1], f"IVF{lists},PQ{parts}x4fs", faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = _ROUNDS
    index.train(sample)
    return index


def _lists(sample: Floats, queries: Floats, count: int) -> int:
    """Into how many lists to part the codes: about the square root of their number, or one.

    A small trial shows the share of the lists that must be read, which hardly changes with size.
    """
    some = sample[:: max(len(sample) // _TRIAL_SAMPLE, 1)]
    if len(some) < 39 * _TRIAL_LISTS:  # fewer a list are no sample of it
        return 1
    means: Any = faiss.Kmeans(
        some.shape[1], _TRIAL_LISTS, niter=_TRIAL_ROUNDS, spherical=True, seed=1
    )
    means.train(some)
    owner = (some @ means.centroids.T).argmax(axis=1)
    places = np.argsort(np.argsort(-(queries @ means.centroids.T), axis=1), axis=1)
    nearest = np.argpartition(-(queries @ some.T), NEAREST, axis=1)[:, :NEAREST]
    needed = np.take_along_axis(places, owner[nearest], axis=1)
    share = float(np.quantile(needed, TARGET)) / _TRIAL_LISTS
    return 1 if share > _WORTH else 1 << round(np.log2(count) / 2)


def calibrate(
    index: Any, find: Callable[[Floats, Effort], Rows], queries: Floats, nearest: Rows
) -> Effort:
    """The least effort by which `find` gives `TARGET` of the nearest, or the most there is.

    `find` gives the rows it finds for a query; `nearest` are those it should, shape (m, NEAREST).
    """
    lists = int(index.nlist)
    deepest, effort = _DEPTHS[-1], Effort(lists, lists, _DEPTHS[-1], 0.0)
    for probes in _doubling(lists):
        effort = _measured(Effort(lists, probes, deepest, 0.0), find, queries, nearest)
        if effort.recall >= TARGET:
            break
    for depth in _DEPTHS:
        tried = _measured(Effort(lists, effort.probes, depth, 0.0), find, queries, nearest)
        if tried.recall >= min(TARGET, effort.recall):
            return tried
    return effort


def _doubling(last: int) -> Iterator[int]:
    number = max(last // 128, 1)
    while number < last:
        yield number
        number *= 2
    yield last


def _measured(
    effort: Effort, find: Callable[[Floats, Effort], Rows], queries: Floats, nearest: Rows
) -> Effort:
    found = (find(query, effort) for query in queries)
    return Effort(effort.lists, effort.probes, effort.depth, recall(found, nearest))


def recall(found: Iterable[Sequence[int] | Rows], nearest: Iterable[Sequence[int] | Rows]) -> float:
    """Share of the nearest that were found, over all queries; 1 where there are none."""
    hits = total = 0
    for got, wanted in zip(found, nearest, strict=True):
        hits += len(np.intersect1d(got, wanted))
        total += len(wanted)
    return hits / total if total else 1.0
