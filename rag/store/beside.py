"""Rows of files where several writers fill one library: none takes the place of another's."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.store.rows import FileRow

#: Of a name or a place: an entry of PostgreSQL's indexes has 2,704 bytes at most.
_MOST_BYTES = 2_600
#: Where a file lies: root, path and member.
Place = list[str]


def fits(row: FileRow) -> bool:
    """Whether an index of a database takes the name and the place of a file."""
    place = (row.root, row.path, row.member)
    return max(len(row.name.encode()), sum(len(each.encode()) for each in place)) <= _MOST_BYTES


def last_of_each(rows: Sequence[FileRow]) -> list[FileRow]:
    """Of rows with one name, or of one place, the last."""
    names: set[str] = set()
    places: set[tuple[str, str, str]] = set()
    kept = []
    for row in reversed(rows):
        place = (row.root, row.path, row.member)
        if row.name not in names and place not in places:
            kept.append(row)
        names.add(row.name)
        places.add(place)
    return kept[::-1]


def renamed(
    rows: Sequence[FileRow], holders: Callable[[Sequence[str]], Mapping[str, Place]]
) -> list[FileRow]:
    """The rows, with a number in the name where a file of another place holds the name by now.

    `holders` tells which of some names are held, and where their files lie.
    """
    held = holders([row.name for row in rows])
    taken = {row.name for row in rows}
    free = []
    for row in rows:
        name = row.name
        if held.get(name, _place(row)) != _place(row):
            name = next(n for n in _numbered(name) if n not in taken and not holders([n]))
            taken.add(name)
        free.append(replace(row, name=name))
    return free


def _place(row: FileRow) -> Place:
    return [row.root, row.path, row.member]


def _numbered(name: str) -> Iterator[str]:
    """Other names like one: «a (2).pdf», «a (3).pdf», …"""
    path = PurePosixPath(name)
    return (str(path.with_stem(f"{path.stem} ({number})")) for number in count(2))
