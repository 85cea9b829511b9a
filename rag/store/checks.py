"""What made a library: versions of the program, and its embedder, held against those there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.chunk import CHUNKER_VERSION
from rag.embed import EmbedderIdentity
from rag.errors import LibraryError, LibraryMismatch
from rag.readers import READERS_VERSION
from rag.store.opening import open_catalogue
from rag.store.rows import Versions

if TYPE_CHECKING:
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths


def versions() -> Versions:
    """Versions of what reads and cuts documents now."""
    return Versions(READERS_VERSION, CHUNKER_VERSION)


@dataclass(frozen=True, slots=True)
class Older:
    """Numbers of live documents that older versions read, and that older versions cut.

    Their texts and chunks are whole; this version may read and cut them better.
    """

    read: int
    cut: int


def check_versions(catalogue: Catalogue) -> Older:
    """How much of a library older versions made. Raises LibraryMismatch where a newer one did."""
    now, read, cut = versions(), 0, 0
    for made, count in catalogue.versions().items():
        check_made(made)
        read += count * (made.readers != now.readers)
        cut += count * (made.chunker != now.chunker)
    return Older(read, cut)


def check_made(made: Versions) -> None:
    """Raise LibraryMismatch where a newer version read or cut a document."""
    now = versions()
    for part in ("readers", "chunker"):
        if _number(getattr(made, part)) > _number(getattr(now, part)):
            raise LibraryMismatch(
                f"The library was made with version {getattr(made, part)} of the {part},"
                f" this is {getattr(now, part)}",
                "A newer version made it: bring rag up to date.",
            )


def is_older(paths: LibraryPaths) -> bool:
    """Whether there is a library that older versions made some of."""
    try:
        with open_catalogue(paths) as catalogue:
            return check_versions(catalogue) != Older(0, 0)
    except LibraryError:
        return False


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0


def check_embedder(catalogue: Catalogue, identity: EmbedderIdentity) -> None:
    """Raise LibraryMismatch unless the library's vectors are of this embedder."""
    found = library_embedder(catalogue)
    if found != identity:
        raise LibraryMismatch(
            f"The library was made with the embedder {found}, not with {identity}",
            "Leave --embedder out, or embed the library anew: rag reindex --embedder NAME",
        )


def library_embedder(catalogue: Catalogue) -> EmbedderIdentity:
    """The identity of the embedder that made the library's vectors."""
    value = json.loads(catalogue.meta("embedder") or "{}")
    return EmbedderIdentity(**{**value, "prefixes": tuple(value["prefixes"])})
