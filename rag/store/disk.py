"""How much of the disk a collection takes, in parts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from rag.store.database import files_of
from rag.store.elsewhere import bytes_used
from rag.store.replacing import aside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rag.store.place import LibraryPaths

Part = Literal["catalogue", "words", "vectors", "uploads", "history", "replies", "other"]
#: In the order in which they are told.
PARTS: tuple[Part, ...] = (
    *("catalogue", "words", "vectors", "uploads", "history", "replies", "other"),
)


def disk_used(paths: LibraryPaths) -> dict[Part, int]:
    """Bytes of each part of a collection; a file with two names is counted once."""
    seen: set[tuple[int, int]] = set()
    index = list((paths.folder / "index").glob("*"))
    places: dict[Part, Iterable[Path]] = {
        "catalogue": files_of(paths.catalogue),
        "words": [generation / "words" for generation in index],
        "vectors": [*(generation / "vectors" for generation in index), paths.staged],
        "uploads": [paths.uploads],
        "history": [part for part in paths.parts if part.name.startswith(paths.history.name)],
        "replies": files_of(paths.replies),
        # what is counted by now is not counted again
        "other": [paths.folder, aside(paths).folder, *paths.parts],
    }
    used = {part: sum(_bytes(place, seen) for place in places[part]) for part in PARTS}
    used["catalogue"] += bytes_used(paths)  # on the disk of its database
    return used


def _bytes(place: Path, seen: set[tuple[int, int]]) -> int:
    """Bytes of a file, or of all that lies in a folder, but for what was seen before."""
    total = 0
    files = [place]
    if place.is_dir():
        files = [place / folder / name for folder, _, names in os.walk(place) for name in names]
    for file in files:
        try:
            state = file.lstat()
        except OSError:
            continue  # gone meanwhile
        if (state.st_dev, state.st_ino) not in seen:
            seen.add((state.st_dev, state.st_ino))
            total += state.st_size
    return total
