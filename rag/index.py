"""The library: a catalogue and the indexes derived from it, in one folder.

    .rag/<collection>.lock   held by the one process that writes
    .rag/<collection>/
        catalogue.sqlite     the truth
        index/<generation>/  words/ (tantivy), vectors/ (FAISS), stamp.json
        vectors.staged       what a model has embedded for the next generation

Indexes of the next generation are written aside, renamed into place, and become current by the
commit that raises the generation in the catalogue. A kill at any moment leaves the old state or
the new one; strays are removed by the next writer. Indexes that are missing, damaged or of another
version are rebuilt from the catalogue.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.chunk import CHUNKER_VERSION
from rag.embed import Embedder, EmbedderIdentity, HashedEmbedder
from rag.errors import LibraryBusy, LibraryMismatch, LibraryMissing, StorageError
from rag.prepare import words_of
from rag.readers import READERS_VERSION
from rag.store import derived
from rag.store.catalogue import Catalogue, ChunkRow, Delta, FileRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.prepare import Prepared
    from rag.store.lexical import LexicalIndex
    from rag.store.vectors import VectorIndex


log = logging.getLogger(__name__)

_NEW, _OLD = "~new", "~old"  # ends of the names of folders during a replacement
_FULL_BYTES = 1 << 20  # less free space than this is none
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
        return self.home / f"{self.collection}.lock"

    @property
    def staged(self) -> Path:
        """Vectors that a model made of chunks that are not published yet."""
        return self.folder / "vectors.staged"

    def index(self, generation: int) -> Path:
        """The derived indexes of a generation."""
        return self.folder / "index" / str(generation)


class Library:
    """A collection open for reading: the catalogue and the two indexes of one generation."""

    def __init__(
        self,
        paths: LibraryPaths,
        catalogue: Catalogue,
        words: LexicalIndex,
        vectors: VectorIndex,
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
        self._draft = self._begin(catalogue.generation)

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
        with _locked(paths), _catalogue(paths, embedder.identity) as catalogue:
            check_versions(catalogue)
            if not replacing:
                check_embedder(catalogue, embedder.identity)
            writer = cls(paths, catalogue, embedder)
            writer._remove_strays()
            yield writer

    def stage(self, prepared: Prepared) -> None:
        """Put a document in, and into the drafted indexes, unseen until `publish`."""
        keys = self.catalogue.stage(prepared)
        title = prepared.document.title
        with self._disk():
            for key, piece, found in zip(keys, prepared.chunks, prepared.words, strict=True):
                self._draft.add(ChunkRow(key, piece, title), found)

    def publish(
        self,
        put: Sequence[FileRow],
        drop: Sequence[str],
        *,
        embed_all: derived.EmbedAll | None = None,
    ) -> Delta:
        """Make staged documents live with their files; see `Catalogue.publish`.

        `embed_all` lends other processes to the built-in embedder.
        """
        with self._disk():
            self._draft.embed()
            delta = self.catalogue.publish(
                put, drop, lambda delta: self._draft.finish(self.catalogue, delta, embed_all)
            )
        self._settle(delta.generation)
        return delta

    def rebuild(self) -> Delta:
        """Derive both indexes from the catalogue alone and record the embedder.

        With a model, the vectors made so far are kept when this is interrupted.
        """
        facts = {"embedder": json.dumps(asdict(self._embedder.identity))}
        self._draft = self._begin(None)
        with self._disk():
            for row in self.catalogue.chunks():
                self._draft.add(row, words_of(row.chunk.text))
            self._draft.embed()
            delta = self.catalogue.publish(
                [], [], lambda delta: self._draft.finish(self.catalogue, delta, None), facts=facts
            )
        self._settle(delta.generation)
        return delta

    def repair(self) -> None:
        """Write the indexes of the present generation anew from the catalogue."""
        generation = self.catalogue.generation
        final = self.paths.index(generation)
        shutil.rmtree(final, ignore_errors=True)
        draft = derived.Draft(final, self._embedder, None, self.paths.staged)
        draft.finish(self.catalogue, Delta(generation, (), ()), None)
        draft.discard_vectors()

    def _begin(self, base: int | None) -> derived.Draft:
        """A draft of the next generation's indexes, from those of generation `base` if any."""
        return derived.Draft(
            self.paths.index(self.catalogue.generation + 1),
            self._embedder,
            (self.paths.index(base), base) if base else None,
            self.paths.staged,
        )

    def _settle(self, generation: int) -> None:
        """After a publication: forget what was kept for it, and begin the next draft."""
        self._draft.discard_vectors()
        self._remove_strays()
        self._draft = self._begin(generation)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _storage_error(error, self.paths.folder) from error

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
    if not paths.catalogue.exists() and (paths.home / (paths.collection + _OLD)).exists():
        with _locked(paths):  # a replacement was killed: the lock puts back what was there
            pass
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


