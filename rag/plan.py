"""What is to be done with every file that was found: nothing, a note, or reading it.

A file is known by its path, size and time, then by the hash of its bytes. The same bytes that the
library holds already, under this name or another, are not read again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from rag.errors import ReadError
from rag.readers import READERS_VERSION, supported
from rag.readers.scan import is_gone, printable
from rag.store.rows import FileRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from rag.readers.options import Options
    from rag.readers.scan import File, Found
    from rag.store.backend import EmbedAll
    from rag.types import Document
    from rag.workers.events import Event


#: Kinds of pages whose text is none.
_UNSOUND = ("scan", "garbled")
#: No file has a name of its own.
UNNAMED: Mapping[Path, str] = MappingProxyType({})


class Reading(Protocol):
    """What reads files, or has read them: a pool, or what came out of one before."""

    @property
    def embed_all(self) -> EmbedAll | None:
        """As in `Writer.publish`."""

    def read_all(self, paths: Iterable[Path], /) -> Iterator[Event]:
        """As in `ReaderPool`."""


class Pass(NamedTuple):
    """What an engine is told of one pass over files.

    `on_pages` is told how many pages of a file were read since it was told before, `called` tells
    what a file is called, and `digest` the SHA-256 of its bytes as they were found.
    """

    options: Options
    on_pages: Callable[[Path, int], None]
    called: Callable[[Path], str]
    digest: Callable[[Path], str]


class Engine(Protocol):
    """Reads files elsewhere than in child processes of this one."""

    def open(self, orders: Pass, /) -> AbstractContextManager[Reading]:
        """What reads the files of one pass."""


class Seen(NamedTuple):
    """A file as it lies there now: the name it has in the library, bytes, time, and SHA-256."""

    name: str
    file: File
    size: int
    mtime_ns: int
    digest: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a file.

    keep: it is as `rows` say. skip: it is no document, for `reason`. copy: `rows` are what the
    library is to hold of it, the bytes being known. read: `seen` is to be read.
    """

    name: str
    action: Literal["keep", "skip", "copy", "read"]
    rows: tuple[FileRow, ...] = ()
    seen: Seen | None = None
    reason: str = ""


class Ways:
    """How files are read this time, and whether another way was taken before."""

    def __init__(self, options: Options) -> None:
        self.options = options

    @cached_property
    def attempt(self) -> str:
        """All that may decide whether a file, or a page of it, can be read."""
        from rag.readers.ocr import available

        options = self.options
        missing = "" if options.ocr == "never" else available(options.languages)
        said = [READERS_VERSION, options.ocr, options.languages, missing]
        return json.dumps([*said, asdict(options.limits)])

    def worth_a_try(self, row: FileRow) -> bool:
        """Whether what is missing of a file may be had now."""
        if not row.attempt:
            return False
        return (bool(self.options.password) and not row.document_id) or row.attempt != self.attempt

    def missing_in(self, document: Document) -> str:
        """The attempt to be recorded with a document; "" where nothing of it is missing."""
        unread = any(page.kind in _UNSOUND and not page.recognised for page in document.pages)
        return self.attempt if unread else ""


