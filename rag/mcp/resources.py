"""Documents and passages as resources."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from rag.errors import LibraryError, LibraryMissing, NotAMeeting, RagError, Stopped, UsageError
from rag.mcp import addresses, faults
from rag.mcp.host import Visit, known
from rag.mcp.pieces import piece_of
from rag.mcp.places import document_of, where
from rag.mcp.texts import line_of
from rag.mcp.work import worked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcp.server.context import ServerRequestContext
    from mcp_types import PaginatedRequestParams, ReadResourceRequestParams

    from rag.mcp.host import Host
    from rag.mcp.work import Errand, Step
    from rag.store.rows import DocumentRow

_PAGE = 100  # resources of one answer
#: Characters of a document that one reading gives; the answer has the address of the next ones.
_PIECE = 20_000
_PLAIN = "text/plain"
_TEMPLATES = (
    ResourceTemplate(
        name="document",
        title="A document",
        uri_template=addresses.DOCUMENT,
        description="The text of a document from its beginning, by name or id.",
        mime_type=_PLAIN,
    ),
    ResourceTemplate(
        name="passage",
        title="A passage",
        uri_template=addresses.PASSAGE,
        description="Characters start to end of the text of a document.",
        mime_type=_PLAIN,
    ),
    ResourceTemplate(
        name="page",
        title="A page",
        uri_template=addresses.PAGE,
        description="A page of a document that has pages, from 1.",
        mime_type=_PLAIN,
    ),
)


async def _unheard(_: Step) -> None:
    """Nobody is told how far a reading is."""


async def done_for(
    host: Host, ctx: ServerRequestContext[Any, Any], work: Callable[[Visit], Any], about: Any
) -> Any:
    """What quick work for a client gives.

    Raises MCPError where that is an error of this program, with the `about` that it is of.
    """
    client = host.client(ctx.request)

    def visiting(errand: Errand) -> Any:
        return work(Visit(host, client, errand))

    try:
        return await worked(host, client, "search", visiting, _unheard)
    except RagError as error:
        wrong = isinstance(error, UsageError | LibraryMissing | NotAMeeting)
        data = {**about, "code": error.code}
        code = INVALID_PARAMS if wrong else INTERNAL_ERROR
        raise MCPError(code, faults.text_of(error), data) from None
    except Stopped:
        raise MCPError(INTERNAL_ERROR, "The call was stopped", about) from None
    except Exception as error:
        faults.note(error)
        raise MCPError(INTERNAL_ERROR, "This has failed; another call may work", about) from None


class Resources:
    """What a client can read."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def listed(
        self, ctx: ServerRequestContext[Any, Any], params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """Documents of all collections of the client, by collection and name."""
        cursor = params.cursor if params else None
        work = partial(_listed, cursor or "")
        found: ListResourcesResult = await done_for(self._host, ctx, work, {"cursor": cursor})
        return found

    async def templates(
        self, _ctx: ServerRequestContext[Any, Any], _params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """The kinds of addresses."""
        return ListResourceTemplatesResult(resource_templates=list(_TEMPLATES))

    async def read(
        self, ctx: ServerRequestContext[Any, Any], params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        """The text at an address, or its first piece and then the address of the next one."""
        work = partial(_read, params.uri)
        found: ReadResourceResult = await done_for(
            self._host, ctx, work, {"uri": params.uri[:1000]}
        )
        return found


def _listed(cursor: str, visit: Visit) -> ListResourcesResult:
    after = _place_of(cursor)
    found: list[tuple[str, DocumentRow]] = []
    for each in _rows(visit, after):
        if len(found) == _PAGE:
            collection, last = found[-1]
            following = f"{quote(collection)}/{quote(last.name, safe='')}"
            break
        found.append(each)
    else:
        following = None
    sizes = _sizes(visit, found)
    resources = [_resource(collection, row, sizes.get(row.id)) for collection, row in found]
    return ListResourcesResult(resources=resources, next_cursor=following)


def _rows(visit: Visit, after: tuple[str, str]) -> Iterator[tuple[str, DocumentRow]]:
    """The documents that come after a place. A collection that cannot be opened has none."""
    for collection in known(visit.host, visit.client):
        if collection < after[0]:
            continue
        try:
            rows = visit.app(collection).documents()
        except LibraryError:
            continue
        yield from ((collection, row) for row in rows if (collection, row.name) > after)


def _sizes(visit: Visit, found: list[tuple[str, DocumentRow]]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for collection in dict.fromkeys(name for name, _ in found):
        ids = [row.id for name, row in found if name == collection]
        sizes |= visit.app(collection).text_sizes(ids)
    return sizes


def _place_of(cursor: str) -> tuple[str, str]:
    """The collection and the document that a list went to; raises UsageError for no such cursor."""
    if not cursor:
        return "", ""
    collection, slash, name = cursor.partition("/")
    if not slash:
        raise UsageError("This is no cursor of this list", "Begin anew without one.")
    return unquote(collection), unquote(name)


def _resource(collection: str, row: DocumentRow, size: int | None) -> Resource:
    told = (row.kind, f"{row.pages} pages" if row.pages else "", row.date, collection)
    return Resource(
        uri=addresses.uri(collection, row.id),
        name=line_of(row.name),
        title=line_of(row.title) or None,
        description=", ".join(filter(None, told)),
        mime_type=_PLAIN,
        size=size,
    )


def _read(uri: str, visit: Visit) -> ReadResourceResult:
    address = addresses.address_of(uri)
    collection = visit.collection(address.collection)
    row, document = document_of(visit.app(collection), address.document)
    piece = piece_of(document, address, _PIECE)
    following = piece.next_uri(collection, row.id)
    page, line = document.page_at(piece.start), document.line_at(piece.start)
    meta = {
        "rag/document": row.name,
        "rag/place": where(row.name, page, line),
        "rag/start": piece.start,
        "rag/end": piece.end,
        "rag/characters": len(document.text),
        "rag/next": following,
        "rag/orders": piece.orders,
    }
    contents = [TextResourceContents(uri=uri, mime_type=_PLAIN, text=piece.text, _meta=meta)]
    if following and piece.goes_on:
        left = len(document.text) - piece.end
        more = f"The text goes on for {left} characters: read {following}"
        contents.append(TextResourceContents(uri=following, mime_type=_PLAIN, text=more))
    return ReadResourceResult(contents=list(contents))
