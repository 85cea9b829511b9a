"""Libraries whose words and vectors are here or in Milvus, made and searched in the same way."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.chunk import coverage
from rag.embed import Embedder, EmbedderIdentity, HashedEmbedder
from rag.index import Library, Writer
from rag.prepare import Prepared, words_of
from rag.query import Query, understand
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths
from rag.store.rows import Delta, FileRow
from rag.store.where import EMBEDDED, Where
from rag.types import Chunk, Document

#: Relative difference of scores below which they count as equal: floats are added in other orders.
NEAR = 1e-4
HERE = Where(EMBEDDED, EMBEDDED)

Hit = tuple[int, float]


class LetterEmbedder(Embedder):
    """An embedder whose vectors are counts of letters, which depend on the text alone."""

    def __init__(self, letters: str = "оаеиntsr", revision: str = "1") -> None:
        self._letters = letters
        self.identity = EmbedderIdentity("test", "letters", revision, len(letters))

    def encode_documents(self, texts: Sequence[str]) -> Any:
        counts = [[text.count(letter) + 1 for letter in self._letters] for text in texts]
        floats = np.array(counts, np.float32).reshape(len(texts), len(self._letters))
        return floats / np.linalg.norm(floats, axis=1, keepdims=True)

    def encode_query(self, text: str) -> Any:
        return self.encode_documents([text])[0]


class BrokenEmbedder(LetterEmbedder):
    """The same, but it breaks down at one text."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at

    def encode_documents(self, texts: Sequence[str]) -> Any:
        if any(self._at in text for text in texts):
            raise MemoryError("no memory for this text")
        return super().encode_documents(texts)


def paper(
    *texts: str, title: str = "", context: str = "", date: str | None = None, kind: Any = "text"
) -> Prepared:
    """A document of these chunks."""
    whole = "\n\n".join(texts)
    told = f"{title}\0{context}\0{date}\0{whole}".encode(errors="surrogatepass")
    document = Document(
        hashlib.sha256(told).hexdigest(), title, whole, kind=kind, date=date, encoding="utf-8"
    )
    chunks, start = [], 0
    for text in texts:
        identity = hashlib.sha256(f"{document.id} {start}".encode()).hexdigest()[:32]
        chunks.append(Chunk(identity, document.id, start, start + len(text), text, context))
        start += len(text) + 2
    found = tuple(words_of(text) for text in texts)
    return Prepared(document, tuple(chunks), found, coverage(document, chunks), {}, None)


def row(name: str, document: Prepared) -> FileRow:
    """The file of a document."""
    size, digest = len(document.document.text), document.document.id
    return FileRow(name, "/papers", name, size, 0, digest, document.document.id)


@dataclass(frozen=True)
class Place:
    """One place where words and vectors of a library may be. `uri` is that of its Milvus."""

    name: str
    uri: str = ""

    @property
    def store(self) -> str:
        """The setting that says so."""
        return f"milvus:{self.uri}" if self.uri else EMBEDDED

    @property
    def where(self) -> Where:
        """What a library is asked to be made with."""
        return Where(self.store, EMBEDDED)


class Shelf:
    """A library that a test fills."""

    def __init__(
        self,
        home: Path,
        asked: Where = HERE,
        embedder: Embedder | None = None,
        name: str = "papers",
    ) -> None:
        self.paths = LibraryPaths(home, name)
        self.asked = asked
        self.embedder = embedder or HashedEmbedder()

    def put(self, papers: Mapping[str, Prepared], *drop: str) -> Delta:
        """Publish papers under these names, and take names out."""
        with self.writing() as writer:
            return publish(writer, papers, *drop)

    @contextmanager
    def writing(self, embedder: Embedder | None = None, **options: Any) -> Iterator[Writer]:
        """Open for writing."""
        with Writer.open(
            self.paths, embedder or self.embedder, asked=self.asked, **options
        ) as writer:
            yield writer

    def rebuild(self, embedder: Embedder | None = None) -> None:
        """Derive all anew, with this embedder from now on."""
        self.embedder = embedder or self.embedder
        with self.writing(replacing=True) as writer:
            writer.rebuild()

    def open(self) -> Library:
        """Open for reading."""
        return Library.open(self.paths, self.embedder)


