"""What lies at the paths a person names: files to read, and folders that cannot be listed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class File:
    """A file that was found: `root / path`, where `root` is the folder it came with."""

    root: Path
    path: str

    @property
    def full(self) -> Path:
        """Where the file lies."""
        return self.root / self.path


@dataclass(frozen=True, slots=True)
class Found:
    """Files by full path, each once, and folders that cannot be listed with the reason."""

    files: dict[Path, File] = field(default_factory=dict)
    unlisted: dict[Path, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Number of rows a report on all this has."""
        return len(self.files) + len(self.unlisted)


def scan(sources: Sequence[Path]) -> Found:
    """What lies at resolved paths. Raises UsageError for a path where there is nothing."""
    found = Found()
    for source in sources:
        demand_there(source)
        for file in _files(source, found.unlisted):
            found.files.setdefault(file.full, file)
    return found


def demand_there(source: Path) -> None:
    """Raise UsageError for a path where there is nothing."""
    if is_gone(source):
        raise UsageError(f"There is no file or folder {source}", "See what is there: ls")


def is_gone(path: Path) -> bool:
    """Whether nothing is there; a folder that cannot be entered proves nothing."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False


def printable(name: str) -> str:
    """The name with `?` for every byte that is not UTF-8."""
    return name.encode(errors="replace").decode()


def _files(source: Path, unlisted: dict[Path, str]) -> Iterator[File]:
    """The files at a path, hidden ones below it left out, folder by folder, sorted by name.

    Folders that cannot be listed go into `unlisted` with the reason.
    """
    if not os.path.isdir(source):
        yield File(source.parent, source.name)
        return

    def note(error: OSError) -> None:
        # an error in the middle of a listing does not name its folder
        unlisted[Path(error.filename or source)] = error.strerror or str(error)

    for folder, below, names in os.walk(source, onerror=note):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield File(source, (Path(folder) / name).relative_to(source).as_posix())
