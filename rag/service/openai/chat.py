"""Answers to chats: `POST /v1/chat/completions`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter, Request, Response

from rag.service import bodies, sse
from rag.service.entry import Asking
from rag.service.openai.chunks import Reply, failed
from rag.service.openai.errand import errand
from rag.service.openai.errors import Route
from rag.service.openai.naming import entered
from rag.service.openai.wanted import Completion
from rag.service.running import events, run
from rag.service.state import service_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
            sse.MEDIA_TYPE: {"schema": {"type": "string"}},
        },
    }
}
#: Seconds without a word after which a stream begins in any case, and comments are sent. What fails
#: before it has begun is told by the status of the answer.
_SILENCE = 5.0


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
        return bodies.told(reply.whole(told))
    work = events(service, client, "answer", made.run)
    return await sse.streamed(request, work, partial(_sent, reply), _begins, _SILENCE)


def _begins(event: Event | None) -> bool:
    """Whether a stream begins: with words, the end, or where nothing comes for long."""
    return event is None or event.name != "step"


async def _sent(reply: Reply, heard: AsyncIterator[Event | None]) -> AsyncIterator[bytes]:
    """The events of a stream as they are sent."""
    yield reply.first()
    async for event in heard:
        if event is None:
            yield sse.COMMENT
        elif event.name == "text":
            yield reply.piece(str(event.value))
        elif event.name == "failed":
            for each in failed(cast("RagError", event.value)):
                yield each
        elif event.name == "done":
            told = cast("Told", event.value)
            for each in (*map(reply.piece, told.pieces), *reply.last(told)):
                yield each
