"""Catalogues opened for reading; one of an older format is brought to this one first."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rag.errors import LibraryMismatch, StorageError
from rag.store.catalogue import Catalogue
from rag.store.corrections import Corrections
from rag.store.migrations import OlderFormat
from rag.store.place import locked

if TYPE_CHECKING:
    from rag.store.place import LibraryPaths

log = logging.getLogger(__name__)


def open_for_reading(paths: LibraryPaths) -> Catalogue:
    """The catalogue at `paths`, with the corrections of its meetings; see `Catalogue.open`.

    Raises LibraryBusy where its format is older and another process writes, LibraryMismatch where
    the format is newer, or older where nothing can be written, and as `Catalogue.open`.
    """
    corrections = Corrections(paths.corrections)
    try:
        return Catalogue.open(paths.catalogue, corrections)
    except OlderFormat as older:
        _bring_up(paths, older)
    return Catalogue.open(paths.catalogue, corrections)


def _bring_up(paths: LibraryPaths, older: OlderFormat) -> None:
    try:
        with locked(paths), Catalogue.open_or_create(paths.catalogue, {}):
            pass
    except StorageError as error:
        raise LibraryMismatch(
            f"{older.message}, and cannot be brought up to date where it lies ({error.message})",
            error.hint,
        ) from error
