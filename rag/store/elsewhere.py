"""What of a library is in a database: found from another machine, put in place, taken away."""

from __future__ import annotations

import logging
import socket
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, RagError, StorageError, StoreAway, UsageError
from rag.store.opening import is_there
from rag.store.place import NEW, locked
from rag.store.postgres.address import ASIDE, address_of, parsed
from rag.store.where import EMBEDDED, Where, is_same, settle, where, write_note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths
    from rag.store.postgres.address import Address

log = logging.getLogger(__name__)

_OTHER = "The library at %s has its catalogue at %s: what is at %s is not looked at."


def reach(paths: LibraryPaths, seconds: float) -> None:
    """See that the Milvus takes connections that has the words and vectors of a library, if any.

    It is not asked anything. Raises StoreAway where it does not in so many seconds.
    """
    told = where(paths).milvus
    if not told:
        return
    from rag.store.milvus.address import address_of as milvus

    address = milvus(told)
    if address.file:
        return
    try:
        socket.create_connection(address.endpoint, seconds).close()
    except OSError as error:
        raise StoreAway(
            f"The Milvus at {address} does not answer", "See that it runs and can be reached."
        ) from error


def is_own(paths: LibraryPaths) -> bool:
    """Whether the indexes here are of this machine alone, though the catalogue is for many."""
    found = where(paths)
    return bool(found.postgres) and not found.milvus


def join(paths: LibraryPaths, asked: Where) -> None:
    """Note where the library is that was asked for, if it is there and nothing is noted yet.

    Raises UsageError where its words and vectors are elsewhere than asked for, StorageError where
    its database cannot be reached, LibraryBusy where another process is writing here.
    """
    if not asked.postgres:
        return
    if is_there(paths):
        held = where(paths).catalogue
        if not is_same(held, asked.catalogue):
            log.warning(_OTHER, paths.folder, held, asked.catalogue)
        return
    found = _found(paths, asked)
    if found is not None:
        with locked(paths):
            settle(paths, found)


def joined(paths: LibraryPaths, asked: Where) -> Where:
    """What is asked for, with the place of words and vectors that an existing library has."""
    return _found(paths, asked) or asked


def _found(paths: LibraryPaths, asked: Where) -> Where | None:
    """Where an existing library is that is asked for and not noted yet; None where there is none.

    Raises as `join`.
    """
    if not asked.postgres or is_there(paths) or paths.collection.endswith(NEW):
        return None
    store = _store(paths, asked)
    if not store:
        return None
    if asked.store not in ("", store):
        raise UsageError(
            f"The library in the database has its words and vectors at {store}, not at"
            f" {asked.store}",
            "Leave --store out; or give the new library another name:"
            " --catalogue 'postgresql://USER@HOST/DATABASE?library=NAME'",
        )
    log.warning("The library is in the database already: this machine joins it.")
    return replace(asked, store=store)


@contextmanager
def met(paths: LibraryPaths, asked: Where) -> Iterator[None]:
    """Hold a connection to the Milvus that a library is to be made in, before that is noted.

    An address that leads nowhere is told, and the next command may name another.
    """
    if not asked.milvus or is_there(paths):
        yield
        return
    from rag.store.milvus.address import address_of as milvus
    from rag.store.milvus.connection import hold

    connection = hold(milvus(asked.milvus))
    try:
        yield
    finally:
        connection.release()


def put_in_place(new: LibraryPaths) -> None:
    """Give a catalogue that was made aside in a database the name it was made for.

    The library of that name in the database, if there is one, gives way for all machines.
    """
    address = address_of(new)
    if address is None:
        return
    from rag.store.postgres.tables import promote

    final = replace(address, library=address.library.partition(ASIDE)[0])
    promote(address, final.library)
    write_note(new, replace(where(new), catalogue=str(final)))


def has_its_name(new: LibraryPaths) -> bool:
    """Whether a catalogue that was made aside in a database was put in its place there."""
    address = address_of(new)
    return address is not None and ASIDE not in address.library


def note_milvus(paths: LibraryPaths) -> str:
    """Note what a library that is about to go has in Milvus; gives what `drop_milvus` takes."""
    if not where(paths).milvus:
        return ""
    from rag.store.milvus.left import note

    return note(paths)


def forget_milvus(catalogue: Catalogue) -> None:
    """Have a copy of a catalogue know nothing of what the library it is of has in Milvus."""
    from rag.store.milvus.schema import forget

    forget(catalogue)


def drop_milvus(home: Path, noted: str) -> None:
    """Drop it, after the library is gone; where the server is away this is told and waits."""
    if noted:
        from rag.store.milvus.left import drop

        drop(home, noted)


def take_away(paths: LibraryPaths) -> None:
    """Drop the catalogue of a library from its database, if it is in one.

    Raises StorageError where that cannot be reached, LibraryBusy where it is read for long.
    """
    address = address_of(paths)
    if address is not None:
        from rag.store.postgres.tables import drop

        drop(address)


def give_up(old: Address | None, paths: LibraryPaths) -> None:
    """Drop the catalogue that the library at `paths` had before, unless it has it still."""
    if old is None or old == address_of(paths):
        return
    from rag.store.postgres.tables import drop

    try:
        drop(old)
    except RagError as error:  # the new library is in its place, whatever became of the old one
        log.warning("The catalogue before is left in %s: %s", old.shown, error.message)


def bytes_used(paths: LibraryPaths) -> int:
    """Bytes that the catalogue of a library takes in its database; 0 where that is not reached."""
    address = address_of(paths)
    if address is None:
        return 0
    from rag.store.postgres.tables import size

    try:
        return size(address)
    except StorageError:
        return 0


def _store(paths: LibraryPaths, asked: Where) -> str:
    """Where words and vectors are of the library that is asked for; "" where there is none."""
    from rag.store.catalogue import Catalogue
    from rag.store.postgres.session import Reading

    try:
        with Catalogue.over(Reading(parsed(asked.postgres, paths.collection))) as catalogue:
            return catalogue.meta("store") or EMBEDDED
    except LibraryMissing:
        return ""
