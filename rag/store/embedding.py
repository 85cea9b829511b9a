"""Vectors of the chunks of a draft, for whatever index they are put into.

A model's vectors are kept on the disk as they are made, until they are published; the built-in
embedder needs the word frequencies of the collection first, which are counted on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rag import embed
from rag.hashing import DIMENSION, Frequencies, Hasher
from rag.prepare import embedded, words_of
from rag.store import vectors
from rag.store.staged import GivenVectors, StagedVectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import Embedder
    from rag.prepare import Words
    from rag.store.backend import EmbedAll
    from rag.store.catalogue import Catalogue
    from rag.store.rows import ChunkRow

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]

#: Recorded fact: the number of chunks that the frequencies of the words were taken from.
FITTED_ON = "fitted_on"
_REFIT_GROWTH = 2.0  # the collection's word frequencies are taken anew when it doubled or halved
_EMBED_BATCH = 512  # chunks whose text is in memory at once
_STAGED_BATCH = 256  # chunks that a model embeds at once, and that a kill may cost


class DraftVectors:
    """Vectors of chunks that are staged or live. All methods raise OSError as the disk does."""

    def __init__(self, embedder: Embedder, staged: Path) -> None:
        """`staged` is the file in which vectors that took a model are kept until published."""
        self._embedder = embedder
        self._counted: set[int] = set()
        self._frequencies = Frequencies()
        self._waiting: list[str] = []
        self._made = None if embedder.needs_fit else StagedVectors(staged, embedder.identity)
        self._staged = staged
        self._given: GivenVectors | None = None
        self._idf: Floats | None = None

    def add(self, row: ChunkRow, found: Words) -> None:
        """Take in a chunk, by its words."""
        if self._given is not None:
            return
        if self._made is None:
            self._count(row.key, found, row.chunk.context)
        elif (text := embedded(row.chunk)) not in self._made:
            self._waiting.append(text)
            if len(self._waiting) >= _STAGED_BATCH:
                self.embed()

    def embed(self) -> None:
        """Embed the chunks that wait for it, and keep their vectors."""
        if self._waiting and self._made is not None:
            made = self._embedder.encode_documents(self._waiting)
            identity = self._embedder.identity
            self._made.put(self._waiting, embed.checked(made, identity, len(self._waiting)))
            self._waiting = []

    def keep(self, texts: Sequence[str], made: Floats) -> None:
        """Keep vectors that were made elsewhere, of chunks that are about to be added."""
        if self._made is not None:
            found = embed.checked(made, self._embedder.identity, len(texts))
            new = [row for row, text in enumerate(texts) if text not in self._made]
            if new:
                self._made.put([texts[row] for row in new], found[new])

    def take_up(self, catalogue: Catalogue) -> tuple[int, int]:
        """As `Draft.take_up`."""
        dimension, place = self._embedder.identity.dimension, self._staged.with_suffix(".given")
        self._given = GivenVectors(place, dimension, catalogue.take_up())
        return self._given.documents, self._given.chunks

    def give(self, document_id: str, keys: Sequence[int], vectors: Floats) -> None:
        """As `Draft.give`."""
        assert self._given is not None
        self._given.put(document_id, keys, vectors)

    def fitted(self, idf: Floats) -> None:
        """As `Draft.fitted`."""
        self._idf = idf

    def discard(self) -> None:
        """Forget the vectors kept for this: they are published."""
        if self._given is not None:
            self._given.discard()
        if self._made is not None:
            self._made.discard()

    def fit(self, catalogue: Catalogue) -> Floats:
        """Frequencies of the whole collection: those of chunks taken in are counted already.

        Those that given vectors were made with stay.
        """
        if self._idf is not None:
            return self._idf
        live = catalogue.live_keys()
        for row in catalogue.chunks(set(live) - self._counted):
            self._count(row.key, words_of(row.chunk.text), row.chunk.context)
        idf = self._frequencies.idf()
        self._frequencies = Frequencies()  # of a million chunks they hold a gigabyte
        self._counted = set()  # what is fitted again is counted anew
        catalogue.set_meta({FITTED_ON: str(len(live))})
        return idf

    def blocks(
        self,
        catalogue: Catalogue,
        keys: Sequence[int],
        idf: Floats | None,
        folder: Path,
        embed_all: EmbedAll | None,
    ) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors of chunks, a batch at a time, in the order of `keys`.

        `idf` is None but for the built-in embedder, `folder` is where other processes may read it.
        """
        if self._given is not None:
            yield from self._given.blocks(set(keys))
            return
        batches = [
            keys[first : first + _EMBED_BATCH] for first in range(0, len(keys), _EMBED_BATCH)
        ]
        if idf is None:
            assert self._made is not None
            made: Iterable[Floats] = map(self._made.take, _texts(catalogue, batches))
        elif embed_all is None or len(batches) < 2:
            made = map(Hasher(idf).encode, _texts(catalogue, batches))
        else:
            made = _in_processes(catalogue, batches, idf, folder, embed_all)
        for batch, block in zip(batches, made, strict=True):
            yield np.array(batch, np.int64), block

    def _count(self, key: int, found: Words, context: str) -> None:
        """Count the words of a chunk and of the headings that it is embedded with."""
        above = words_of(context)
        self._counted.add(key)
        self._frequencies.add(
            [*found.forms.split(), *above.forms.split()],
            [*found.stems.split(), *above.stems.split()],
        )


