"""The library: a catalogue and the indexes derived from it, in one folder unless told otherwise.

    .rag/<collection>.lock   held by the one process that writes
    .rag/<collection>/
        catalogue.sqlite     the truth
        index/<generation>/  words/ (tantivy), vectors/ (FAISS), stamp.json
        vectors.staged       what a model has embedded for the next generation

Indexes of the next generation are written aside, renamed into place, and become current by the
commit that raises the generation in the catalogue. A kill at any moment leaves the old state or
the new one; strays are removed by the next writer. Indexes that are missing, damaged or of another
version are rebuilt from the catalogue. Where the indexes are instead of in the folder, and the
catalogue, is for `rag.store.where` to tell and `rag.store.backend` to reach.
"""

from __future__ import annotations

import json
import logging
import secrets
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from rag import embed
from rag.chunk import CHUNKER_VERSION
from rag.errors import LibraryBusy, LibraryMismatch, StoreAway
from rag.prepare import embedded, prepare, words_of
from rag.store import derived
from rag.store.backend import backend_of
from rag.store.checks import check_embedder, check_versions, library_embedder, versions
from rag.store.elsewhere import is_own, joined, met
from rag.store.opening import open_catalogue, open_for_writing
from rag.store.place import locked, storage_error
from rag.store.rows import ChunkRow, Delta, FileRow, Versions
from rag.store.where import Where, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity
    from rag.prepare import Prepared
    from rag.store.backend import Backend, Draft, EmbedAll, Indexes, NearIndex, WordIndex
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths

    Floats = NDArray[np.float32]


log = logging.getLogger(__name__)

_ELSEWHERE = "The indexes here are not those of the catalogue: building them from it."
_OPEN_TRIES = 5  # a writer may publish between our reading the generation and opening its files


class Library:
    """A collection open for reading: the catalogue and the two indexes of one generation."""

    def __init__(
        self,
        paths: LibraryPaths,
        catalogue: Catalogue,
        words: WordIndex,
        vectors: NearIndex,
    ) -> None:
        self.paths = paths
        self.catalogue = catalogue
        self.words = words
        self.vectors = vectors

    @classmethod
    def open(cls, paths: LibraryPaths, embedder: Embedder | None = None) -> Library:
        """The library at `paths`, its indexes rebuilt first where they are missing or damaged.

        Raises LibraryMissing, LibraryMismatch (another embedder or version), LibraryCorrupt.
        """
        catalogue = open_catalogue(paths)
        try:
            check_versions(catalogue)
            if embedder is not None:
                check_embedder(catalogue, embedder.identity)
            words, near = _open_indexes(paths, catalogue, embedder)
        except BaseException:
            catalogue.close()
            raise
        return cls(paths, catalogue, words, near)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalogue and the indexes."""
        self.catalogue.close()
        self.words.close()

    def embedder(self, fallback: Embedder) -> Embedder:
        """The embedder for questions: the built-in one with this library's frequencies."""
        return derived.of_library(fallback, self.vectors.idf)


