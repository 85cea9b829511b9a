"""The tool `list_documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import schema
from rag.mcp import addresses
from rag.mcp.host import known
from rag.mcp.results import Documents, Listed, Unread
from rag.mcp.scopes import scope_of
from rag.mcp.texts import Block, fenced, line_of
from rag.naming import in_scope

if TYPE_CHECKING:
    from rag.mcp.arguments import ListDocuments
    from rag.mcp.host import Visit
    from rag.store.rows import DocumentRow
    from rag.types import Scope

_UNREAD = 20  # files that could not be read, on the first page
_NOTES = 3  # of a document


def list_documents(visit: Visit, wanted: ListDocuments) -> tuple[Documents, str]:
    """The documents from `offset` on."""
    collection = visit.collection(wanted.collection)
    app = visit.app(collection)
    rows = _chosen(app.documents(), scope_of(wanted))
    shown = rows[wanted.offset : wanted.offset + wanted.limit]
    unread = app.holdings().unread if not wanted.offset and not wanted.documents else ()
    on = wanted.offset + len(shown)
    following = on if shown and on < len(rows) else None
    more = [f"{len(rows) - on} more: call list_documents with offset={on}."] if following else []
    if unread[_UNREAD:]:
        more.append(f"{len(unread) - _UNREAD} more files could not be read.")
    listed = Documents(
        collection=collection,
        collections=known(visit.host, visit.client),
        documents=[_listed(collection, row) for row in shown],
        total=len(rows),
        unreadable=[Unread(document=row.name, reason=row.reason) for row in unread[:_UNREAD]],
        next_offset=following,
        more=" ".join(more) or None,
    )
    return listed, _text(visit, listed)


def _chosen(rows: list[DocumentRow], scope: Scope) -> list[DocumentRow]:
    """The documents in scope, by name."""
    names = {row.name for row in rows}
    return [
        row
        for row in rows
        if (not scope.documents or in_scope(row.name, scope.documents, names))
        and (scope.since is None or (row.date or "") >= scope.since)
        and (scope.until is None or "" < (row.date or "") <= scope.until)
    ]


def _listed(collection: str, row: DocumentRow) -> Listed:
    told = schema.document_row(row)
    kept = {name: told[name] for name in Listed.model_fields.keys() & told.keys()}
    notes = [line_of(note) for note in row.notes[:_NOTES]]
    return Listed(**kept | {"notes": notes}, uri=addresses.uri(collection, row.id))


def _text(visit: Visit, listed: Documents) -> str:
    head = f"{listed.total} documents in {listed.collection}"
    others = [name for name in listed.collections if name != listed.collection]
    if others:
        head += f"; other collections: {', '.join(others)}"
    rows = [
        " · ".join(filter(None, (line_of(row.document), row.kind, row.date, _pages(row.pages))))
        for row in listed.documents
    ]
    rows += [
        f"not read: {line_of(row.document)} ({line_of(row.reason)})" for row in listed.unreadable
    ]
    if not rows:
        return f"{head}."
    text = fenced(visit.host.secret, head, [Block(f"{head}:", "\n".join(rows))])
    return f"{text}\n\n{listed.more}" if listed.more else text


def _pages(count: int) -> str:
    return f"{count} p." if count else ""
