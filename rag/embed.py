"""Text to vectors: the offline default and sentence-transformers, both as langchain `Embeddings`.

The default needs no weights. A text is a bag of words, a word a bag of features: its Snowball stem
and its character n-grams, so that spellings and inflections meet. Each feature is weighted by its
inverse document frequency in the collection and added with a sign to a few of 512 dimensions
(feature hashing: Weinberger et al., "Feature hashing for large scale multitask learning", 2009;
sparse signed projection: Achlioptas, "Database-friendly random projections", 2003). All of it is
arithmetic on arrays of integers, the same in every process and on every machine.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.errors import ModelError
from rag.words import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Hashes = NDArray[np.uint64]
    Indices = NDArray[np.int64]

#: What `--embedder` takes for the default.
HASHED = "hashed"
#: Provider of the default, in its identity.
BUILTIN = "builtin"

BUCKETS = 1 << 18  # classes in which features are counted
_DIMENSION = 512
_PROJECTIONS = 4  # dimensions that one feature is added to
_GRAMS = (3, 4)  # lengths of the character n-grams
_BATCH = 512  # texts embedded at once
_BLOCK = 4096  # words whose vectors are made at once: 4096 x 512 x 4 bytes = 8 MiB
_SAMPLED_BYTES = 1 << 20  # of each end of a large file of a model, for its revision
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})  # of a processor, as Linux names them
_PRIME = np.uint64(0x100000001B3)  # of the 64-bit FNV hash (Fowler, Noll, Vo)
_GOLDEN = 0x9E3779B97F4A7C15  # step between the streams of splitmix64


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
    """The offline default: hashed stems and character n-grams.

    `idf` holds the inverse document frequency of every bucket, shape (BUCKETS,), float32; without
    it every feature weighs the same. `fit` makes an embedder that knows a collection.
    """

    needs_fit = True

    def __init__(self, idf: Floats | None = None) -> None:
        self.idf = np.ones(BUCKETS, np.float32) if idf is None else idf
        self.identity = EmbedderIdentity(BUILTIN, HASHED, "1", _DIMENSION, source=HASHED)

    @classmethod
    def fit(cls, texts: Iterable[str]) -> HashedEmbedder:
        """An embedder with the document frequencies of `texts`."""
        counts = Frequencies()
        for text in texts:
            found = words(text)
            counts.add(found, map(stem, found))
        return cls(counts.idf())

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents; a text without a word becomes the zero vector."""
        vectors = np.zeros((len(texts), _DIMENSION), np.float32)
        for first in range(0, len(texts), _BATCH):
            self._encode_batch(texts[first : first + _BATCH], vectors[first : first + _BATCH])
        return vectors

    def encode_query(self, text: str) -> Floats:
        """Vector of a question: the same features as of a document."""
        vector: Floats = self.encode_documents([text])[0]
        return vector

    def _encode_batch(self, texts: Sequence[str], out: Floats) -> None:
        """Fill `out` with unit vectors: square roots of word counts times word vectors."""
        counts = [_countable(text) for text in texts]
        vocabulary = {word: place for place, word in enumerate(dict.fromkeys(_flat(counts)))}
        if not vocabulary:
            return
        table = np.concatenate([self._word_vectors(b) for b in _blocks(list(vocabulary), _BLOCK)])
        for row, counted in zip(out, counts, strict=True):
            if not counted:
                continue
            places = [vocabulary[word] for word in counted]
            weights = np.sqrt(np.fromiter(counted.values(), np.float32, len(counted)))
            row[:] = weights @ table[places]
            length = float(np.linalg.norm(row))
            if length > 0:
                row /= length

    def _word_vectors(self, vocabulary: Sequence[str]) -> Floats:
        """Vectors of words, shape (len(vocabulary), dimension): stem and n-grams weigh alike."""
        owners, grams = _gram_features(vocabulary)
        per_word = np.bincount(owners, minlength=len(vocabulary))
        hashes = np.concatenate([_hash_strings([stem(word) for word in vocabulary]), grams])
        rows = np.concatenate([np.arange(len(vocabulary)), owners])
        weights = self.idf[_buckets(hashes)].astype(float)
        weights[len(vocabulary) :] /= np.sqrt(per_word[owners])
        vectors = np.zeros(len(vocabulary) * _DIMENSION)
        for stream in range(1, _PROJECTIONS + 1):
            mixed = _mix(hashes + np.uint64(_GOLDEN * stream % 2**64))
            places = rows * _DIMENSION + (mixed % np.uint64(_DIMENSION)).astype(np.int64)
            signs = np.where(mixed >> np.uint64(63), 1.0, -1.0)
            vectors += np.bincount(places, weights * signs, len(vectors))
        return vectors.astype(np.float32).reshape(len(vocabulary), _DIMENSION)


