"""Words and vectors of the next generation, on their way into Milvus.

Nothing is sent before `finish`, which runs inside the transaction that publishes: what it inserts
is of a later generation than any reader's until that is committed, and what it finds of the words
is committed with it. An epoch is begun anew where there is none, or where the collection has
outgrown what its vectors were made with; its readers go over to it by the same commit.
"""

from __future__ import annotations

import base64
import logging
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import StorageError
from rag.prepare import Words, words_of
from rag.store import terms
from rag.store.derived import REBUILDING
from rag.store.embedding import VectorDraft, outgrown
from rag.store.milvus import bm25, schema
from rag.store.milvus.connection import WRITING
from rag.store.milvus.schema import FACT, Epoch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.embed import Embedder
    from rag.store.backend import EmbedAll, Floats, Keys
    from rag.store.catalogue import Catalogue
    from rag.store.milvus.connection import Connection
    from rag.store.place import LibraryPaths
    from rag.store.rows import Delta

log = logging.getLogger(__name__)

#: Recorded facts: the frequencies that the built-in embedder made the vectors with, and the number
#: of chunks whose average lengths the words were made with.
IDF, AVERAGED_ON = "milvus_idf", "milvus_averaged_on"
_BATCH = 512  # entities sent at once
_COUNTED = 300_000  # terms counted in memory before they are put into the catalogue
_SEALED = 256  # entities from which on Milvus is told to write them out
_NO_WORDS = Words("", "")


class MilvusDraft(VectorDraft):
    """The entities of a generation, while they are made."""

    def __init__(
        self,
        paths: LibraryPaths,
        embedder: Embedder,
        connect: Callable[[], Connection],
        *,
        anew: bool,
    ) -> None:
        """Go on from the epoch that is current, unless `anew`."""
        self._folder = paths.folder
        self._connect = connect
        self._anew = anew
        super().__init__(embedder, paths.staged)

    def finish(self, catalogue: Catalogue, delta: Delta, embed_all: EmbedAll | None) -> None:
        """Insert what is new in the generation of `delta`, and count its words.

        `embed_all` embeds with the built-in embedder in several processes; without it this one
        does. Raises StorageError where Milvus fails: nothing has happened then.
        """
        connection = self._connect()
        terms.make(catalogue)
        base = None if self._anew else self._base(connection, catalogue, delta)
        idf = idf_of(catalogue) if self._embedder.needs_fit else None
        if self._embedder.needs_fit and (base is None or idf is None or outgrown(catalogue)):
            idf, base = self._fit(catalogue), None  # no vector of the epoch before can stay
        own = base is not None and base.library == schema.library_of(catalogue)
        if base is None or not own or outgrown(catalogue, AVERAGED_ON):
            self._begin(connection, catalogue, delta, base, idf, embed_all)
        else:
            schema.delete_strays(connection, base, delta.generation - 1)
            self._add(connection, catalogue, delta, base, idf, embed_all)

    def close(self) -> None:
        """As `Draft.close`: nothing is written but in `finish`."""

    def _base(self, connection: Connection, catalogue: Catalogue, delta: Delta) -> Epoch | None:
        """The epoch that this generation goes on in; another writer may just have begun it."""
        epoch = schema.current(catalogue)
        if epoch is None or epoch.dimension != self._embedder.identity.dimension:
            return None
        _, chunks = catalogue.counts()
        before = chunks - len(delta.added) + len(delta.removed)
        if schema.is_whole(connection, epoch, before, seconds=WRITING):
            return epoch
        log.warning(REBUILDING)
        return None

    def _fit(self, catalogue: Catalogue) -> Floats:
        """Frequencies for the built-in embedder, noted for whoever reads."""
        idf = self._vectors.fit(catalogue)
        packed = base64.b85encode(zlib.compress(idf.astype("<f4").tobytes(), 6)).decode()
        catalogue.set_meta({IDF: packed})
        return idf

    def _add(
        self,
        connection: Connection,
        catalogue: Catalogue,
        delta: Delta,
        epoch: Epoch,
        idf: Floats | None,
        embed_all: EmbedAll | None,
    ) -> None:
        """Go on in an epoch: what comes is inserted, what goes is noted and no longer counted."""
        self._forget(connection, catalogue, epoch, delta.removed)
        _count(catalogue, delta.added, delta.generation)
        self._embed_missing(catalogue, delta.added)
        blocks = self._vectors.blocks(catalogue, delta.added, idf, self._folder, embed_all)
        self._insert(connection, catalogue, epoch, delta.generation, blocks)

    def _begin(
        self,
        connection: Connection,
        catalogue: Catalogue,
        delta: Delta,
        base: Epoch | None,
        idf: Floats | None,
        embed_all: EmbedAll | None,
    ) -> None:
        """Begin an epoch with all that is live; vectors of a model are taken over."""
        keys = catalogue.live_keys()
        terms.clear(catalogue)
        _count(catalogue, keys, 0)  # whoever reads an older generation still finds its words
        epoch = Epoch(
            schema.library_of(catalogue),
            schema.last_number(catalogue) + 1,
            self._embedder.identity.dimension,
            schema.index_for(connection.address, len(keys), hashed=self._embedder.needs_fit),
            bm25.average(terms.tokens(catalogue), len(keys)),
        )
        schema.create(connection, epoch)
        if base is None or idf is not None:
            self._embed_missing(catalogue, keys)
            blocks = self._vectors.blocks(catalogue, keys, idf, self._folder, embed_all)
        else:
            blocks = self._taken_over(connection, catalogue, base, keys)
        self._insert(connection, catalogue, epoch, delta.generation, blocks)
        catalogue.set_meta({FACT: epoch.told(), AVERAGED_ON: str(len(keys))})

    def _embed_missing(self, catalogue: Catalogue, keys: Sequence[int]) -> None:
        """Have a model's vectors of all of these: those staged by a run before, too."""
        if not self._embedder.needs_fit:
            for row in catalogue.chunks(keys):
                self._vectors.add(row, _NO_WORDS)
            self._vectors.embed()

    def _taken_over(
        self, connection: Connection, catalogue: Catalogue, epoch: Epoch, keys: Sequence[int]
    ) -> Iterator[tuple[Keys, Floats]]:
        """Vectors of chunks: those of an epoch before, and those a model made since."""
        for first in range(0, len(keys), _BATCH):
            some = keys[first : first + _BATCH]
            held = {
                int(row["key"]): row["vector"]
                for row in connection.call(
                    "query",
                    epoch.name,
                    filter=f"key in {list(some)}",
                    output_fields=["key", "vector"],
                    seconds=WRITING,
                )
            }
            new = [key for key in some if key not in held]
            self._embed_missing(catalogue, new)
            for batch, block in self._vectors.blocks(catalogue, new, None, self._folder, None):
                held.update(zip(batch.tolist(), block, strict=True))
            made = np.array([held[key] for key in some], np.float32)
            yield np.array(some, np.int64), made.reshape(len(some), -1)

    def _insert(
        self,
        connection: Connection,
        catalogue: Catalogue,
        epoch: Epoch,
        born: int,
        blocks: Iterator[tuple[Keys, Floats]],
    ) -> None:
        """Send entities, and wait until Milvus gives the last of them to whoever asks."""
        last, sent = None, 0
        for keys, vectors in blocks:
            for first in range(0, len(keys), _BATCH):
                some = keys[first : first + _BATCH].tolist()
                made = _entities(catalogue, epoch, born, some, vectors[first : first + _BATCH])
                connection.call("upsert", epoch.name, made, seconds=WRITING)
                last, sent = some[-1], sent + len(some)
        if last is None:
            return
        if sent >= _SEALED:
            connection.call("flush", epoch.name, seconds=WRITING)
            schema.warm(connection, epoch)
        seen = connection.call(
            "query",
            epoch.name,
            filter=f"key in [{last}]",
            output_fields=["key"],
            consistency_level="Strong",
            seconds=WRITING,
        )
        if not seen:
            raise StorageError(
                f"The Milvus at {connection.address} did not keep what was sent",
                "See its log; then give the same command again: nothing is lost.",
            )

    def _forget(
        self, connection: Connection, catalogue: Catalogue, epoch: Epoch, keys: Sequence[int]
    ) -> None:
        """Count the words of chunks no longer; their texts are gone from the catalogue by now."""
        terms.leave(catalogue, keys)
        counter = _Counting(catalogue, -1, 0)
        for first in range(0, len(keys), _BATCH):
            rows = connection.call(
                "query",
                epoch.name,
                filter=f"key in {list(keys[first : first + _BATCH])}",
                output_fields=["key", "text", "title", "context"],
                seconds=WRITING,
            )
            for row in rows:
                counter.count(words_of(row["text"]), row["title"], row["context"])
        counter.done()


