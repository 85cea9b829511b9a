"""Vectors of chunks that are not published yet: kept at once, since a model takes its time.

One file of blocks; each tells its size and checksum, so that a block cut short by a kill is left
out and its texts are embedded again. A vector is known by the hash of its text: whatever became of
the catalogue meanwhile, it belongs to this text. Without a header of the same embedder the file
counts as empty.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from array import array
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import EmbedderIdentity

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]

_HASH_BYTES = 16
_GIVEN_BATCH = 8192  # given vectors in memory at once
_SIZE = struct.Struct("<II")  # of a header or of a block: its length or its rows, and a checksum


class StagedVectors:
    """The vectors at `path` that an embedder of `identity` made."""

    def __init__(self, path: Path, identity: EmbedderIdentity) -> None:
        self._path = path
        self._dimension = identity.dimension
        header = json.dumps(asdict(identity) | {"model": "", "source": ""}, sort_keys=True).encode()
        self._header = _SIZE.pack(len(header), zlib.crc32(header)) + header
        self._places: dict[bytes, int] = {}
        self._end = self._scan()

    def __contains__(self, text: str) -> bool:
        return _hash(text) in self._places

    def take(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts that are here, shape (len(texts), dimension)."""
        width = self._dimension * 4
        rows = bytearray()
        if texts:
            with self._path.open("rb") as file:
                for text in texts:
                    file.seek(self._places[_hash(text)])
                    rows += file.read(width)
        return np.frombuffer(bytes(rows), np.float32).reshape(len(texts), self._dimension)

    def put(self, texts: Sequence[str], vectors: Floats) -> None:
        """Keep vectors, shape (len(texts), dimension), on the disk. Raises OSError."""
        names = b"".join(map(_hash, texts))
        body = names + np.ascontiguousarray(vectors, np.float32).tobytes()
        with self._path.open("r+b" if self._end else "wb") as file:
            if not self._end:
                file.write(self._header)
                self._end = len(self._header)
            file.seek(self._end)
            file.truncate()
            file.write(_SIZE.pack(len(texts), zlib.crc32(body)) + body)
            file.flush()
            os.fsync(file.fileno())
        self._note(names, self._end + _SIZE.size + len(names))
        self._end += _SIZE.size + len(body)

    def discard(self) -> None:
        """Remove the file: what it held is published."""
        self._path.unlink(missing_ok=True)
        self._places.clear()
        self._end = 0

    def _note(self, names: bytes, start: int) -> None:
        width = self._dimension * 4
        for row, first in enumerate(range(0, len(names), _HASH_BYTES)):
            self._places[names[first : first + _HASH_BYTES]] = start + row * width

    def _scan(self) -> int:
        """Find what is whole in the file; gives where that ends, 0 where nothing is."""
        try:
            file = self._path.open("rb")
        except OSError:
            return 0
        with file:
            if file.read(len(self._header)) != self._header:
                return 0
            end = len(self._header)
            while len(head := file.read(_SIZE.size)) == _SIZE.size:
                count, checksum = _SIZE.unpack(head)
                body = file.read(count * (_HASH_BYTES + self._dimension * 4))
                if zlib.crc32(body) != checksum:
                    break
                names = body[: count * _HASH_BYTES]
                self._note(names, end + _SIZE.size + len(names))
                end += _SIZE.size + len(body)
            return end


class GivenVectors:
    """Vectors that come with their chunks, in a file at `path` until they are published.

    Nothing finds them after a kill: what they came from is read again.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        self._keys = array("q")
        path.write_bytes(b"")

    def put(self, keys: Sequence[int], vectors: Floats) -> None:
        """Keep vectors, shape (len(keys), dimension), by key, ascending. Raises OSError."""
        with self._path.open("ab") as file:
            file.write(np.ascontiguousarray(vectors, np.float32).data)
        self._keys.extend(keys)

    def blocks(self, wanted: Container[int]) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors of those wanted, some at a time."""
        width = self._dimension * 4
        with self._path.open("rb") as file:
            for first in range(0, len(self._keys), _GIVEN_BATCH):
                keys = np.array(self._keys[first : first + _GIVEN_BATCH], np.int64)
                read = np.frombuffer(file.read(len(keys) * width), np.float32)
                kept = np.array([key in wanted for key in keys.tolist()], np.bool_)
                yield keys[kept], read.reshape(-1, self._dimension)[kept]

    def discard(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
