"""Which folders a collection was filled from, and when it was last brought up to date with each.

A small file beside the collection. It is written after each ingest of a folder, so that the page
can tell what has changed there since; losing it costs nothing but these times.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.store.place import storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.store.place import LibraryPaths
    from rag.store.rows import FileRow


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that a collection was filled from.

    `synced` (ISO, UTC) is when it was last looked over, "" where that is not known. `documents`
    counts those that lie in it, `there` tells whether it is still in its place.
    """

    path: Path
    synced: str
    documents: int
    there: bool


def folders_of(paths: LibraryPaths, files: Sequence[FileRow]) -> list[Folder]:
    """The folders of a collection that holds `files`, by path.

    Where none were noted, which older versions did not do, those that files came with in numbers.
    """
    noted = _noted(paths)
    if noted is None:
        noted = dict.fromkeys(_guessed(paths, files), "")
    found = []
    for place, synced in sorted(noted.items()):
        below = f"{place.rstrip(os.sep)}{os.sep}"
        inside = [row for row in files if os.path.join(row.root, row.path).startswith(below)]
        count = sum(row.document_id is not None for row in inside)
        found.append(Folder(Path(place), synced, count, os.path.isdir(place)))
    return found


def note_folders(
    paths: LibraryPaths,
    folders: Iterable[Path],
    files: Callable[[], Sequence[FileRow]],
    *,
    anew: bool = False,
) -> None:
    """Note that a collection has just been brought up to date with folders (resolved paths).

    `files` gives the files it holds. `anew` forgets the folders that were noted before. Raises
    StorageError where it cannot be written.
    """
    known = {} if anew else _noted(paths)
    if known is None:
        known = dict.fromkeys(_guessed(paths, files()), "")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    _write(paths, known | {str(folder): now for folder in folders})


def forget_folder(paths: LibraryPaths, folder: Path, files: Sequence[FileRow]) -> None:
    """Watch a folder no longer; its documents stay. Raises StorageError."""
    known = {str(each.path): each.synced for each in folders_of(paths, files)}
    known.pop(str(folder), None)
    _write(paths, known)


def _noted(paths: LibraryPaths) -> dict[str, str] | None:
    """What the file says; None where there is none, or one that cannot be made out."""
    try:
        value = json.loads(paths.folders.read_text(encoding="utf-8"))
        return {str(place): str(time) for place, time in value["folders"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write(paths: LibraryPaths, folders: dict[str, str]) -> None:
    aside = paths.folders.with_name(f"{paths.folders.name}~{os.getpid()}")
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"folders": folders}, ensure_ascii=False, indent=1)
        aside.write_text(text, encoding="utf-8", errors="surrogateescape")
        os.replace(aside, paths.folders)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise storage_error(error, paths.folder) from error


def _guessed(paths: LibraryPaths, files: Iterable[FileRow]) -> list[str]:
    """Roots that more came with than a single file, which has its own folder for a root."""
    uploads = str(paths.uploads.resolve())
    seen: dict[str, set[str]] = {}
    for row in files:
        if row.root != uploads and not row.root.startswith(f"{uploads}{os.sep}"):
            seen.setdefault(row.root, set()).add(row.path)
    return [root for root, names in seen.items() if len(names) > 1 or any("/" in n for n in names)]
