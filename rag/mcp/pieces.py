"""Pieces of a document's text of bounded length, and the addresses of those beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.mcp import addresses
from rag.mcp.texts import cut
from rag.orders import ordered

if TYPE_CHECKING:
    from rag.mcp.addresses import Address
    from rag.types import Document


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a document, of those up to `last` that were asked for.

    `most` is how many a piece may have.
    """

    document: Document
    start: int
    end: int
    last: int
    most: int

    @property
    def goes_on(self) -> bool:
        """Whether not all that was asked for is in it."""
        return self.end < self.last

    @property
    def text(self) -> str:
        """The exact text."""
        return self.document.text[self.start : self.end]

    @property
    def orders(self) -> bool:
        """Whether it speaks to a language model."""
        return ordered(self.document.text, self.start, self.end)

    def next_uri(self, collection: str, document_id: str) -> str | None:
        """The address of what follows, None at the end."""
        if self.end >= len(self.document.text):
            return None
        last = min(self.end + self.most, len(self.document.text))
        return addresses.uri(collection, document_id, self.end, last)

    def previous_uri(self, collection: str, document_id: str) -> str | None:
        """The address of what stands before, None at the beginning."""
        if not self.start:
            return None
        return addresses.uri(collection, document_id, max(self.start - self.most, 0), self.start)


def piece_of(document: Document, address: Address, most: int, around: int = 0) -> Piece:
    """The piece at an address, with so many characters around it, cut where it is too long.

    Raises UsageError where the document has no such place.
    """
    start, end = _span(document, address)
    first = max(start - min(around, most // 2), 0)
    last = min(end + around, len(document.text))
    return Piece(document, first, first + len(cut(document.text[first:last], most)), last, most)


def _span(document: Document, address: Address) -> tuple[int, int]:
    length = len(document.text)
    if address.page is not None:
        page = next((each for each in document.pages if each.number == address.page), None)
        if page is None or address.start is not None or address.end is not None:
            said = f"it has {len(document.pages)}" if document.pages else "it has no pages"
            raise UsageError(f"There is no page {address.page} to read", f"Of pages {said}.")
        return page.start, page.end
    start = address.start or 0
    end = length if address.end is None else min(address.end, length)
    if start >= end and (start or length):
        raise UsageError(
            f"There is no text from {start} to {end}", f"The text has {length} characters."
        )
    return start, end
