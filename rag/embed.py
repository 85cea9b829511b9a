"""Text to vectors: the offline default and sentence-transformers, as langchain `Embeddings`."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.errors import ModelError
from rag.hashing import BUCKETS, DIMENSION, Frequencies, Hasher
from rag.words import stems_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

#: What `--embedder` takes for the default.
HASHED = "hashed"
#: Provider of the default, in its identity.
BUILTIN = "builtin"

_SAMPLED_BYTES = 1 << 20  # of each end of a large file of a model, for its revision
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})  # of a processor, as Linux names them


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes vectors comparable. A library holds vectors of one identity only.

    `dimension` counts floats; `prefixes` are what is put before a query and before a document.
    `source` is what the embedder was loaded by, a name or a folder; it makes no difference.
    """

    provider: str
    model: str
    revision: str
    dimension: int
    prefixes: tuple[str, str] = ("", "")
    source: str = field(default="", compare=False)


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

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The langchain form of `encode_documents`."""
        vectors: list[list[float]] = self.encode_documents(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The langchain form of `encode_query`."""
        vector: list[float] = self.encode_query(text).tolist()
        return vector


class HashedEmbedder(Embedder):
    """The offline default: hashed stems and character n-grams; see `rag.hashing`.

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


class SentenceTransformerEmbedder(Embedder):
    """A sentence-transformers model from a folder, or by the id of one that is on this machine.

    Queries and documents are encoded apart, each with the prompt the model's own configuration
    names. Raises ModelError where the folder holds no such model.
    """

    def __init__(self, path_or_id: str) -> None:
        self._model = _load_sentence_transformer(path_or_id)
        prompts: dict[str, str] = self._model.prompts or {}
        document = next((prompts[k] for k in ("document", "passage", "corpus") if k in prompts), "")
        self.identity = EmbedderIdentity(
            provider="sentence-transformers",
            model=Path(path_or_id).name if Path(path_or_id).is_dir() else path_or_id,
            revision=_revision(path_or_id),
            dimension=int(self._model.get_embedding_dimension()),
            prefixes=(prompts.get("query", ""), document),
            source=str(Path(path_or_id).absolute()) if Path(path_or_id).is_dir() else path_or_id,
        )

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents, batched by length inside the library."""
        if not texts:
            return np.zeros((0, self.identity.dimension), np.float32)
        return self._unit(self._model.encode_document(list(texts), show_progress_bar=False))

    def encode_query(self, text: str) -> Floats:
        """Vector of a question."""
        vector: Floats = self._unit(self._model.encode_query([text], show_progress_bar=False))[0]
        return vector

    def _unit(self, vectors: Any) -> Floats:
        """Vectors of unit length, which those of a model in bfloat16 only nearly have."""
        floats: Floats = np.asarray(vectors, np.float32)
        if not np.isfinite(floats).all():
            raise ModelError(
                f"The embedder {self.identity.model} gave vectors that are not numbers",
                "Its weights are damaged: name another with --embedder.",
            )
        lengths: Floats = np.linalg.norm(floats, axis=1, keepdims=True).astype(np.float32)
        unit: Floats = np.divide(floats, lengths, out=np.zeros_like(floats), where=lengths > 0)
        return unit


def _load_sentence_transformer(path_or_id: str) -> Any:
    """The loaded model; nothing is fetched from a network."""
    if path_or_id.startswith(("/", ".", "~")) and not Path(path_or_id).is_dir():
        raise ModelError(
            f"There is no folder {path_or_id}", "Give --embedder a folder that holds a model."
        )
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(path_or_id, local_files_only=True)
    except Exception as error:  # the library raises a dozen kinds for what is no model
        raise ModelError(
            f"No sentence-transformers model at {path_or_id} ({type(error).__name__})",
            "Give --embedder a folder that holds one, or leave it out for the built-in embedder.",
        ) from error
    if model.device.type == "cpu" and _computes_bfloat16():
        # two thirds of the time; vectors turn by less than four degrees
        model.bfloat16()
    return model


def _computes_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16; without them it is the slower way."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return not _BFLOAT16_FLAGS.isdisjoint(told.split())


def _revision(path_or_id: str) -> str:
    """A hash of the model's files: names, sizes and both ends of each. "hub" for a cached id."""
    folder = Path(path_or_id)
    if not folder.is_dir():
        return "hub"
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLED_BYTES))
            if size > 2 * _SAMPLED_BYTES:
                file.seek(-_SAMPLED_BYTES, 2)
            digest.update(file.read())
    return digest.hexdigest()[:16]


def load_embedder(name: str) -> Embedder:
    """The embedder that a setting names: "hashed", or a sentence-transformers model."""
    return HashedEmbedder() if name == HASHED else SentenceTransformerEmbedder(name)
