"""Writing the vectors of a generation: what stays is linked, what is new becomes a segment."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from rag.store.vectors import segment
from rag.store.vectors.index import GONE, IDF, SEGMENTS, alive
from rag.store.vectors.segment import EXACT_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.store.vectors.index import VectorIndex
    from rag.store.vectors.segment import Floats, Keys, Segment

_SMALL_VALUES = 1 << 23  # 16,000 vectors of 512: so few are copied rather than left apart
_NEAR = 2  # a segment is merged with what follows unless it is so many times as large
_GONE_SHARE = 0.25  # of a segment's vectors, beyond which it is written anew


def build(
    folder: Path,
    blocks: Iterable[tuple[Keys, Floats]],
    count: int,
    dimension: int,
    *,
    queries: Callable[[], Floats],
    idf: Floats | None = None,
    base: VectorIndex | None = None,
    removed: Sequence[int] = (),
    exact_values: int = EXACT_VALUES,
) -> None:
    """Write to `folder` the vectors of `base`, if any, without the keys `removed`, and new ones.

    `blocks` hold `count` new vectors, one block in memory at a time: keys, shape (n,), above all
    of `base` and ascending, and vectors, shape (n, dimension). `queries` gives vectors of
    questions, shape (m, dimension), by which the effort of a search is measured. Raises OSError
    where it cannot be written, ModelError as `segment.write` does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    old = base.segments if base else []
    gone = np.union1d(base.gone if base else [], np.array(removed)).astype(np.int64)
    sizes = [_left(each, gone) for each in old]
    kept = _kept(old, sizes, count)
    names = [each.name for each in old[:kept]]
    if base is not None:
        for name in names:
            segment.link(base.folder, name, folder)
        blocks = chain(_staying(base, kept, gone), blocks)
    if count + sum(sizes[kept:]):
        names.append(str(max((int(each.name) for each in old), default=0) + 1))
        segment.write(folder, names[-1], blocks, dimension, queries, exact_values)
    last = old[kept - 1].keys[-1] if kept else 0
    np.save(folder / GONE, gone[: np.searchsorted(gone, last, "right")], allow_pickle=False)
    told = json.dumps({"dimension": dimension, "names": names})
    (folder / SEGMENTS).write_text(told, encoding="utf-8")
    if idf is not None:
        np.save(folder / IDF, idf, allow_pickle=False)


def _staying(base: VectorIndex, first: int, gone: Keys) -> Iterator[tuple[Keys, Floats]]:
    """Keys and vectors of the segments from `first` on that are not gone."""
    for keys, vectors in base.blocks(first):
        stays = ~np.isin(keys, gone)
        yield keys[stays], vectors[stays]


def _left(old: Segment, gone: Keys) -> int:
    """How many vectors of a segment are not gone."""
    living = alive(old, gone)
    return len(old) if living is None else int(np.count_nonzero(living))


def _kept(old: Sequence[Segment], sizes: Sequence[int], count: int) -> int:
    """How many segments, from the first on, stay as they are when `count` vectors come.

    `sizes` are their vectors that are not gone.
    """
    worn = (i for i, each in enumerate(old) if len(each) - sizes[i] > _GONE_SHARE * len(each))
    kept = next(worn, len(old))
    count += sum(sizes[kept:])
    while kept:
        size, small = sizes[kept - 1], _SMALL_VALUES // old[kept - 1].dimension
        if size >= _NEAR * count and size + count > small:
            break
        kept -= 1
        count += size
    return kept
