"""Packed formats taken apart and put together again; the same bytes for the same members."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Members = list[tuple[str, bytes]]

#: The day that members are given, so that packing gives the same bytes every time.
_DAY = (2025, 1, 1, 0, 0, 0)
_BROKEN = (
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
_STORED = 64  # bytes up to which a member is not worth packing


class Packing(NamedTuple):
    """A format: what stands at a place of its files, and the two ways."""

    magic: bytes
    place: int
    unpack: Callable[[bytes], Members]
    pack: Callable[[Sequence[tuple[str, bytes]]], bytes]


def unpacked(data: bytes) -> tuple[Members, Packing] | None:
    """The members of a packed file and its format; None where it is none or broken."""
    for packing in _PACKINGS:
        if data.startswith(packing.magic, packing.place):
            try:
                members = packing.unpack(data)
            except _BROKEN:
                return None
            return (members, packing) if members else None
    return None


def pack_zip(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP of the members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, _DAY)
            small = len(content) <= _STORED
            info.compress_type = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return stream.getvalue()


def pack_tar(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A tar of the members."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def _unpack_zip(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _unpack_tar(data: bytes) -> Members:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = [(info.name, archive.extractfile(info)) for info in archive if info.isfile()]
        return [(name, file.read()) for name, file in files if file]


def _alone(
    magic: bytes, unpack: Callable[[bytes], bytes], pack: Callable[[bytes], bytes]
) -> Packing:
    """A format that packs one file without a name."""
    return Packing(magic, 0, lambda data: [("", unpack(data))], lambda members: pack(members[0][1]))


_PACKINGS = (
    Packing(b"PK", 0, _unpack_zip, pack_zip),
    Packing(b"ustar", 257, _unpack_tar, pack_tar),
    _alone(b"\x1f\x8b", gzip.decompress, lambda data: gzip.compress(data, mtime=0)),
    _alone(b"BZh", bz2.decompress, bz2.compress),
    _alone(b"\xfd7zXZ", lzma.decompress, lzma.compress),
)
