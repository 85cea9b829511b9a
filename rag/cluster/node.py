"""What a node does: it reads files in a bounded child of its own, and embeds.

A process of Ray never looks into a file. It passes paths to the child, as `rag.workers.pool` does
on one machine, or writes bytes that were sent to it where the child finds them; what the child
answers goes back unread. What is wrong with a node is a row of its answer, so that no words of a
file or of a password get into a trace.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path
from socket import gethostname
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from rag import __version__
from rag.chunk import CHUNKER_VERSION
from rag.cluster.table import FAULT, UNSEEN, Row, Sent, files_of, files_table, rows_of, rows_table
from rag.embed import checked, load_embedder
from rag.errors import RagError
from rag.hashing import Hasher
from rag.prepare import embedded
from rag.readers import READERS_VERSION
from rag.readers.ocr import available
from rag.workers import wire
from rag.workers.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity, EncoderOptions

    Floats = NDArray[np.float32]

#: What has to be the same everywhere: this program, its readers, its chunker.
VERSIONS = (__version__, READERS_VERSION, CHUNKER_VERSION)


class Told:
    """How files are to be read. Its password is in no text that is made of it."""

    __slots__ = ("options", "recognised", "versions")

    def __init__(
        self, options: bytes, recognised: str = "", versions: tuple[str, str, str] = VERSIONS
    ) -> None:
        """Take options as `wire.options_to_json` writes them, and what is true of who asks.

        These are languages of which pages can be recognised there, and the versions there.
        """
        self.options = options
        self.recognised = recognised
        self.versions = versions


class Wanted(NamedTuple):
    """The embedder of the library, and how it is loaded."""

    identity: EmbedderIdentity
    options: EncoderOptions


class _Reader:
    """The child of this process, kept from one task to the next, and the pages it has told of."""

    def __init__(self, options: bytes) -> None:
        self.options = options
        self.names: dict[Path, str] = {}
        self.pages: Counter[Path] = Counter()
        self.pool = ReaderPool(
            1,
            wire.options_from_json(options),
            on_pages=self._count,
            called=lambda path: self.names[path],
        )

    def _count(self, path: Path, count: int) -> None:
        self.pages[path] += count

    def read(self, path: Path, file: Sent) -> list[Row]:
        """What came of a file that lies at a path here."""
        self.names[path] = os.fsdecode(file.name)
        rows = [Row(file.place, kind, data) for _, kind, data in self.pool.read_frames([path])]
        del self.names[path]
        pages = self.pages.pop(path, 0)
        digest = rows[-1].payload.decode() or _digest(path)
        if digest != file.digest:
            return [Row(file.place, UNSEEN, b"")]
        return [Row(file.place, wire.PAGES, b"%d" % pages), *rows]


_readers: list[_Reader] = []  # of this process of Ray, which does one task at a time


def load(files: pa.Table, most: int) -> pa.Table:
    """Put the bytes of files to them, on the machine that has them; none of one that is longer."""
    return files_table(file._replace(data=_bytes(file, most)) for file in files_of(files))


def read(files: pa.Table, told: Told) -> Iterator[pa.Table]:
    """What came of each file, a table a file; see `rag.cluster.table`."""
    if fault := _fault(told):
        yield rows_table([_faulty(fault)])
        return
    reader = _reader(told.options)
    for file in files_of(files):
        yield rows_table(_read(reader, file))


def _fault(told: Told) -> str:
    """Why this node would not read files as whoever asks does; "" where it would."""
    if told.versions != VERSIONS:
        return f"has version {_said(VERSIONS)} of rag, not {_said(told.versions)}"
    missing = available(told.recognised) if told.recognised else ""
    return f"cannot recognise pages. {missing}, or give --ocr never" if missing else ""


def _faulty(fault: str) -> Row:
    return Row(0, FAULT, f"The node {gethostname()} {fault}".encode())


def _reader(options: bytes) -> _Reader:
    """The reader of this process; another one where files are to be read otherwise."""
    if not _readers or _readers[0].options != options:
        while _readers:
            _readers.pop().pool.close()
        _readers.append(_Reader(options))
    return _readers[0]


def _read(reader: _Reader, file: Sent) -> list[Row]:
    path = Path(os.fsdecode(file.path))
    try:
        if file.data is not None:
            with NamedTemporaryFile(prefix="rag-", suffix=path.suffix) as copy:  # mode 600
                copy.write(file.data)
                copy.flush()
                return reader.read(Path(copy.name), file)
        if path.is_file() and path.stat().st_size == file.size:
            return reader.read(path, file)
    except OSError:  # a full disk, a folder that may not be entered
        pass
    return [Row(file.place, UNSEEN, b"")]


def _bytes(file: Sent, most: int) -> bytes | None:
    if file.size > most:
        return None
    try:
        with open(file.path, "rb") as source:
            data = source.read(file.size + 1)
    except OSError:
        return None
    return data if len(data) == file.size else None


def _digest(path: Path) -> str:
    """Of a file that its reader crashed on; "" where it is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _said(versions: tuple[str, str, str]) -> str:
    return "{} (readers {}, chunker {})".format(*versions)


class Embedding:
    """Puts vectors to documents, by a model that is loaded once."""

    def __init__(self, wanted: Wanted) -> None:
        self._fault = ""
        self._embedder: Embedder | None = None
        try:
            found = load_embedder(wanted.identity.source, wanted.options)
        except RagError as error:
            self._fault = f"cannot embed: {error.message}"
            return
        self._embedder = found
        if found.identity != wanted.identity:
            self._fault = f"has the embedder {found.identity}, not {wanted.identity}"

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The same rows, those of documents with the vectors of their chunks."""
        if self._fault or self._embedder is None:
            return rows_table([_faulty(self._fault)])
        try:
            return rows_table(_embedded([*rows_of(rows)], self._embedder))
        except RagError as error:
            return rows_table([_faulty(f"cannot embed: {error.message}")])


def _embedded(rows: list[Row], embedder: Embedder) -> Iterator[Row]:
    """The rows, their texts embedded all at once."""
    texts = [_texts(row) for row in rows]
    flat = [text for each in texts for text in each]
    made = checked(embedder.encode_documents(flat), embedder.identity, len(flat))
    first = 0
    for row, own in zip(rows, texts, strict=True):
        last = first + len(own)
        yield row._replace(vectors=made[first:last].tobytes()) if own else row
        first = last


def _texts(row: Row) -> list[str]:
    if row.kind != wire.DOCUMENT:
        return []
    return [*map(embedded, wire.prepared_from_json(row.payload)[1].chunks)]


def embed(idf: Floats, texts: list[str]) -> bytes:
    """Vectors of texts by the built-in embedder, as rows of float32."""
    return Hasher(idf).encode(texts).tobytes()
