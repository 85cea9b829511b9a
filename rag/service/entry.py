"""Who asks, and for which collection: dependencies of every route that opens documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from rag.errors import UsageError
from rag.service.problems import Refused
from rag.service.state import service_of
from rag.store.place import checked_name, collections

if TYPE_CHECKING:
    from rag.access.keys import Key, Right
    from rag.app import App
    from rag.service.state import Service


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: `name` is its place in the line and in the log; no key where none is demanded."""

    name: str
    key: Key | None = None

    def may(self, right: Right, collection: str) -> bool:
        """Whether this client may read or write a collection."""
        return self.key is None or self.key.may(right, collection)


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
    """Who asks. Raises Refused (401) where a key is demanded and there is none that is known."""
    address = request.client.host if request.client else ""
    return Client(address)


def enter(service: Service, client: Client, collection: str, right: Right) -> Entry:
    """A client's entry to a collection.

    Raises Refused: 404 where there is no such collection or the client may not know of it, the
    same in both cases; 403 where it may read and not write.
    """
    try:
        known = checked_name(collection) in collections(service.desk.home)
    except UsageError:
        known = False
    if not known or not client.may("read", collection):
        raise Refused(404, "no-collection", f"There is no collection {collection[:80]}")
    if not client.may(right, collection):
        raise Refused(403, "read-only", "This key may read this collection and not write to it")
    return Entry(service, client, collection)


Asking = Annotated[Client, Depends(client_of)]


def reading(request: Request, collection: str, client: Asking) -> Entry:
    """Entry to the collection in the path, to read it."""
    return enter(service_of(request), client, collection, "read")


def writing(request: Request, collection: str, client: Asking) -> Entry:
    """Entry to the collection in the path, to change it."""
    return enter(service_of(request), client, collection, "write")


Reads = Annotated[Entry, Depends(reading)]
Writes = Annotated[Entry, Depends(writing)]
