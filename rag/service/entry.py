"""Who asks, and for which collection: dependencies of every route that opens documents.

The gate has found out who asks (`rag.service.gate`). None of this reads a body or waits, so it runs
in the loop: whatever threads are busy with holds nobody up here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from rag.access.clients import Client
from rag.errors import UsageError
from rag.service.problems import Refused, no_collection
from rag.service.state import service_of
from rag.store.names import checked_name
from rag.store.place import collections

if TYPE_CHECKING:
    from rag.access.keys import Right
    from rag.app import App
    from rag.service.state import Service

__all__ = [
    "Asking",
    "Client",
    "Entry",
    "Governs",
    "Oversees",
    "Reads",
    "Writes",
    "enter",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A client at a collection that it may use."""

    service: Service
    client: Client
    collection: str

    @property
    def app(self) -> App:
        """What can be done with the collection."""
        return self.service.desk.app(self.collection)


def client_of(request: Request) -> Client:
    """Who asks; the gate has let it in."""
    return cast("Client", request.scope["state"]["client"])


async def asking(request: Request) -> Client:
    """Who asks, for routes."""
    return client_of(request)


def enter(service: Service, client: Client, collection: str, right: Right) -> Entry:
    """A client's entry to a collection.

    Raises Refused: 404 where there is no such collection or the client may not know of it, the
    same in both cases and after the same steps; 403 where it may read and not write.
    """
    # its right comes first: what a client may not know of is not even looked for
    if not (client.may("read", collection) and _exists(service, collection)):
        raise no_collection(collection)
    if not client.may(right, collection):
        raise Refused(
            403,
            "read-only",
            "This key may read this collection and not write to it",
            "Ask for one that may: rag keys add NAME --write",
        )
    return Entry(service, client, collection)


def _exists(service: Service, collection: str) -> bool:
    try:
        return checked_name(collection) in collections(service.desk.home)
    except UsageError:
        return False


Asking = Annotated[Client, Depends(asking)]


async def reading(request: Request, collection: str, client: Asking) -> Entry:
    """Entry to the collection in the path, to read it."""
    return enter(service_of(request), client, collection, "read")


async def writing(request: Request, collection: str, client: Asking) -> Entry:
    """Entry to the collection in the path, to change it."""
    return enter(service_of(request), client, collection, "write")


async def overseeing(client: Asking) -> Client:
    """A client that may know of all there is. Raises Refused (403) for one that may not."""
    if not client.may_all("read"):
        raise Refused(
            403,
            "not-all-collections",
            "This takes a key for all collections",
            "Ask for one: rag keys add NAME --all",
        )
    return client


async def governing(client: Asking) -> Client:
    """A client that may make, rename and delete collections.

    A name that is taken tells that there is such a collection, so only those may try who know of
    all. Raises Refused (403) for one that may not, whatever it asked for.
    """
    if not client.may_all("write"):
        raise Refused(
            403,
            "not-all-collections",
            "This takes a key that may write to all collections",
            "Ask for one: rag keys add NAME --all --write",
        )
    return client


Reads = Annotated[Entry, Depends(reading)]
Writes = Annotated[Entry, Depends(writing)]
Oversees = Annotated[Client, Depends(overseeing)]
Governs = Annotated[Client, Depends(governing)]
