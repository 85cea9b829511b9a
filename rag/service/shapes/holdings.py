"""Collections, documents and jobs; see `rag.schema.holdings`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from rag.service.shapes.base import Shape, Told
from rag.service.shapes.problem import Problem


class CollectionRow(Shape):
    """A collection; `trouble` says why what it holds could not be told."""

    name: str
    documents: int
    chunks: int
    trouble: str


class Collections(Told):
    """The collections that the client may read, by name."""

    collections: list[CollectionRow]


class NewCollection(Told, CollectionRow):
    """A collection that was made."""


class Collection(NewCollection):
    """A collection with what goes on in it, and the bytes it takes on the disk, by part."""

    unread: int
    jobs: int
    disk: dict[str, int]


class Remark(Shape):
    """What a reader says of a document; `problem` says whether something is wrong."""

    kind: str
    text: str
    pages: list[int]
    more: int
    count: int | None
    problem: bool


class DocumentRow(Shape):
    """A document of a listing; `characters`, `aside` and `lost` count those that are no space."""

    document: str
    id: str
    title: str
    kind: str
    date: str | None
    pages: int
    chunks: int
    characters: int
    aside: int
    lost: int
    notes: list[str]


class Holding(DocumentRow):
    """A document with all that is known of it but where its file lies."""

    size: int
    covered: float
    set_aside: float
    promises: int | None
    uploaded: bool
    remarks: list[Remark]


class Holdings(Told):
    """A page of a listing; `total` counts those that are meant, on all pages."""

    total: int
    offset: int
    documents: list[Holding]


class DocumentHeld(Told, Holding):
    """A document; `names` are all that its bytes have."""

    names: list[str]


class UnreadFile(Shape):
    """A file of which the collection holds nothing, and why."""

    document: str
    reason: str
    cause: str


class UnreadFiles(Told):
    """A page of these."""

    total: int
    offset: int
    unread: list[UnreadFile]


class DocumentPage(Shape):
    """A page, and where its text stands in that of the document."""

    number: int
    label: str | None
    start: int
    end: int
    kind: str
    recognised: bool


class DocumentText(Told, DocumentRow):
    """A part of the text of a document; `next` is where to go on, null at the end."""

    start: int
    end: int
    text: str
    page_list: list[DocumentPage]
    length: int
    next: int | None


class Renamed(Told):
    """The old name of a document and its new one."""

    id: str
    old: str
    document: str


class Removed(Told):
    """The names that were taken out."""

    id: str
    removed: list[str]


class JobDocument(Shape):
    """A document that came of a file."""

    id: str
    document: str


class JobFile(Shape):
    """A file that was sent in, and what became of it; see docs/api.md."""

    name: str
    size: int
    sha256: str
    state: str
    documents: list[JobDocument]
    unread: int
    cause: str
    reason: str
    hint: str
    notes: list[str]
    pages: int
    total_pages: int | None


class JobRow(Shape):
    """A job of a listing: how far it has come, or what came of it."""

    id: str
    kind: Annotated[str, Field(examples=["ingest"])]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    created: str
    changed: str
    revision: int
    progress: dict[str, Any]
    result: Any
    error: Problem | None


class Job(Told, JobRow):
    """A job with the files that it was given."""

    files: list[JobFile]


class Jobs(Told):
    """The jobs of a collection, the newest first."""

    jobs: list[JobRow]
