"""Backups put back: read aside, held against their manifest, then moved into place.

Until all of an archive is known to be whole, what came of it lies under names that no collection
may have. A kill before that leaves nothing that looks like a library, and the next restore clears
it away; a kill while collections are moved into place is made good by whoever opens them.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.access import keyfile
from rag.errors import LibraryBusy, LibraryCorrupt, UsageError
from rag.store import archive, place
from rag.store.archive import KEYS, Backup, Damaged
from rag.store.backup import FOLDERS, KEPT
from rag.store.catalogue import Catalogue
from rag.store.elsewhere import forget_milvus
from rag.store.names import checked_name
from rag.store.place import LibraryPaths
from rag.store.where import wanted, where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.store.archive import Held, Member, Reader

#: End of the name of a collection while it is put back.
_BACK = "~back"
_LOCK = "+restore.lock"  # the + keeps it apart from every collection
_ENDS = {name: end for end, name in FOLDERS.items()}
_SPARE = 64 << 20  # bytes of the disk that are left free


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: names of collections, whether the keys, and what the backup was."""

    collections: tuple[str, ...]
    keys: bool
    backup: Backup


def restore(
    file: Path,
    home: Path,
    names: Sequence[str] = (),
    *,
    replace: bool = False,
    keys: bool = False,
) -> Restored:
    """Put collections of a backup into the library at `home`, all where none is named.

    With `replace`, what is there under their names goes. With `keys` the keys of the service come
    back too: those that were revoked since then are good again.

    Raises UsageError for what is no whole backup, or no such collection in it, or where something
    is there already; LibraryMismatch where a newer version of the program made it, LibraryBusy
    while a process writes to a collection that is to go, or restores another backup there,
    StorageError where the disk is full.
    """
    with archive.reading(file) as reader, _disk(home), _alone(home):
        there = _checked(file, reader.head())
        chosen = _chosen(file, there, names)
        wanted = [there[number] for number in chosen]
        place.finish_moves(home)
        _check_here(home, wanted)
        if not replace:
            _check_free(home, wanted, keys=keys)
        aside = {number: _aside(home, there[number]) for number in chosen}
        kept = home / f"{keyfile.FILE_NAME}{_BACK}"
        try:
            _clear(aside, kept)
            with_keys = _unpack(reader, aside, kept if keys else None)
            assert reader.backup is not None
            for number, paths in aside.items():
                _settle(file, paths, reader.backup.collections[number])
            _put_in_place(home, wanted, replace=replace)
            if with_keys:
                os.replace(kept, home / keyfile.FILE_NAME)
        finally:
            _clear(aside, kept)
    return Restored(tuple(wanted), with_keys, reader.backup)


def _clear(aside: dict[int, LibraryPaths], kept: Path) -> None:
    """Take away what is left of a restore, this one or one that was killed."""
    for paths in aside.values():
        if not paths.moving.exists():  # else it is on its way into place
            place.remove(paths)
    kept.unlink(missing_ok=True)


def _checked(file: Path, names: list[str]) -> list[str]:
    """Names of collections that there may be, each once. Raises UsageError for others."""
    try:
        checked = [checked_name(name) for name in names]
    except UsageError as error:
        raise Damaged(file, error.message) from error
    if not checked or len({name.casefold() for name in checked}) != len(checked):
        raise Damaged(file, "it names no collection, or one twice")
    return checked


def _chosen(file: Path, there: list[str], names: Sequence[str]) -> list[int]:
    for name in names:
        if name not in there:
            raise UsageError(
                f"There is no collection {name} in {file}", f"It holds {', '.join(there)}."
            )
    return [number for number, name in enumerate(there) if not names or name in names]


def _check_here(home: Path, names: Sequence[str]) -> None:
    """Raise UsageError where what would go is the library of other machines, too."""
    for name in names:
        if where(LibraryPaths(home, name)).postgres:
            raise UsageError(
                f"The catalogue of {name} is in PostgreSQL, for all machines that know of it",
                "Bring the database back: pg_restore; or restore into another place:"
                " rag restore FILE --home DIR",
            )


def _check_free(home: Path, names: Sequence[str], *, keys: bool) -> None:
    for name in names:
        taken = [part for part in LibraryPaths(home, name).parts if part.exists()]
        if taken:
            raise UsageError(
                f"There is a collection {name} in {home} already ({taken[0]})",
                "Restore into another place: rag restore FILE --home DIR, or let it go: --replace",
            )
    if keys and (home / keyfile.FILE_NAME).exists():
        raise UsageError(
            f"There are keys in {home} already", "Leave --keys out, or let them go: --replace"
        )


