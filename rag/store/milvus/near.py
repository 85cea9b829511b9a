"""Vectors of the chunks of one generation, in Milvus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rag.store.milvus import schema
from rag.store.milvus.connection import WRITING
from rag.store.milvus.scope import ranges, within
from rag.store.vectors.segment import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.store.backend import Floats, Hit, Keys, Spans
    from rag.store.milvus.scope import Reader

_BLOCK = 1000  # entities fetched at once


class MilvusVectors:
    """Vectors open for searching; `idf` is None unless the built-in embedder made them."""

    def __init__(self, reader: Reader, idf: Floats | None) -> None:
        self._reader = reader
        self.dimension = reader.epoch.dimension
        self.idf = idf

    def __len__(self) -> int:
        return self._reader.count()

    @property
    def approximate(self) -> bool:
        """Whether the nearest may be missed."""
        return self._reader.epoch.index != "FLAT"

    def blocks(self) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors, some at a time, keys ascending."""
        for keys in self._reader.live_blocks(_BLOCK):
            rows = self._reader.entities(keys, ["vector"], seconds=WRITING)
            found = [key for key in keys if key in rows]
            yield (
                np.array(found, np.int64),
                np.array([rows[key]["vector"] for key in found], np.float32).reshape(
                    -1, self.dimension
                ),
            )

    def search(
        self, query: Floats, limit: int, spans: Spans | None = None, *, exact: bool = False
    ) -> list[Hit]:
        """Keys and cosines of the nearest chunks, best first; see `VectorIndex.search`.

        Raises StorageError as the connection does.
        """
        check(query[None, :], self.dimension)
        index = self._reader.epoch.index
        asked: dict[str, Any] = {
            "anns_field": "vector",
            "search_params": {
                "metric_type": "IP",
                "params": schema.effort(index, limit, exact=exact),
            },
        }
        vector = np.asarray(query, np.float32).tolist()
        hits: list[Hit] = []
        for part in [""] if spans is None else map(within, ranges(spans)):
            found = self._reader.search(vector, limit, part, **asked)
            hits += [(int(hit["key"]), float(hit["distance"])) for hit in found]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit]
