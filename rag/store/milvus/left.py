"""Collections in Milvus of libraries that are gone: noted until they are dropped.

A note lies in the home of the library, one file for each: a server that is away then is met again
by the next writer of a library there. Nothing is dropped that a library of this home still has.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, RagError
from rag.store.milvus import schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import WRITING, hold
from rag.store.milvus.copies import is_copy
from rag.store.opening import is_there, open_for_reading
from rag.store.place import LibraryPaths
from rag.store.where import where
from rag.whole import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from rag.store.milvus.connection import Connection

log = logging.getLogger(__name__)

_END = "+milvus"  # of the name of a note; the + keeps it apart from every collection


def note(paths: LibraryPaths) -> str:
    """Note what a library that is about to go has in Milvus; gives where, "" for nothing."""
    try:
        told = where(paths).milvus
        library = _library(paths, copies=False) if told else ""
    except RagError:  # it cannot be read any more: nobody knows what it had
        return ""
    if library:
        write_whole(paths.home / f"{library}{_END}", told.encode())
    return told if library else ""


def drop(home: Path, told: str) -> None:
    """Drop what is noted at an address. Where that fails it is told, and stays noted."""
    if not told:
        return
    try:
        connection = hold(address_of(told))
        try:
            sweep(home, connection)
        finally:
            connection.release()
    except RagError as error:
        log.warning(
            "Collections of a library that is gone are still in Milvus (%s): the next writing to a"
            " library of the same Milvus drops them.",
            error.message,
        )


def sweep(home: Path, connection: Connection) -> None:
    """Drop what is noted at the address of a connection, and no library has."""
    notes = [
        file
        for file in home.glob(f"*{_END}")
        if address_of(file.read_text(encoding="utf-8")).same(connection.address)
    ]
    if not notes:
        return
    try:
        held = _held(home)
    except RagError:  # one of them may have any of it: it is told apart another time
        return
    names = connection.call("list_collections", seconds=WRITING)
    for file in notes:
        library = file.name.removesuffix(_END)
        if library in held:
            continue
        for name in names:
            if name.startswith(schema.prefix(library)):
                schema.drop(connection, name)
        file.unlink(missing_ok=True)


def _held(home: Path) -> set[str]:
    """Names in Milvus of the libraries that are in a home, those that are being moved too.

    Raises RagError where one cannot be read.
    """
    found = set()
    for file in home.glob("*/store.json"):
        with suppress(LibraryMissing):
            found.add(_library(LibraryPaths(home, file.parent.name)))
    return found


def _library(paths: LibraryPaths, *, copies: bool = True) -> str:
    """The name of a library in Milvus; "" for none, and unless `copies`, for that of another."""
    if not is_there(paths):
        return ""
    with open_for_reading(paths) as catalogue:
        if not copies and is_copy(paths, catalogue):
            return ""
        return schema.library_of(catalogue)
