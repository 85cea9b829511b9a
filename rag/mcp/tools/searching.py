"""The tool `search`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.mcp.places import Places, where
from rag.mcp.results import Found
from rag.mcp.scopes import checked, scope_of
from rag.mcp.texts import Block, fenced

if TYPE_CHECKING:
    from rag.mcp.arguments import Search
    from rag.mcp.host import Visit
    from rag.mcp.results import Passage
    from rag.types import Evidence

#: Passages that are looked for, whatever part of them is asked for: else parts would not join.
_POOL = 20
_LEAST = 200  # characters of a passage that is worth beginning


def search(visit: Visit, wanted: Search) -> tuple[Found, str]:
    """The passages from `offset` on that fit."""
    query = checked(visit, wanted.query)
    collection = visit.collection(wanted.collection)
    app = visit.app(collection)
    evidence = app.search(query, k=_POOL, scope=scope_of(wanted))
    places = Places.of(collection, app)
    left = wanted.max_characters
    passages: list[Passage] = []
    for each in evidence.passages[wanted.offset : wanted.offset + wanted.limit]:
        if passages and left < min(len(each.chunk.text), _LEAST):
            break
        passages.append(places.passage(each, left))
        left -= len(passages[-1].text)
    seen = wanted.offset + len(passages)
    on = seen if passages and seen < len(evidence.passages) else None
    more = None if on is None else f"There are more: call search again with offset={on}."
    found = Found(
        collection=collection,
        passages=passages,
        **_read(evidence),
        next_offset=on,
        more=more,
    )
    return found, _text(visit, query, found, wanted.offset)


def _read(evidence: Evidence) -> dict[str, list[str]]:
    query = evidence.query
    if query is None:
        return {}
    mended = [f"{typed} → {read}" for typed, read in query.mended]
    return {"read_as": mended, "missing": list(query.missing)}


def _text(visit: Visit, query: str, found: Found, offset: int) -> str:
    if not found.passages:
        return "Nothing is near to this in the documents."
    blocks = [
        Block(f"{number}. {each.uri}", f"{where(each.document, each.page, each.line)}\n{each.text}")
        for number, each in enumerate(found.passages, offset + 1)
    ]
    notes = [f"Read as others: {'; '.join(found.read_as)}."] if found.read_as else []
    if found.missing:
        notes.append("Stands nowhere: " + ", ".join(f'"{each}"' for each in found.missing) + ".")
    parts = [fenced(visit.host.secret, query, blocks), *notes, found.more or ""]
    return "\n\n".join(filter(None, parts))
