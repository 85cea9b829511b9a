"""What every embedder is: vectors of unit length, and an identity that makes them comparable."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rag.embed.identity import EmbedderIdentity

    Floats = NDArray[np.float32]


class Embedder(Embeddings):
    """An embedder with an identity. Vectors have unit length, so that a dot product is a cosine."""

    identity: EmbedderIdentity
    #: True where vectors depend on the collection, so that `fit` is called as it grows.
    needs_fit = False

    @abstractmethod
    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents, shape (len(texts), dimension), float32, unit length."""

    @abstractmethod
    def encode_query(self, text: str) -> Floats:
        """Vector of a question, shape (dimension,), float32, unit length."""

    def knows(self, text: str) -> bool:  # noqa: ARG002
        """Whether the embedder was made for the language of a text."""
        return True

    def tokens(self, texts: Sequence[str]) -> int:  # noqa: ARG002
        """Tokens that the embedder reads of texts; 0 where it reads words and no tokens."""
        return 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The langchain form of `encode_documents`."""
        vectors: list[list[float]] = self.encode_documents(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The langchain form of `encode_query`."""
        vector: list[float] = self.encode_query(text).tolist()
        return vector


def checked(vectors: Any, identity: EmbedderIdentity, count: int) -> Floats:
    """What a model gave for `count` texts, shape (count, dimension), float32.

    Raises ModelError for vectors that are not numbers, or of another shape than the model told
    when it was loaded: they would spoil an index without a sound.
    """
    floats: Floats = np.asarray(vectors, np.float32)
    if floats.shape != (count, identity.dimension):
        raise ModelError(
            f"The embedder {identity.model} gave vectors of shape {floats.shape} where"
            f" {(count, identity.dimension)} was expected",
            "Its folder may have changed meanwhile: run rag reindex --embedder NAME.",
        )
    if not np.isfinite(floats).all():
        raise ModelError(
            f"The embedder {identity.model} gave vectors that are not numbers",
            "Try RAG_DTYPE=float32; if that does not help, its weights are damaged:"
            " name another with --embedder.",
        )
    return floats


def unit(vectors: Floats) -> Floats:
    """Vectors of unit length, which those of a model in bfloat16 only nearly have; zero stays."""
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    normed: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return normed


class Reranker(Protocol):
    """Scores passages for a question."""

    name: str

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers, from 0 to 1, in the order of the passages."""
