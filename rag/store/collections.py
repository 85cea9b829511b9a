"""The collections of a library: what there is, a new one, another name, one less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.access import keyfile
from rag.errors import RagError, UsageError
from rag.store import place
from rag.store.disk import disk_used
from rag.store.folders import note_folders
from rag.store.names import new_name
from rag.store.opening import is_there, open_for_reading
from rag.store.place import LibraryPaths
from rag.store.replacing import aside, is_begun

if TYPE_CHECKING:
    from pathlib import Path

    from rag.store.disk import Part


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection with what it holds; `trouble` says why that could not be told."""

    name: str
    documents: int = 0
    chunks: int = 0
    trouble: str = ""


def collections(home: Path) -> list[Collection]:
    """What there is below `home`, by name; what a kill left in between is finished first."""
    place.finish_moves(home)
    return [collection(home, name) for name in place.collections(home)]


def collection(home: Path, name: str) -> Collection:
    """What one of them holds."""
    return _looked_at(LibraryPaths(home, name))


def is_free(home: Path, name: str) -> bool:
    """Whether nothing of a collection of this name is there, also where letters differ in case."""
    return not _taken(LibraryPaths(home, name))


def create(home: Path, name: str) -> None:
    """Make a collection that holds nothing yet.

    Raises UsageError where there is one of this name or it is none, LibraryError where the keys of
    the service cannot be read, and StorageError.
    """
    paths = LibraryPaths(home, new_name(name))
    _check_free(paths)
    _begin_without_keys(paths)
    note_folders(paths, [], list, anew=True)


def rename(home: Path, name: str, new: str) -> None:
    """Give a collection another name; its history, its uploads and its keys go with it.

    Raises UsageError for no such collection, or a name that is taken or none, LibraryBusy while a
    process writes to it, LibraryError where the keys of the service cannot be read, StorageError.
    """
    old, target = _existing(home, name), LibraryPaths(home, new_name(new))
    _check_free(target)
    _begin_without_keys(target)
    place.move(old, target)


def delete(home: Path, name: str) -> None:
    """Delete a collection with its history and uploads; files elsewhere are untouched.

    An import that was begun of it goes, too. Keys of the service lose it, and those that were for
    no other are gone. Raises as `rename`.
    """
    place.delete(_existing_or_begun(home, name))


def used(home: Path, name: str) -> dict[Part, int]:
    """Bytes of a collection on the disk, by part. Raises UsageError for no such collection."""
    return disk_used(_existing_or_begun(home, name))


def _existing_or_begun(home: Path, name: str) -> LibraryPaths:
    """A collection that is there, or of which an import was begun alone."""
    paths = LibraryPaths(home, name)
    return paths if is_begun(aside(paths)) else _existing(home, name)


def _existing(home: Path, name: str) -> LibraryPaths:
    if name not in place.collections(home):
        raise UsageError(
            f"There is no collection {name} in {home}", "See what there is: rag collections"
        )
    return LibraryPaths(home, name)


def _check_free(paths: LibraryPaths) -> None:
    """Raise UsageError where something of this name is there, also where letters differ in case."""
    if taken := _taken(paths):
        raise UsageError(
            f"There is a collection {paths.collection}, or something is left of one: {taken[0]}",
            "Choose another name.",
        )


def _begin_without_keys(paths: LibraryPaths) -> None:
    """Take this name out of keys; they were for a collection that somebody removed by hand."""
    if paths.home.is_dir():
        keyfile.forget_collection(paths.home, paths.collection)


def _taken(paths: LibraryPaths) -> list[Path]:
    return [part for part in paths.parts if part.exists()]


def _looked_at(paths: LibraryPaths) -> Collection:
    try:
        if not is_there(paths):
            return Collection(paths.collection)
        with open_for_reading(paths) as catalogue:
            if not catalogue.generation:
                return Collection(paths.collection)
            return Collection(paths.collection, *catalogue.counts())
    except RagError as error:
        return Collection(paths.collection, trouble=error.message)
