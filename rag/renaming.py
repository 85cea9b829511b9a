"""Another name for a document: what becomes of the rows of its file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.naming import is_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.store.rows import FileRow

_MOST_BYTES = 1000  # of a name, which may be a path


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file's old name and its new one; the old names of its rows, and the rows to be."""

    name: str
    new: str
    names: tuple[str, ...]
    rows: tuple[FileRow, ...]


def renamed(rows: Sequence[FileRow], name: str, new: str) -> Renamed:
    """The rows of the file that `name` means as they are with the name `new`.

    `name` is that of a file, or the last parts of its path. What lies in a mail or an archive is
    called after it and follows. Raises UsageError where `name` means none or several or something
    inside a file, and where `new` is taken or cannot be a name.
    """
    new = _checked(new)
    whole = _the_file(rows, name)
    mine = [row for row in rows if whole_name(row) == whole]
    put = [replace(row, name=f"{new}/{row.member}" if row.member else new) for row in mine]
    others = [row for row in rows if whole_name(row) != whole]
    taken = {called for row in others for called in (row.name, whole_name(row))}
    if clash := next((each for each in (new, *(row.name for row in put)) if each in taken), None):
        raise UsageError(f"There is a document {clash} already", "Choose another name.")
    return Renamed(whole, new, tuple(row.name for row in mine), tuple(put))


def former_names(known: Mapping[str, str], done: Renamed) -> dict[str, str]:
    """The names that documents had before, with the present ones, after a renaming."""
    moved = {
        old: row.name for old, row in zip(done.names, done.rows, strict=True) if old != row.name
    }
    former = {old: moved.get(now, now) for old, now in known.items()} | moved
    return {old: now for old, now in former.items() if old not in moved.values()}


def whole_name(row: FileRow) -> str:
    """The name of the file that a row is of, whatever member of it."""
    return row.name.removesuffix(f"/{row.member}") if row.member else row.name


def _the_file(rows: Sequence[FileRow], name: str) -> str:
    names = dict.fromkeys(map(whole_name, rows))
    alike = [each for each in names if each == name] or [
        each for each in names if is_name(each, name)
    ]
    if len(alike) == 1:
        return alike[0]
    inside = next((row for row in rows if row.member and is_name(row.name, name)), None)
    if inside and not alike:
        raise UsageError(
            f"{inside.name} is a part of {whole_name(inside)} and is called after it",
            f"Rename that: rag mv {whole_name(inside)} NAME",
        )
    said = ", ".join(alike[:5])
    raise UsageError(
        f"{name} may be any of {said}" if alike else f"There is no document {name}",
        "See what there is: rag list",
    )


def _checked(name: str) -> str:
    """The name in its composed form. Raises UsageError where it cannot be one."""
    name = unicodedata.normalize("NFC", name)
    parts = name.split("/")
    if (
        not name.isprintable()
        or any(part != part.strip() or part in ("", ".", "..") for part in parts)
        or len(name.encode("utf-8", "replace")) > _MOST_BYTES
    ):
        raise UsageError(
            f"{name!r} is no name for a document",
            "Use letters, digits and spaces between them; a / stands between folders.",
        )
    return name
