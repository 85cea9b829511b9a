"""Files that were sent in: their bytes under their hash, and beside them what a person called them.

    <home>/<collection>+uploads/
        <sha256><suffix>        the bytes, with the suffix they are read by
        .notes/<sha256>.json    the name, and whether the file still waits to be read

No name from outside is ever a path. Both are written aside and renamed, the note first: under its
own name a file is whole or not there, and a kill leaves no bytes that nobody knows the name of.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import StorageError

_NOTES = ".notes"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(\.[0-9a-z]{1,8})?")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was sent in: what it is called, where its bytes lie, and their hash.

    `size` is in bytes. `waiting` says that it was not brought into the library yet.
    """

    name: str
    path: Path
    digest: str
    size: int
    waiting: bool = True


class Received:
    """The files that were sent in for one collection; the folder is made when the first comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def keep(self, name: str, digest: str, suffix: str, data: bytes) -> Kept:
        """Keep bytes, SHA-256 `digest`, to be read by a suffix such as ".pdf".

        Raises StorageError where the folder cannot be written.
        """
        if not _DIGEST.fullmatch(digest) or not _SUFFIX.fullmatch(suffix):
            raise ValueError("a hash and a suffix make the name of a file")
        kept = Kept(name, self.folder / f"{digest}{suffix}", digest, len(data))
        try:
            (self.folder / _NOTES).mkdir(parents=True, exist_ok=True)
            self._note(kept)
            _write_whole(kept.path, data)
        except OSError as error:
            raise self._failed(error) from error
        return kept

    def settle(self, kept: Kept) -> None:
        """Note that a file waits no longer. Raises StorageError where that cannot be written."""
        try:
            self._note(replace(kept, waiting=False))
        except OSError as error:
            raise self._failed(error) from error

    def forget(self, digest: str) -> None:
        """Delete the bytes of a hash, and its note; nothing where there are none.

        Raises StorageError where that cannot be done.
        """
        kept = self.find(digest)
        if kept is not None:
            self.delete(kept.path)
        self.delete(self._place(digest))

    def delete(self, path: Path) -> None:
        """Delete a file of the folder if it is there. Raises StorageError where that fails."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._failed(error) from error

    def find(self, digest: str) -> Kept | None:
        """The file of a hash whose bytes are there."""
        try:
            value = json.loads(self._place(digest).read_bytes())
            name, suffix, size = str(value["name"]), str(value["suffix"]), int(value["size"])
        except (OSError, ValueError, LookupError, TypeError):
            return None
        path = self.folder / f"{digest}{suffix}"
        if not _SUFFIX.fullmatch(suffix) or not path.is_file():
            return None
        return Kept(name, path, digest, size, value.get("waiting") is True)

    def all(self) -> list[Kept]:
        """Every file that is kept here under its hash, in the order in which they came."""
        try:
            notes = sorted(os.scandir(self.folder / _NOTES), key=lambda e: e.stat().st_mtime_ns)
        except OSError:
            return []
        digests = [Path(note.name).stem for note in notes if note.name.endswith(".json")]
        found = (self.find(digest) for digest in digests if _DIGEST.fullmatch(digest))
        return [kept for kept in found if kept is not None]

    def names(self) -> dict[Path, str]:
        """What every kept file is called, by its path."""
        return {kept.path: kept.name for kept in self.all()}

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(
            f"{self.folder} cannot be written ({error.strerror or error})",
            "Make room or choose another folder: RAG_HOME=FOLDER",
        )

    def _place(self, digest: str) -> Path:
        return self.folder / _NOTES / f"{digest}.json"

    def _note(self, kept: Kept) -> None:
        value = {
            "name": kept.name,
            "suffix": kept.path.suffix,
            "size": kept.size,
            "waiting": kept.waiting,
        }
        data = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        _write_whole(self._place(kept.digest), data)


def _write_whole(path: Path, data: bytes) -> None:
    """Write aside and rename: under its own name a file is whole or not there."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        aside = Path(file.name)
        try:
            file.write(data)
            file.flush()
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
