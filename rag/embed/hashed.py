"""The offline default: hashed stems and character n-grams, without weights; see `rag.hashing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rag.embed.base import Embedder
from rag.embed.identity import EmbedderIdentity
from rag.embed.options import BUILTIN, HASHED
from rag.hashing import BUCKETS, DIMENSION, Frequencies, Hasher
from rag.words import stems_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


class HashedEmbedder(Embedder):
    """The built-in embedder.

    `idf` holds the inverse document frequency of every bucket, shape (BUCKETS,), float32; without
    it every feature weighs the same. `fit` makes an embedder that knows a collection.
    """

    needs_fit = True

    def __init__(self, idf: Floats | None = None) -> None:
        self.idf = np.ones(BUCKETS, np.float32) if idf is None else idf
        self._hasher = Hasher(self.idf)
        self.identity = EmbedderIdentity(BUILTIN, HASHED, "1", DIMENSION, source=HASHED)

    @classmethod
    def fit(cls, texts: Iterable[str]) -> HashedEmbedder:
        """An embedder with the document frequencies of `texts`."""
        counts = Frequencies()
        for text in texts:
            found = words(text)
            counts.add(found, stems_of(found))
        return cls(counts.idf())

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents; a text without a word becomes the zero vector."""
        return self._hasher.encode(texts)

    def encode_query(self, text: str) -> Floats:
        """Vector of a question: the same features as of a document."""
        vector: Floats = self._hasher.encode([text])[0]
        return vector
