"""The documents of a collection: what there is, more of them, another name, one less."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from rag import schema
from rag.desk import uploads
from rag.desk.patience import when_free
from rag.errors import LibraryMissing, StorageError
from rag.holdings import Holdings, Order, ordered, sought
from rag.picture import page_of
from rag.service import receiving
from rag.service.api import jobs
from rag.service.bodies import attachment, told
from rag.service.changing import changed
from rag.service.entry import Entry, Reads, Writes
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes import holdings as shapes
from rag.store.rows import DocumentRow

if TYPE_CHECKING:
    from rag.report import Progress
    from rag.service.running import Tell
    from rag.store.tasks import Task

router = APIRouter()

#: Characters of a document's text in one answer.
_TEXT = 200_000
#: Bytes of a file that are read at once.
_PIECE = 256 * 1024
#: Seconds that reading documents again waits for the library.
_PATIENCE = 600.0
_NONE: tuple[list[DocumentRow], Holdings] = ([], Holdings())
_FORM = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "password": {"type": "string", "maxLength": 4096},
                },
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
    "required": True,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The job, which has ended.", "model": shapes.Job},
    202: {"description": "The job, which goes on.", "model": shapes.Job},
    408: {"description": "The client was silent for long."},
}

DocumentId = Annotated[str, Path(max_length=100, description="The id of the document, as listed.")]


class Another(BaseModel):
    """Another name for a document; `document` says which, where several have its bytes."""

    name: Annotated[str, Field(min_length=1, max_length=1000)]
    document: Annotated[str, Field(max_length=1000)] = ""


class Again(BaseModel):
    """How a document is to be read again."""

    password: Annotated[str, Field(max_length=1000)] = ""


@router.get("", responses={200: {"model": shapes.Holdings}})
async def list_documents(
    request: Request,
    entry: Reads,
    q: Annotated[str, Query(max_length=500, description="Words of name or title.")] = "",
    kind: Annotated[str, Query(max_length=40, description="Only of this kind.")] = "",
    problems: Annotated[bool, Query(description="Only those something is wrong with.")] = False,
    sort: Order = "name",
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Documents, a page at a time: `total` counts those that are meant, on all pages."""

    def look() -> dict[str, Any]:
        rows, held = _held(entry)
        found = sought(held.documents, q) if q.strip() else held.documents
        wanted = [
            each
            for each in ordered(found, sort)
            if kind in ("", each.kind) and (each.problems or not problems)
        ]
        by_name = {row.name: row for row in rows}
        page = [each for each in wanted[offset : offset + limit] if each.name in by_name]
        return {
            "schema": schema.SCHEMA,
            "total": len(wanted),
            "offset": offset,
            "documents": [schema.holding(by_name[each.name], each) for each in page],
        }

    return told(await run(entry.service, request, entry.client, "search", look))