@contextmanager
def replacing(paths: LibraryPaths) -> Iterator[LibraryPaths]:
    """Where to make a new library that takes the place of the one at `paths` at the end.

    Nobody else writes meanwhile. When nothing was published, or an error ends it, the old library
    stays. Raises LibraryBusy while a process writes, StorageError where a folder cannot be moved.
    """
    new = LibraryPaths(paths.home, paths.collection + _NEW)
    with _locked(paths):
        shutil.rmtree(new.folder, ignore_errors=True)
        try:
            yield new
            if _is_published(new):
                _swap(paths, new)
        finally:
            shutil.rmtree(new.folder, ignore_errors=True)
            new.lock.unlink(missing_ok=True)


def _swap(paths: LibraryPaths, new: LibraryPaths) -> None:
    """Put the folder of `new` in the place of that of `paths`; see `_recover` for a kill here."""
    old = LibraryPaths(paths.home, paths.collection + _OLD)
    try:
        shutil.rmtree(old.folder, ignore_errors=True)
        if paths.folder.exists():
            os.rename(paths.folder, old.folder)
        os.rename(new.folder, paths.folder)
    except OSError as error:
        raise _storage_error(error, paths.folder) from error
    shutil.rmtree(old.folder, ignore_errors=True)


def _recover(paths: LibraryPaths) -> None:
    """Put back the old library where a swap was killed between its two steps. Under the lock."""
    old = LibraryPaths(paths.home, paths.collection + _OLD)
    if old.catalogue.exists() and not paths.catalogue.exists():
        shutil.rmtree(paths.folder, ignore_errors=True)
        os.rename(old.folder, paths.folder)


def _is_published(paths: LibraryPaths) -> bool:
    try:
        open_catalogue(paths).close()
    except LibraryMissing:
        return False
    return True


def collections(home: Path) -> list[str]:
    """Names of the collections below `home`."""
    names = (path.parent.name for path in home.glob("*/catalogue.sqlite"))
    return sorted(name for name in names if not name.endswith((_NEW, _OLD)))


def _open_indexes(
    paths: LibraryPaths, catalogue: Catalogue, embedder: Embedder | None
) -> derived.Indexes:
    for _ in range(_OPEN_TRIES):
        generation = catalogue.generation
        identity = library_embedder(catalogue)
        indexes = derived.load(paths.index(generation), generation, identity)
        if indexes is not None:
            return indexes
        catalogue.refresh()
        if catalogue.generation != generation:
            continue  # published in between
        log.warning(derived.REBUILDING)
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


@contextmanager
def _catalogue(paths: LibraryPaths, identity: EmbedderIdentity) -> Iterator[Catalogue]:
    meta = {**versions(), "embedder": json.dumps(asdict(identity))}
    catalogue = Catalogue.open_or_create(paths.catalogue, meta)
    try:
        yield catalogue
    finally:
        catalogue.close()


@contextmanager
def _locked(paths: LibraryPaths) -> Iterator[None]:
    """Hold the library's lock; it falls with the process that holds it."""
    _make_folder(paths.home)
    lock = FileLock(paths.lock)
    try:
        lock.acquire(timeout=0)
        _recover(paths)
        paths.folder.mkdir(exist_ok=True)
    except Timeout:
        raise LibraryBusy(
            "Another process is writing to the library", "Run it again when that has ended."
        ) from None
    except OSError as error:
        raise _storage_error(error, paths.folder) from error
    try:
        yield
    finally:
        lock.release()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _storage_error(error, folder) from error


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


def _storage_error(error: OSError, folder: Path) -> StorageError:
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC or _is_full(folder):  # FAISS and tantivy say it in riddles
        reason = "the disk is full"
    return StorageError(
        f"The library at {folder} cannot be written ({reason})",
        "Free some space, or name another place: rag --home DIR …",
    )
