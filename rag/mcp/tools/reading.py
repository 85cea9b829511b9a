"""The tool `read_passage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.mcp import addresses
from rag.mcp.addresses import Address
from rag.mcp.pieces import piece_of
from rag.mcp.places import document_of, where
from rag.mcp.results import Text
from rag.mcp.texts import Block, fenced, line_of

if TYPE_CHECKING:
    from rag.mcp.arguments import ReadPassage
    from rag.mcp.host import Visit
    from rag.mcp.pieces import Piece
    from rag.types import Document


def read_passage(visit: Visit, wanted: ReadPassage) -> tuple[Text, str]:
    """A piece of a document's exact text, with the addresses of those beside it."""
    address = _address(wanted)
    collection = visit.collection(address.collection)
    row, document = document_of(visit.app(collection), address.document)
    if wanted.line is not None:
        address = _at_line(address, document, wanted.line)
    piece = piece_of(document, address, wanted.max_characters, wanted.around)
    text = piece.text
    read = Text(
        collection=collection,
        document=row.name,
        id=row.id,
        title=row.title,
        page=document.page_at(piece.start),
        line=document.line_at(piece.start),
        start=piece.start,
        end=piece.end,
        characters=len(document.text),
        text=text,
        orders=piece.orders,
        uri=addresses.uri(collection, row.id, piece.start, piece.end),
        previous_uri=piece.previous_uri(collection, row.id),
        next_uri=piece.next_uri(collection, row.id),
        more=_more(piece, piece.next_uri(collection, row.id)),
    )
    head = f"{where(row.name, read.page, read.line)}: {line_of(row.title)}"
    told = fenced(visit.host.secret, read.uri, [Block(read.uri, f"{head}\n\n{text}")])
    return read, f"{told}\n\n{read.more}" if read.more else told


def _address(wanted: ReadPassage) -> Address:
    """What is to be read. Raises UsageError for neither or both of an address and a name."""
    places = (wanted.start, wanted.end, wanted.page, wanted.line)
    if bool(wanted.uri) == bool(wanted.document):
        raise UsageError("Give either uri or document", "Results and list_documents name both.")
    if not wanted.uri:
        return Address(wanted.collection, wanted.document, wanted.start, wanted.end, wanted.page)
    if any(place is not None for place in places):
        raise UsageError("A uri says what to read", "Leave start, end, page and line out.")
    return addresses.address_of(wanted.uri)  # names its collection, whatever a host has filled in


def _at_line(address: Address, document: Document, line: int) -> Address:
    span = document.line_span(line)
    if span is None or address.start is not None or address.page is not None:
        raise UsageError(
            f"There is nothing to read at line {line}",
            "Give one of start, page and line; texts without lines have pages or characters.",
        )
    return Address(address.collection, address.document, span[0], address.end)


def _more(piece: Piece, following: str | None) -> str | None:
    if following is None or not piece.goes_on:
        return None
    return f"{piece.last - piece.end} characters follow: call read_passage with uri={following}"
