"""What routes that ask a collection have in common."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Request, Response
from pydantic import Field

from rag.exports import MIMES
from rag.service.api import jobs
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes.holdings import Job
from rag.shown import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.app import App
    from rag.exports import Form
    from rag.schema import Json
    from rag.service.entry import Entry
    from rag.service.running import Tell

#: Who is to write: the model that is set, or nobody, so that the documents' own words are given.
By = Literal["model", "documents"]

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


def told(value: object, status: int = 200) -> Response:
    """A JSON value that nobody but the client may keep."""
    text = escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Response(text, status, {"Cache-Control": "no-store"}, "application/json")


def file(data: bytes, form: Form, name: str) -> Response:
    """A file of a form, to be kept under a name without its ending."""
    named = f"attachment; filename=\"rag.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}', '')}"
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(data, media_type=MIMES[form], headers=headers)


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
    answer = told(jobs.told(task), 202)
    answer.headers["Location"] = f"{place_of(request, entry.collection)}/jobs/{task.id}"
    return answer


def place_of(request: Request, collection: str) -> str:
    """The address of a collection as the client names it, with what a proxy takes off."""
    return f"{request.scope.get('root_path', '')}/api/v1/collections/{quote(collection, safe='')}"
