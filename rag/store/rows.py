"""What the catalogue gives: files, documents, chunks, meetings, and what a publication changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.corrections import apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.corrections import Corrected, Correction
    from rag.types import Chunk, Document, Minutes


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the library, or one inside another: its name, where it lay, what it held.

    The file lies at `root`/`path`; `member` is the path inside it, "" for the file itself. `size`
    (bytes), `mtime_ns` and `digest` (SHA-256) are those of the file at `path`. `document_id` is
    None where it could not be read, and `reason` says why. `attempt` tells how what was missing was
    looked for, so that another way is worth a try; "" where nothing was missing.
    """

    name: str
    root: str
    path: str
    size: int
    mtime_ns: int
    digest: str
    document_id: str | None
    member: str = ""
    reason: str = ""
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What a listing shows of a document. `characters`, `aside` and `lost` count non-white ones."""

    id: str
    name: str
    title: str
    kind: str
    date: str | None
    pages: int
    chunks: int
    characters: int
    aside: int
    lost: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of the readers that read a document and of the chunker that cut it."""

    readers: str
    chunker: str


@dataclass(frozen=True, slots=True)
class Held:
    """How a live document is held: its key and id, what made it, and the keys of its chunks.

    These are those from `first` on, so many as `chunks` counts. `attempt` is as in `FileRow`.
    """

    key: int
    id: str
    versions: Versions
    attempt: str
    first: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the library: its name, its id, its minutes as read, and the corrections of it.

    `document` gives a document by its id.
    """

    name: str
    id: str
    minutes: Minutes
    corrections: tuple[Correction, ...]
    document: Callable[[str], Document]

    @property
    def corrected(self) -> Corrected:
        """The minutes with the corrections in them."""
        return apply(self.minutes, self.corrections, lambda: self.document(self.id))


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A live chunk with its key in the derived indexes and the title of its document."""

    key: int
    chunk: Chunk
    title: str


@dataclass(frozen=True, slots=True)
class Delta:
    """What a publication changed: keys of chunks that came and went, and the new generation."""

    generation: int
    added: tuple[int, ...]
    removed: tuple[int, ...]
