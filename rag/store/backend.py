"""What words and vectors of a library are to whoever searches or fills them, wherever they are.

The catalogue is the truth; a backend holds what is derived from it for one generation after the
other. There are two: tantivy and FAISS in the library's folder (`embedded`), and Milvus (`milvus`).
All methods raise what `rag.errors` has, and OSError where the folder cannot be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rag.store.where import where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity
    from rag.prepare import Words
    from rag.query import Query
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths
    from rag.store.rows import ChunkRow, Delta

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]
    Spans = NDArray[np.int64]
    Hit = tuple[int, float]
    #: Embeds batches of texts in other processes, by the file of the frequencies.
    EmbedAll = Callable[[Iterable[tuple[str, list[str]]]], Iterator[bytes]]
    Indexes = tuple["WordIndex", "NearIndex"]


class WordIndex(Protocol):
    """Words of the chunks of one generation. Stems and forms are as `rag.words` makes them."""

    def __len__(self) -> int:
        """Number of chunks."""

    def frequency(self, stem: str, /) -> int:
        """Number of chunks whose text holds the stem."""

    def frequencies(self, stems: Sequence[str], documents: Sequence[str]) -> tuple[int, list[int]]:
        """Number of chunks of the documents (ids), and of those among them that hold each stem."""

    def knows(self, stem: str) -> bool:
        """Whether a chunk, its title or its headings hold the stem."""

    def counted(self, word: str) -> int:
        """Number of chunks whose text holds the word itself."""

    def words_from(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin so, the most frequent first, and how many chunks hold each."""

    def stems_from(self, prefix: str) -> list[tuple[str, int]]:
        """The same of stems."""

    def spelled(self, wanted: str) -> str:
        """The most frequent word with this stem; the stem itself where there is none."""

    def holds(self, phrase: Sequence[str], documents: Sequence[str] | None = None) -> bool:
        """Whether a chunk of the documents (ids, all for None) holds these stems in a row."""

    def holding(self, phrases: Sequence[Sequence[str]], keys: Sequence[int]) -> set[int]:
        """Those of the chunks with these keys that hold one of the phrases."""

    def search(self, query: Query, limit: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """Keys and BM25 scores of the best chunks, best first; of `documents` (ids) if given."""

    def close(self) -> None:
        """Let go of what this index, and that of the vectors beside it, were opened on."""


class NearIndex(Protocol):
    """Vectors of the chunks of one generation."""

    dimension: int
    #: Frequencies that the built-in embedder made the vectors with; None for another embedder.
    idf: Floats | None

    def __len__(self) -> int:
        """Number of vectors."""

    @property
    def approximate(self) -> bool:
        """Whether the nearest may be missed."""

    def blocks(self) -> Iterator[tuple[Keys, Floats]]:
        """All keys, ascending, and their vectors, shape (n, dimension), some at a time."""

    def search(
        self, query: Floats, limit: int, spans: Spans | None = None, *, exact: bool = False
    ) -> list[Hit]:
        """Keys and cosines of the nearest chunks, best first; see `VectorIndex.search`."""


class Draft(Protocol):
    """Words and vectors of the next generation while they are written, unseen by readers."""

    def add(self, row: ChunkRow, found: Words) -> None:
        """Put a chunk in that is staged or live, by its words."""

    def take_up(self, catalogue: Catalogue) -> tuple[int, int]:
        """Have all documents of the draft come with the vectors of their chunks from now on.

        Gives how many are staged already, with theirs: the first ones that were given to an earlier
        draft of the same documents, which came to no end. The second number is of their chunks.
        """

    def give(self, document_id: str, keys: Sequence[int], vectors: Floats) -> None:
        """Take the vectors of a document whose chunks are about to be added, by key, ascending."""

    def fitted(self, idf: Floats) -> None:
        """Take the frequencies that the built-in embedder made the given vectors with."""

    def keep(self, texts: Sequence[str], made: Floats) -> None:
        """Keep vectors that were made elsewhere, of the texts of chunks about to be added."""

    def embed(self) -> None:
        """Embed the chunks that wait for it, and keep their vectors."""

    def finish(self, catalogue: Catalogue, delta: Delta, embed_all: EmbedAll | None) -> None:
        """Have all in its place that is live in the generation of `delta`; before the commit."""

    def discard_vectors(self) -> None:
        """Forget the vectors kept for this: they are published."""

    def close(self) -> None:
        """Write nothing any more: it is finished, or nobody will finish it."""


class Backend(Protocol):
    """Where words and vectors of one library are."""

    def load(self, catalogue: Catalogue, identity: EmbedderIdentity) -> Indexes | None:
        """Those of the catalogue's generation; None where they are not whole.

        Raises StorageError where a server that holds them is away or refuses.
        """

    def draft(self, catalogue: Catalogue, embedder: Embedder, *, anew: bool = False) -> Draft:
        """Begin those of the next generation, from the present ones unless `anew`."""

    def overtaken(
        self, draft: Draft, catalogue: Catalogue, embedder: Embedder, generation: int, /
    ) -> Draft:
        """What to finish as this generation, where others have published since `draft` began."""

    def repair(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """Write those of the present generation anew from the catalogue."""

    def tidy(self, catalogue: Catalogue) -> None:
        """Remove what belongs to any other generation than the present one."""

    def close(self) -> None:
        """Let go of whatever was opened to write; indexes that were loaded stay open."""


def backend_of(paths: LibraryPaths) -> Backend:
    """The backend of the library at `paths`. Raises LibraryCorrupt where that is not told."""
    if where(paths).milvus:
        from rag.store.milvus import Milvus

        return Milvus(paths)
    from rag.store.embedded import Embedded

    return Embedded(paths)
