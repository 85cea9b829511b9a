"""Keys of the service: who may read or write which collections, and how a key is written.

A key reads rag-<id>-<secret>. The id names it in lists and logs; the secret ends with a checksum,
so that one which was mistyped or cut off is told from one that is not known, by anybody and without
a look at any file.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Literal, Self

Right = Literal["read", "write"]

#: Crockford's base 32: no letter that is taken for another, or for a digit, and none in capitals.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID, _RANDOM, _CHECK = 8, 32, 6  # characters of 5 bits: 160 bits are random
_FORM = re.compile(rf"rag-([{_ALPHABET}]{{{_ID}}})-([{_ALPHABET}]{{{_RANDOM + _CHECK}}})")
#: What begins like a key, though its end may be wrong.
_BEGINNING = re.compile(rf"rag-([{_ALPHABET}]{{{_ID}}})-\S*")


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. `collections` is None for all of them; who may write may read."""

    id: str
    name: str
    collections: frozenset[str] | None = None
    right: Right = "read"

    def may(self, right: Right, collection: str) -> bool:
        """Whether this key opens a collection for reading or writing."""
        named = self.collections is None or collection in self.collections
        return named and (right == "read" or self.right == "write")


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a key that is well formed: `id` may be told, `digest` is kept in its place.

    The digest is a plain SHA-256. A slow hash makes it dear to guess what people choose; 160 random
    bits are not guessed however fast one tries, and this one is taken for every request.
    """

    id: str
    digest: bytes

    @classmethod
    def of(cls, text: str) -> Self | None:
        """What a key says; None for a text that is none, or was mistyped or cut off."""
        found = _FORM.fullmatch(text)
        if found is None or not text.endswith(_check(text[:-_CHECK])):
            return None
        return cls(found[1], hashlib.sha256(text.encode()).digest())


def new_text() -> str:
    """The text of a new key, which is kept nowhere."""
    bare = f"rag-{_random(_ID)}-{_random(_RANDOM)}"
    return bare + _check(bare)


def id_in(text: str) -> str | None:
    """The id in something that begins like a key, right or wrong; None in anything else."""
    found = _BEGINNING.fullmatch(text)
    return found[1] if found else None


def _random(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def _check(text: str) -> str:
    """A checksum of 30 bits; it hides nothing, everybody can work it out."""
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_CHECK])
