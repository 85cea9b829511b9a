"""Answers to chats: `POST /v1/chat/completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from rag.service.entry import Asking
from rag.service.openai.chunks import COMMENT, Reply, as_json, failed
from rag.service.openai.errand import errand
from rag.service.openai.errors import Route
from rag.service.openai.hearing import Hearing
from rag.service.openai.naming import entered
from rag.service.openai.wanted import Completion
from rag.service.running import events, run
from rag.service.state import service_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from rag.errors import RagError
    from rag.service.openai.errand import Told
    from rag.service.running import Event

router = APIRouter(route_class=Route)

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "OpenAI's chat.completion, or its chunks as server-sent events; with a field"
        " `rag`, which holds what `rag ask --json` prints. See docs/openai.md.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    }
}
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def _quiet(*_: object) -> None:
    """Nobody listens."""


@router.post("/chat/completions", responses=_ANSWER)
async def complete(request: Request, client: Asking, wanted: Completion) -> Response:
    """Answer the last question of a chat from the documents of a collection."""
    service = service_of(request)
    named, entry = entered(service, client, wanted.model)
    made = errand(wanted, named, entry)
    options = wanted.stream_options
    reply = Reply(named.name, with_usage=bool(options and options.include_usage))
    if not wanted.stream:
        told = await run(service, request, client, "answer", lambda: made.run(_quiet))
        return Response(as_json(reply.whole(told)), media_type="application/json")
    hearing = Hearing(events(service, client, "answer", made.run))
    try:
        first = await hearing.first(request)
    except BaseException:
        hearing.stop()
        raise
    return _Stream(reply, hearing, first)


class _Stream(StreamingResponse):
    """A stream that stops what makes it when it ends, however it does."""

    def __init__(self, reply: Reply, hearing: Hearing, first: Event | None) -> None:
        super().__init__(
            _sent(reply, hearing, first), media_type="text/event-stream", headers=_HEADERS
        )
        self._hearing = hearing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hearing.stop()


async def _sent(reply: Reply, hearing: Hearing, event: Event | None) -> AsyncIterator[str]:
    """The events of a stream as they are sent, from the first one that was heard."""
    yield reply.first()
    while event is None or event.name in ("step", "text"):
        if event is None:
            yield COMMENT
        elif event.name == "text":
            yield reply.piece(str(event.value))
        event = await hearing.next()
    if event.name == "failed":
        for each in failed(cast("RagError", event.value)):
            yield each
        return
    told = cast("Told", event.value)
    for piece in told.pieces:
        yield reply.piece(piece)
    for each in reply.last(told):
        yield each
