"""Catalogues opened, wherever they are; one of an older format is brought to this one first."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import LibraryMismatch, LibraryMissing, StorageError
from rag.store.catalogue import TABLES, Catalogue, fill
from rag.store.corrections import Corrections
from rag.store.migrations import OlderFormat
from rag.store.place import OLD, is_moved, locked
from rag.store.where import where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.store.connection import Connection
    from rag.store.place import LibraryPaths

log = logging.getLogger(__name__)


def is_there(paths: LibraryPaths) -> bool:
    """Whether a library was made at `paths`, or noted to be elsewhere."""
    return paths.catalogue.exists() or bool(where(paths).postgres)


def open_catalogue(paths: LibraryPaths) -> Catalogue:
    """The catalogue of a library that has been published, for reading.

    One of an older format is brought to this one first. Raises LibraryMissing where nothing has
    been published, LibraryMismatch, LibraryCorrupt, LibraryBusy as `open_for_reading`.
    """
    if not is_there(paths) and (
        (paths.home / (paths.collection + OLD)).exists() or is_moved(paths)
    ):
        with locked(paths):  # a replacement or a move was killed: the lock makes it good
            pass
    missing = LibraryMissing(
        f"There is no library at {paths.folder}", "Make one: rag ingest FOLDER"
    )
    if not is_there(paths):
        raise missing
    catalogue = open_for_reading(paths)
    if catalogue.generation == 0:  # a first ingest that never came to its end
        catalogue.close()
        raise missing
    return catalogue


def open_for_reading(paths: LibraryPaths) -> Catalogue:
    """The catalogue at `paths`, with the corrections of its meetings; see `Catalogue.open`.

    Raises LibraryBusy where its format is older and another process writes, LibraryMismatch where
    the format is newer, or older where nothing can be written, LibraryMissing where a database
    holds no such library, StorageError where its server is away, and as `Catalogue.open`.
    """
    corrections = Corrections(paths.corrections)
    if where(paths).postgres:
        from rag.store.postgres.address import address_of
        from rag.store.postgres.session import Reading

        address = address_of(paths)
        assert address is not None
        with _of_this_format():
            return Catalogue.over(Reading(address), corrections)
    try:
        return Catalogue.open(paths.catalogue, corrections)
    except OlderFormat as older:
        _bring_up(paths, older)
    return Catalogue.open(paths.catalogue, corrections)


@contextmanager
def open_for_writing(paths: LibraryPaths, meta: dict[str, str]) -> Iterator[Catalogue]:
    """The catalogue at `paths`, made with the facts `meta` where there is none.

    The caller holds the library's lock. Raises as `Catalogue.open_or_create`, and StorageError
    where a server is away or does not let this role write.
    """
    with _writable(paths, meta) as catalogue:
        yield catalogue


def _writable(paths: LibraryPaths, meta: dict[str, str]) -> Catalogue:
    if not where(paths).postgres:
        return Catalogue.open_or_create(paths.catalogue, meta)
    from rag.store.postgres.address import address_of
    from rag.store.postgres.session import Writing

    address = address_of(paths)
    assert address is not None
    connection = Writing(address)

    def made(connection: Connection, tables: str) -> None:
        fill(connection, tables, meta)

    try:
        with _of_this_format():
            connection.open(TABLES, made)
            return Catalogue.over(connection)
    except BaseException:
        connection.close()
        raise


@contextmanager
def _of_this_format() -> Iterator[None]:
    """Say what to do with a library in a database that has an older format."""
    try:
        yield
    except OlderFormat as older:
        raise LibraryMismatch(
            older.message,
            "Copy it with the version that made it, and from there into a new one: rag export,"
            " rag import",
        ) from older


def _bring_up(paths: LibraryPaths, older: OlderFormat) -> None:
    try:
        with locked(paths), Catalogue.open_or_create(paths.catalogue, {}):
            pass
    except StorageError as error:
        raise LibraryMismatch(
            f"{older.message}, and cannot be brought up to date where it lies ({error.message})",
            error.hint,
        ) from error
