"""Vector search over chunks: a FAISS index of inner products and the keys of its rows.

Vectors have unit length, so the inner product is the cosine: higher is better. The keys lie beside
the index as a plain array; nothing is pickled. For the built-in embedder the inverse document
frequencies that the vectors were made with are kept there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]

_INDEX = "vectors.faiss"
_KEYS = "keys.npy"
#: File of the frequencies that the built-in embedder made the vectors with.
IDF = "idf.npy"

_BLOCK = 8192  # vectors taken over at once

Hit = tuple[int, float]


def build(
    folder: Path, blocks: Iterable[tuple[Keys, Floats]], dimension: int, idf: Floats | None
) -> int:
    """Write an index to `folder` and give the number of its vectors.

    A block is keys, shape (n,), and their vectors, shape (n, dimension); one block is in memory
    beside the index at a time. Raises OSError where it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = faiss.IndexFlatIP(dimension)
    all_keys = [np.zeros(0, np.int64)]
    for keys, vectors in blocks:
        index.add(vectors)
        all_keys.append(keys)
    try:
        faiss.write_index(index, str(folder / _INDEX))
    except RuntimeError as error:
        raise OSError(str(error)) from error
    np.save(folder / _KEYS, np.concatenate(all_keys), allow_pickle=False)
    if idf is not None:
        np.save(folder / IDF, idf, allow_pickle=False)
    return int(index.ntotal)


class VectorIndex:
    """An index open for searching. `idf` is None unless the built-in embedder made it."""

    def __init__(self, folder: Path) -> None:
        self._index = faiss.read_index(str(folder / _INDEX))
        self.keys: Keys = np.load(folder / _KEYS, allow_pickle=False)
        if self._index.ntotal != len(self.keys):
            raise ValueError(f"{self._index.ntotal} vectors, {len(self.keys)} keys")
        path = folder / IDF
        self.idf: Floats | None = np.load(path, allow_pickle=False) if path.exists() else None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def dimension(self) -> int:
        """Floats a vector."""
        return int(self._index.d)

    def blocks(self, stays: NDArray[np.bool_]) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors of the rows that stay, shape (len(self),), some at a time."""
        for first in range(0, len(self.keys), _BLOCK):
            kept = stays[first : first + _BLOCK]
            rows: Floats = self._index.reconstruct_n(first, len(kept))
            yield self.keys[first : first + _BLOCK][kept], rows[kept]

    def search(self, query: Floats, limit: int, keys: Sequence[int] | None = None) -> list[Hit]:
        """Keys and cosines of the nearest chunks, best first; among `keys` if given.

        `query` has shape (dimension,).
        """
        parameters = None
        if keys is not None:
            rows = np.flatnonzero(np.isin(self.keys, np.fromiter(keys, np.int64)))
            parameters = _among(rows)
        limit = min(limit, len(self.keys))
        if limit == 0 or (keys is not None and not len(keys)):
            return []
        scores, rows = self._index.search(query[None, :], limit, params=parameters)
        return [
            (int(self.keys[row]), float(score))
            for row, score in zip(rows[0], scores[0], strict=True)
            if row >= 0
        ]


def _among(rows: Keys) -> Any:
    """Search parameters that look at the given rows only."""
    make: Any = faiss.SearchParameters  # its keywords are added at run time
    return make(sel=faiss.IDSelectorBatch(rows))