class Frequencies:
    """Counts in how many texts each word and each stem stands, for the built-in embedder."""

    def __init__(self) -> None:
        self.total = 0
        self._words: Counter[str] = Counter()
        self._stems: Counter[str] = Counter()

    def add(self, found: Iterable[str], stems: Iterable[str]) -> None:
        """Count a text, by its folded words and their stems."""
        self.total += 1
        self._words.update(set(found))
        self._stems.update(set(stems))

    def idf(self) -> Floats:
        """The inverse document frequency of every bucket, shape (BUCKETS,).

        A stem is counted once a text. An n-gram counts the texts of every word that holds it, at
        most all of them: an upper bound that needs one pass over the vocabulary only.
        """
        frequency = np.zeros(BUCKETS)
        for block in _blocks(sorted(self._words), _BLOCK):
            owners, hashes = _gram_features(block)
            counts = np.array([self._words[word] for word in block], float)
            frequency += np.bincount(_buckets(hashes), counts[owners], BUCKETS)
        for block in _blocks(sorted(self._stems), _BLOCK):
            counts = np.array([self._stems[item] for item in block], float)
            np.maximum.at(frequency, _buckets(_hash_strings(block)), counts)
        frequency = np.minimum(frequency, self.total)
        idf: Floats = np.log1p(self.total / (0.5 + frequency)).astype(np.float32)
        return idf


def _countable(text: str) -> Counter[str]:
    """Counts of the words that carry meaning; of all words where there is no other."""
    found = Counter(words(text))
    return Counter({w: n for w, n in found.items() if w not in STOP_WORDS}) or found


def _flat(counts: Iterable[Counter[str]]) -> Iterator[str]:
    return (word for counted in counts for word in counted)


def _blocks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    iterator = iter(items)
    while block := list(islice(iterator, size)):
        yield block


def _buckets(hashes: Hashes) -> Indices:
    return (hashes % np.uint64(BUCKETS)).astype(np.int64)


def _mix(values: Hashes) -> Hashes:
    """Finaliser of splitmix64 (Steele, Lea, Flood, 2014): spreads every bit over the word."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _code_points(strings: Sequence[str]) -> tuple[Hashes, Indices]:
    """All code points in a row, and the length of each string."""
    lengths = np.fromiter((len(s) for s in strings), np.int64, len(strings))
    joined = "".join(strings).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, np.uint32).astype(np.uint64), lengths


def _hash_strings(strings: Sequence[str]) -> Hashes:
    """One hash a string, shape (len(strings),)."""
    codes, lengths = _code_points(strings)
    starts = np.cumsum(lengths) - lengths
    hashes = np.full(len(strings), 7, np.uint64)
    for place in range(int(lengths.max(initial=0))):
        longer = lengths > place
        hashes[longer] = (hashes[longer] ^ codes[starts[longer] + place]) * _PRIME
    return _mix(hashes)


def _gram_features(vocabulary: Sequence[str]) -> tuple[Indices, Hashes]:
    """The n-grams of the words with their borders: index of the word, hash of the n-gram."""
    codes, lengths = _code_points([f"<{word}>" for word in vocabulary])
    owner = np.repeat(np.arange(len(vocabulary)), lengths)
    owners, hashes = [], []
    for size in _GRAMS:
        count = max(len(codes) - size + 1, 0)
        inside = owner[:count] == owner[size - 1 :]
        value = np.full(count, size, np.uint64)
        for place in range(size):
            value = (value ^ codes[place : place + count]) * _PRIME
        owners.append(owner[:count][inside])
        hashes.append(_mix(value[inside]))
    return np.concatenate(owners), np.concatenate(hashes)


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
