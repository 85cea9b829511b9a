"""What routes that ask a collection have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from rag.service.api import jobs
from rag.service.bodies import told
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes.holdings import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request, Response

    from rag.app import App
    from rag.schema import Json
    from rag.service.entry import Entry
    from rag.service.running import Tell
    from rag.service.shapes.answers import By

Background = Annotated[
    bool, Field(description="Answer 202 with a job at once, whose result this will be.")
]
#: What a route says of work that may be asked for in the background.
BEGUN: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "The job that does it; Location is where to ask for it.",
        "model": Job,
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}


def question(entry: Entry, text: str) -> str:
    """A question that is not too long. Raises Refused (422), naming the setting that says so."""
    most = entry.service.settings.serve_question
    if len(text) > most:
        raise Refused(
            422,
            "question-too-long",
            f"The question has {len(text)} characters; the limit is {most}",
            "Ask a shorter one, or raise the setting serve_question.",
        )
    return text


def answering(
    entry: Entry, by: By | None, *, k: int | None = None, person: str | None = None
) -> App:
    """The collection as one request wants it asked: by whom, from how many passages, for whom.

    Raises Refused (400) where a model is to write and none is set.
    """
    app = entry.app
    if by == "model" and not app.settings.model:
        raise Refused(
            400,
            "no-model",
            "The service has no model that could write",
            'Leave "by" out, or start it with one: rag serve --model NAME',
        )
    changes: dict[str, object] = {}
    if by == "documents" and app.settings.model:
        changes["model"] = ""
    if k is not None:
        changes["passages"] = k
    if person is not None:
        changes["me"] = person
    return app.with_settings(**changes) if changes else app


async def worked(
    request: Request,
    entry: Entry,
    kind: str,
    work: Callable[[Tell], Json],
    *,
    background: bool,
) -> Response:
    """What long work comes to, or in the `background` the job that it is, of this kind."""
    if not background:
        done = partial(work, lambda _name, _value: None)
        return told(await run(entry.service, request, entry.client, "long", done))
    begin = partial(entry.service.jobs.begin, entry.client, entry.collection, kind, work)
    task = await run(entry.service, request, entry.client, "search", begin)
    return jobs.begun(request, entry.collection, task)
