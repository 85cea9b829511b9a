"""Where templates lie: a person's own folders first, then those that come with the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StorageError, UsageError
from rag.jobs.reading import read_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.template import Template

SHIPPED = Path(__file__).parent / "templates"
_SUFFIX = ".toml"
_NAME = re.compile(r"[^\W_][\w-]{0,39}")


@dataclass(frozen=True, slots=True)
class Shelved:
    """A job of a listing: its template, or why its file has none."""

    name: str
    path: Path
    template: Template | None
    fault: str = ""


def names(folders: Sequence[Path]) -> dict[str, Path]:
    """Every job and its file; of two with one name the first folder's, the shipped one last."""
    found: dict[str, Path] = {}
    for folder in (*folders, SHIPPED):
        for path in sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else ():
            if _NAME.fullmatch(path.stem):
                found.setdefault(path.stem, path)
    return found


def listing(folders: Sequence[Path]) -> list[Shelved]:
    """All jobs by name; a file that is wrong takes only its own away."""
    rows = []
    for name, path in sorted(names(folders).items()):
        try:
            rows.append(Shelved(name, path, read_template(path)))
        except UsageError as error:
            rows.append(Shelved(name, path, None, error.message))
    return rows


def load(name: str, folders: Sequence[Path]) -> Template:
    """The job of a name. Raises UsageError where there is none or its file is wrong."""
    known = names(folders)
    if name not in known:
        near = get_close_matches(name, known, 1)
        raise UsageError(
            f"There is no job {name}" + (f"; did you mean {near[0]}?" if near else ""),
            "See what there is: rag jobs",
        )
    return read_template(known[name])


def begin(name: str, folder: Path) -> Path:
    """Write a template that says what each key does, to be changed. Gives its file.

    Raises UsageError for a name that is none or is taken in this folder.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a job", "Use letters, digits, - and _")
    path = folder / f"{name}{_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write((SHIPPED / "skeleton.txt").read_text(encoding="utf-8"))
    except FileExistsError:
        raise UsageError(f"{path} is there already", "Change it, or choose another name") from None
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror})", "Check the folder and its rights"
        ) from error
    return path
