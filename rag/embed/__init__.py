"""Text to vectors, as langchain `Embeddings`, and pairs of texts to scores.

    identity   what makes the vectors of an embedder comparable
    base       what every embedder and reranker does
    hashed     the offline default, without weights
    neural     sentence-transformers models
    rerank     cross-encoders, which read question and passage together
    entail     cross-encoders that tell whether one text follows from another
    families   the prompts that families of models were trained with
    local      a name to a folder, a device, a number format and a batch that fits memory
    options    how encoders are loaded

Nothing of neural models is imported before one is named, nothing heavy before it is loaded, and
nothing of langchain before a class is asked for: many commands search nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.embed.options import BUILTIN, HASHED, EncoderOptions

if TYPE_CHECKING:
    from rag.embed.base import Embedder, Reranker, checked
    from rag.embed.entail import CrossEncoderEntailment
    from rag.embed.hashed import HashedEmbedder
    from rag.embed.identity import EmbedderIdentity

__all__ = [
    "BUILTIN",
    "HASHED",
    "Embedder",
    "EmbedderIdentity",
    "EncoderOptions",
    "HashedEmbedder",
    "Reranker",
    "checked",
    "load_embedder",
    "load_entailment",
    "load_reranker",
]

_PARTS = {
    **dict.fromkeys(("Embedder", "Reranker", "checked"), "base"),
    "EmbedderIdentity": "identity",
}


def __getattr__(name: str) -> Any:
    """Import what is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"rag.embed.{_PARTS.get(name, 'hashed')}"), name)


def load_embedder(name: str, options: EncoderOptions | None = None) -> Embedder:
    """The embedder that a setting names: "hashed", or a sentence-transformers model."""
    if name == HASHED:
        from rag.embed.hashed import HashedEmbedder

        return HashedEmbedder()
    from rag.embed.neural import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name, options)


def load_reranker(name: str, options: EncoderOptions | None = None) -> Reranker:
    """The cross-encoder that a setting names, by its folder or id."""
    from rag.embed.rerank import CrossEncoderReranker

    return CrossEncoderReranker(name, options)


def load_entailment(name: str, options: EncoderOptions | None = None) -> CrossEncoderEntailment:
    """The model of natural language inference that a setting names, by its folder or id."""
    from rag.embed.entail import CrossEncoderEntailment

    return CrossEncoderEntailment(name, options)
