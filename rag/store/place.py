"""Where a library lies: its paths, its lock, its replacement, another name, a disk that fails.

A collection that gets another name, or is deleted, is moved part by part, its folder last, and a
note beside it says where to (`MOVING`). A kill on the way is made good by whoever takes the lock
next, or opens it under either name: the move is finished.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.access import keyfile
from rag.errors import LibraryBusy, LibraryCorrupt, LibraryMismatch, LibraryMissing, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

#: Ends of the names of folders during a replacement.
NEW, OLD = "~new", "~old"
#: Ends of the names of a collection that is being deleted, and of the note that it is being moved.
GONE, MOVING = "~gone", "~moving"
#: What follows the name of a collection in that of the folder of files sent in. The + keeps it
#: apart from every collection.
UPLOADS = "+uploads"
#: The same for what goes on in it for clients of a service.
JOBS = "+jobs"
_DATABASE = ("", "-wal", "-shm")  # what SQLite makes of one name
_HISTORY, _CORRECTIONS, _FOLDERS = ".history.sqlite", ".corrections.sqlite", ".folders.json"
#: What lies beside a collection's folder and belongs to it.
BESIDE = (
    UPLOADS,
    JOBS,
    _FOLDERS,
    *(
        f"{database}{aside}{end}"
        for database in (_HISTORY, _CORRECTIONS)
        for aside in ("", ".damaged")
        for end in _DATABASE
    ),
)
#: What there is one of in the folder of a collection that was filled.
_MADE = ("catalogue.sqlite", "store.json")
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
    def note(self) -> Path:
        """What tells where its parts are that lie elsewhere; see `rag.store.where`."""
        return self.folder / "store.json"

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
        return self.home / f"{self.collection}{_HISTORY}"

    @property
    def folders(self) -> Path:
        """Which folders the collection was filled from, and when; see `rag.store.folders`."""
        return self.home / f"{self.collection}{_FOLDERS}"

    @property
    def uploads(self) -> Path:
        """Where files that were sent in are kept."""
        return self.home / f"{self.collection}{UPLOADS}"

    @property
    def jobs(self) -> Path:
        """Where it is kept what goes on for clients of a service, and what came of it."""
        return self.home / f"{self.collection}{JOBS}"

    @property
    def parts(self) -> tuple[Path, ...]:
        """Everything a collection may consist of but its lock, the folder last."""
        beside = (self.home / f"{self.collection}{end}" for end in BESIDE)
        return (*beside, self.folder)

    @property
    def moving(self) -> Path:
        """The note that it is being moved; it holds the new name."""
        return self.home / f"{self.collection}{MOVING}"

    @property
    def corrections(self) -> Path:
        """What people have set right in minutes; outside the folder, as the history is."""
        return self.home / f"{self.collection}{_CORRECTIONS}"

    @property
    def replies(self) -> Path:
        """What a model has said of pieces of documents."""
        return self.folder / "replies.sqlite"

    def index(self, generation: int) -> Path:
        """The derived indexes of a generation."""
        return self.folder / "index" / str(generation)


def collections(home: Path) -> list[str]:
    """Names of the collections below `home`, those among them that nothing is in yet."""
    made = (path for part in _MADE for path in home.glob(f"*/{part}"))
    filled = (path.parent.name for path in made)
    noted = (path.name.removesuffix(_FOLDERS) for path in home.glob(f"*{_FOLDERS}"))
    names = {name for name in (*filled, *noted) if "~" not in name}
    return sorted(names)


@contextmanager
def locked(paths: LibraryPaths) -> Iterator[None]:
    """Hold the library's lock; it falls with the process that holds it."""
    with _held(paths):
        try:
            paths.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise storage_error(error, paths.folder) from error
        yield


@contextmanager
def _held(*several: LibraryPaths) -> Iterator[None]:
    """Hold the locks of collections of one home, after making good what a kill left of them.

    Raises LibraryBusy while another process holds one, StorageError where the disk fails.
    """
    _make_folder(several[0].home)
    with ExitStack() as stack:
        try:
            for paths in several:
                _lock(paths, stack)
            for paths in several:
                _finish_moves(paths, several, stack)
                _recover(paths)
        except Timeout:
            raise LibraryBusy(
                "Another process is writing to the library", "Run it again when that has ended."
            ) from None
        except OSError as error:
            raise storage_error(error, several[0].folder) from error
        yield


def _lock(paths: LibraryPaths, stack: ExitStack) -> None:
    lock = FileLock(paths.lock)
    lock.acquire(timeout=0)
    stack.callback(lock.release)


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
    """What is told where a library's folder cannot be written."""
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
    if _is_made(old) and not _is_made(paths):
        shutil.rmtree(paths.folder, ignore_errors=True)
        os.rename(old.folder, paths.folder)


def _is_made(paths: LibraryPaths) -> bool:
    return paths.catalogue.exists() or paths.note.exists()


def move(paths: LibraryPaths, new: LibraryPaths) -> None:
    """Give a collection another name: all its parts, and where its uploads lie in the catalogue.

    Raises LibraryBusy while a process writes to it, or files or jobs are on their way, LibraryError
    where the keys of the service cannot be read, StorageError where the disk fails. The caller has
    seen that nothing lies under the new name.
    """
    with _at_rest(paths), _at_rest(new), _held(paths, new):
        _begin_move(paths, new)


