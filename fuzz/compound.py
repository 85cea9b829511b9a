"""A compound file (OLE), as Outlook's messages are, written sector by sector ([MS-CFB])."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096  # bytes
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(slots=True)
class _Entry:
    """A row of the directory; `right` and `child` are numbers of rows."""

    name: str
    kind: int
    content: bytes = b""
    right: int = _FREE
    child: int = _FREE
    start: int = _END
    below: list[int] = field(default_factory=list)


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of streams by path; each is shorter than 4,096 bytes."""
    entries = _directory(streams)
    mini, chains = bytearray(), []
    for entry in entries:
        if entry.kind == _STREAM and entry.content:
            entry.start = len(mini) // _MINI
            mini += _padded(entry.content, _MINI)
            chains.append(len(mini) // _MINI)
    mini_fat = _chained(chains)
    rows = [_padded(struct.pack(f"<{len(mini_fat)}I", *mini_fat), _SECTOR, b"\xff")]
    entries[0].content, entries[0].start = bytes(mini), 1 + len(rows[0]) // _SECTOR
    rows.append(_padded(bytes(mini), _SECTOR))
    rows.append(_padded(b"".join(map(_row, entries)), _SECTOR))
    ends = [1]
    for part in rows:
        ends.append(ends[-1] + len(part) // _SECTOR)
    fat = [_FAT, *_chained(ends)[1:]]
    header = _MAGIC + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<5I", 0, 1, ends[2], 0, _CUTOFF)
    header += struct.pack("<4I", 1, ends[1] - 1, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    table = _padded(struct.pack(f"<{len(fat)}I", *fat), _SECTOR, b"\xff")
    return b"".join([header, table, *rows])


def _directory(streams: dict[str, bytes]) -> list[_Entry]:
    """The root, its storages and streams; those of one storage hang together as a list."""
    entries = [_Entry("Root Entry", _ROOT)]
    storages = {"": 0}
    for path, content in streams.items():
        *folders, name = path.split("/")
        above = ""
        for folder in accumulate(folders, "{}/{}".format):
            if folder not in storages:
                storages[folder] = len(entries)
                entries[storages[above]].below.append(len(entries))
                entries.append(_Entry(folder.rpartition("/")[2], _STORAGE))
            above = folder
        entries[storages[above]].below.append(len(entries))
        entries.append(_Entry(name, _STREAM, content))
    for entry in entries:
        order = sorted(entry.below, key=lambda number: (len(entries[number].name), number))
        entry.child = order[0] if order else _FREE
        for left, right in pairwise(order):
            entries[left].right = right
    return entries


def _row(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBB3I36xIQ",
        name,
        len(name),
        entry.kind,
        1,
        _FREE,
        entry.right,
        entry.child,
        entry.start if entry.kind != _STORAGE else 0,
        len(entry.content),
    )


def _chained(ends: list[int]) -> list[int]:
    """A table in which each sector names the next, up to each end."""
    chain = [number + 1 for number in range(ends[-1])] if ends else []
    for end in ends:
        chain[end - 1] = _END
    return chain


def _padded(data: bytes, size: int, filler: bytes = b"\0") -> bytes:
    return data + filler * (-len(data) % size)
