"""Where a library lies: its paths, its lock, its replacement by another, a disk that fails."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Ends of the names of folders during a replacement.
NEW, OLD = "~new", "~old"
#: What follows the name of a collection in that of the folder of files sent in. The + keeps it
#: apart from every collection.
UPLOADS = "+uploads"
_FULL_BYTES = 1 << 20  # less free space than this is none


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

    @property
    def history(self) -> Path:
        """What was asked and answered; outside the folder, so that a new library keeps it."""
        return self.home / f"{self.collection}.history.sqlite"

    @property
    def corrections(self) -> Path:
        """What people have set right in minutes; outside the folder, as the history is."""
        return self.home / f"{self.collection}.corrections.sqlite"

    @property
    def replies(self) -> Path:
        """What a model has said of pieces of documents."""
        return self.folder / "replies.sqlite"

    @property
    def uploads(self) -> Path:
        """Where files that were sent in are kept."""
        return self.home / f"{self.collection}{UPLOADS}"

    def index(self, generation: int) -> Path:
        """The derived indexes of a generation."""
        return self.folder / "index" / str(generation)


def collections(home: Path) -> list[str]:
    """Names of the collections below `home`."""
    names = (path.parent.name for path in home.glob("*/catalogue.sqlite"))
    return sorted(name for name in names if not name.endswith((NEW, OLD)))


@contextmanager
def locked(paths: LibraryPaths) -> Iterator[None]:
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
        raise storage_error(error, paths.folder) from error
    try:
        yield
    finally:
        lock.release()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


def storage_error(error: OSError, folder: Path) -> StorageError:
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC or _is_full(folder):  # FAISS and tantivy say it in riddles
        reason = "the disk is full"
    return StorageError(
        f"The library at {folder} cannot be written ({reason})",
        "Free some space, or name another place: rag --home DIR …",
    )


def swap(paths: LibraryPaths, new: LibraryPaths) -> None:
    """Put the folder of `new` in the place of that of `paths`; see `_recover` for a kill here."""
    old = LibraryPaths(paths.home, paths.collection + OLD)
    try:
        shutil.rmtree(old.folder, ignore_errors=True)
        if paths.folder.exists():
            os.rename(paths.folder, old.folder)
        os.rename(new.folder, paths.folder)
    except OSError as error:
        raise storage_error(error, paths.folder) from error
    shutil.rmtree(old.folder, ignore_errors=True)


def _recover(paths: LibraryPaths) -> None:
    """Put back the old library where a swap was killed between its two steps. Under the lock."""
    old = LibraryPaths(paths.home, paths.collection + OLD)
    if old.catalogue.exists() and not paths.catalogue.exists():
        shutil.rmtree(paths.folder, ignore_errors=True)
        os.rename(old.folder, paths.folder)
