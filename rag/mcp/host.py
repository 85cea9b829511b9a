"""Who serves agents, who asks, and what a guest can reach of the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from rag.errors import LibraryMissing, UsageError
from rag.store.place import collections

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from anyio import CapacityLimiter
    from starlette.requests import Request

    from rag.app import App
    from rag.config import Settings
    from rag.desk import Desk
    from rag.desk.line import Caller
    from rag.mcp.work import Errand

#: What work takes: a search is quick, an answer may ask a model, a long one reads whole texts.
Kind = Literal["search", "answer", "long"]
_NAMED = 20  # collections that an error names


def _any(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks: `name` is its place in the line, `may` tells whether it may read a collection."""

    name: str
    may: Callable[[str], bool] = _any


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
        """What all guests share. The first call may take a second, so make it in a thread."""

    def guest(self, request: Request | None) -> Guest:
        """Who asks; there is no request where no HTTP is spoken."""

    def turn(self, caller: Caller, kind: Kind) -> AbstractAsyncContextManager[None]:
        """Wait for a turn to work and hold it.

        Raises RagError where too many wait already, Stopped when the caller is.
        """


def known(host: Host, guest: Guest) -> list[str]:
    """The collections that a guest may know of, by name."""
    return [name for name in collections(host.home) if guest.may(name)]


def usual(host: Host, names: list[str]) -> str:
    """Which of the collections of a guest is meant where none is named; "" where that is open."""
    if host.settings.collection in names:
        return host.settings.collection
    return names[0] if len(names) == 1 else ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A guest at the library on one errand, in the thread that works for it."""

    host: Host
    guest: Guest
    errand: Errand

    def collection(self, name: str) -> str:
        """The collection of this name, or the usual one for none.

        Raises UsageError where there is none of this name or the guest may not know of it, the same
        in both cases, and LibraryMissing where there is none at all.
        """
        names = known(self.host, self.guest)
        if name and name not in names:
            raise UsageError(
                f"There is no collection {name}", "See which there are: call list_documents."
            )
        chosen = name or usual(self.host, names)
        if chosen:
            return chosen
        if not names:
            raise LibraryMissing("There are no documents here yet")
        raise UsageError(
            "Name a collection",
            f"There are {', '.join(names[:_NAMED])}{' and more' if names[_NAMED:] else ''}.",
        )

    def app(self, collection: str) -> App:
        """What can be done with a collection, as `collection` gives it."""
        return self.host.desk().app(collection)
