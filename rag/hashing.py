"""Text to vectors without weights: hashed stems and character n-grams.

A text is a bag of words, a word a bag of features: its Snowball stem and its character n-grams, so
that spellings and inflections meet. Each feature is weighted by its inverse document frequency in
the collection and added with a sign to a few of 512 dimensions (feature hashing: Weinberger et al.,
"Feature hashing for large scale multitask learning", 2009; sparse signed projection: Achlioptas,
"Database-friendly random projections", 2003). All of it is arithmetic on arrays of integers, the
same in every process and on every machine.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Hashes = NDArray[np.uint64]
    Indices = NDArray[np.int64]

#: Floats a vector. By itself a longer one finds more: nDCG@10 on the even halves of XQuAD, Russian
#: and English, is 0.88 and 0.91 with 512, 0.91 and 0.94 with 1024, 0.94 and 0.95 with as many as
#: there are features. Fused with the search by words all give the same, and 512 are half the disk.
#: Lengths of n-grams, weights, powers of the IDF, counts and centring changed it by less than
#: another draw of the signs does.
DIMENSION = 512
#: Classes in which features are counted.
BUCKETS = 1 << 18
_PROJECTIONS = 4  # dimensions that one feature is added to
_GRAMS = (3, 4)  # lengths of the character n-grams
_BATCH = 512  # texts embedded at once
_BLOCK = 4096  # words whose vectors are made at once: 4096 x 512 x 4 bytes = 8 MiB
_PRIME = np.uint64(0x100000001B3)  # of the 64-bit FNV hash (Fowler, Noll, Vo)
_GOLDEN = 0x9E3779B97F4A7C15  # step between the streams of splitmix64


class Hasher:
    """Makes vectors, each feature weighing as much as `idf`, shape (BUCKETS,), says."""

    def __init__(self, idf: Floats) -> None:
        self.idf = idf

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, shape (len(texts), DIMENSION), of unit length or zero for no word."""
        vectors = np.zeros((len(texts), DIMENSION), np.float32)
        for first in range(0, len(texts), _BATCH):
            self._encode_batch(texts[first : first + _BATCH], vectors[first : first + _BATCH])
        return vectors

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
        hashes = np.concatenate([_hash_strings(stems_of(vocabulary)), grams])
        rows = np.concatenate([np.arange(len(vocabulary)), owners])
        weights = self.idf[_buckets(hashes)].astype(float)
        weights[len(vocabulary) :] /= np.sqrt(per_word[owners])
        vectors = np.zeros(len(vocabulary) * DIMENSION)
        for stream in range(1, _PROJECTIONS + 1):
            mixed = _mix(hashes + np.uint64(_GOLDEN * stream % 2**64))
            places = rows * DIMENSION + (mixed % np.uint64(DIMENSION)).astype(np.int64)
            signs = np.where(mixed >> np.uint64(63), 1.0, -1.0)
            vectors += np.bincount(places, weights * signs, len(vectors))
        return vectors.astype(np.float32).reshape(len(vocabulary), DIMENSION)


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
