"""A segment: vectors that never change, searched all of them while they are few, by codes later."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from rag.errors import ModelError
from rag.store.ties import settled
from rag.store.vectors import codes
from rag.store.vectors.codes import Effort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]
    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Hit = tuple[int, float]

#: Numbers that a search may read one by one: 130,000 vectors of 512, some 5 ms on one core.
EXACT_VALUES = 1 << 26

_KEYS, _VECTORS, _CODES, _EFFORT = ".keys.npy", ".vectors", ".codes", ".json"
_ENDS = (_KEYS, _VECTORS, _CODES, _EFFORT)
_BLOCK = 8192  # vectors in memory at once as floats
_NUMBER = np.dtype("<i8")


class Segment:
    """A segment open for searching.

    Raises OSError, ValueError or RuntimeError where its files are not whole.
    """

    def __init__(self, folder: Path, name: str, exact_values: int = EXACT_VALUES) -> None:
        self.name = name
        self.keys: Keys = np.load(folder / (name + _KEYS), mmap_mode="r", allow_pickle=False)
        self._exact = _mapped(folder / (name + _VECTORS))
        if self._exact.ntotal != len(self.keys):
            raise ValueError(f"{self._exact.ntotal} vectors, {len(self.keys)} keys")
        self._few = exact_values // self.dimension
        self._codes: Any = None
        self.effort: Effort | None = None
        if (folder / (name + _EFFORT)).exists():
            told = json.loads((folder / (name + _EFFORT)).read_text(encoding="utf-8"))
            self.effort = Effort(**told)
            self._codes = faiss.read_index(str(folder / (name + _CODES)))  # FAISS maps none of it
            if (self._codes.ntotal, self._codes.d) != (len(self), self.dimension):
                raise ValueError(f"{self._codes.ntotal} codes, {len(self)} vectors")

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def dimension(self) -> int:
        """Floats a vector."""
        return int(self._exact.d)

    def vectors(self, rows: Rows) -> Floats:
        """The vectors of rows, shape (len(rows), dimension)."""
        found: Floats = self._exact.reconstruct_batch(rows)
        return found

    def blocks(self, alive: Mask | None) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors of the rows that are alive, some at a time."""
        for first in range(0, len(self), _BLOCK):
            keys = np.array(self.keys[first : first + _BLOCK])
            rows: Floats = self._exact.reconstruct_n(first, len(keys))
            if alive is not None:
                kept = alive[first : first + _BLOCK]
                keys, rows = keys[kept], rows[kept]
            yield keys, rows

    def search(
        self, query: Floats, limit: int, among: Mask | None, *, narrow: bool, exact: bool = False
    ) -> tuple[Rows, Floats]:
        """Rows of the nearest vectors and their cosines, best first; `among` some rows if given.

        `narrow` says that these are a choice of the one who asks, and may lie together anywhere:
        then every list is read, or every vector where they are few. `exact` looks at all vectors.
        """
        limit = min(limit, len(self) if among is None else int(np.count_nonzero(among)))
        if limit == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        few = narrow and among is not None and np.count_nonzero(among) <= self._few
        if exact or few or self.effort is None:
            return self._by_vectors(query, limit, among)
        effort = self.effort
        probes = effort.lists if narrow else effort.probes
        return self._by_codes(query, limit, among, probes, effort.depth)

    def _by_vectors(self, query: Floats, limit: int, among: Mask | None) -> tuple[Rows, Floats]:
        make: Any = faiss.SearchParameters  # its keywords are added at run time
        chosen = None if among is None else make(sel=_selector(among))

        def search(size: int) -> list[Hit]:
            scores, rows = self._exact.search(query[None, :], size, params=chosen)
            return [
                hit for hit in zip(rows[0].tolist(), scores[0].tolist(), strict=True) if hit[0] >= 0
            ]

        found = settled(search, limit)
        return (
            np.array([row for row, _ in found], np.int64),
            np.array([score for _, score in found], np.float32),
        )

    def _by_codes(
        self, query: Floats, limit: int, among: Mask | None, probes: int, depth: int
    ) -> tuple[Rows, Floats]:
        make: Any = faiss.SearchParametersIVF
        chosen = make(nprobe=probes, sel=None if among is None else _selector(among))
        depth = min(max(depth, 2 * limit), len(self))
        _, rows = self._codes.search(query[None, :], depth, params=chosen)
        candidates = np.sort(rows[0][rows[0] >= 0])
        scores = self.vectors(candidates) @ query
        best = np.lexsort((candidates, -scores))[:limit]
        return candidates[best], scores[best]

    def make_codes(self, folder: Path, queries: Floats) -> None:
        """Write codes to search by, and the effort that `queries` need, shape (m, dimension)."""
        count = min(len(self), codes.SAMPLE)
        sample = self.vectors(np.linspace(0, len(self) - 1, count).astype(np.int64))
        index = codes.train(sample, queries, len(self))
        del sample
        for _, block in self.blocks(None):
            index.add(block)
        self._codes = index
        nearest = self._exact.search(queries, codes.NEAREST)[1]
        self.effort = codes.calibrate(index, self._found, queries, nearest)
        _write(index, folder / (self.name + _CODES))
        told = json.dumps(asdict(self.effort))
        (folder / (self.name + _EFFORT)).write_text(told, encoding="utf-8")

    def _found(self, query: Floats, effort: Effort) -> Rows:
        return self._by_codes(query, codes.NEAREST, None, effort.probes, effort.depth)[0]


