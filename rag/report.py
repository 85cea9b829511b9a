"""What an ingest did with every file, and how far it has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["added", "changed", "unchanged", "removed", "skipped"]
Step = Literal["read", "index"]
#: Kinds of pages in the order they are told; a recognised page is of another kind, too.
PAGE_KINDS = ("text", "scan", "garbled", "blank", "damaged", "recognised")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not brought in, and why; `path` is fit to print."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read now: its kind, its pages by kind, and what its reader says.

    Pages whose text was read off their picture count as "recognised" too.
    """

    path: str
    kind: str
    pages: dict[str, int]
    encoding: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, by file name; all but the lists of names is of what was read now.

    `coverage` is the share of non-white characters that lie in a chunk or were set aside with a
    reason; 1.0 is whole. `asides` counts the characters set aside by reason. After a dry run the
    lists hold what would be done, and `read` is empty.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    read: tuple[Read, ...]
    chunks: int
    characters: int
    lost: int
    asides: dict[str, int]
    seconds: float
    dry_run: bool = False

    @property
    def pages(self) -> int:
        """Pages read now."""
        return sum(sum(self.pages_of(each).values()) for each in self.read)

    @property
    def coverage(self) -> float:
        """Share of the characters read now that are accounted for."""
        return 1.0 - self.lost / max(self.characters, 1)

    @property
    def page_kinds(self) -> dict[str, int]:
        """Pages read now by kind, "recognised" ones among them counted once more."""
        counts: Counter[str] = Counter()
        for each in self.read:
            counts.update(each.pages)
        return dict(counts)

    @staticmethod
    def pages_of(read: Read) -> dict[str, int]:
        """Pages of a document by kind, each counted once."""
        return {kind: count for kind, count in read.pages.items() if kind != "recognised"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come. `file` was just dealt with; `step` says what goes on."""

    step: Step
    done: int
    total: int
    pages: int
    file: str


@dataclass(slots=True)
class Tally:
    """What one ingest has gathered so far, for its report."""

    names: dict[Status, list[str]] = field(
        default_factory=lambda: {"added": [], "changed": [], "unchanged": [], "removed": []}
    )
    skipped: list[Skipped] = field(default_factory=list)
    read: list[Read] = field(default_factory=list)
    chunks: int = 0
    characters: int = 0
    lost: int = 0
    asides: Counter[str] = field(default_factory=Counter)

    def report(self, seconds: float, *, dry_run: bool = False) -> Report:
        """The report on all of it, every list in order."""
        return Report(
            **{status: tuple(sorted(names)) for status, names in self.names.items()},
            skipped=tuple(sorted(self.skipped, key=lambda row: row.path)),
            read=tuple(sorted(self.read, key=lambda row: row.path)),
            chunks=self.chunks,
            characters=self.characters,
            lost=self.lost,
            asides=dict(self.asides),
            seconds=seconds,
            dry_run=dry_run,
        )
