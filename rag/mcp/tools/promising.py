"""The tool `promises`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.mcp.places import Places, where
from rag.mcp.results import Promises
from rag.mcp.scopes import scope_of
from rag.mcp.texts import Block, fenced, line_of

if TYPE_CHECKING:
    from rag.mcp import arguments
    from rag.mcp.host import Visit
    from rag.mcp.results import Promised
    from rag.promised import Listed


def promises(visit: Visit, wanted: arguments.Promises) -> tuple[Promises, str]:
    """Rows of the register from `offset` on, by deadline."""
    collection = visit.collection(wanted.collection)
    app = visit.app(collection)
    # after the desk has imported what several threads need
    from rag.promised import Asked
    from rag.register import states_of

    asked = Asked(wanted.who, wanted.to, wanted.due, states_of([wanted.state]))
    listed = app.promises(asked, scope=scope_of(wanted))
    shown = listed.entries[wanted.offset : wanted.offset + wanted.limit]
    on = wanted.offset + len(shown)
    following = on if shown and on < len(listed.entries) else None
    found = Promises(
        collection=collection,
        today=listed.today.isoformat(),
        promises=Places.of(collection, app).promises(listed, shown),
        total=len(listed.entries),
        next_offset=following,
        more=f"There are more: call promises again with offset={on}." if following else None,
    )
    return found, _text(visit, found, listed)


def _text(visit: Visit, found: Promises, listed: Listed) -> str:
    if not listed.meetings:
        return "There are no meetings among these documents."
    if not found.promises:
        kept = f"{listed.kept} promises of {listed.meetings} meetings"
        return f'None of the {kept} is meant by this. state="all" shows all of them.'
    blocks = [Block(f"{found.total} promises:", "\n".join(map(_row, found.promises)))]
    text = fenced(visit.host.secret, "promises", blocks)
    return f"{text}\n\n{found.more}" if found.more else text


def _row(row: Promised) -> str:
    due = " – ".join(dict.fromkeys(filter(None, (row.when_from, row.when_to)))) or row.when_raw
    state = row.groups[0] if row.groups else row.state
    quote = f'"{row.quote}"' if row.quote else ""
    told = (f"{row.who or '?'} → {row.to_whom or '?'}", row.what, due, state, quote)
    parts = " · ".join(line_of(part) for part in told if part)
    return f"{parts} · {where(row.document, None, row.line)} · {row.uri}"