class VectorDraft:
    """What the drafts of all backends do alike: they keep the vectors of what is new."""

    def __init__(self, embedder: Embedder, staged: Path) -> None:
        """`staged` is the file of vectors that took a model, until they are published."""
        self._embedder = embedder
        self._vectors = DraftVectors(embedder, staged)

    def add(self, row: ChunkRow, found: Words) -> None:
        """Put a chunk in that is staged or live, by its words."""
        self._vectors.add(row, found)

    def take_up(self, catalogue: Catalogue) -> tuple[int, int]:
        """As `Draft.take_up`."""
        return self._vectors.take_up(catalogue)

    def give(self, document_id: str, keys: Sequence[int], vectors: Floats) -> None:
        """As `Draft.give`."""
        self._vectors.give(document_id, keys, vectors)

    def fitted(self, idf: Floats) -> None:
        """As `Draft.fitted`."""
        self._vectors.fitted(idf)

    def keep(self, texts: Sequence[str], made: Floats) -> None:
        """As `DraftVectors.keep`."""
        self._vectors.keep(texts, made)

    def embed(self) -> None:
        """Embed the chunks that wait for it, and keep their vectors."""
        self._vectors.embed()

    def discard_vectors(self) -> None:
        """Forget the vectors kept for this: they are published."""
        self._vectors.discard()


def outgrown(catalogue: Catalogue, fact: str = FITTED_ON) -> bool:
    """Whether what a fact says was taken of so many chunks is of a collection of another size."""
    _, now = catalogue.counts()
    fitted = int(catalogue.meta(fact) or 0)
    return not fitted / _REFIT_GROWTH < now < max(fitted, 1) * _REFIT_GROWTH


def _in_processes(
    catalogue: Catalogue,
    batches: Sequence[Sequence[int]],
    idf: Floats,
    folder: Path,
    embed_all: EmbedAll,
) -> Iterator[Floats]:
    """Vectors by the built-in embedder, made in other processes that read the frequencies there."""
    folder.mkdir(exist_ok=True)
    source = str(folder / vectors.IDF)
    np.save(source, idf, allow_pickle=False)
    for made in embed_all((source, texts) for texts in _texts(catalogue, batches)):
        yield np.frombuffer(made, np.float32).reshape(-1, DIMENSION)


def _texts(catalogue: Catalogue, batches: Iterable[Sequence[int]]) -> Iterator[list[str]]:
    for batch in batches:
        yield [embedded(row.chunk) for row in catalogue.chunks(batch)]
