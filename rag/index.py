"""The library: a catalogue and the indexes derived from it, in one folder.

    .rag/<collection>/
        catalogue.sqlite     the truth
        index/<generation>/  words/ (tantivy), vectors/ (FAISS), stamp.json
        lock                 held by the one process that writes

Indexes of the next generation are written aside, renamed into place, and become current by the
commit that raises the generation in the catalogue. A kill at any moment leaves the old state or
the new one; strays are removed by the next writer. Indexes that are missing, damaged or of another
version are rebuilt from the catalogue.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from rag.chunk import CHUNKER_VERSION
from rag.embed import Embedder, EmbedderIdentity, HashedEmbedder
from rag.errors import LibraryBusy, LibraryMismatch, LibraryMissing, StorageError
from rag.readers import READERS_VERSION
from rag.store import lexical, vectors
from rag.store.catalogue import Catalogue, ChunkRow, Delta, FileRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]

log = logging.getLogger(__name__)

Indexes = tuple[lexical.LexicalIndex, vectors.VectorIndex]

INDEX_VERSION = "1"
_REFIT_GROWTH = 2.0  # the collection's word frequencies are taken anew when it doubled or halved
_EMBED_BATCH = 2048  # chunks whose text is in memory at once
_OPEN_TRIES = 5  # a writer may publish between our reading the generation and opening its files


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """Where the parts of one collection lie."""

    home: Path
    collection: str

    @property
    def folder(self) -> Path:
        """The collection's folder."""
        return self.home / self.collection

    @property
    def catalogue(self) -> Path:
        """The SQLite database."""
        return self.folder / "catalogue.sqlite"

    @property
    def lock(self) -> Path:
        """The file the writer holds a lock on."""
        return self.folder / "lock"

    def index(self, generation: int) -> Path:
        """The derived indexes of a generation."""
        return self.folder / "index" / str(generation)


class Library:
    """A collection open for reading: the catalogue and the two indexes of one generation."""

    def __init__(
        self,
        paths: LibraryPaths,
        catalogue: Catalogue,
        words: lexical.LexicalIndex,
        vectors: vectors.VectorIndex,
    ) -> None:
        self.paths = paths
        self.catalogue = catalogue
        self.words = words
        self.vectors = vectors

    @classmethod
    def open(cls, paths: LibraryPaths, embedder: Embedder | None = None) -> Library:
        """The library at `paths`, its indexes rebuilt first where they are missing or damaged.

        Raises LibraryMissing, LibraryMismatch (another embedder or version), LibraryCorrupt.
        """
        catalogue = open_catalogue(paths)
        try:
            check_versions(catalogue)
            if embedder is not None:
                check_embedder(catalogue, embedder.identity)
            words, near = _open_indexes(paths, catalogue, embedder)
        except BaseException:
            catalogue.close()
            raise
        return cls(paths, catalogue, words, near)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()

    def embedder(self, fallback: Embedder) -> Embedder:
        """The embedder for questions: the built-in one with this library's frequencies."""
        if isinstance(fallback, HashedEmbedder) and self.vectors.idf is not None:
            return HashedEmbedder(self.vectors.idf)
        return fallback


