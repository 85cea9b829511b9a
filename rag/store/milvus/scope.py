"""What both indexes read of one generation in Milvus: entities by filter and by key."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.store.milvus.connection import ASKING, BUILDING, WRITING
from rag.store.ties import settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.store.backend import Spans
    from rag.store.catalogue import Catalogue
    from rag.store.milvus.connection import Connection
    from rag.store.milvus.schema import Epoch

_RANGES = 256  # ranges of keys in one filter
_KEYS = 1000  # keys in one filter
#: Hits that Milvus gives at most.
MOST = 16_384


class Reader:
    """One generation: its entities are those that were born by then.

    The catalogue is one of its own, at rest between two looks: what it gives is of the state that
    was published last.
    """

    def __init__(
        self,
        connection: Connection,
        epoch: Epoch,
        catalogue: Catalogue,
        generation: int,
        chunks: int,
        gone: frozenset[int] = frozenset(),
    ) -> None:
        """`gone` are keys that are no longer live and still there."""
        self.epoch = epoch
        self.chunks = chunks
        self._connection = connection
        self._catalogue = catalogue
        self.generation = generation
        self._gone = gone
        self._turn = Lock()
        self._warm: set[str] = set()  # fields that were searched: the first time may take longer
        self._closed = False

    def look(self, ask: Any, *values: Any) -> Any:
        """What `ask` finds in the catalogue."""
        with self._turn:
            self._catalogue.refresh()
            try:
                return ask(self._catalogue, *values)
            finally:
                self._catalogue.rest()

    def spans_of(self, documents: Sequence[str]) -> Spans:
        """Keys of the chunks of documents (ids), as spans."""
        return self.look(lambda catalogue: catalogue.spans_of(documents))  # type: ignore[no-any-return]

    def live_blocks(self, size: int) -> Iterator[list[int]]:
        """Keys of all chunks, so many at a time, ascending."""
        keys = self.look(lambda catalogue: catalogue.live_keys())
        for first in range(0, len(keys), size):
            yield list(keys[first : first + size])

    def search(
        self, query: Any, limit: int, scope: str = "", fields: Sequence[str] = (), **asked: Any
    ) -> list[dict[str, Any]]:
        """The best entities of this generation for one vector, best first, at most `MOST`.

        Only where entities of a later generation are among them are these filtered out: to look at
        all would cost each search what only few need.
        """
        options = {"output_fields": ["born", *fields], **asked}
        found = self._settled(query, scope, limit, options)
        if any(hit["entity"]["born"] > self.generation for hit in found):
            known = f"born <= {self.generation}"
            scope = f"({scope}) and {known}" if scope else known
            found = self._settled(query, scope, limit, options)
        if any(hit["key"] in self._gone for hit in found):
            more = self._settled(query, scope, limit + len(self._gone), options)
            found = [hit for hit in more if hit["key"] not in self._gone]
        return found[:limit]

    def _settled(
        self, query: Any, scope: str, limit: int, options: dict[str, Any]
    ) -> list[dict[str, Any]]:
        def search(size: int) -> list[tuple[int, float, dict[str, Any]]]:
            found = self._found(query, scope, {**options, "limit": size})
            return [(hit["key"], hit["distance"], hit) for hit in found]

        return [hit for _, _, hit in settled(search, min(limit, MOST), MOST)]

    def _found(self, query: Any, scope: str, options: dict[str, Any]) -> list[dict[str, Any]]:
        field = str(options.get("anns_field", ""))
        seconds = ASKING if field in self._warm else BUILDING
        hits = self._connection.call(
            "search", self.epoch.name, [query], filter=scope, seconds=seconds, **options
        )
        self._warm.add(field)
        # Milvus Lite gave the primary key another name before its version 3
        return [{"key": hit["id"], **hit} if "id" in hit else dict(hit) for hit in hits[0]]

    def entities(
        self, keys: Sequence[int], fields: Sequence[str], *, seconds: float = ASKING
    ) -> dict[int, dict[str, Any]]:
        """Entities by key, with these fields; those that are not there are left out."""
        rows: list[dict[str, Any]] = []
        for first in range(0, len(keys), _KEYS):
            rows += self._connection.call(
                "query",
                self.epoch.name,
                filter=f"key in {[int(key) for key in keys[first : first + _KEYS]]}",
                output_fields=["key", *fields],
                seconds=seconds,
            )
        return {int(row["key"]): row for row in rows}

    def count(self) -> int:
        """How many entities of this generation there are in Milvus."""
        total = self._count("")
        if total > self.chunks:  # some are of a later one, or on their way out
            gone = self.entities(list(self._gone), [])
            total -= len(gone) + self._count(f"born > {self.generation}")
        return total

    def _count(self, scope: str) -> int:
        found = self._connection.call(
            "query",
            self.epoch.name,
            filter=scope,
            output_fields=["count(*)"],
            consistency_level="Strong",
            seconds=WRITING,
        )
        return int(found[0]["count(*)"])

    def close(self) -> None:
        """Let go of the connection and of the catalogue."""
        if not self._closed:
            self._closed = True
            self._catalogue.close()
            self._connection.release()


def ranges(spans: Spans) -> Iterator[list[tuple[int, int]]]:
    """Spans of keys, those that touch as one, so many at a time as one filter takes."""
    merged: list[tuple[int, int]] = []
    for first, end in sorted(np.asarray(spans, np.int64).reshape(-1, 2).tolist()):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif first < end:
            merged.append((first, end))
    for place in range(0, len(merged), _RANGES):
        yield merged[place : place + _RANGES]


def within(spans: Sequence[tuple[int, int]]) -> str:
    """A filter for the keys in spans, `end` exclusive.

    It halves: Milvus takes no alternatives that are nested a hundred deep, as a row of them is.
    """
    if len(spans) == 1:
        ((first, end),) = spans
        return f"(key >= {first} and key < {end})"
    half = len(spans) // 2
    return f"({within(spans[:half])} or {within(spans[half:])})"
