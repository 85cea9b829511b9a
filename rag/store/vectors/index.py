"""The vectors of a generation, open for searching: its segments without what was taken out."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import faiss
import numpy as np

from rag.store.vectors.segment import EXACT_VALUES, Segment, check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.store.vectors.segment import Floats, Hit, Keys, Mask

    Spans = NDArray[np.int64]

#: File of the frequencies that the built-in embedder made the vectors with.
IDF = "idf.npy"
#: File of the keys that were taken out of the segments, ascending.
GONE = "gone.npy"
#: File of the names of the segments, in the order of their keys, and of the dimension.
SEGMENTS = "segments.json"


class VectorIndex:
    """An index open for searching. `idf` is None unless the built-in embedder made it.

    Raises OSError, ValueError or RuntimeError where its files are not whole.
    """

    def __init__(self, folder: Path, exact_values: int = EXACT_VALUES) -> None:
        told = json.loads((folder / SEGMENTS).read_text(encoding="utf-8"))
        self.folder = folder
        #: Floats a vector.
        self.dimension = int(told["dimension"])
        self.segments = [Segment(folder, name, exact_values) for name in told["names"]]
        if any(segment.dimension != self.dimension for segment in self.segments):
            raise ValueError("segments of several dimensions")
        self.gone: Keys = np.load(folder / GONE, allow_pickle=False)
        self._alive = [alive(segment, self.gone) for segment in self.segments]
        path = folder / IDF
        self.idf: Floats | None = np.load(path, allow_pickle=False) if path.exists() else None

    def __len__(self) -> int:
        return sum(map(len, self.segments)) - len(self.gone)

    @property
    def approximate(self) -> bool:
        """Whether some of it is searched by codes."""
        return any(segment.effort for segment in self.segments)

    def blocks(self, first: int = 0) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors of the segments from `first` on, some at a time, keys ascending."""
        for segment, living in zip(self.segments[first:], self._alive[first:], strict=True):
            yield from segment.blocks(living)

    def search(
        self, query: Floats, limit: int, spans: Spans | None = None, *, exact: bool = False
    ) -> list[Hit]:
        """Keys and cosines of the nearest chunks, best first.

        `query` has shape (dimension,). With `spans`, keys from the first up to the second, shape
        (m, 2), only chunks with these keys are found. `exact` spares no effort. Raises
        ModelError for a query that is not numbers or of another dimension.
        """
        check(query[None, :], self.dimension)
        query = np.ascontiguousarray(query, np.float32)
        hits: list[Hit] = []
        narrow = spans is not None
        with _one_thread():
            for segment, living in zip(self.segments, self._alive, strict=True):
                among = living if spans is None else _within(segment, spans, living)
                rows, scores = segment.search(query, limit, among, narrow=narrow, exact=exact)
                hits += zip(segment.keys[rows].tolist(), scores.tolist(), strict=True)
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS from parting one question among threads: they would spin more than they do."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def alive(segment: Segment, gone: Keys) -> Mask | None:
    """Which rows of a segment are not gone; None where all are left."""
    if not len(segment) or not len(gone):
        return None
    first, end = np.searchsorted(gone, [segment.keys[0], segment.keys[-1] + 1])
    if first == end:
        return None
    left = np.ones(len(segment), np.bool_)
    left[np.searchsorted(segment.keys, gone[first:end])] = False
    return left


def _within(segment: Segment, spans: Spans, living: Mask | None) -> Mask:
    """Which rows of a segment have keys in one of the spans, and are not gone."""
    inside = np.zeros(len(segment), np.bool_)
    for first, end in np.searchsorted(segment.keys, spans).tolist():
        inside[first:end] = True
    return inside if living is None else inside & living
