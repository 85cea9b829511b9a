"""Text to vectors, as langchain `Embeddings`, and pairs of texts to scores.

    base       identity, and what every embedder does
    hashed     the offline default, without weights
    neural     sentence-transformers models
    rerank     cross-encoders, which read question and passage together
    entail     cross-encoders that tell whether one text follows from another
    families   the prompts that families of models were trained with
    local      a name to a folder, a device, a number format and a batch that fits memory
    options    how encoders are loaded

Nothing heavy is imported before a model is loaded.
"""

from __future__ import annotations

from rag.embed.base import Embedder, EmbedderIdentity, checked
from rag.embed.entail import CrossEncoderEntailment
from rag.embed.hashed import BUILTIN, HASHED, HashedEmbedder
from rag.embed.neural import SentenceTransformerEmbedder
from rag.embed.options import EncoderOptions
from rag.embed.rerank import CrossEncoderReranker, Reranker

__all__ = [
    "BUILTIN",
    "HASHED",
    "CrossEncoderEntailment",
    "CrossEncoderReranker",
    "Embedder",
    "EmbedderIdentity",
    "EncoderOptions",
    "HashedEmbedder",
    "Reranker",
    "SentenceTransformerEmbedder",
    "checked",
    "load_embedder",
    "load_entailment",
    "load_reranker",
]


def load_embedder(name: str, options: EncoderOptions | None = None) -> Embedder:
    """The embedder that a setting names: "hashed", or a sentence-transformers model."""
    if name == HASHED:
        return HashedEmbedder()
    return SentenceTransformerEmbedder(name, options)


def load_reranker(name: str, options: EncoderOptions | None = None) -> Reranker:
    """The cross-encoder that a setting names, by its folder or id."""
    return CrossEncoderReranker(name, options)


def load_entailment(name: str, options: EncoderOptions | None = None) -> CrossEncoderEntailment:
    """The model of natural language inference that a setting names, by its folder or id."""
    return CrossEncoderEntailment(name, options)