def publish(writer: Writer, papers: Mapping[str, Prepared], *drop: str) -> Delta:
    """Stage papers and publish them under their names."""
    for each in {each.document.id: each for each in papers.values()}.values():
        writer.stage(each)
    return writer.publish([row(name, each) for name, each in papers.items()], list(drop))


def texts(library: Library, hits: Sequence[Hit]) -> list[str]:
    """The texts of chunks that were found, best first."""
    held = {row.key: row.chunk.text for row in library.catalogue.chunks([key for key, _ in hits])}
    return [held[key] for key, _ in hits]


def ids(library: Library, hits: Sequence[Hit]) -> list[tuple[str, float]]:
    """The same as names that other libraries have, too, and scores."""
    held = {row.key: row.chunk.id for row in library.catalogue.chunks([key for key, _ in hits])}
    return [(held[key], score) for key, score in hits]


def by_words(
    library: Library, question: str, limit: int = 10, documents: Sequence[str] | None = None
) -> list[Hit]:
    """What the words of a question find."""
    query = understand(question, library.words, documents)
    return library.words.search(query, limit, documents)


def asked(library: Library, question: str) -> Query:
    """A question as it is searched for."""
    return understand(question, library.words)


def by_vectors(
    library: Library, embedder: Embedder, question: str, limit: int = 10, spans: Any = None
) -> list[Hit]:
    """What the vector of a question finds."""
    vector = library.embedder(embedder).encode_query(question)
    return library.vectors.search(vector, limit, spans)


def same(found: Sequence[tuple[Any, float]], wanted: Sequence[tuple[Any, float]]) -> bool:
    """Whether two lists are the same but for the order of ties, cut off at the same length."""
    if len(found) != len(wanted):
        return False
    if any(not close(one, other) for (_, one), (_, other) in zip(found, wanted, strict=True)):
        return False
    first = 0
    while first < len(wanted):
        end = first + 1
        while end < len(wanted) and close(wanted[end][1], wanted[end - 1][1]):
            end += 1
        tied = {name for name, _ in wanted[first:end]}
        if end < len(wanted) and {name for name, _ in found[first:end]} != tied:
            return False
        first = end
    return _is_end_same(found, wanted)


def _is_end_same(found: Sequence[tuple[Any, float]], wanted: Sequence[tuple[Any, float]]) -> bool:
    """Of the last ones that tie, another may have been cut off; nothing stands there twice."""
    return len({name for name, _ in found}) == len(found) and (
        not wanted
        or {n for n, s in found if not close(s, wanted[-1][1])}
        == {n for n, s in wanted if not close(s, wanted[-1][1])}
    )


def close(one: float, other: float) -> bool:
    """Whether two scores count as equal."""
    return abs(one - other) <= NEAR * max(abs(one), abs(other), NEAR)


def vectors_of(library: Library) -> dict[int, Any]:
    """The vectors of all chunks, by key; fails where one comes twice."""
    held: dict[int, Any] = {}
    for keys, block in library.vectors.blocks():
        assert block.shape == (len(keys), library.vectors.dimension)
        for key, vector in zip(keys.tolist(), block, strict=True):
            assert key not in held
            held[key] = vector
    return held


def lose_indexes(paths: LibraryPaths, place: Place) -> None:
    """Lose words and vectors of a library: its folder of them, or its collections."""
    if not place.uri:
        shutil.rmtree(paths.folder / "index")
        return
    from rag.store.milvus import schema
    from rag.store.milvus.address import address_of
    from rag.store.milvus.connection import hold

    with open_catalogue(paths) as catalogue:
        epoch = schema.current(catalogue)
    assert epoch is not None
    connection = hold(address_of(place.uri))
    for name in connection.call("list_collections"):
        if name.startswith(schema.prefix(epoch.library)):
            connection.call("drop_collection", name)
    connection.release()
