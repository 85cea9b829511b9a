"""The indexes of one generation: drafted aside from those of the one before, renamed into place.

Whatever is missing, damaged or of another version is built from the catalogue alone.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rag import embed
from rag.hashing import DIMENSION, Frequencies, Hasher
from rag.prepare import embedded, words_of
from rag.store import lexical, vectors
from rag.store.staged import StagedVectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity
    from rag.prepare import Words
    from rag.store.backend import EmbedAll
    from rag.store.catalogue import Catalogue
    from rag.store.rows import ChunkRow, Delta

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]
    Indexes = tuple[lexical.LexicalIndex, vectors.VectorIndex]

log = logging.getLogger(__name__)

INDEX_VERSION = "2"
_STAMP = "stamp.json"
REBUILDING = "The indexes are missing or damaged: building them from the catalogue."
_REFIT_GROWTH = 2.0  # the collection's word frequencies are taken anew when it doubled or halved
_EMBED_BATCH = 512  # chunks whose text is in memory at once
_ASKED, _ASKED_WORDS = 100, 8  # questions made up to measure the search, and words of each
_STAGED_BATCH = 256  # chunks that a model embeds at once, and that a kill may cost


def load(folder: Path, generation: int, identity: EmbedderIdentity) -> Indexes | None:
    """The indexes in `folder`, or None unless they are whole and of this generation and version."""
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        if stamp != _stamp(generation, folder):
            return None
        words = lexical.LexicalIndex(folder / "words")
        near = vectors.VectorIndex(folder / "vectors")
    except (OSError, ValueError, RuntimeError, EOFError, KeyError, TypeError):
        return None
    if len(words) != len(near) or near.dimension != identity.dimension:
        return None
    return None if near.idf is None and identity.provider == embed.BUILTIN else (words, near)


class Draft:
    """The indexes of a generation while they are written, aside from all that are in use.

    Chunks are added as their documents are staged, so that this goes on beside the reading. Nothing
    is written before the first. All methods raise OSError where the folder cannot be written.
    """

    def __init__(
        self, final: Path, embedder: Embedder, base: tuple[Path, int] | None, staged: Path
    ) -> None:
        """Begin the indexes at `final` from those of a folder and generation, or from nothing.

        `staged` is the file in which vectors that took a model are kept until they are published.
        """
        self._final = final
        self._aside = final.with_name(final.name + ".new")
        self._embedder = embedder
        self._base = base
        self._words: lexical.LexicalWriter | None = None
        self._keys: set[int] = set()
        self._frequencies = Frequencies()
        self._waiting: list[str] = []
        self._vectors = None if embedder.needs_fit else StagedVectors(staged, embedder.identity)

    def add(self, row: ChunkRow, found: Words) -> None:
        """Put a chunk in that is staged or live, by its words."""
        self._writer().add(row, found)
        self._keys.add(row.key)
        if self._vectors is None:
            self._count(found, row.chunk.context)
        elif (text := _text(row)) not in self._vectors:
            self._waiting.append(text)
            if len(self._waiting) >= _STAGED_BATCH:
                self.embed()

    def keep(self, texts: Sequence[str], made: Floats) -> None:
        """Keep vectors that were made elsewhere, of chunks that are about to be added."""
        if self._vectors is not None:
            found = embed.checked(made, self._embedder.identity, len(texts))
            new = [row for row, text in enumerate(texts) if text not in self._vectors]
            if new:
                self._vectors.put([texts[row] for row in new], found[new])

    def _count(self, found: Words, context: str) -> None:
        """Count the words of a chunk and of the headings that it is embedded with."""
        above = words_of(context)
        self._frequencies.add(
            [*found.forms.split(), *above.forms.split()],
            [*found.stems.split(), *above.stems.split()],
        )

    def embed(self) -> None:
        """Embed the chunks that wait for it, and keep their vectors."""
        if self._waiting and self._vectors is not None:
            made = self._embedder.encode_documents(self._waiting)
            identity = self._embedder.identity
            self._vectors.put(self._waiting, embed.checked(made, identity, len(self._waiting)))
            self._waiting = []

    def finish(self, catalogue: Catalogue, delta: Delta, embed_all: EmbedAll | None) -> None:
        """Bring the draft in step with what is live now, and put it into its place.

        `embed_all` embeds with the built-in embedder in several processes; without it this one
        does.
        """
        writer = self._writer()
        wanted = set(delta.added if self._base else catalogue.live_keys())
        for row in catalogue.chunks(wanted - self._keys):
            self.add(row, words_of(row.chunk.text))
        self.embed()
        writer.remove(sorted(self._keys - wanted))
        writer.remove(delta.removed if self._base else ())
        old = self._load_base()
        with ThreadPoolExecutor(1) as beside:  # tantivy works without the interpreter's lock
            committed = beside.submit(writer.commit)
            self._build_vectors(
                catalogue, sorted(wanted), delta, old[1] if old else None, embed_all
            )
            committed.result()
        stamp = json.dumps(_stamp(delta.generation, self._aside))
        (self._aside / _STAMP).write_text(stamp, encoding="utf-8")
        _sync(self._aside)
        shutil.rmtree(self._final, ignore_errors=True)
        os.rename(self._aside, self._final)

    def discard_vectors(self) -> None:
        """Forget the vectors kept for this: they are published."""
        if self._vectors is not None:
            self._vectors.discard()

    def _writer(self) -> lexical.LexicalWriter:
        if self._words is None:
            shutil.rmtree(self._aside, ignore_errors=True)
            if self._base and self._load_base() is None:
                log.warning(REBUILDING)
                self._base = None
            base = self._base[0] / "words" if self._base else None
            self._words = lexical.LexicalWriter(self._aside / "words", base)
        return self._words

    def _load_base(self) -> Indexes | None:
        return load(*self._base, self._embedder.identity) if self._base else None

    def _build_vectors(
        self,
        catalogue: Catalogue,
        added: Sequence[int],
        delta: Delta,
        old: vectors.VectorIndex | None,
        embed_all: EmbedAll | None,
    ) -> None:
        """Vectors of the chunks that stay are taken over; those of new chunks are computed."""
        idf = None
        if self._embedder.needs_fit:
            if old is None or old.idf is None or _outgrown(catalogue):
                idf, added, old = self._fit(catalogue), catalogue.live_keys(), None
                catalogue.set_meta({"fitted_on": str(len(added))})
            else:
                idf = old.idf
        folder = self._aside / "vectors"
        blocks = self._blocks(catalogue, added, idf, folder, embed_all)
        embedder = of_library(self._embedder, idf)
        vectors.build(
            folder,
            blocks,
            len(added),
            self._embedder.identity.dimension,
            queries=lambda: queries(catalogue, embedder),
            idf=idf,
            base=old,
            removed=delta.removed,
        )

    def _fit(self, catalogue: Catalogue) -> Floats:
        """Frequencies of the whole collection: those of added chunks are counted already."""
        for row in catalogue.chunks(set(catalogue.live_keys()) - self._keys):
            self._count(words_of(row.chunk.text), row.chunk.context)
        idf = self._frequencies.idf()
        self._frequencies = Frequencies()  # of a million chunks they hold a gigabyte
        return idf

    def _blocks(
        self,
        catalogue: Catalogue,
        keys: Sequence[int],
        idf: Floats | None,
        folder: Path,
        embed_all: EmbedAll | None,
    ) -> Iterator[tuple[Keys, Floats]]:
        """Vectors of new chunks, a batch at a time."""
        batches = [
            keys[first : first + _EMBED_BATCH] for first in range(0, len(keys), _EMBED_BATCH)
        ]
        if idf is None:
            assert self._vectors is not None
            made: Iterable[Floats] = map(self._vectors.take, _texts(catalogue, batches))
        elif embed_all is None or len(batches) < 2:
            made = map(Hasher(idf).encode, _texts(catalogue, batches))
        else:
            made = _in_processes(catalogue, batches, idf, folder, embed_all)
        for batch, block in zip(batches, made, strict=True):
            yield np.array(batch, np.int64), block


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
        yield [_text(row) for row in catalogue.chunks(batch)]


def _outgrown(catalogue: Catalogue) -> bool:
    """Whether the collection's word frequencies were taken from one of another size."""
    _, now = catalogue.counts()
    fitted = int(catalogue.meta("fitted_on") or 0)
    return not fitted / _REFIT_GROWTH < now < max(fitted, 1) * _REFIT_GROWTH