def delete(paths: LibraryPaths) -> None:
    """Delete a collection with all its parts, those in a database among them.

    Raises LibraryBusy and StorageError as `move`.
    """
    from rag.store.elsewhere import drop_milvus, note_milvus, take_away
    from rag.store.replacing import aside, clear

    with _at_rest(paths), _held(paths):
        clear(aside(paths))
        noted = note_milvus(paths)
        take_away(paths)
        _begin_move(paths, LibraryPaths(paths.home, paths.collection + GONE))
    drop_milvus(paths.home, noted)


def adopt(paths: LibraryPaths, new: LibraryPaths) -> None:
    """Give a collection that was made aside its name, as `move` does; nobody knows of it yet."""
    with _held(paths, new):
        _begin_move(paths, new)


@contextmanager
def _at_rest(paths: LibraryPaths) -> Iterator[None]:
    """Let nothing come into a collection. Raises LibraryBusy while something is on its way."""
    from rag.store.processes import Presence
    from rag.store.received import Received
    from rag.store.tasks import Tasks

    received, lives = Received(paths.uploads), Presence(paths.home).lives
    with received.door():
        going_on = [token for token in Tasks(paths.jobs).open().values() if lives(token)]
        if going_on or received.expects(lives):
            raise LibraryBusy(
                f"Something is being done to the collection {paths.collection}",
                "Wait until it has ended, or stop it.",
            )
        try:
            yield
        finally:
            if not paths.uploads.exists():
                received.close_door()


def _begin_move(paths: LibraryPaths, new: LibraryPaths) -> None:
    keyfile.read(paths.home)  # keys that cannot be read are told before anything is begun
    try:
        paths.moving.write_text(new.collection, encoding="utf-8")
        _finish_move(paths, new)
    except OSError as error:
        raise storage_error(error, paths.folder) from error


def _finish_move(paths: LibraryPaths, new: LibraryPaths) -> None:
    """Move what has not been moved yet, keys of the service first. Under the locks.

    No key ever opens a collection under a name that another one may take by then.
    """
    deleted = new.collection.endswith(GONE)
    if deleted:
        keyfile.forget_collection(paths.home, paths.collection)
        remove(new)  # what a kill left of another one that was deleted
    else:
        keyfile.rename_collection(paths.home, paths.collection, new.collection)
        if _is_made(paths):
            _move_root(paths, new)
    for part, target in zip(paths.parts, new.parts, strict=True):
        if part.exists():
            os.rename(part, target)
    if deleted:
        remove(new)
    with suppress(OSError):  # while it is held: whoever waits for it sees that it is gone
        paths.lock.unlink(missing_ok=True)
    paths.moving.unlink(missing_ok=True)


def _move_root(paths: LibraryPaths, new: LibraryPaths) -> None:
    """Note in the catalogue where the uploads will lie; one that cannot be opened is left as is."""
    from rag.store.opening import open_for_reading, open_for_writing

    with suppress(LibraryCorrupt, LibraryMismatch, LibraryMissing):
        open_for_reading(paths).close()  # nothing is made where nothing is
        with open_for_writing(paths, {}) as catalogue:
            catalogue.move_root(str(paths.uploads.resolve()), str(new.uploads.resolve()))


def remove(paths: LibraryPaths) -> None:
    """Delete all that is there of a collection. Under its lock, or where nobody knows of it."""
    for part in paths.parts:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _finish_moves(paths: LibraryPaths, several: Sequence[LibraryPaths], stack: ExitStack) -> None:
    """Finish moves of a collection, or to its name, that were killed. Under its lock."""
    for old, new in _moves(paths.home):
        if not new.collection:  # killed before the name was written: nothing was moved
            if old == paths:
                old.moving.unlink(missing_ok=True)
        elif paths in (old, new):
            for other in (old, new):
                if other not in several and not other.collection.endswith(GONE):
                    _lock(other, stack)
            _finish_move(old, new)
            _close_door(old)


def _close_door(paths: LibraryPaths) -> None:
    """Take away the door of a collection that a kill left, unless somebody stands in it."""
    from rag.store.received import Received

    received = Received(paths.uploads)
    with suppress(LibraryBusy, StorageError), received.door(seconds=0):
        received.close_door()


def finish_moves(home: Path) -> None:
    """Finish the moves below `home` that were killed; those that go on are left alone."""
    for old, _ in _moves(home):
        with suppress(LibraryBusy, StorageError), _held(old):
            pass


def is_moved(paths: LibraryPaths) -> bool:
    """Whether a collection is being moved to this name, or was when it was killed."""
    with suppress(OSError):
        return any(new == paths for _, new in _moves(paths.home))
    return False


def _moves(home: Path) -> Iterator[tuple[LibraryPaths, LibraryPaths]]:
    """The moves below `home` that are noted: from where, and to where. Some may end meanwhile."""
    for note in home.glob(f"*{MOVING}"):
        with suppress(FileNotFoundError):
            name = note.read_text(encoding="utf-8")
            yield LibraryPaths(home, note.name.removesuffix(MOVING)), LibraryPaths(home, name)