def write(
    folder: Path,
    name: str,
    blocks: Iterable[tuple[Keys, Floats]],
    dimension: int,
    queries: Callable[[], Floats],
    exact_values: int = EXACT_VALUES,
) -> None:
    """Write a segment; one block is in memory at a time.

    A block is keys, ascending, shape (n,), and their vectors, shape (n, dimension). `queries` are
    called for where there are many. Raises OSError where it cannot be written, ModelError where
    vectors are not numbers or of another dimension.
    """
    path = folder / (name + _VECTORS)
    encoder = _half_floats(dimension)
    all_keys = [np.zeros(0, _NUMBER)]
    with path.open("wb") as file:
        file.write(_header(encoder, 0))
        for keys, vectors in blocks:
            check(vectors, dimension)
            file.write(encoder.sa_encode(np.ascontiguousarray(vectors, np.float32)).data)
            all_keys.append(keys)
        keys = np.concatenate(all_keys)
        file.seek(0)
        file.write(_header(encoder, len(keys)))
    np.save(folder / (name + _KEYS), keys, allow_pickle=False)
    if len(keys) * dimension > exact_values:
        Segment(folder, name).make_codes(folder, queries())


def link(source: Path, name: str, folder: Path) -> None:
    """Make a segment part of another folder as well: by links, or copies where there are none."""
    for end in _ENDS:
        if (source / (name + end)).exists():
            _link(source / (name + end), folder / (name + end))


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def check(vectors: Floats, dimension: int) -> None:
    """Raise ModelError unless vectors are numbers, as many each as `dimension` says."""
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise ModelError(
            f"The embedder gave vectors of shape {vectors.shape[1:]}, not of {dimension} numbers",
            "Embed the library anew: rag reindex --embedder NAME",
        )
    if not np.isfinite(vectors).all():
        raise ModelError(
            "The embedder gave vectors that are not numbers",
            "Its weights are damaged: name another with rag reindex --embedder NAME",
        )


def _half_floats(dimension: int) -> Any:
    """An index of half floats without any."""
    return faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )


def _header(empty: Any, count: int) -> bytes:
    """What FAISS writes before the codes of `count` vectors: they follow it to the file's end.

    So they can be written as they come, and are never in memory all at once.
    """
    header = bytearray(faiss.serialize_index(empty).tobytes())
    size = _NUMBER.itemsize
    header[8 : 8 + size] = np.array(count, _NUMBER).tobytes()  # after a name and the dimension
    header[-size:] = np.array(count * empty.code_size, _NUMBER).tobytes()
    return bytes(header)


def _mapped(path: Path) -> Any:
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def _write(index: Any, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _selector(among: Mask) -> Any:
    make: Any = faiss.IDSelectorBitmap  # takes an array, which is added at run time
    return make(np.packbits(among, bitorder="little"))
