"""Keys of the service: who may read or write which collections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Right = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. No `collections` are all of them; who may write may read."""

    id: str
    name: str
    collections: frozenset[str] = frozenset()
    right: Right = "read"

    def may(self, right: Right, collection: str) -> bool:
        """Whether this key opens a collection for reading or writing."""
        named = not self.collections or collection in self.collections
        return named and (right == "read" or self.right == "write")
