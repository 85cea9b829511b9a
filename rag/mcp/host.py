"""Who serves agents, and what a client can reach of the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.access.clients import visible
from rag.errors import LibraryMissing, UsageError
from rag.store.place import collections

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from anyio import CapacityLimiter
    from starlette.requests import Request

    from rag.access.clients import Client
    from rag.app import App
    from rag.config import Settings
    from rag.desk import Desk
    from rag.desk.line import Caller, Kind
    from rag.mcp.work import Errand

_NAMED = 20  # collections that are told one by one


class Host(Protocol):
    """Who serves."""

    @property
    def home(self) -> Path:
        """The folder of the library."""

    @property
    def settings(self) -> Settings:
        """As the server was started with."""

    @property
    def secret(self) -> bytes:
        """What no document can know: the lines around its text depend on it."""

    @property
    def threads(self) -> CapacityLimiter | None:
        """How many threads work at once; as many as there are by default for None."""

    def desk(self) -> Desk:
        """What all clients share. The first call may take a second, so make it in a thread."""

    def client(self, request: Request | None) -> Client:
        """Who asks; there is no request where no HTTP is spoken."""

    def turn(self, caller: Caller, kind: Kind) -> AbstractAsyncContextManager[None]:
        """Wait for a turn to work and hold it.

        Raises RagError where too many wait already, Stopped when the caller is.
        """


def known(host: Host, client: Client) -> list[str]:
    """The collections that a client may know of, by name."""
    return visible(client, collections(host.home))


def usual(host: Host, names: list[str]) -> str:
    """Which of the collections of a client is meant where none is named; "" where that is open."""
    if host.settings.collection in names:
        return host.settings.collection
    return names[0] if len(names) == 1 else ""


def listed(names: list[str]) -> str:
    """Names of collections as words; where there are many, not all of them."""
    more = " and more (list_documents names them)" if names[_NAMED:] else ""
    return f"{', '.join(names[:_NAMED])}{more}"


@dataclass(frozen=True, slots=True)
class Visit:
    """A client at the library on one errand, in the thread that works for it."""

    host: Host
    client: Client
    errand: Errand

    def collection(self, name: str) -> str:
        """The collection of this name, or the usual one for none.

        Raises UsageError where there is none of this name or the client may not know of it, the
        same in both cases, and LibraryMissing where there is none at all.
        """
        names = known(self.host, self.client)
        if name and name not in names:
            raise UsageError(
                f"There is no collection {name}", "See which there are: call list_documents."
            )
        chosen = name or usual(self.host, names)
        if chosen:
            return chosen
        if not names:
            raise LibraryMissing("There are no documents here yet")
        raise UsageError("Name a collection", f"There are {listed(names)}.")

    def app(self, collection: str) -> App:
        """What can be done with a collection, as `collection` gives it."""
        return self.host.desk().app(collection)
