"""Addresses of libraries in PostgreSQL: postgresql://USER@HOST:PORT/DATABASE?library=NAME."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from rag.store.names import checked_name
from rag.store.place import NEW

if TYPE_CHECKING:
    from rag.store.place import LibraryPaths

#: What in the query of an address is ours; all else is the driver's, such as sslmode.
_LIBRARY = "library"
#: Before the mark of a library that is being made under a name, and of one that had it before.
ASIDE, BEFORE = "~new-", "~old-"


@dataclass(frozen=True, slots=True)
class Address:
    """A database, as its address without a password, and the name of a library in it."""

    database: str
    library: str

    def __str__(self) -> str:
        joint = "&" if "?" in self.database else "?"
        return f"{self.database}{joint}{_LIBRARY}={quote(self.library)}"

    @property
    def shown(self) -> str:
        """The database as errors name it."""
        return self.database.partition("?")[0]


def parsed(text: str, collection: str) -> Address:
    """The address of a collection's library, called as the collection is unless it tells a name.

    Raises UsageError for a name that no library may have.
    """
    database, _, told = text.partition("?")
    query = parse_qsl(told, keep_blank_values=True)
    named = [value for key, value in query if key == _LIBRARY]
    name = named[-1] if named else collection.removesuffix(NEW)
    checked_name(name.partition("~")[0])
    rest = urlencode([pair for pair in query if pair[0] != _LIBRARY], safe="/", quote_via=quote)
    return Address(f"{database}?{rest}" if rest else database, name)


def aside(address: Address) -> Address:
    """Where to make a library that is to take the place of another one when it is whole."""
    return Address(address.database, f"{address.library}{ASIDE}{secrets.token_hex(4)}")


def address_of(paths: LibraryPaths) -> Address | None:
    """Where the catalogue of a library is noted to be; None where that is a file."""
    from rag.store.where import where

    found = where(paths).postgres
    return parsed(found, paths.collection) if found else None
