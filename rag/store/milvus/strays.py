"""Entities that the catalogue knows nothing of, found by counting and taken out.

What a killed writer leaves is of a later generation than the one that is published, and goes by
that. But a writer may lose its connection to the catalogue while it sends, and with it its turn,
before it knows: what it still sends has the generation that another one publishes meanwhile. So the
entities are counted, and where there are more than live chunks, the ranges of keys are halved in
which there are too many.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from rag.store.milvus import schema
from rag.store.milvus.connection import WRITING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.store.backend import Spans
    from rag.store.catalogue import Catalogue
    from rag.store.milvus.connection import Connection
    from rag.store.milvus.schema import Epoch

log = logging.getLogger(__name__)

_FEW = 1000  # keys that are looked at one by one


def remove_strays(connection: Connection, epoch: Epoch, catalogue: Catalogue) -> None:
    """Take out the entities that are of no live chunk. Nobody else publishes meanwhile.

    Where a range lacks as many as it has too many nothing is found there: a library that lacks some
    is made anew, which leaves both behind.
    """
    _, chunks = catalogue.counts()
    if schema.count(connection, epoch) <= chunks:
        return
    found = list(_strays(connection, epoch, catalogue.live_spans()))
    schema.delete(connection, epoch, found)
    log.warning("%d chunks in Milvus were of no document: they are removed.", len(found))


def _strays(connection: Connection, epoch: Epoch, live: Spans) -> Iterator[int]:
    """Their keys; `live` are the spans of those of live chunks."""
    top = int(live[-1, 1]) if len(live) else 1
    while schema.count(connection, epoch, f"key >= {top}"):
        top *= 2
    ranges = [(0, top)]
    while ranges:
        first, end = ranges.pop()
        scope = f"key >= {first} and key < {end}"
        if schema.count(connection, epoch, scope) <= _below(live, end) - _below(live, first):
            continue
        if end - first > _FEW:
            half = (first + end) // 2
            ranges += [(first, half), (half, end)]
            continue
        rows = connection.call(
            "query",
            epoch.name,
            filter=scope,
            output_fields=["key"],
            consistency_level="Strong",
            seconds=WRITING,
        )
        there = {int(row["key"]) for row in rows}
        yield from sorted(there.difference(*(range(a, b) for a, b in _within(live, first, end))))


def _below(live: Spans, key: int) -> int:
    """How many keys of the spans are less than this one."""
    return int(np.clip(key - live[:, 0], 0, live[:, 1] - live[:, 0]).sum())


def _within(live: Spans, first: int, end: int) -> list[tuple[int, int]]:
    """The spans that have keys from `first` to below `end`."""
    return live[(live[:, 0] < end) & (live[:, 1] > first)].tolist()  # type: ignore[no-any-return]
