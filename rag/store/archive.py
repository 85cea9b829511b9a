"""A backup as a file: one tar archive, its contents listed with their hashes at its end.

    rag-backup.json          first: the form, the version of the program, names of the collections
    0/catalogue.sqlite       the first collection; 0/history.sqlite, 0/corrections.sqlite, …
    0/index/<generation>/…   what is derived from this catalogue
    0/uploads/…, 0/jobs/…    files that were sent in, and work that goes on
    keys.json                keys of the service, where they were wanted
    manifest.json            last: size and SHA-256 of everything before it, and what it is

Whoever reads one takes it for hostile: members are plain files with names of this list, each once,
read in pieces; no name from inside becomes a path before it has been held against the list. An
archive that was cut off has no manifest, and is none.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from typing import IO, TYPE_CHECKING, Any, cast

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORM = 1
HEAD, KEYS, MANIFEST = "rag-backup.json", "keys.json", "manifest.json"
#: Ends of the names of archives, and whether such a one is compressed.
PACKED = {".tar": False, ".tar.gz": True, ".tgz": True}
#: The most files of one archive; each takes some 200 bytes of the manifest.
MOST_FILES = 300_000
_MOST_TOLD = 1 << 26  # bytes of the manifest; the head has far fewer
_LARGE = 1 << 33  # bytes that the plain form of a header cannot count
_PIECE = 1 << 20
_BLOCK = tarfile.BLOCKSIZE
_KINDS = {"str": str, "int": int, "bool": bool}
_GZIP, _GZIP_LEVEL = b"\x1f\x8b", 3
#: A name of a file below a collection's number: of ours, so without spaces, and never "..".
_FILE = r"\.?[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}"
_MEMBER = re.compile(
    r"(?P<number>[0-9]{1,5})/(?P<part>catalogue\.sqlite|history\.sqlite|corrections\.sqlite"
    rf"|folders\.json|store\.json|index/[0-9]{{1,18}}/(?:{_FILE}/)?{_FILE}|(?:uploads|jobs)/(?:{_FILE}/)?{_FILE})"
)


class Damaged(UsageError):
    """The file is no backup, or not a whole one."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"{file} is no whole backup ({why})", "Take another one: rag backup makes them."
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A collection in a backup.

    `format` is that of its catalogue, `generation` the number of its last publication; both are 0
    where it held nothing. `uploads` is where its files that were sent in lay. `indexed` says
    whether its indexes are there, too.
    """

    name: str
    format: int = 0
    generation: int = 0
    documents: int = 0
    chunks: int = 0
    uploads: str = ""
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: when it was made (ISO, UTC), by which version, and of what."""

    made: str
    version: str
    collections: tuple[Held, ...]
    keys: bool
    files: int
    size: int


class Writer:
    """Puts files into an archive, and counts them for its manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._files: dict[str, tuple[int, str]] = {}

    def add(self, name: str, stream: IO[bytes], size: int) -> None:
        """Put a file of `size` bytes in. Raises OSError, also where the stream has fewer."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        # the plain form has room for long names in the header itself, the other for large sizes
        self._tar.format = tarfile.GNU_FORMAT if size >= _LARGE else tarfile.USTAR_FORMAT
        hashing = _Hashing(stream)
        self._tar.addfile(info, cast("IO[bytes]", hashing))
        self._files[name] = (size, hashing.digest.hexdigest())

    def put(self, name: str, data: bytes) -> None:
        """Put bytes in."""
        self.add(name, io.BytesIO(data), len(data))

    def finish(self, collections: list[Held], *, keys: bool) -> None:
        """Write the manifest."""
        value = {
            "collections": [asdict(each) for each in collections],
            "keys": keys,
            "files": {name: list(told) for name, told in self._files.items()},
        }
        self.put(MANIFEST, json.dumps(value, ensure_ascii=False).encode())


class _Hashing:
    """A stream that hashes what is read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data


@contextmanager
def writing(file: Path, *, packed: bool) -> Iterator[Writer]:
    """An archive that is written; readable by its owner alone, on the disk at the end."""
    with ExitStack() as stack:
        raw = stack.enter_context(file.open("wb"))
        file.chmod(0o600)
        out: IO[bytes] = raw
        if packed:
            zipped = gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0)
            out = cast("IO[bytes]", stack.enter_context(zipped))
        with tarfile.open(fileobj=out, mode="w|") as tar:
            yield Writer(tar)
        if packed:
            out.close()
        raw.flush()
        os.fsync(raw.fileno())


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name, which is of the list, and its bytes in pieces."""

    name: str
    size: int
    pieces: Iterator[bytes]

    @property
    def number(self) -> int:
        """The number of its collection. Raises ValueError for what belongs to none."""
        return int(self.name.split("/", 1)[0])

    @property
    def part(self) -> str:
        """What of the collection it is."""
        return self.name.partition("/")[2]


