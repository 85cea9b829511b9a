"""A folder of a library that was copied, and shares what it has in Milvus with the one it is of.

The catalogue notes where its folder lies. Where that is another place by now, and the library lies
there still, this one is a copy; else it was moved. What the copy has read of the other one's
collection it may go on to read, until it is written to: then it gets a name and a collection of its
own. A catalogue in PostgreSQL is one, however many folders lead to it.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.store.milvus import schema
from rag.store.opening import is_there, open_for_reading
from rag.store.place import LibraryPaths
from rag.store.where import where

if TYPE_CHECKING:
    from rag.store.catalogue import Catalogue

log = logging.getLogger(__name__)

#: Recorded fact: the folder that the library lies in.
_FOLDER = "milvus_folder"
_COPY = (
    "The library at %s is a copy of the one at %s: what is written to it from now on goes into a"
    " collection of its own in Milvus."
)


def is_copy(paths: LibraryPaths, catalogue: Catalogue) -> bool:
    """Whether the library has its name in Milvus from another one that is still there."""
    noted, library = catalogue.meta(_FOLDER), schema.library_of(catalogue)
    if not noted or not library or catalogue.shared or noted == _here(paths):
        return False
    other = LibraryPaths(Path(noted).parent, Path(noted).name)
    try:
        if not is_there(other) or os.path.samefile(other.folder, paths.folder):
            return False
        if where(other).postgres:  # another library by now
            return False
        with open_for_reading(other) as original:
            return schema.library_of(original) == library
    except OSError:  # it cannot even be seen
        return False
    except RagError:  # it is there, and may have the name: nothing is lost with another one
        return True


def settle_down(paths: LibraryPaths, catalogue: Catalogue) -> None:
    """Note where the library lies, and give it a name of its own if it is a copy."""
    if catalogue.shared or catalogue.meta(_FOLDER) == _here(paths):
        return
    if is_copy(paths, catalogue):
        log.warning(_COPY, paths.folder, catalogue.meta(_FOLDER))
        catalogue.change(lambda: schema.rename(catalogue))
    catalogue.change(lambda: catalogue.set_meta({_FOLDER: _here(paths)}))


def _here(paths: LibraryPaths) -> str:
    return str(paths.folder.resolve())
