"""tar archives and files packed by gzip, bzip2 or xz, unpacked in memory and within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers import Member, supported
from rag.readers.archives.zip import (
    BROKEN,
    LEADS_OUT,
    Bounded,
    Overflow,
    Paths,
    check_count,
    leads_out,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.readers.options import Options

_Stream = io.BufferedIOBase | io.RawIOBase

#: suffix to what unpacks such files, and the suffix of what is inside where that is a tar
_PACKED: dict[str, tuple[Callable[..., _Stream], str]] = {
    ".gz": (gzip.GzipFile, ""),
    ".tgz": (gzip.GzipFile, ".tar"),
    ".bz2": (bz2.BZ2File, ""),
    ".tbz2": (bz2.BZ2File, ".tar"),
    ".xz": (lzma.LZMAFile, ""),
    ".txz": (lzma.LZMAFile, ".tar"),
}


def members_tar(data: bytes, _: str, options: Options) -> Iterator[Member]:
    """The files in a tar archive. Raises ReadError where it is broken, empty or passes a limit."""
    yield from _of_tar(io.BytesIO(data), options)


def members_packed(data: bytes, name: str, options: Options) -> Iterator[Member]:
    """The one file that is packed, or the files of a packed tar archive.

    Raises ReadError where it is broken or passes a limit.
    """
    suffix = PurePosixPath(name).suffix.lower()
    inner = name[: -len(suffix)] + _PACKED[suffix][1]
    if inner.lower().endswith(".tar"):
        yield from _of_tar(_Counted(_opened(suffix, data), options.limits.unpacked), options)
    elif not supported(Path(inner)):
        yield Member(inner, b"")  # its suffix is the reason; there is no need to unpack it
    else:
        try:
            yield Member(inner, Bounded(options.limits.unpacked).read(_opened(suffix, data)))
        except BROKEN as error:
            raise ReadError(f"broken {suffix[1:]} file: {error}") from error


def members_of_unread(_: bytes, name: str, __: Options) -> Iterator[Member]:
    """Refuse an archive of a kind that is not opened."""
    kind = PurePosixPath(name).suffix[1:].upper()
    raise ReadError(f"{kind} archives are not opened", "Unpack it and ingest the folder")
    yield


def _opened(suffix: str, data: bytes) -> _Stream:
    opener, _ = _PACKED[suffix]
    source = io.BytesIO(data)
    return opener(fileobj=source) if opener is gzip.GzipFile else opener(source)


class _Counted(io.RawIOBase):
    """A stream that gives no more than so many bytes."""

    def __init__(self, stream: _Stream, room: int) -> None:
        self._stream = stream
        self._room = self._left = room

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes. Raises ReadError where the stream has more than there is room for."""
        size = self._left + 1 if size < 0 else min(size, self._left + 1)
        piece = self._stream.read(size) or b""
        self._left -= len(piece)
        if self._left < 0:
            raise Overflow(self._room)
        return piece


def _of_tar(stream: _Stream, options: Options) -> Iterator[Member]:
    bounded = Bounded(options.limits.unpacked)
    paths = Paths()
    count = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for entry in archive:
                count += 1
                check_count(count, options)
                path = paths.of(entry.name)
                if path is None or entry.isdir():
                    continue
                if leads_out(entry.name):
                    yield Member(path, ReadError(LEADS_OUT))
                elif not entry.isfile():
                    yield Member(path, ReadError("a link or device and not a file"))
                elif not supported(Path(path)):
                    yield Member(path, b"")
                else:
                    content = archive.extractfile(entry)
                    yield Member(path, bounded.read(content) if content else b"")
    except (tarfile.TarError, OverflowError, *BROKEN) as error:  # a length of too many digits
        raise ReadError(f"broken tar archive: {error}") from error
    paths.check_any()