class Reader:
    """Reads an archive once, from its beginning; `backup` is known when all of it was read."""

    def __init__(self, file: Path, stream: IO[bytes]) -> None:
        self._file = file
        self._stream = stream
        self._seen: dict[str, tuple[int, str]] = {}
        self._head: dict[str, Any] = {}
        self.backup: Backup | None = None

    def head(self) -> list[str]:
        """Names of the collections. Raises UsageError for an archive of a newer program."""
        info = self._next()
        if info is None or info.name != HEAD:
            raise self.damaged("it does not begin as one")
        self._head = self._json(info)
        if self._head.get("form") != FORM:
            raise UsageError(
                f"{self._file} was made by a newer version of this program",
                "Bring rag up to date, then restore it.",
            )
        names = self._head.get("collections")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self.damaged("its beginning makes no sense")
        return names

    def members(self) -> Iterator[Member]:
        """The files after the head; the pieces of each are to be read before the next.

        Raises UsageError where the archive is not whole, or holds what no backup does.
        """
        while (info := self._next()) is not None and info.name != MANIFEST:
            if info.name != KEYS and not _MEMBER.fullmatch(info.name):
                raise self.damaged(f"it holds {info.name!r}")
            if info.name in self._seen or len(self._seen) >= MOST_FILES:
                raise self.damaged(f"it holds {info.name!r} twice, or far too much")
            yield Member(info.name, info.size, self._pieces(info))
            if info.name not in self._seen:
                raise ValueError("a member was not read to its end")
        if info is None:
            raise self.damaged("it was cut off")
        backup = self._checked(self._json(info))
        if self._read(_PIECE).strip(b"\0") or self._read(1):  # gzip's own sum stands at the end
            raise self.damaged("something follows its end")
        self.backup = backup

    def damaged(self, why: str) -> Damaged:
        """The error that the archive is no whole backup."""
        return Damaged(self._file, why)

    def _checked(self, manifest: dict[str, Any]) -> Backup:
        """The backup, if all that was read is what the manifest lists."""
        try:
            listed = {name: (size, digest) for name, (size, digest) in manifest["files"].items()}
            collections = tuple(_held(each) for each in manifest["collections"])
            made, version = _told(self._head["made"]), _told(self._head["version"])
            keys = bool(manifest["keys"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.damaged("its manifest makes no sense") from error
        listed.pop(HEAD, None)
        if listed != self._seen:
            names = {**listed, **self._seen}
            wrong = next(name for name in names if listed.get(name) != self._seen.get(name))
            raise self.damaged(f"{wrong!r} is not what was put in")
        if [each.name for each in collections] != self._head["collections"]:
            raise self.damaged("its beginning and its end do not fit")
        size = sum(size for size, _ in self._seen.values())
        return Backup(made, version, collections, keys, len(self._seen), size)

    def _next(self) -> tarfile.TarInfo | None:
        """The next header; None at the end. Nothing but plain files with short names is known."""
        block = self._read(_BLOCK)
        if not block.strip(b"\0"):
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
            raise self.damaged("it is damaged, or no archive at all") from error
        if info.type != tarfile.REGTYPE or info.size < 0:
            raise self.damaged(f"{info.name!r} is no plain file")
        return info

    def _json(self, info: tarfile.TarInfo) -> dict[str, Any]:
        if info.size > _MOST_TOLD:
            raise self.damaged(f"{info.name} is too large")
        data = b"".join(self._pieces(info))
        self._seen.pop(info.name)
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self.damaged(f"{info.name} makes no sense") from error
        if not isinstance(value, dict):
            raise self.damaged(f"{info.name} makes no sense")
        return value

    def _pieces(self, info: tarfile.TarInfo) -> Iterator[bytes]:
        left, digest = info.size, hashlib.sha256()
        while left:
            piece = self._read(min(left, _PIECE))
            if not piece:
                raise self.damaged("it was cut off")
            left -= len(piece)
            digest.update(piece)
            yield piece
        self._read(-info.size % _BLOCK)
        self._seen[info.name] = (info.size, digest.hexdigest())

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self.damaged("it is damaged or was cut off") from error


def _held(value: dict[str, Any]) -> Held:
    """What a manifest says of a collection. Raises TypeError and ValueError where that is wrong."""
    held = Held(**value)
    for field in fields(Held):
        if type(getattr(held, field.name)) is not _KINDS[str(field.type)]:
            raise TypeError(field.name)
    return held


def _told(value: str) -> str:
    """A time or a version. Raises ValueError for anything else: it is shown."""
    if not re.fullmatch(r"[0-9A-Za-z.:+-]{1,64}", value):
        raise ValueError(value)
    return value


@contextmanager
def reading(file: Path) -> Iterator[Reader]:
    """A backup that is read, however it is packed. Raises UsageError where there is no file."""
    try:
        raw = file.open("rb")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read ({error.strerror or error})", "Name a file of rag backup."
        ) from error
    with ExitStack() as stack:
        stack.enter_context(raw)
        start = raw.read(len(_GZIP))
        raw.seek(0)
        stream: IO[bytes] = raw
        if start == _GZIP:
            stream = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
        yield Reader(file, stream)


def verified(file: Path) -> Backup:
    """What a backup holds, after all of it was read and held against its manifest.

    Raises UsageError where it is not whole, StorageError where it cannot be read.
    """
    with reading(file) as reader:
        reader.head()
        for member in reader.members():
            for _ in member.pieces:
                pass
    assert reader.backup is not None
    return reader.backup
