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
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import EmbedderIdentity

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int64]

_HASH_BYTES = 16
_GIVEN_BATCH = 8192  # given vectors in memory at once
_SIZE = struct.Struct("<II")  # of a header or of a block: its length or its rows, and a checksum
_GIVEN = struct.Struct("<32sII")  # of a document: its id, its rows, and a checksum


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
    """Vectors that come with the chunks of whole documents, in a file until they are published.

    The file has a block for each document, in the order in which they were staged. Its checksum
    tells one that was cut short by a kill: it and what comes after it is left out.
    """

    def __init__(self, path: Path, dimension: int, held: Mapping[str, Sequence[int]]) -> None:
        """Take up what an earlier run has left at `path` of documents that are staged.

        `held` are the keys of their chunks, by id. Raises OSError.
        """
        self._path = path
        self._width = dimension * 4
        self._keys = array("q")
        self.documents = 0
        with path.open("a+b") as file:
            file.truncate(self._scan(file, held))

    @property
    def chunks(self) -> int:
        """How many chunks have their vectors here, of so many `documents`."""
        return len(self._keys)

    def put(self, document_id: str, keys: Sequence[int], vectors: Floats) -> None:
        """Keep the vectors of a document, shape (len(keys), dimension), by key, ascending.

        Keys are above those of the document before. Raises OSError.
        """
        body = np.ascontiguousarray(vectors, np.float32).tobytes()
        name = bytes.fromhex(document_id)
        with self._path.open("ab") as file:
            file.write(_GIVEN.pack(name, len(keys), zlib.crc32(body, zlib.crc32(name))))
            file.write(body)
        self._note(keys)

    def blocks(self, wanted: Container[int]) -> Iterator[tuple[Keys, Floats]]:
        """Keys and vectors of those wanted, some at a time."""
        first = 0
        with self._path.open("rb") as file:
            while first < len(self._keys):
                read = b"".join(self._some(file))
                rows = np.frombuffer(read, np.float32).reshape(-1, self._width // 4)
                keys = np.array(self._keys[first : first + len(rows)], np.int64)
                kept = np.array([key in wanted for key in keys.tolist()], np.bool_)
                yield keys[kept], rows[kept]
                first += len(rows)

    def discard(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _some(self, file: IO[bytes]) -> Iterator[bytes]:
        """The vectors of the next documents, of a batch of chunks and the rest of its last one."""
        read = 0
        while read < _GIVEN_BATCH and (head := file.read(_GIVEN.size)):
            _, count, _ = _GIVEN.unpack(head)
            yield file.read(count * self._width)
            read += count

    def _scan(self, file: IO[bytes], held: Mapping[str, Sequence[int]]) -> int:
        """Take up what is whole and staged in a file; gives where that ends."""
        end = file.seek(0)
        while len(head := file.read(_GIVEN.size)) == _GIVEN.size:
            name, count, checksum = _GIVEN.unpack(head)
            keys = held.get(name.hex())
            if keys is None or len(keys) != count:
                break
            body = file.read(count * self._width)
            if zlib.crc32(body, zlib.crc32(name)) != checksum:
                break
            self._note(keys)
            end = file.tell()
        return end

    def _note(self, keys: Sequence[int]) -> None:
        self._keys.extend(keys)
        self.documents += 1


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