class Writer:
    """A collection open for writing, by one process at a time."""

    def __init__(
        self, paths: LibraryPaths, catalogue: Catalogue, embedder: Embedder, backend: Backend
    ) -> None:
        self.paths = paths
        self.catalogue = catalogue
        self._embedder = embedder
        self._backend = backend
        self._draft = self._begin()

    @classmethod
    @contextmanager
    def open(
        cls,
        paths: LibraryPaths,
        embedder: Embedder,
        *,
        replacing: bool = False,
        asked: Where | None = None,
    ) -> Iterator[Writer]:
        """Lock the library, made if it is not there, and let go of it at the end.

        `asked` is where its parts are to be, if they are asked to be anywhere.

        Raises LibraryBusy while another process writes, StorageError where the folder cannot be
        written, LibraryMismatch where the library holds vectors of another embedder, unless
        `replacing` says that `rebuild` will follow, UsageError where it is at another place.
        """
        with locked(paths), _catalogue(paths, embedder.identity, asked or Where()) as catalogue:
            check_versions(catalogue)
            if not replacing:
                check_embedder(catalogue, embedder.identity)
            backend = backend_of(paths)
            try:
                writer = cls(paths, catalogue, embedder, backend)
                try:
                    writer._tidy()
                    yield writer
                finally:
                    writer._draft.close()
            finally:
                backend.close()

    def stage(self, prepared: Prepared, attempt: str = "") -> None:
        """Put a document in, and into the drafted indexes; see `Catalogue.stage`."""
        self._stage(prepared, versions(), attempt)

    def take_up(self) -> tuple[int, int]:
        """Begin to take documents of another library, all of them by `stage_moved`; or go on.

        Gives how many of them are in already, the first ones, and how many chunks these have.
        """
        with self._disk():
            found = self._draft.take_up(self.catalogue)
            if not self.catalogue.generation:
                return found
            self._draft.discard_vectors()  # they are published, and nothing came after that
            return self.catalogue.counts()

    def fitted(self, idf: Floats) -> None:
        """Take the frequencies that the built-in embedder made vectors with that come."""
        self._draft.fitted(idf)

    def stage_moved(self, prepared: Prepared, made: Versions, attempt: str) -> None:
        """Put a document of another library in, whose chunks come with their vectors."""
        name = prepared.document.id
        self._stage(
            prepared, made, attempt, lambda keys, found: self._draft.give(name, keys, found)
        )

    def _stage(
        self,
        prepared: Prepared,
        made: Versions,
        attempt: str,
        take: Callable[[Sequence[int], Floats], None] | None = None,
    ) -> None:
        """Stage a document; `take` stands in for what keeps vectors by the texts of its chunks."""
        keys = self.catalogue.stage(prepared, made, attempt)
        title = prepared.document.title
        with self._disk():
            if prepared.vectors is not None and take is not None:
                take(keys, prepared.vectors)
            elif prepared.vectors is not None:
                self._draft.keep([*map(embedded, prepared.chunks)], prepared.vectors)
            for key, piece, found in zip(keys, prepared.chunks, prepared.words, strict=True):
                self._draft.add(ChunkRow(key, piece, title), found)

    def publish(
        self,
        put: Sequence[FileRow],
        drop: Sequence[str],
        *,
        embed_all: EmbedAll | None = None,
        facts: dict[str, str] | None = None,
    ) -> Delta:
        """Make staged documents live with their files; see `Catalogue.publish`.

        `embed_all` lends other processes to the built-in embedder.
        """
        with self._disk():
            self._draft.embed()
            delta = self.catalogue.publish(
                put,
                drop,
                lambda delta: self._finish(delta, embed_all),
                facts=facts,
            )
        self._settle()
        return delta

    def rebuild(self, on_progress: Callable[[int, int], None] = lambda *_: None) -> Delta:
        """Derive both indexes from the catalogue alone and record the embedder.

        Documents that an older version cut are cut anew, from their texts as they are. With a
        model, the vectors made so far are kept when this is interrupted. `on_progress` is
        told chunks done and in all.
        """
        facts = {"embedder": json.dumps(asdict(self._embedder.identity))}
        self._draft.close()
        self._draft = self._begin(anew=True)
        self._cut_anew()
        with self._disk():
            _, total = self.catalogue.counts()
            for done, row in enumerate(self.catalogue.chunks(), 1):
                self._draft.add(row, words_of(row.chunk.text))
                on_progress(done, total)
            self._draft.embed()
            delta = self.catalogue.publish(
                [], [], lambda delta: self._finish(delta, None), facts=facts
            )
        self._settle()
        return delta

    def _cut_anew(self) -> None:
        """Stage anew what an older chunker cut; what people were promised in it stays as read."""
        for document_id, readers, attempt in self.catalogue.cut_otherwise(CHUNKER_VERSION):
            prepared = prepare(self.catalogue.document(document_id))
            kept = replace(prepared, minutes=self.catalogue.minutes_of(document_id))
            self._stage(kept, Versions(readers, CHUNKER_VERSION), attempt)

    def repair(self) -> None:
        """Write the indexes of the present generation anew from the catalogue."""
        with self._disk():
            self._backend.repair(self.catalogue, self._embedder)

    def _begin(self, *, anew: bool = False) -> Draft:
        """A draft of the next generation's indexes, from the present ones unless `anew`."""
        self._next = self.catalogue.generation + 1
        return self._backend.draft(self.catalogue, self._embedder, anew=anew)

    def _finish(self, delta: Delta, embed_all: EmbedAll | None) -> None:
        """Have the indexes of the new generation in their place, before the commit."""
        if delta.generation != self._next:  # others have published meanwhile
            self._draft = self._backend.overtaken(
                self._draft, self.catalogue, self._embedder, delta.generation
            )
        self._draft.finish(self.catalogue, delta, embed_all)

    def _settle(self) -> None:
        """After a publication: forget what was kept for it, and begin the next draft."""
        self._draft.discard_vectors()
        self._tidy()
        self._draft = self._begin()

    def _tidy(self) -> None:
        """Remove what no generation needs, unless another writer is making one just now.

        Where a server is away this is left to the next writer: whoever reads does not see it.
        """
        with suppress(StoreAway), self.catalogue.alone() as alone:
            if alone:
                self._backend.tidy(self.catalogue)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise storage_error(error, self.paths.folder) from error


def _open_indexes(paths: LibraryPaths, catalogue: Catalogue, embedder: Embedder | None) -> Indexes:
    backend = backend_of(paths)
    for _ in range(_OPEN_TRIES):
        generation = catalogue.generation
        indexes = backend.load(catalogue, library_embedder(catalogue))
        if indexes is not None:
            return indexes
        catalogue.refresh()
        if catalogue.generation != generation:
            continue  # published in between
        embedder = embedder or _same_embedder(catalogue)
        own = is_own(paths)
        log.warning(_ELSEWHERE if own else derived.REBUILDING)
        if own:  # whoever reads needs no right to write to the catalogue
            with locked(paths):
                backend.repair(catalogue, embedder)
            continue
        with Writer.open(paths, embedder) as writer:
            writer.repair()
        catalogue.refresh()  # what was made is noted there, where it is elsewhere
    raise LibraryBusy("The library changes faster than it can be opened", "Try again.")


def _same_embedder(catalogue: Catalogue) -> Embedder:
    """The embedder the library was made with, where it can be had without being named."""
    identity = library_embedder(catalogue)
    if identity != embed.HashedEmbedder().identity:
        raise LibraryMismatch(
            f"The vectors must be made again and need the embedder {identity.model}",
            "Name its folder: rag reindex --embedder FOLDER",
        )
    return embed.HashedEmbedder()


@contextmanager
def _catalogue(
    paths: LibraryPaths, identity: EmbedderIdentity, asked: Where
) -> Iterator[Catalogue]:
    asked = joined(paths, asked)
    with met(paths, asked):
        asked = settle(paths, asked)
        meta = {"embedder": json.dumps(asdict(identity)), "identity": secrets.token_hex(8)}
        if asked.postgres:  # for whoever joins from another machine
            meta["store"] = asked.store
        with open_for_writing(paths, meta) as catalogue:
            yield catalogue
