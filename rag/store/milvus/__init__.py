"""Words and vectors in Milvus: a server, a cluster, or Milvus Lite.

The catalogue is the truth. A library has one collection in Milvus for each *epoch*, and the
catalogue says which is current; a rebuild, another embedder, or a library that has outgrown the
frequencies its vectors were made with, begins another. Within an epoch each entity tells from which
generation on it is seen; what is no longer live is deleted after the commit, and whatever a kill
left is removed by the next writer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from rag.embed import BUILTIN
from rag.store import terms
from rag.store.milvus import schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import WRITING, CollectionGone, hold
from rag.store.milvus.copies import settle_down
from rag.store.milvus.draft import MilvusDraft, idf_of
from rag.store.milvus.left import sweep
from rag.store.milvus.near import MilvusVectors
from rag.store.milvus.scope import Reader
from rag.store.milvus.strays import remove_strays
from rag.store.milvus.words import MilvusWords
from rag.store.opening import open_for_reading
from rag.store.rows import Delta
from rag.store.where import where

if TYPE_CHECKING:
    from rag.embed import Embedder, EmbedderIdentity
    from rag.store.backend import Draft, Indexes
    from rag.store.catalogue import Catalogue
    from rag.store.milvus.connection import Connection
    from rag.store.milvus.schema import Epoch
    from rag.store.place import LibraryPaths


class Milvus:
    """The backend of a library whose words and vectors are in Milvus."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._paths = paths
        self._address = address_of(where(paths).milvus)
        self._connection: Connection | None = None
        self._was: set[str] = set()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.release()
            self._connection = None

    def load(self, catalogue: Catalogue, identity: EmbedderIdentity) -> Indexes | None:
        """As `Backend.load`."""
        epoch, generation = schema.current(catalogue), catalogue.generation
        builtin = identity.provider == BUILTIN
        idf = idf_of(catalogue) if builtin else None
        if epoch is None or epoch.dimension != identity.dimension or (builtin and idf is None):
            return None
        _, chunks = catalogue.counts()
        tokens = terms.tokens(catalogue)
        connection = hold(self._address)
        try:
            if not schema.is_whole(connection, epoch, chunks):
                connection.release()
                return None
            own = open_for_reading(self._paths)
            own.rest()
        except BaseException:
            connection.release()
            raise
        gone = frozenset(terms.leaving(catalogue))
        reader = Reader(connection, epoch, own, generation, chunks, gone)
        return MilvusWords(reader, tokens), MilvusVectors(reader, idf)

    def draft(self, catalogue: Catalogue, embedder: Embedder, *, anew: bool = False) -> Draft:
        """As `Backend.draft`; a server that stays away is told before anything is read."""
        schema.current(catalogue)
        settle_down(self._paths, catalogue)
        schema.named(catalogue)
        self._connected()
        return MilvusDraft(self._paths, embedder, self._connected, anew=anew)

    def overtaken(
        self, draft: Draft, _catalogue: Catalogue, _embedder: Embedder, _generation: int
    ) -> Draft:
        """As `Backend.overtaken`: a draft looks for the epoch that is current when it is finished.

        What was published meanwhile is in it, whoever did so.
        """
        return draft

    def repair(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """As `Backend.repair`."""
        draft = MilvusDraft(self._paths, embedder, self._connected, anew=True)
        number = schema.last_number(catalogue)

        def work() -> None:
            if schema.last_number(catalogue) == number:  # else another one has done so meanwhile
                draft.finish(catalogue, Delta(catalogue.generation, (), ()), None)

        catalogue.derive(work)
        draft.discard_vectors()

    def tidy(self, catalogue: Catalogue) -> None:
        """As `Backend.tidy`; the epoch that this writer put another in place of stays.

        Whoever reads it may go on until the next writer takes it away.
        """
        with catalogue.alone() as alone:
            epoch = schema.current(catalogue) if alone else None
            if epoch is None or epoch.library != schema.library_of(catalogue):
                return  # there is none, or that of the library that this one is a copy of
            connection = self._connected()
            sweep(self._paths.home, connection)
            self._was.add(epoch.name)
            for name in connection.call("list_collections", seconds=WRITING):
                if name.startswith(schema.prefix(epoch.library)) and name not in self._was:
                    schema.drop(connection, name)
            with suppress(CollectionGone):  # whoever opens the library makes it anew
                self._remove(connection, catalogue, epoch)

    def _remove(self, connection: Connection, catalogue: Catalogue, epoch: Epoch) -> None:
        """Take out what is no longer live, and what never was."""
        going = terms.leaving(catalogue)
        schema.delete(connection, epoch, going)
        if going:
            catalogue.change(lambda: terms.left(catalogue, going))
        schema.delete_strays(connection, epoch, catalogue.generation)
        remove_strays(connection, epoch, catalogue)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = hold(self._address, WRITING)
        return self._connection