class _Counting:
    """Counts chunks into the statistics of the catalogue, or out of them."""

    def __init__(self, catalogue: Catalogue, sign: int, born: int) -> None:
        self._catalogue, self._sign, self._born = catalogue, sign, born
        self._terms: Counter[tuple[str, str]] = Counter()
        self._tokens: Counter[str] = Counter()

    def count(self, found: Words, title: str, context: str) -> None:
        made = bm25.terms_of(found, title, context)
        for held in made.held():
            self._terms[held] += self._sign
        for field, length in made.lengths.items():
            self._tokens[field] += self._sign * length
        if len(self._terms) >= _COUNTED:
            self.done()

    def done(self) -> None:
        terms.add(self._catalogue, self._terms, self._born)
        terms.add_tokens(self._catalogue, self._tokens)
        self._terms, self._tokens = Counter(), Counter()


def _count(catalogue: Catalogue, keys: Sequence[int], born: int) -> None:
    counter = _Counting(catalogue, 1, born)
    for row in catalogue.chunks(keys):
        counter.count(words_of(row.chunk.text), row.title, row.chunk.context)
    counter.done()


def _entities(
    catalogue: Catalogue, epoch: Epoch, born: int, keys: Sequence[int], vectors: Floats
) -> list[dict[str, Any]]:
    rows = list(catalogue.chunks(keys))
    about = catalogue.kinds_of([row.chunk.document_id for row in rows])
    made = []
    kept = vectors.astype(np.float16).astype(np.float32)  # as the embedded store keeps them
    for row, vector in zip(rows, kept, strict=True):
        found = bm25.terms_of(words_of(row.chunk.text), row.title, row.chunk.context)
        entity = schema.entity(row, found, about[row.chunk.document_id], born)
        words = bm25.vector(found, epoch.averages)
        made.append({**entity, "vector": vector.tolist(), "words": words})
    return made


def idf_of(catalogue: Catalogue) -> Floats | None:
    """The frequencies that the built-in embedder made the vectors with, if it did."""
    packed = catalogue.meta(IDF)
    if not packed:
        return None
    return np.frombuffer(zlib.decompress(base64.b85decode(packed)), "<f4").astype(np.float32)
