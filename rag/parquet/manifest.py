"""What an export says of itself: a JSON file that is written last, and without which it is none.

    manifest.json       the form, who made it, the embedder, and every file with its SHA-256
    .rag-export.lock    there while an export is written, and after one that was interrupted

Whoever reads one takes it for hostile: fields have their types, names of files are of the list of
tables, and no other name becomes a path.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rag.embed.identity import EmbedderIdentity
from rag.errors import LibraryMismatch, UsageError
from rag.parquet.columns import TABLES
from rag.parquet.rows import conform

if TYPE_CHECKING:
    from pathlib import Path

FORM = 1
NAME, LOCK = "manifest.json", ".rag-export.lock"
_KIND = "rag export"
_MOST_BYTES = 1 << 26
_PART = re.compile(rf"(?P<table>{'|'.join(TABLES)})/part-(?P<number>[0-9]{{5}})\.parquet")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[0-9A-Za-z.:+-]{1,64}")  # a time, or a version: they are shown
_LONGEST = 4096  # characters of a name or a prompt of the embedder, and of a path


class Damaged(UsageError):
    """The folder is no export, or not a whole one."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder} is no whole export ({why})", "Make another one: rag export FOLDER"
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a table: its rows, its size in bytes, and the SHA-256 of them in hex."""

    rows: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds.

    `made` is ISO in UTC, `version` that of the program, `collection` the name that the library had.
    `embedder` made the vectors; `fitted_on` is how many chunks the built-in one had counted words
    in. `uploads` is where files lay that were sent in. `parts` are the files, by their names below
    the folder.
    """

    made: str
    version: str
    collection: str
    embedder: EmbedderIdentity
    fitted_on: int
    uploads: str
    parts: dict[str, Part]

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return sum(self.parts[name].rows for name in self.of(table))

    def of(self, table: str) -> list[str]:
        """Names of the files of a table, in their order."""
        return sorted(name for name in self.parts if name.startswith(f"{table}/"))

    @property
    def size(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(part.size for part in self.parts.values())


def to_json(manifest: Manifest) -> bytes:
    """The manifest as a file."""
    value = {"kind": _KIND, "form": FORM, **asdict(manifest)}
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def read(folder: Path) -> tuple[Manifest, str]:
    """The manifest of an export, and it as it was read.

    Raises UsageError where there is none or it makes no sense, LibraryMismatch for one of a newer
    program.
    """
    told = _told(folder)
    return loads(folder, told), told


def loads(folder: Path, told: str) -> Manifest:
    """What was read as the manifest of a folder. Raises as `read`."""
    try:
        value = json.loads(told)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Damaged(folder, f"{NAME} makes no sense")
    if value.get("kind") != _KIND:
        raise Damaged(folder, f"{NAME} is of something else")
    if value.get("form") != FORM:
        raise LibraryMismatch(
            f"{folder} was exported by a newer version of this program",
            "Bring rag up to date, then import it.",
        )
    try:
        made = _manifest({k: v for k, v in value.items() if k not in ("kind", "form")})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Damaged(folder, f"{NAME} makes no sense") from error
    for name, part in made.parts.items():
        if (folder / name).is_symlink() or not (folder / name).is_file():
            raise Damaged(folder, f"{name} is missing")
        if (folder / name).stat().st_size != part.size:  # told before anything is taken in
            raise Damaged(folder, f"{name}: it is not what was written")
    return made


def _told(folder: Path) -> str:
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}", "Name a folder of rag export.")
    if (folder / LOCK).exists():
        raise Damaged(folder, "it was interrupted, or is still being written")
    if not (folder / NAME).is_file():
        raise Damaged(folder, f"there is no {NAME}")
    try:
        with (folder / NAME).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) <= _MOST_BYTES:
            return data.decode()
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be read ({error.strerror or error})", "Check its rights."
        ) from error
    except UnicodeDecodeError:
        pass
    raise Damaged(folder, f"{NAME} makes no sense")


def _manifest(value: dict[str, Any]) -> Manifest:
    """A manifest of what JSON holds. Raises TypeError, ValueError or KeyError where it is none."""
    told = value.pop("embedder")
    embedder = EmbedderIdentity(**{**told, "prefixes": tuple(told["prefixes"])})
    parts = {name: Part(**part) for name, part in value.pop("parts").items()}
    made = conform(Manifest(embedder=embedder, parts=parts, **value))
    for name, part in parts.items():
        found = _PART.fullmatch(name)
        if not found or not _DIGEST.fullmatch(part.digest) or min(part.rows, part.size) < 0:
            raise ValueError(name)
    for table in TABLES:  # numbered from 0 on, so that none is left out
        if made.of(table) != [f"{table}/part-{n:05}.parquet" for n in range(len(made.of(table)))]:
            raise ValueError(table)
    if not (_WORD.fullmatch(made.made) and _WORD.fullmatch(made.version)) or made.fitted_on < 0:
        raise ValueError(made.made)
    if not os.path.isabs(made.uploads) or made.uploads == os.path.sep:  # files lie below it
        raise ValueError(made.uploads)
    words = (embedder.model, embedder.source, embedder.revision, embedder.provider, made.uploads)
    if any(len(each) > _LONGEST for each in (*words, *embedder.prefixes, made.collection)):
        raise ValueError("too long")
    return made
