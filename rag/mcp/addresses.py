"""Addresses of documents and of places in them.

    rag://library/COLLECTION/DOCUMENT                    a document
    rag://library/COLLECTION/DOCUMENT?start=120&end=300  its characters from 120 up to 300
    rag://library/COLLECTION/DOCUMENT?page=4             its page 4

DOCUMENT is the beginning of the document's id, or its name, percent-encoded. The collection is part
of the path, since programs that read addresses make the letters of a host small.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from rag.errors import UsageError

_ROOT = "rag://library/"
#: Characters of an id in an address: with 64 bits no two documents of a library share them.
_ID = 16
#: Templates (RFC 6570) of the three kinds.
DOCUMENT = f"{_ROOT}{{collection}}/{{document}}"
PASSAGE = f"{DOCUMENT}{{?start,end}}"
PAGE = f"{DOCUMENT}{{?page}}"
_LONGEST = 8000  # characters of an address
_WHOLE_ID = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address names; `document` is a name, an id, or the beginning of one."""

    collection: str
    document: str
    start: int | None = None
    end: int | None = None
    page: int | None = None


def uri(collection: str, document: str, start: int | None = None, end: int | None = None) -> str:
    """The address of a document by its id, else its name, or of characters of it."""
    named = document[:_ID] if _WHOLE_ID.fullmatch(document) else document
    path = f"{_ROOT}{quote(collection, safe='')}/{quote(named, safe='')}"
    if start is None:
        return path
    return f"{path}?{urlencode({'start': start} | ({} if end is None else {'end': end}))}"


def address_of(text: str) -> Address:
    """What an address names. Raises UsageError where it is none of these."""
    wrong = UsageError(
        "This is no address of a document",
        f"They look like {_ROOT}COLLECTION/DOCUMENT?start=0&end=300; take one from a result.",
    )
    if len(text) > _LONGEST or not text.startswith(_ROOT):
        raise wrong
    try:
        parts = urlsplit(text)
        collection, _, document = parts.path.removeprefix("/").partition("/")
        collection, document = (unquote(each, errors="strict") for each in (collection, document))
        strict = bool(parts.query)
        given = dict(parse_qsl(parts.query, strict_parsing=strict, keep_blank_values=True))
    except ValueError:  # UnicodeDecodeError is one
        raise wrong from None
    if not (collection and document) or parts.fragment or set(given) - {"start", "end", "page"}:
        raise wrong
    if not all(_DIGITS.fullmatch(number) for number in given.values()):
        raise wrong
    numbers = {name: int(number) for name, number in given.items()}
    return Address(
        collection, document, numbers.get("start"), numbers.get("end"), numbers.get("page")
    )
