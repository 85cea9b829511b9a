"""Who asks the service, and what they may know of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.access.keys import Key, Right


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: `name` is its place in the line and in the log; no key where none is demanded.

    The name is that of the key, or the address that a request came from.
    """

    name: str
    key: Key | None = None

    def may(self, right: Right, collection: str) -> bool:
        """Whether this client may read or write a collection."""
        return self.key is None or self.key.may(right, collection)

    def may_all(self, right: Right) -> bool:
        """Whether this client may read or write all collections, those to come among them."""
        if self.key is None:
            return True
        return self.key.collections is None and (right == "read" or self.key.right == "write")


def visible(client: Client, collections: Iterable[str]) -> list[str]:
    """Those of the collections that a client may know of, in their order."""
    return [name for name in collections if client.may("read", name)]