class Writer:
    """A collection open for writing, by one process at a time."""

    def __init__(self, paths: LibraryPaths, catalogue: Catalogue, embedder: Embedder) -> None:
        self.paths = paths
        self.catalogue = catalogue
        self._embedder = embedder

    @classmethod
    @contextmanager
    def open(
        cls, paths: LibraryPaths, embedder: Embedder, *, replacing: bool = False
    ) -> Iterator[Writer]:
        """Lock the library, made if it is not there, and let go of it at the end.

        Raises LibraryBusy while another process writes, StorageError where the folder cannot be
        written, LibraryMismatch where the library holds vectors of another embedder, unless
        `replacing` says that `rebuild` will follow.
        """
        _make_folder(paths.folder)
        lock = FileLock(paths.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusy(
                "Another process is writing to the library", "Run it again when that has ended."
            ) from None
        except OSError as error:
            raise _storage_error(error, paths.folder) from error
        try:
            with _catalogue(paths, embedder.identity) as catalogue:
                check_versions(catalogue)
                if not replacing:
                    check_embedder(catalogue, embedder.identity)
                writer = cls(paths, catalogue, embedder)
                writer._remove_strays()
                yield writer
        finally:
            lock.release()

    def publish(self, put: Sequence[FileRow], drop: Sequence[str]) -> Delta:
        """Make staged documents live with their files; see `Catalogue.publish`."""
        before = self.catalogue.generation
        try:
            delta = self.catalogue.publish(put, drop, lambda delta: self._derive(delta, before))
        except OSError as error:
            raise _storage_error(error, self.paths.folder) from error
        self._remove_strays()
        return delta

    def rebuild(self) -> Delta:
        """Derive both indexes from the catalogue alone and record the embedder."""
        facts = {"embedder": json.dumps(asdict(self._embedder.identity))}
        try:
            delta = self.catalogue.publish(
                [], [], lambda delta: self._derive(delta, None), facts=facts
            )
        except OSError as error:
            raise _storage_error(error, self.paths.folder) from error
        self._remove_strays()
        return delta

    def repair(self) -> None:
        """Write the indexes of the present generation anew from the catalogue."""
        generation = self.catalogue.generation
        shutil.rmtree(self.paths.index(generation), ignore_errors=True)
        self._derive(Delta(generation, (), ()), None)

    def _derive(self, delta: Delta, before: int | None) -> None:
        """Build the indexes of `delta.generation` from those of `before`, or from nothing."""
        base = self.paths.index(before) if before else None
        old = _load(base, self.catalogue, before or 0) if base else None
        if base is not None and old is None:
            log.warning("The indexes are missing or damaged: building them from the catalogue.")
            base = None
        final = self.paths.index(delta.generation)
        aside = final.with_name(final.name + ".new")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(final, ignore_errors=True)
        new = self.catalogue.chunks(delta.added if base else None)
        lexical.build(
            aside / "words", new, delta.removed if base else (), base / "words" if base else None
        )
        self._derive_vectors(aside / "vectors", delta, old[1] if old else None)
        (aside / "stamp.json").write_text(json.dumps(_stamp(delta.generation)), encoding="utf-8")
        _sync(aside)
        os.rename(aside, final)

    def _derive_vectors(self, folder: Path, delta: Delta, old: vectors.VectorIndex | None) -> None:
        """Vectors of the chunks that stay are taken over; those of new chunks are computed."""
        embedder = self._embedder
        refit = embedder.needs_fit and self._outgrown(old)
        if refit:
            embedder = HashedEmbedder.fit(_texts(self.catalogue.chunks()))
        elif embedder.needs_fit and old is not None:
            embedder = HashedEmbedder(old.idf)
        kept_keys = np.zeros(0, np.int64)
        kept = np.zeros((0, embedder.identity.dimension), np.float32)
        if old is not None and not refit:
            stays = ~np.isin(old.keys, np.array(delta.removed, np.int64))
            kept_keys, kept = old.keys[stays], old.vectors()[stays]
        wanted = delta.added if old is not None and not refit else None
        keys, made = _embed(embedder, self.catalogue.chunks(wanted))
        vectors.build(
            folder,
            np.concatenate([kept, made]),
            np.concatenate([kept_keys, keys]),
            embedder.idf if isinstance(embedder, HashedEmbedder) else None,
        )
        if refit:
            self.catalogue.set_meta({"fitted_on": str(len(keys))})

    def _outgrown(self, old: vectors.VectorIndex | None) -> bool:
        """Whether the collection's word frequencies were taken from one of another size."""
        if old is None:
            return True
        _, now = self.catalogue.counts()
        fitted = int(self.catalogue.meta("fitted_on") or 0)
        return not fitted / _REFIT_GROWTH < now < max(fitted, 1) * _REFIT_GROWTH

    def _remove_strays(self) -> None:
        """Remove indexes of every generation but the present one."""
        current = self.paths.index(self.catalogue.generation)
        if current.parent.is_dir():
            for path in current.parent.iterdir():
                if path != current:
                    shutil.rmtree(path, ignore_errors=True)


def open_catalogue(paths: LibraryPaths) -> Catalogue:
    """The catalogue of a library that has been published, for reading.

    Raises LibraryMissing where nothing has, LibraryMismatch, LibraryCorrupt.
    """
    missing = LibraryMissing(
        f"There is no library at {paths.folder}", "Make one: rag ingest FOLDER"
    )
    if not paths.catalogue.exists():
        raise missing
    catalogue = Catalogue.open(paths.catalogue)
    if catalogue.generation == 0:  # a first ingest that never came to its end
        catalogue.close()
        raise missing
    return catalogue


def versions() -> dict[str, str]:
    """Versions of what a library's documents and chunks were made with."""
    return {"chunker_version": CHUNKER_VERSION, "readers_version": READERS_VERSION}


def check_versions(catalogue: Catalogue) -> None:
    """Raise LibraryMismatch where other versions of reader or chunker made the library."""
    for key, now in versions().items():
        found = catalogue.meta(key)
        if found not in (None, now):
            raise LibraryMismatch(
                f"The library was made with {key.replace('_', ' ')} {found}, this is {now}",
                "Read the documents again: rag ingest FOLDER --fresh",
            )


def check_embedder(catalogue: Catalogue, identity: EmbedderIdentity) -> None:
    """Raise LibraryMismatch unless the library's vectors are of this embedder."""
    found = library_embedder(catalogue)
    if found != identity:
        raise LibraryMismatch(
            f"The library was made with the embedder {found.model} (revision {found.revision},"
            f" {found.dimension} dimensions), not with {identity.model} (revision"
            f" {identity.revision}, {identity.dimension} dimensions)",
            "Leave --embedder out, or embed the library anew: rag reindex --embedder NAME",
        )


def library_embedder(catalogue: Catalogue) -> EmbedderIdentity:
    """The identity of the embedder that made the library's vectors."""
    value = json.loads(catalogue.meta("embedder") or "{}")
    return EmbedderIdentity(**{**value, "prefixes": tuple(value["prefixes"])})


def collections(home: Path) -> list[str]:
    """Names of the collections below `home`."""
    return sorted(path.parent.name for path in home.glob("*/catalogue.sqlite"))


def _open_indexes(paths: LibraryPaths, catalogue: Catalogue, embedder: Embedder | None) -> Indexes:
    for _ in range(_OPEN_TRIES):
        generation = catalogue.generation
        indexes = _load(paths.index(generation), catalogue, generation)
        if indexes is not None:
            return indexes
        if catalogue.generation != generation:
            continue  # published in between
        log.warning("The indexes are missing or damaged: building them from the catalogue.")
        with Writer.open(paths, embedder or _same_embedder(catalogue)) as writer:
            writer.repair()
    raise LibraryBusy("The library changes faster than it can be opened", "Try again.")


def _same_embedder(catalogue: Catalogue) -> Embedder:
    """The embedder the library was made with, where it can be had without being named."""
    identity = library_embedder(catalogue)
    if identity != HashedEmbedder().identity:
        raise LibraryMismatch(
            f"The vectors must be made again and need the embedder {identity.model}",
            "Name its folder: rag reindex --embedder FOLDER",
        )
    return HashedEmbedder()


def _load(folder: Path, catalogue: Catalogue, generation: int) -> Indexes | None:
    """The indexes in `folder`, or None unless they are whole and of this generation and version."""
    try:
        stamp = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
        words = lexical.LexicalIndex(folder / "words")
        near = vectors.VectorIndex(folder / "vectors")
    except (OSError, ValueError, RuntimeError):
        return None
    whole = stamp == _stamp(generation) and len(words) == len(near)
    return (words, near) if whole and near.dimension == _dimension(catalogue) else None


def _stamp(generation: int) -> dict[str, object]:
    """What the indexes of a generation say of themselves."""
    return {"generation": generation, "index": INDEX_VERSION, "words": lexical.LEXICAL_VERSION}


def _dimension(catalogue: Catalogue) -> int:
    return library_embedder(catalogue).dimension


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


def _texts(rows: Iterator[ChunkRow]) -> Iterator[str]:
    return (_text(row) for row in rows)


def _text(row: ChunkRow) -> str:
    """What of a chunk is embedded: its headings and its text."""
    return f"{row.chunk.context}\n{row.chunk.text}" if row.chunk.context else row.chunk.text


@contextmanager
def _catalogue(paths: LibraryPaths, identity: EmbedderIdentity) -> Iterator[Catalogue]:
    meta = {**versions(), "embedder": json.dumps(asdict(identity))}
    catalogue = Catalogue.open_or_create(paths.catalogue, meta)
    try:
        yield catalogue
    finally:
        catalogue.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _storage_error(error, folder) from error


def _storage_error(error: OSError, folder: Path) -> StorageError:
    return StorageError(
        f"The library at {folder} cannot be written ({error.strerror or error})",
        "Free some space, or name another place: rag --home DIR …",
    )


def _sync(folder: Path) -> None:
    """Have the files of a folder on the disk before anything refers to them."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