def _unpack(reader: Reader, aside: dict[int, LibraryPaths], keys: Path | None) -> bool:
    """Write what is wanted of an archive; gives whether keys were among it."""
    with_keys = False
    for member in reader.members():
        if member.name == KEYS:
            target = keys
            with_keys = keys is not None
        else:
            paths = aside.get(member.number)
            target = _place(reader, paths, member) if paths else None
        if target is None:
            for _ in member.pieces:
                pass
        else:
            _write(target, member)
    return with_keys


def _place(reader: Reader, paths: LibraryPaths, member: Member) -> Path:
    """Where a file of a collection belongs; its name has been held against the list."""
    first, _, rest = member.part.partition("/")
    match first:
        case "catalogue.sqlite":
            return paths.catalogue
        case "history.sqlite":
            return paths.history
        case "corrections.sqlite":
            return paths.corrections
        case "folders.json":
            return paths.folders
        case "store.json":
            return paths.note
        case "index":
            return paths.folder / "index" / rest
    if not KEPT.fullmatch(rest):
        raise reader.damaged(f"it holds {member.name!r}")
    return paths.home / f"{paths.collection}{_ENDS[first]}" / rest


def _write(target: Path, member: Member) -> None:
    """Write a file that is not there. Raises StorageError where it would fill the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.size + _SPARE > shutil.disk_usage(target.parent).free:
        raise OSError(errno.ENOSPC, "the disk is full")
    private = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with os.fdopen(os.open(target, private, 0o600), "wb") as file:
        file.writelines(member.pieces)


def _settle(file: Path, paths: LibraryPaths, held: Held) -> None:
    """Hold the databases of a collection against what they should be, and bring them up to date."""
    for path in (paths.catalogue, paths.history, paths.corrections):
        if path.exists():
            _check_database(file, path)
    if not paths.catalogue.exists():
        if held.generation:
            raise Damaged(file, f"the catalogue of {held.name} is not in it")
        return
    try:
        with Catalogue.open_or_create(paths.catalogue, {}) as catalogue:
            generation = catalogue.generation
            catalogue.move_root(held.uploads, str(paths.uploads.resolve()))
            _settle_store(file, paths, catalogue)
    except (LibraryCorrupt, ValueError) as error:
        raise Damaged(file, f"the catalogue of {held.name} is damaged: {error}") from error
    if generation != held.generation:
        raise Damaged(file, f"the catalogue of {held.name} is another one")


def _settle_store(file: Path, paths: LibraryPaths, catalogue: Catalogue) -> None:
    """Let words and vectors that are elsewhere be made anew there, for this library alone."""
    if not paths.note.exists():
        return
    try:
        found = where(paths)
        wanted(found.store, found.catalogue)
    except (LibraryCorrupt, UsageError) as error:
        raise Damaged(file, f"it does not tell where the library is: {error.message}") from error
    if found.postgres:
        raise Damaged(file, "the catalogue is not in it")
    forget_milvus(catalogue)


def _check_database(file: Path, path: Path) -> None:
    """Raise UsageError for a database that is damaged, or does things of its own accord."""
    try:
        with closing(sqlite3.connect(path)) as db:
            alive = db.execute("SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')")
            [(found,), *_] = db.execute("PRAGMA quick_check(1)").fetchall()
            sound = found == "ok" and alive.fetchone() is None
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise Damaged(file, f"its {path.name.split('.')[-2]} is no database of a library")


def _put_in_place(home: Path, names: Sequence[str], *, replace: bool) -> None:
    os.sync()
    for name in names:
        paths = LibraryPaths(home, name)
        if replace and any(part.exists() for part in paths.parts):
            place.delete(paths)
        place.adopt(_aside(home, name), paths)


def _aside(home: Path, name: str) -> LibraryPaths:
    return LibraryPaths(home, f"{name}{_BACK}")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let no other process restore into the same place."""
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LibraryBusy(
            f"Another backup is being restored into {home}", "Run it again when that has ended."
        ) from None
    try:
        yield
    finally:
        (home / _LOCK).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _disk(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise place.storage_error(error, home) from error