class Planner:
    """Decides on one file after another; what it gave out to be read it remembers."""

    def __init__(
        self,
        rows: Sequence[FileRow],
        attempt_of: Callable[[str], str | None],
        worth_a_try: Callable[[FileRow], bool],
        *,
        reread: bool = False,
        names: Mapping[Path, str] = UNNAMED,
        shared: bool = False,
    ) -> None:
        """Plan against the `rows` of a library, and what `Catalogue.attempt_of` tells.

        `worth_a_try` tells whether what a row lacks may be had now; with `reread` every file is
        read. A file among `names`, by its full path, is called as they say and not by its path.
        The name of a file that is gone is free, unless the library is `shared`: the file may be
        there for another machine.
        """
        self._shared = shared
        self.known: dict[str, list[FileRow]] = {}
        self._by_digest: dict[str, list[FileRow]] = {}
        self._holders: dict[str, Path] = {}
        for row in rows:
            place = os.path.join(row.root, row.path)
            self.known.setdefault(place, []).append(row)
            self._by_digest.setdefault(row.digest, []).append(row)
            self._holders[row.name] = self._holders[_whole(row)] = Path(place)
        self._attempt_of = attempt_of
        self._worth_a_try = worth_a_try
        self._reread = reread
        self._names = names

    def decide(self, file: File) -> Decision:
        """What is to be done with a file; its bytes are hashed where size and time do not tell."""
        rows = tuple(self.known.get(os.path.join(file.root, file.path), ()))
        name = _whole(rows[0]) if rows else self._free_name(file)
        try:
            return self._decide(name, file, rows)
        except ReadError as error:
            return Decision(name, "skip", rows, reason=str(error))

    def _decide(self, name: str, file: File, rows: tuple[FileRow, ...]) -> Decision:
        full = file.full
        if printable(str(full)) != str(full):
            raise ReadError("its path is not UTF-8")
        try:
            state = full.stat()
            if not stat.S_ISREG(state.st_mode):
                raise ReadError("not a regular file")  # opening a pipe would never end
            now = (state.st_size, state.st_mtime_ns)
            again = self._reread or any(map(self._worth_a_try, rows))
            if rows and not again and (rows[0].size, rows[0].mtime_ns) == now:
                return Decision(name, "keep", rows)
            if not supported(full):
                raise ReadError(f"unknown suffix {full.suffix or '(none)'}")
            seen = Seen(name, file, *now, _digest(full))
        except OSError as error:
            raise ReadError(f"cannot be opened: {error.strerror or error}") from error
        if rows and not again and rows[0].digest == seen.digest:
            return Decision(name, "keep", rows)
        if not again and (held := self._held(seen)):
            return Decision(name, "copy", held, seen)
        return Decision(name, "read", rows, seen)

    def _held(self, seen: Seen) -> tuple[FileRow, ...]:
        """Rows for a file whose bytes the library knows; none where it does not."""
        for twin in self._by_digest.get(seen.digest, ()):
            rows = self.known[os.path.join(twin.root, twin.path)]
            if not any(map(self._worth_a_try, rows)):
                return tuple(row_of(seen, row) for row in rows)
        attempt = self._attempt_of(seen.digest)  # staged by an ingest that was interrupted
        if attempt is None:
            return ()
        row = replace(row_of(seen, None, seen.digest), attempt=attempt)
        return () if self._worth_a_try(row) else (row,)

    def _free_name(self, file: File) -> str:
        """The first of a file's names that no other file holds; from now on it does."""
        full = file.full
        given = self._names.get(full)
        for name in _numbered(given) if given else _names(file):
            holder = self._holders.get(name)
            if holder is None or holder == full or (not self._shared and is_gone(holder)):
                break
        self._holders[name] = full
        return name


def called(name: str, path: Path) -> str:
    """What the reader of a file is told: its name in the library, with the suffix it is read by."""
    last = PurePosixPath(name)
    if last.suffix.lower() == path.suffix.lower():
        return last.name
    return (last.stem if supported(Path(last)) else last.name) + path.suffix


def row_of(seen: Seen, like: FileRow | None, document_id: str | None = None) -> FileRow:
    """The row of a file as it was seen: with what another row tells of the same bytes, or plain."""
    member = like.member if like else ""
    row = FileRow(
        name=f"{seen.name}/{member}" if member else seen.name,
        root=str(seen.file.root),
        path=seen.file.path,
        size=seen.size,
        mtime_ns=seen.mtime_ns,
        digest=seen.digest,
        document_id=document_id,
        member=member,
    )
    if like is None:
        return row
    return replace(row, document_id=like.document_id, reason=like.reason, attempt=like.attempt)


def gone(rows: Sequence[FileRow], sources: Sequence[Path], found: Found) -> list[str]:
    """Names of files of the library that lie below `sources` and were not found there."""
    there = {str(path) for path in found.files}
    return [
        row.name
        for row in rows
        if (place := os.path.join(row.root, row.path)) not in there
        and _within(Path(place), sources)
        and not _within(Path(place), found.unlisted)
    ]


def free_member(member: str, taken: Mapping[str, FileRow]) -> str:
    """The path of a member, numbered where the container holds another one of this path."""
    name, number = member, 1
    while name in taken:
        number += 1
        path = PurePosixPath(member)
        name = str(path.with_stem(f"{path.stem} ({number})")) if member else f"({number})"
    return name


def size_of(file: File) -> int:
    """Bytes of a file; 0 where it cannot be looked at."""
    try:
        return file.full.stat().st_size
    except (OSError, ValueError):
        return 0


def is_untouched(seen: Seen) -> bool:
    """Whether the file still has the size and time it was seen with."""
    try:
        state = seen.file.full.stat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (seen.size, seen.mtime_ns)


def _names(file: File) -> Iterator[str]:
    """Names for a file, best first: its path below the folder, then `folder/…`, `folder-2/…`, …"""
    yield file.path
    yield f"{file.root.name}/{file.path}"
    yield from (f"{file.root.name}-{number}/{file.path}" for number in count(2))


def _numbered(name: str) -> Iterator[str]:
    """A name, and after it those for other files of this name: «a.pdf», «a (2).pdf», …"""
    yield name
    path = PurePosixPath(name)
    yield from (str(path.with_stem(f"{path.stem} ({number})")) for number in count(2))


def _whole(row: FileRow) -> str:
    """The name of the file that a row is of, whatever member of it."""
    return row.name.removesuffix(f"/{row.member}") if row.member else row.name


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