def _text(row: ChunkRow) -> str:
    return embedded(row.chunk)


def of_library(embedder: Embedder, idf: Floats | None) -> Embedder:
    """The embedder for questions: the built-in one with a library's frequencies."""
    return embed.HashedEmbedder(idf) if idf is not None and embedder.needs_fit else embedder


def queries(catalogue: Catalogue, embedder: Embedder) -> Floats:
    """Vectors of questions that chunks here and there answer, shape (at most 100, dimension)."""
    keys = catalogue.live_keys()
    texts = (row.chunk.text.split() for row in catalogue.chunks(keys[:: len(keys) // _ASKED + 1]))
    asked = (text[len(text) // 3 :][:_ASKED_WORDS] for text in texts)
    made = [embedder.encode_query(" ".join(some)) for some in asked]
    return np.array(made, np.float32).reshape(-1, embedder.identity.dimension)


def _stamp(generation: int, folder: Path) -> dict[str, object]:
    """What the indexes of a generation say of themselves: versions, and the sizes of all files."""
    paths = (p for p in folder.rglob("*") if p.name != _STAMP and p.suffix != ".lock")
    sizes = {p.relative_to(folder).as_posix(): p.stat().st_size for p in paths if p.is_file()}
    return {
        "generation": generation,
        "versions": [INDEX_VERSION, lexical.LEXICAL_VERSION],
        "sizes": dict(sorted(sizes.items())),
    }


def _sync(folder: Path) -> None:
    """Have the files of a folder on the disk before anything refers to them."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
