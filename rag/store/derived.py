"""The indexes of one generation: built aside from those of the one before, renamed into place.

Whatever is missing, damaged or of another version is built from the catalogue alone.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from typing import TYPE_CHECKING

import numpy as np

from rag.embed import BUILTIN, HashedEmbedder
from rag.store import lexical, vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity
    from rag.store.catalogue import Catalogue, ChunkRow, Delta

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]

log = logging.getLogger(__name__)

Indexes = tuple[lexical.LexicalIndex, vectors.VectorIndex]

INDEX_VERSION = "1"
_STAMP = "stamp.json"
REBUILDING = "The indexes are missing or damaged: building them from the catalogue."
_REFIT_GROWTH = 2.0  # the collection's word frequencies are taken anew when it doubled or halved
_EMBED_BATCH = 2048  # chunks whose text is in memory at once


def load(folder: Path, generation: int, identity: EmbedderIdentity) -> Indexes | None:
    """The indexes in `folder`, or None unless they are whole and of this generation and version."""
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        if stamp != _stamp(generation, folder):
            return None
        words = lexical.LexicalIndex(folder / "words")
        near = vectors.VectorIndex(folder / "vectors")
    except (OSError, ValueError, RuntimeError, EOFError):
        return None
    if len(words) != len(near) or near.dimension != identity.dimension:
        return None
    return None if near.idf is None and identity.provider == BUILTIN else (words, near)


def build(
    final: Path, catalogue: Catalogue, embedder: Embedder, delta: Delta, base: Path | None
) -> None:
    """Build the indexes of `delta.generation` from those in `base`, or from nothing.

    Raises OSError where they cannot be written; then nothing is at `final`.
    """
    old = None
    if base is not None:
        old = load(base, delta.generation - 1, embedder.identity)
        if old is None:
            log.warning(REBUILDING)
            base = None
    aside = final.with_name(final.name + ".new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(final, ignore_errors=True)
    new = catalogue.chunks(delta.added if base else None)
    removed = delta.removed if base else ()
    lexical.build(aside / "words", new, removed, base / "words" if base else None)
    _build_vectors(aside / "vectors", catalogue, embedder, delta, old[1] if old else None)
    stamp = json.dumps(_stamp(delta.generation, aside))
    (aside / _STAMP).write_text(stamp, encoding="utf-8")
    _sync(aside)
    os.rename(aside, final)


def _build_vectors(
    folder: Path,
    catalogue: Catalogue,
    embedder: Embedder,
    delta: Delta,
    old: vectors.VectorIndex | None,
) -> None:
    """Vectors of the chunks that stay are taken over; those of new chunks are computed."""
    refit = embedder.needs_fit and (old is None or _outgrown(catalogue))
    if refit:
        embedder = HashedEmbedder.fit(_text(row) for row in catalogue.chunks())
    elif embedder.needs_fit and old is not None:
        embedder = HashedEmbedder(old.idf)
    if old is None or refit:
        keys, made = _embed(embedder, catalogue.chunks())
    else:
        stays = ~np.isin(old.keys, np.array(delta.removed, np.int64))
        keys, made = _embed(embedder, catalogue.chunks(delta.added))
        keys = np.concatenate([old.keys[stays], keys])
        made = np.concatenate([old.vectors()[stays], made])
    idf = embedder.idf if isinstance(embedder, HashedEmbedder) else None
    vectors.build(folder, made, keys, idf)
    if refit:
        catalogue.set_meta({"fitted_on": str(len(keys))})


def _outgrown(catalogue: Catalogue) -> bool:
    """Whether the collection's word frequencies were taken from one of another size."""
    _, now = catalogue.counts()
    fitted = int(catalogue.meta("fitted_on") or 0)
    return not fitted / _REFIT_GROWTH < now < max(fitted, 1) * _REFIT_GROWTH


def _embed(embedder: Embedder, rows: Iterator[ChunkRow]) -> tuple[Keys, Floats]:
    """Keys and vectors of chunks, read in batches."""
    keys: list[int] = []
    made = [np.zeros((0, embedder.identity.dimension), np.float32)]
    batch: list[str] = []
    for row in rows:
        keys.append(row.key)
        batch.append(_text(row))
        if len(batch) == _EMBED_BATCH:
            made.append(embedder.encode_documents(batch))
            batch = []
    made.append(embedder.encode_documents(batch))
    return np.array(keys, np.int64), np.concatenate(made)


def _text(row: ChunkRow) -> str:
    """What of a chunk is embedded: its headings and its text."""
    return f"{row.chunk.context}\n{row.chunk.text}" if row.chunk.context else row.chunk.text


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
