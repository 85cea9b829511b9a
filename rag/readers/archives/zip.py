"""ZIP archives: their files, unpacked in memory and within bounds, never to disk.

What an archive declares is not believed: bytes are counted as they come out. A name that leads out
of the archive, an encrypted file or a damaged one is a row of its own; the others are read.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from rag.errors import ReadError
from rag.readers import Member, supported
from rag.readers.letters import likelihood
from rag.readers.package import ENCRYPTED, ENCRYPTED_HINT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.readers.options import Options

LEADS_OUT = "its name leads out of the archive"
#: What the standard library raises over damaged archives.
BROKEN = (
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
_PIECE = 1024**2
_ENCRYPTED_FLAG, _UTF8_FLAG = 0x1, 0x800
#: compression method that stands for encryption with AES
_AES = 99
#: bytes of an entry before its name
_LOCAL_HEADER = 30
#: what systems put beside people's files
_LITTER = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: encodings of names that do not say theirs, and how much rarer than the first each is met
_NAME_ENCODINGS = {"cp866": 0.0, "cp1251": -2.0, "cp437": -4.0}
_UNICODE_PATH = 0x7075


def members_zip(data: bytes, _: str, options: Options) -> Iterator[Member]:
    """The files in a ZIP archive; directories, hidden files and what systems leave are passed over.

    Raises ReadError where the archive is broken, empty, built as a bomb, or passes a limit.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise ReadError(f"broken ZIP: {error}") from error
    entries = archive.infolist()
    check_count(len(entries), options)
    _check_overlap(entries)
    names = _names(entries)
    bounded = Bounded(options.limits.unpacked)
    paths = Paths()
    for entry, name in zip(entries, names, strict=True):
        path = paths.of(name)
        if path is None or entry.is_dir():
            continue
        if leads_out(name):
            yield Member(path, ReadError(LEADS_OUT))
        elif stat.S_ISLNK(entry.external_attr >> 16):
            yield Member(path, ReadError("a link and not a file"))
        elif not supported(Path(path)):
            yield Member(path, b"")  # its suffix is the reason; there is no need to unpack it
        else:
            yield Member(path, _unpacked(archive, entry, bounded, options.password))
    paths.check_any()


class Bounded:
    """Reads streams until they have given `room` bytes together."""

    def __init__(self, room: int) -> None:
        self._room = self._left = room

    def read(self, stream: IO[bytes] | io.RawIOBase | io.BufferedIOBase) -> bytes:
        """All that is in a stream. Raises ReadError where that is more than there is room for."""
        content = bytearray()
        while piece := stream.read(min(_PIECE, self._left + 1)):
            self._left -= len(piece)
            if self._left < 0:
                raise Overflow(self._room)
            content += piece
        return bytes(content)


class Overflow(ReadError):
    """An archive unpacks to more than is allowed; nothing more of it is read."""

    def __init__(self, room: int) -> None:
        super().__init__(f"it unpacks to more than {room:,} bytes")


class Paths:
    """Paths of the files of an archive as they are named in a library, none of them twice."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}
        self._seen = False

    def of(self, name: str) -> str | None:
        """The path for a file's name inside the archive; None for one that is passed over."""
        path = _CONTROL.sub("?", name.replace("\\", "/")).removeprefix("./")
        parts = PurePosixPath(path).parts
        if not leads_out(name):
            if any(part.startswith(".") or part in _LITTER for part in parts) or not parts:
                return None
            path = "/".join(parts)
        self._seen = self._seen or not name.endswith("/")
        suffix = PurePosixPath(path).suffix
        free = path
        while free in self._given:
            self._given[path] += 1
            free = f"{path.removesuffix(suffix)} ({self._given[path]}){suffix}"
        self._given[free] = 1
        return free

    def check_any(self) -> None:
        """Raise ReadError where no file was asked for."""
        if not self._seen:
            raise ReadError("the archive holds no files")


def check_count(count: int, options: Options) -> None:
    """Raise ReadError where an archive holds more files than one may."""
    if count > options.limits.members:
        raise ReadError(f"it holds {count:,} files, more than {options.limits.members:,}")


def leads_out(name: str) -> bool:
    """Whether a name inside an archive, unpacked, would lie somewhere else."""
    path = name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or bool(_DRIVE.match(path))


def _check_overlap(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Raise ReadError where files share bytes of the archive, as they do in a bomb."""
    spans = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    for (start, size), (following, _) in pairwise(spans):
        if start + _LOCAL_HEADER + size > following:
            raise ReadError("its files overlap, which no honest archive's do")


def _unpacked(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounded: Bounded, password: str
) -> bytes | ReadError:
    """The bytes of a file, or the reason why they cannot be had."""
    if entry.compress_type == _AES:
        return ReadError(
            "it is encrypted with AES, which is not read", "Unpack it and ingest the folder"
        )
    encrypted = entry.flag_bits & _ENCRYPTED_FLAG
    if encrypted and not password:
        return ReadError(ENCRYPTED, ENCRYPTED_HINT)
    try:
        with archive.open(entry, pwd=password.encode() if encrypted else None) as stream:
            return bounded.read(stream)
    except BROKEN as error:
        if encrypted and "password" in str(error):
            return ReadError("the file is encrypted: the password does not open it")
        return ReadError(f"broken inside its archive: {error}")


def _names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Names of the files. Those in an unnamed encoding are taken to share one."""
    raws = [_raw_name(entry) for entry in entries]
    unknown = b"\n".join(raw for raw in raws if isinstance(raw, bytes))
    scores = {
        encoding: rarity + likelihood(unknown.decode(encoding, errors="replace"))
        for encoding, rarity in _NAME_ENCODINGS.items()
    }
    encoding = max(scores, key=scores.__getitem__)
    return [raw if isinstance(raw, str) else raw.decode(encoding, "replace") for raw in raws]


def _raw_name(entry: zipfile.ZipInfo) -> str | bytes:
    """A name where its encoding is known, else its bytes."""
    if entry.flag_bits & _UTF8_FLAG or entry.orig_filename.isascii():
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")  # what the standard library took it for
    try:
        return (_unicode_path(entry.extra, raw) or raw).decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _unicode_path(extra: bytes, raw: bytes) -> bytes:
    """The name in UTF-8 that some programs add to one in another encoding, b"" without it."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        known = kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1
        if known and struct.unpack_from("<L", field, 1)[0] == zlib.crc32(raw):
            return field[5:]
    return b""
