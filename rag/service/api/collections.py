"""The collections that a client may know of: which there are, a new one, another name, one less."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from rag import schema
from rag.access.clients import visible
from rag.errors import LibraryMissing
from rag.service import paths
from rag.service.bodies import told
from rag.service.changing import changed
from rag.service.entry import Asking, Entry, Governs, Reads, Writes
from rag.service.problems import Refused, without_paths
from rag.service.running import run
from rag.service.shapes import holdings as shapes
from rag.service.state import Service, service_of
from rag.store import collections as held
from rag.store import place
from rag.store.names import new_name

router = APIRouter()


class Name(BaseModel):
    """What a collection is to be called."""

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="Letters of any script, digits, -, _ and dots, not a dot first.",
        ),
    ]


@router.get("", responses={200: {"model": shapes.Collections}})
async def list_collections(request: Request, client: Asking) -> Response:
    """The collections that the client may read, by name."""
    service = service_of(request)

    def look() -> list[schema.Json]:
        home = service.desk.home
        place.finish_moves(home)
        names = visible(client, place.collections(home))
        return [_row(held.collection(home, name)) for name in names]

    rows = await run(service, request, client, "search", look)
    return told({"schema": schema.SCHEMA, "collections": rows})


@router.post("", status_code=201, responses={201: {"model": shapes.NewCollection}})
async def create_collection(request: Request, client: Governs, wanted: Name) -> Response:
    """Make a collection that holds nothing yet; it takes a key that may write to all."""
    service, name = service_of(request), new_name(wanted.name)
    await run(service, request, client, "search", partial(_create, service, name))
    made = {"schema": schema.SCHEMA, **asdict(held.Collection(name))}
    return told(made, 201, {"Location": paths.collection(request.scope, name)})


@router.get("/{collection}", responses={200: {"model": shapes.Collection}})
async def show_collection(request: Request, entry: Reads) -> Response:
    """A collection: what it holds, what goes on in it, and the bytes it takes on the disk."""
    look = partial(_whole, entry)
    return told(await run(entry.service, request, entry.client, "search", look))


@router.patch("/{collection}", responses={200: {"model": shapes.Collection}})
async def rename_collection(
    request: Request, client: Governs, entry: Writes, wanted: Name
) -> Response:
    """Give a collection another name; its history, its files, its jobs and its keys go with it.

    It takes a key that may write to all.
    """
    service, new = entry.service, new_name(wanted.name)

    def rename() -> schema.Json:
        service.jobs.check_known(entry.collection)  # another may have taken it away meanwhile
        if new != entry.collection:
            _check_free(service, new)
            service.desk.rename_collection(entry.collection, new)
        return _whole(Entry(service, client, new))

    return told(await changed(service, request, client, rename))


@router.delete("/{collection}", status_code=204)
async def delete_collection(request: Request, client: Governs, entry: Writes) -> None:
    """Delete a collection for good, with its history, its jobs and the files that were sent in.

    Files elsewhere that it was filled from stay where they are. It takes a key that may write to
    all.
    """
    service = entry.service

    def delete() -> None:
        service.jobs.check_known(entry.collection)
        service.desk.delete_collection(entry.collection)

    await changed(service, request, client, delete)


def _create(service: Service, name: str) -> None:
    _check_free(service, name)
    held.create(service.desk.home, name)


def _check_free(service: Service, name: str) -> None:
    """Raise Refused (409) where there is a collection of a name, also by its letters alone."""
    if not held.is_free(service.desk.home, name):
        raise Refused(409, "collection-exists", f"There is a collection {name}", "Choose another.")


def _row(row: held.Collection) -> schema.Json:
    """A collection as it is listed, without where on this machine it lies."""
    return {**asdict(row), "trouble": without_paths(row.trouble)}


def _whole(entry: Entry) -> schema.Json:
    """All that is told of one collection."""
    desk, name = entry.service.desk, entry.collection
    row = held.collection(desk.home, name)
    try:
        unread = len(entry.app.holdings().unread) if not row.trouble else 0
    except LibraryMissing:
        unread = 0
    return {
        "schema": schema.SCHEMA,
        **_row(row),
        "unread": unread,
        "jobs": entry.service.jobs.running(name),
        "disk": held.used(desk.home, name),
    }
