"""Pages as pictures, and passages with what stands around them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from rag import __version__, schema
from rag.picture import DRAWN, LONGEST_SIDE, marked_at, size_of
from rag.service import paths
from rag.service.bodies import told
from rag.service.entry import Reads
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes.base import Filters, Name
from rag.service.shapes.places import PageShown, Surroundings

if TYPE_CHECKING:
    from rag.app import App
    from rag.locate import Span
    from rag.picture import Drawing
    from rag.store.rows import DocumentRow
    from rag.types import Document, Page

router = APIRouter()

#: The client may keep a picture, and asks each time whether it is still the one.
_KEPT = "private, no-cache"
_MOST_STEPS = 20

Offset = Annotated[int, Field(ge=0, lt=2**53)]
Number = Annotated[int, Path(ge=1, lt=2**31, description="Of the page, from 1.")]


class PageQuery(Filters):
    """A document, and the span of its text that is to be marked, as citations have it."""

    document: Name
    start: Offset | None = None
    end: Offset | None = None


class PassageQuery(Filters):
    """A span of a document's text, as citations have it, and how far to look around it."""

    document: Name
    start: Offset
    end: Offset
    steps: Annotated[int, Field(ge=1, le=_MOST_STEPS)] = 1


_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The page.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "ETag": {"schema": {"type": "string"}},
            "Rag-Mark-Top": {
                "description": "Where the first mark begins: the share of the page's height.",
                "schema": {"type": "number"},
            },
        },
    },
    304: {"description": "The client has it: If-None-Match names its ETag."},
}


@router.get("/pages/{number}.png", responses=_PICTURE, response_class=Response)
async def picture(
    request: Request, entry: Reads, number: Number, wanted: Annotated[PageQuery, Query()]
) -> Response:
    """A page of a PDF or a scan as a picture, with a span of its text marked in yellow."""
    known = request.headers.get("If-None-Match", "")
    work = partial(_drawn, entry.app, number, wanted, known)
    drawn = await run(entry.service, request, entry.client, "answer", work)
    headers = {"ETag": drawn.tag, "Cache-Control": _KEPT}
    if drawn.drawing is None:
        return Response(status_code=304, headers=headers)
    if drawn.top is not None:
        headers["Rag-Mark-Top"] = f"{drawn.top:.4f}"
    return Response(drawn.drawing.png, media_type="image/png", headers=headers)


@router.get("/pages/{number}", responses={200: {"model": PageShown}})
async def page(
    request: Request, entry: Reads, number: Number, wanted: Annotated[PageQuery, Query()]
) -> Response:
    """How large the picture of a page is, and where on it the first mark begins."""
    work = partial(_drawn, entry.app, number, wanted)
    drawn = await run(entry.service, request, entry.client, "answer", work)
    assert drawn.drawing is not None
    width, height = size_of(drawn.drawing.png)
    sought = {"document": drawn.name}
    if wanted.start is not None:
        sought |= {"start": str(wanted.start), "end": str(wanted.end)}
    address = paths.collection(request.scope, entry.collection, "pages", f"{number}.png")
    return told(
        {
            "schema": schema.SCHEMA,
            "document": drawn.name,
            "page": number,
            "label": drawn.label,
            "start": wanted.start,
            "end": wanted.end,
            "width": width,
            "height": height,
            "top": None if drawn.top is None else round(drawn.top, 4),
            "picture": f"{address}?{urlencode(sought)}",
        }
    )


@router.get("/passages", responses={200: {"model": Surroundings}})
async def passage(
    request: Request, entry: Reads, wanted: Annotated[PassageQuery, Query()]
) -> Response:
    """A span of a document with its place, and the lines or turns around it."""

    def work() -> schema.Json:
        row, document = entry.app.document(wanted.document)
        _check_span(row, document, wanted.start, wanted.end)
        return schema.surroundings(row, document, wanted.start, wanted.end, steps=wanted.steps)

    return told(await run(entry.service, request, entry.client, "search", work))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page as it is drawn; no `drawing` where the client has it, by its `tag`."""

    name: str
    label: str | None
    tag: str
    drawing: Drawing | None

    @property
    def top(self) -> float | None:
        """Where the first mark begins, as a share of the height."""
        return marked_at(self.drawing.png) if self.drawing and self.drawing.marked else None


def _drawn(app: App, number: int, wanted: PageQuery, known: str = "") -> _Drawn:
    """Draw a page, but for one whose tag is known. Raises Refused for what there is not."""
    row, document = app.document(wanted.document)
    if document.kind not in DRAWN or not document.pages:
        raise Refused(
            422, "no-pages", f"{row.name} has no pages that can be drawn", "Read its text."
        )
    held = next((each for each in document.pages if each.number == number), None)
    if held is None:
        fault = f"{row.name} has {len(document.pages)} pages, none with the number {number}"
        raise Refused(404, "no-page", fault)
    span = _span(row, document, held, wanted)
    label = held.label if held.label != str(number) else None
    told = f"{row.id} {number} {span} {LONGEST_SIDE} {__version__}"
    tag = f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
    if tag in known:
        return _Drawn(row.name, label, tag, None)
    drawing = app.drawing(row.name, number, span)
    if drawing is None:
        raise Refused(
            409,
            "file-changed",
            f"The file of {row.name} is gone, or has changed since it was read",
            "Have the document read again.",
        )
    return _Drawn(row.name, label, tag, drawing)


def _span(row: DocumentRow, document: Document, page: Page, wanted: PageQuery) -> Span:
    """What is to be marked; nothing at all is the empty span where the page begins."""
    if wanted.start is None and wanted.end is None:
        return page.start, page.start
    start, end = wanted.start or 0, wanted.end or 0
    _check_span(row, document, start, end)
    if not document.text[max(start, page.start) : min(end, page.end)].strip():
        raise Refused(400, "no-span", f"Page {page.number} holds none of {start}:{end}")
    return start, end


def _check_span(row: DocumentRow, document: Document, start: int, end: int) -> None:
    """Raise Refused (400) for a span that a document does not have."""
    if not start < end <= len(document.text):
        fault = f"{row.name} has no characters {start}:{end}; its text has {len(document.text)}"
        raise Refused(400, "no-span", fault, "Citations name those of a quote.")
