"""The rows of a listing of documents: joined from the catalogue, searched and sorted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from rag.holdings.causes import cause_of
from rag.holdings.remarks import Remark, remark_of
from rag.words import fold, stems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rag.holdings.causes import Cause
    from rag.store.rows import DocumentRow, FileRow

Order = Literal["name", "date", "size", "pages", "problems"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Holding:
    """A document of the library.

    `size` counts the bytes of its `file`, None where it is a part (`member`) of that. `covered` is
    the share of its characters that can be found or were set aside with a reason, `aside` the
    share of these. `promises` is None where it is no meeting.
    """

    id: str
    name: str
    title: str
    kind: str
    date: str | None
    pages: int
    size: int | None
    characters: int
    covered: float
    aside: float
    promises: int | None
    remarks: tuple[Remark, ...]
    file: str
    member: str
    uploaded: bool

    @property
    def problems(self) -> tuple[Remark, ...]:
        """The remarks among them that a person should do something about."""
        return tuple(remark for remark in self.remarks if remark.is_problem)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of which the library holds nothing, and why. `member` is its path inside `file`."""

    name: str
    reason: str
    cause: Cause
    file: str
    member: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """All there is, by name."""

    documents: tuple[Holding, ...] = ()
    unread: tuple[Unread, ...] = ()


def holdings(
    documents: Iterable[DocumentRow],
    files: Iterable[FileRow],
    promises: Mapping[str, int],
    uploads: str,
) -> Holdings:
    """The rows of a catalogue joined.

    `promises` are numbers by the ids of meetings, `uploads` is the folder (resolved) of files that
    came through the page.
    """
    by_name = {row.name: row for row in files}
    return Holdings(
        tuple(_holding(row, by_name[row.name], promises.get(row.id), uploads) for row in documents),
        tuple(_unread(row) for row in by_name.values() if row.document_id is None),
    )


def _holding(row: DocumentRow, file: FileRow, promises: int | None, uploads: str) -> Holding:
    remarks = [remark_of(note) for note in row.notes]
    if row.lost:
        remarks.append(Remark("lost", "", count=row.lost))
    everything = max(row.characters, 1)
    return Holding(
        row.id,
        row.name,
        row.title,
        row.kind,
        row.date,
        row.pages,
        None if file.member else file.size,
        row.characters,
        1.0 - row.lost / everything,
        row.aside / everything,
        promises if row.kind == "meeting" or promises else None,
        tuple(remarks),
        os.path.join(file.root, file.path),
        file.member,
        f"{file.root}{os.sep}".startswith(f"{uploads}{os.sep}"),
    )


def _unread(row: FileRow) -> Unread:
    place = os.path.join(row.root, row.path)
    return Unread(row.name, row.reason, cause_of(row.reason), place, row.member)


def sought(
    rows: Sequence[Holding], words: str, told: Callable[[Holding], str] = lambda _: ""
) -> list[Holding]:
    """The rows that have all of the words in their name, title, or what is `told` of them.

    Letters' case and the ends of words do not matter; a part of a word is enough.
    """
    wanted = [(word, set(stems(word))) for word in fold(words).split()]
    return [row for row in rows if _has(f"{row.name} {row.title} {told(row)}", wanted)]


def _has(text: str, wanted: Sequence[tuple[str, set[str]]]) -> bool:
    folded = fold(text)
    missing = [found for word, found in wanted if word not in folded]
    if not missing:
        return True
    there = set(stems(folded))
    return all(found and found <= there for found in missing)


def ordered(rows: Iterable[Holding], order: Order) -> list[Holding]:
    """Rows by name, or by something else with the most, or the newest, first."""
    by_name = sorted(rows, key=lambda row: fold(row.name))
    keys: dict[Order, Callable[[Holding], str | int]] = {
        "date": lambda row: row.date or "",
        "size": lambda row: row.size or 0,
        "pages": lambda row: row.pages,
        "problems": lambda row: len(row.problems),
    }
    if order == "name":
        return by_name
    # what is equal keeps its order, so names stay ascending
    return sorted(by_name, key=keys[order], reverse=True)
