"""A library that is made aside and takes the place of another one when it is whole.

Nobody finds it before that. What is *begun* of something that can be taken up again, such as the
documents of an export, is noted to be so; then it stays where an error or a kill ends it, and
whoever makes a library of the same there goes on with it. Anything else that is left is cleared
away by the next who makes one.
"""

from __future__ import annotations

import logging
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, RagError
from rag.store.elsewhere import (
    drop_milvus,
    give_up,
    has_its_name,
    note_milvus,
    put_in_place,
    take_away,
)
from rag.store.opening import open_catalogue
from rag.store.place import NEW, LibraryPaths, locked, storage_error, swap
from rag.store.postgres.address import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

_BEGUN = "begun"  # the file in its folder that holds what it is made of


def aside(paths: LibraryPaths) -> LibraryPaths:
    """Where a library is made that is to take the place of the one at `paths`."""
    return LibraryPaths(paths.home, paths.collection + NEW)


@contextmanager
def replacing(paths: LibraryPaths, made_of: str = "") -> Iterator[LibraryPaths]:
    """Where to make a new library that takes the place of the one at `paths` at the end.

    Nobody else writes meanwhile. When nothing was published, or an error ends it, the old library
    stays. What was begun of the same that this one is `made_of` is there still, and what this one
    has begun stays after an error. Raises LibraryBusy while a process writes, StorageError where a
    folder cannot be moved.
    """
    new = aside(paths)
    with locked(paths):
        if not made_of or _begun_of(new) != made_of or has_its_name(new):
            clear(new)
        try:
            yield new
            if _is_published(new):
                noted, old = note_milvus(paths), address_of(paths)
                give_over(new)
                put_in_place(new)
                swap(paths, new)
                give_up(old, paths)
                drop_milvus(paths.home, noted)
        finally:
            if not is_begun(new):
                clear(new)
            new.lock.unlink(missing_ok=True)


def begin(new: LibraryPaths, made_of: str) -> None:
    """Note what a library is made of, so that it can be gone on with. Raises StorageError."""
    try:
        _note(new).write_text(made_of, encoding="utf-8")
    except OSError as error:
        raise storage_error(error, new.folder) from error


def is_begun(new: LibraryPaths) -> bool:
    """Whether there is a library aside that can be gone on with."""
    return _note(new).exists()


def give_over(new: LibraryPaths) -> None:
    """Let nobody go on with a library: it is whole, or what it is made of is not."""
    _note(new).unlink(missing_ok=True)


def clear(new: LibraryPaths) -> None:
    """Remove what is left of a library that was to take the place of another one."""
    if not new.folder.exists():
        return
    noted = ""
    if not has_its_name(new):  # else it is the library by now, for all machines
        noted = note_milvus(new)
        try:
            take_away(new)
        except RagError as error:
            log.warning("What was begun stays in its database: %s", error)
    shutil.rmtree(new.folder, ignore_errors=True)
    drop_milvus(new.home, noted)


def _note(new: LibraryPaths) -> Path:
    return new.folder / _BEGUN


def _begun_of(new: LibraryPaths) -> str:
    """What a library is made of that can be gone on with; "" where there is none."""
    try:
        return _note(new).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _is_published(paths: LibraryPaths) -> bool:
    try:
        open_catalogue(paths).close()
    except LibraryMissing:
        return False
    return True
