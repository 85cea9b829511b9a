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
from rag.prepare import words_of
from rag.store import lexical, vectors
from rag.store.embedding import VectorDraft, outgrown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity
    from rag.prepare import Words
    from rag.store.backend import EmbedAll
    from rag.store.catalogue import Catalogue
    from rag.store.rows import ChunkRow, Delta

    Floats = NDArray[np.float32]
    Indexes = tuple[lexical.LexicalIndex, vectors.VectorIndex]

log = logging.getLogger(__name__)

INDEX_VERSION = "2"
_STAMP = "stamp.json"
REBUILDING = "The indexes are missing or damaged: building them from the catalogue."
_ASKED, _ASKED_WORDS = 100, 8  # questions made up to measure the search, and words of each


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


class Draft(VectorDraft):
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
        self._base = base
        self._words: lexical.LexicalWriter | None = None
        self._keys: set[int] = set()
        super().__init__(embedder, staged)

    def add(self, row: ChunkRow, found: Words) -> None:
        """Put a chunk in that is staged or live, by its words."""
        self._writer().add(row, found)
        self._keys.add(row.key)
        super().add(row, found)

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

    def close(self) -> None:
        """As `Draft.close`."""
        if self._words is not None:
            self._words.close()

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
            if old is None or old.idf is None or outgrown(catalogue):
                idf, added, old = self._vectors.fit(catalogue), catalogue.live_keys(), None
            else:
                idf = old.idf
        folder = self._aside / "vectors"
        blocks = self._vectors.blocks(catalogue, added, idf, folder, embed_all)
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
