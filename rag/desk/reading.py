"""Reading dropped files in child processes, apart from taking them into the library.

Reading takes seconds and needs no lock; what it brings is held until the library takes it in, which
takes a moment and is done by one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rag.errors import ReadError
from rag.holdings.causes import LOCKED, cause_of
from rag.plan import called
from rag.prepare import Prepared
from rag.readers.package import UNPROTECT_HINT
from rag.workers.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.desk.drops import Drop
    from rag.readers.options import Options
    from rag.workers.events import Event


#: How far reading stands back for those who ask meanwhile, as the system counts it.
_NICE = 10


class Cancelled(Exception):
    """The person who dropped a file does not want it any more."""


@dataclass(frozen=True, slots=True)
class WasRead:
    """What came of reading a file; `password` opened it, "" where none was needed."""

    drop: Drop
    path: Path
    events: tuple[Event, ...]
    password: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes."""
        assert self.drop.kept is not None
        return self.drop.kept.digest

    @property
    def errors(self) -> list[ReadError]:
        """Why it, or what is in it, could not be read."""
        return [each.result for each in self.events if isinstance(each.result, ReadError)]

    @property
    def documents(self) -> list[Prepared]:
        """What was in it."""
        return [each.result for each in self.events if isinstance(each.result, Prepared)]

    @property
    def characters(self) -> int:
        """Characters of all that was in it."""
        return sum(len(each.document.text) for each in self.documents)


class Replay:
    """Files that were read before, for an ingest: it takes what came of them, and reads nothing."""

    embed_all = None

    def __init__(self, read: Sequence[WasRead]) -> None:
        self._events = {each.path: each.events for each in read}

    def read_all(self, paths: Iterable[Path], /) -> Iterator[Event]:
        """What came of every path, in the order given."""
        for path in paths:
            yield from self._events[path]


class Reader:
    """A child process that reads one file after another; a context manager that leaves none."""

    def __init__(self) -> None:
        self._drop: Drop | None = None
        self._options: Options | None = None
        self._pool: ReaderPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.close()

    def read(self, drop: Drop, options: Options) -> WasRead:
        """Read a file that is kept; its pages are counted in `drop` as they are done.

        Raises Cancelled as soon as it is noticed that the file is not wanted any more.
        """
        assert drop.kept is not None
        self._drop = drop
        events = []
        for event in self._ready(options).read_all([drop.kept.path]):
            _check(drop)
            events.append(event)
        return WasRead(drop, drop.kept.path, tuple(events), options.password)

    def _ready(self, options: Options) -> ReaderPool:
        """The process that is there, or a new one where files are to be read in another way."""
        if self._pool is None or options != self._options:
            if self._pool is not None:
                self._pool.close()
            self._options = options
            self._pool = ReaderPool(
                1,
                options,
                on_pages=self._count,
                on_count=self._expect,
                called=self._called,
                nice=_NICE,
            )
        return self._pool

    def _called(self, path: Path) -> str:
        assert self._drop is not None
        return called(self._drop.name, path)

    def _count(self, _: Path, pages: int) -> None:
        assert self._drop is not None
        _check(self._drop)
        self._drop.pages += pages

    def _expect(self, _: Path, pages: int) -> None:
        assert self._drop is not None
        self._drop.total_pages = (self._drop.total_pages or 0) + pages


def _check(drop: Drop) -> None:
    if drop.cancelled:
        raise Cancelled


def wants_password(errors: Sequence[ReadError]) -> ReadError | None:
    """The first error that a password would help against."""
    locked = (error for error in errors if cause_of(error.message) in LOCKED)
    return next((error for error in locked if error.hint != UNPROTECT_HINT), None)