@router.get("/unread", responses={200: {"model": shapes.UnreadFiles}})
async def list_unread(
    request: Request,
    entry: Reads,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Files of which the collection holds nothing, and why."""
    look = partial(_held, entry)
    _, held = await run(entry.service, request, entry.client, "search", look)
    return told(
        {
            "schema": schema.SCHEMA,
            "total": len(held.unread),
            "offset": offset,
            "unread": [schema.unread(each) for each in held.unread[offset : offset + limit]],
        }
    )


@router.post(
    "",
    status_code=202,
    openapi_extra={"requestBody": _FORM},
    responses=_ANSWERS,
)
async def upload_documents(
    request: Request,
    entry: Writes,
    name: Annotated[str, Query(max_length=1000, description="Of a body that is one file.")] = "",
    wait: Annotated[float, Query(ge=0, le=600, description="Seconds to wait for the end.")] = 0.0,
    x_document_password: Annotated[str, Header(max_length=4096)] = "",
) -> Response:
    """Bring files in: a form with files, or a body that is one file, called `name`.

    The answer is a job. From then on the files are safe: they are read in the background, and the
    job says in the end what became of each. With `wait` it is answered as soon as the job has
    ended (200), or after so many seconds (202). A password, as the field "password" of the form or
    percent-encoded in the header, opens files that are encrypted; it is kept in memory alone.
    """
    service = entry.service
    with receiving.Received(service.settings, service.desk.presence.incoming) as received:
        await receiving.receive(service, request, name, received)
        password = received.password or unquote(x_document_password)
        files, client = received.files, entry.client
        accept = partial(service.ingests.accept, client, entry.collection, files, password)
        try:
            task = await run(service, request, client, "search", accept)
        except StorageError as error:
            raise receiving.not_kept(error) from error
    if wait:
        await service.jobs.wait(entry.collection, task.id, wait)
        task = service.jobs.find(entry.collection, task.id)
    return jobs.begun(request, entry.collection, task)


@router.get("/{document}", responses={200: {"model": shapes.DocumentHeld}})
async def show_document(request: Request, entry: Reads, document: DocumentId) -> Response:
    """All that is known of a document but its text: `names` are all that its bytes have."""

    def look() -> dict[str, Any]:
        rows, held = _held(entry)
        named = _named(rows, document)
        value = next(each for each in held.documents if each.name == named[0].name)
        names = [row.name for row in named]
        return {"schema": schema.SCHEMA, **schema.holding(named[0], value), "names": names}

    return told(await run(entry.service, request, entry.client, "search", look))


@router.get("/{document}/text", responses={200: {"model": shapes.DocumentText}})
async def show_text(
    request: Request,
    entry: Reads,
    document: DocumentId,
    start: Annotated[int, Query(ge=0, le=2**53)] = 0,
    end: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    page: Annotated[int | None, Query(ge=1, le=10**6, description="Only this page.")] = None,
) -> Response:
    """The text of a document from `start` to `end`, in characters, or that of a page.

    At most 200,000 characters come at once; `next` is where to go on, null at the end.
    """

    def look() -> dict[str, Any]:
        row, found = entry.app.document(_named(_held(entry)[0], document)[0].name)
        first, last = start, len(found.text) if end is None else min(end, len(found.text))
        if page is not None:
            wanted = page_of(found, row.name, page)
            first, last = max(wanted.start, first), min(wanted.end, last)
        first = min(first, last)
        stop = min(last, first + _TEXT)
        value = schema.document(row, found, first, stop)
        return {**value, "length": len(found.text), "next": stop if stop < last else None}

    return told(await run(entry.service, request, entry.client, "search", look))


@router.get("/{document}/file", response_class=StreamingResponse)
async def show_file(request: Request, entry: Reads, document: DocumentId) -> StreamingResponse:
    """The file that was sent in, byte for byte. There is none of one that came from a folder.

    It is given to be kept and not to be shown: its bytes are whatever somebody sent.
    """

    def look() -> tuple[BinaryIO, str]:
        rows, held = _held(entry)
        name = _named(rows, document)[0].name
        value = next(each for each in held.documents if each.name == name)
        if not value.uploaded or value.member:
            raise _no_file()
        try:
            return _opened(value.file), name
        except OSError:
            raise _no_file() from None

    file, name = await run(entry.service, request, entry.client, "search", look)
    headers = {**attachment(name), "Content-Length": str(os.fstat(file.fileno()).st_size)}
    return StreamingResponse(_pieces(file), media_type="application/octet-stream", headers=headers)


@router.patch("/{document}", responses={200: {"model": shapes.Renamed}})
async def rename_document(
    request: Request, entry: Writes, document: DocumentId, wanted: Another
) -> Response:
    """Give a document another name. The old one still leads to it, so that what cites it stays."""

    def rename() -> dict[str, Any]:
        named = _named(_held(entry)[0], document)
        name = wanted.document or named[0].name
        if name not in [row.name for row in named]:
            raise Refused(404, "no-document", "This document is not called so")
        old = entry.app.rename(name, wanted.name)
        return {"schema": schema.SCHEMA, "id": document, "old": old, "document": wanted.name}

    return told(await changed(entry.service, request, entry.client, rename))


@router.delete("/{document}", responses={200: {"model": shapes.Removed}})
async def delete_document(request: Request, entry: Writes, document: DocumentId) -> Response:
    """Take a document out of the collection under all its names, and the file that was sent in.

    A file of a folder stays there, and the next ingest of that folder brings it back.
    """

    def delete() -> dict[str, Any]:
        names = [row.name for row in _named(_held(entry)[0], document)]
        removed = uploads.remove(entry.app, *names, seconds=0.0)
        return {"schema": schema.SCHEMA, "id": document, "removed": removed}

    return told(await changed(entry.service, request, entry.client, delete))


@router.post(
    "/{document}/reread",
    status_code=202,
    responses={202: {"model": shapes.Job}},
)
async def reread_document(
    request: Request, entry: Writes, document: DocumentId, how: Again | None = None
) -> Response:
    """Read a document again from its file, as a job whose result is the report."""
    password = how.password if how else ""
    service, client = entry.service, entry.client

    def work(tell: Tell) -> dict[str, Any]:
        def on_progress(progress: Progress) -> None:
            tell("read", progress)

        names = [row.name for row in _named(_held(entry)[0], document)]
        again = partial(entry.app.reread, names, password=password, on_progress=on_progress)
        return schema.report(
            when_free(again, seconds=_PATIENCE, on_wait=lambda _: tell("wait", {}))
        )

    def begin() -> Task:
        _named(_held(entry)[0], document)
        return service.jobs.begin(client, entry.collection, "reread", work)

    return jobs.begun(
        request, entry.collection, await run(service, request, client, "search", begin)
    )


def _opened(path: str) -> BinaryIO:
    """A file that lies there itself, and is no link to another one. Raises OSError."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    return os.fdopen(opened, "rb")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _no_file() -> Refused:
    return Refused(404, "no-file", "The file of this document is not kept here")


def _held(entry: Entry) -> tuple[list[DocumentRow], Holdings]:
    """What a collection holds, which may be nothing yet."""
    try:
        return entry.app.documents(), entry.app.holdings()
    except LibraryMissing:
        return _NONE


def _named(rows: list[DocumentRow], document: str) -> list[DocumentRow]:
    """The rows of a document, one for each of its names. Raises Refused (404) for none."""
    named = [row for row in rows if row.id == document]
    if not named:
        raise Refused(404, "no-document", "There is no document of this id")
    return named
