"""Searching and asking one collection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from rag import schema
from rag.app import QUESTION_LIMIT
from rag.desk.talks import STATES
from rag.retrieve import Mode
from rag.service import sse
from rag.service.api.common import answering, question
from rag.service.bodies import told
from rag.service.entry import Reads
from rag.service.problems import problem
from rag.service.running import events, run
from rag.service.shapes.answers import Answer, By, Openers, SearchResult
from rag.service.shapes.base import MOST_DOCUMENTS, Body, Filters, Name, Person, Where, Whole, text
from rag.talk import PAST
from rag.types import Exchange, Scope
from rag.words import Language

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from rag.errors import RagError
    from rag.service.running import Event, Tell
    from rag.types import Answer as Answered

router = APIRouter()

#: Characters of an earlier answer.
_LONGEST_ANSWER = 50_000
#: Earlier turns that a request may bring; the last ones count.
_MOST_TURNS = 100

Asked = Annotated[str, text(QUESTION_LIMIT, examples=["сколько дней отпуска переносится?"])]
K = Annotated[Whole, Field(ge=1, le=100)]


class SearchRequest(Body):
    """A question to find passages for."""

    question: Asked
    k: Annotated[K, Field(description="How many passages.")] = 8
    mode: Annotated[Mode, Field(description="What to search by.")] = "hybrid"
    scope: Where = Where()


class PastTurn(Body):
    """An earlier question and its answer, as the same keys of that answer have them."""

    question: Asked
    answer: Annotated[str, text(_LONGEST_ANSWER, 0)]
    asked: Annotated[
        Asked | None, Field(description="What took its place, where it was a follow-up.")
    ] = None


class AskRequest(Body):
    """A question to answer."""

    question: Asked
    scope: Where = Where()
    past: Annotated[
        list[PastTurn],
        Field(
            max_length=_MOST_TURNS,
            description="The conversation so far, oldest first, so that a question may lean on it.",
        ),
    ] = Field(default_factory=list)
    k: Annotated[K | None, Field(description="Passages to look at; as set when null.")] = None
    by: Annotated[
        By | None,
        Field(
            description="Whose words to answer in: a model's, or the documents' own; null is a"
            " model's where one is set."
        ),
    ] = None
    me: Annotated[Person | None, Field(description='Who asks, for "what do I owe".')] = None
    stream: Annotated[
        bool | None,
        Field(description="Server-sent events; null is what the header Accept says."),
    ] = None


@router.post("/search", responses={200: {"model": SearchResult}})
async def search(request: Request, entry: Reads, wanted: SearchRequest) -> Response:
    """The best passages for a question."""
    asked = question(entry, wanted.question)
    scope = wanted.scope.scope
    work = partial(entry.app.search, asked, k=wanted.k, scope=scope, mode=wanted.mode)
    found = await run(entry.service, request, entry.client, "search", work)
    return told(schema.search(found))


_STREAM = {
    "description": "The answer; as events `step` (`looking`, `writing`, `checking`), `text` (a"
    " model's words as they come, before they are checked), then `answer`, or `problem` where it"
    " failed on the way.",
    "model": Answer,
    "content": {
        sse.MEDIA_TYPE: {
            "schema": {"type": "string"},
            "example": 'event: step\ndata: {"step": "looking"}\n\nevent: answer\ndata: {…}\n\n',
        }
    },
}


@router.post("/ask", responses={200: _STREAM})
async def ask(request: Request, entry: Reads, wanted: AskRequest) -> Response:
    """Answer a question, each sentence with its place, or say that the documents do not hold it.

    It is answered by the documents' own sentences, or by a model whose every sentence is checked.
    Nothing of it is kept: bring what was said before in `past`.
    """
    asked = question(entry, wanted.question)
    app = answering(entry, wanted.by, k=wanted.k, person=wanted.me)
    answer = partial(app.answer, asked, scope=wanted.scope.scope, past=_past(wanted.past))
    if _streams(request, wanted.stream):
        work = events(entry.service, entry.client, "answer", partial(_telling, answer))
        return await sse.streamed(request, work, _shown, lambda event: event is not None)
    found = await run(entry.service, request, entry.client, "answer", answer)
    return told(schema.answer(found))


class OpenersQuery(Filters):
    """Which questions to suggest."""

    language: Language = "en"
    document: Annotated[list[Name], Field(max_length=MOST_DOCUMENTS)] = Field(default_factory=list)


@router.get("/openers", responses={200: {"model": Openers}})
async def openers(
    request: Request, entry: Reads, wanted: Annotated[OpenersQuery, Query()]
) -> Response:
    """First questions to suggest, each of which the documents in scope answer."""
    scope = Scope(tuple(wanted.document)) if wanted.document else None
    work = partial(entry.app.openers, wanted.language, scope)
    found = await run(entry.service, request, entry.client, "search", work)
    return told({"schema": schema.SCHEMA, "questions": list(found)})


def _past(turns: list[PastTurn]) -> list[Exchange]:
    """The last turns, as the program knows them."""
    return [
        Exchange(turn.question, turn.asked or turn.question, turn.answer) for turn in turns[-PAST:]
    ]


def _streams(request: Request, wanted: bool | None) -> bool:
    return sse.MEDIA_TYPE in request.headers.get("Accept", "") if wanted is None else wanted


def _telling(answer: Callable[..., Answered], tell: Tell) -> Answered:
    """Answer, and tell what is done and a model's words."""
    step = ""

    def on_step(name: str) -> None:
        nonlocal step
        state = STATES.get(name, step)
        if state != step:
            step = state
            tell("step", {"step": state})

    return answer(on_step=on_step, on_text=lambda words: tell("text", {"text": words}))


async def _shown(heard: AsyncIterator[Event | None]) -> AsyncIterator[bytes]:
    """The events of a stream as a client reads them."""
    async for event in heard:
        if event is None:
            yield sse.COMMENT
        elif event.name == "done":
            yield sse.event(schema.answer(cast("Answered", event.value)), "answer")
        elif event.name == "failed":
            yield sse.event(problem(cast("RagError", event.value)), "problem")
        else:
            yield sse.event(event.value, event.name)
