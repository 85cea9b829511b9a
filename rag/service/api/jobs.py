"""What goes on in a collection for long, and what came of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from rag import schema
from rag.service import paths, sse
from rag.service.bodies import told
from rag.service.entry import Entry, Reads
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes import holdings as shapes
from rag.store.tasks import State, Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.schema import Json

router = APIRouter()

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The job, as an event for each of its states.",
        "content": {sse.MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
}
JobId = Annotated[str, Path(max_length=100, description="The id of the job.")]


def whole(task: Task) -> Json:
    """A job as a JSON value; who began it is told to nobody."""
    return {"schema": schema.SCHEMA, **_head(task), "files": list(task.files)}


def begun(request: Request, collection: str, task: Task) -> Response:
    """The answer to who has asked for a job: 202, or 200 where it has ended by now."""
    headers = {"Location": paths.collection(request.scope, collection, "jobs", task.id)}
    return told(whole(task), 200 if task.ended else 202, headers)


def _head(task: Task) -> Json:
    """A job without its files, of which there may be many."""
    return {
        "id": task.id,
        "kind": task.kind,
        "state": task.state,
        "created": task.created,
        "changed": task.changed,
        "revision": task.revision,
        "progress": task.progress,
        "result": task.result,
        "error": task.error,
    }


async def job_of(request: Request, entry: Reads, job: JobId) -> Task:
    """The job in the path. Raises Refused (404) where the collection has none of this id."""
    find = partial(entry.service.jobs.find, entry.collection, job)
    return await run(entry.service, request, entry.client, "search", find)


Found = Annotated[Task, Depends(job_of)]


@router.get("", responses={200: {"model": shapes.Jobs}})
async def list_jobs(
    request: Request,
    entry: Reads,
    state: Annotated[State | None, Query(description="Only jobs in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The jobs of a collection, the newest first, without their files."""
    every = partial(entry.service.jobs.all, entry.collection)
    tasks = await run(entry.service, request, entry.client, "search", every)
    wanted = [task for task in tasks if state in (None, task.state)]
    return told({"schema": schema.SCHEMA, "jobs": [_head(task) for task in wanted[:limit]]})


@router.get("/{job}", responses={200: {"model": shapes.Job}})
async def show_job(task: Found) -> Response:
    """A job: how far it has come, or what came of it."""
    return told(whole(task))


@router.get("/{job}/events", response_class=Response, responses=_EVENTS)
async def follow_job(
    entry: Reads,
    task: Found,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> sse.Stream:
    """A job as it goes on, as server-sent events, from its present state to its end.

    Each event is called as the job's state is, and has the job for its data: without its files
    until it has ended. Its id is the job's revision; a client that names the one it saw last is
    told only of what is new.
    """
    seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else None
    followed = entry.service.jobs.follow(entry.collection, task.id, seen)
    return sse.Stream(sse.Hearing(followed), _written)


async def _written(heard: AsyncIterator[Task | None]) -> AsyncIterator[bytes]:
    """A job as it goes on, as a client reads it."""
    async for task in heard:
        if task is None:
            yield sse.COMMENT
        else:
            data = whole(task) if task.ended else {"schema": schema.SCHEMA, **_head(task)}
            yield sse.event(data, task.state, task.revision)


@router.delete("/{job}", status_code=202, responses={202: {"model": shapes.Job}})
async def cancel_job(request: Request, entry: Reads, task: Found) -> Response:
    """Let a job end soon: what is done stays done. One that has ended is told of as it is.

    It takes a key that may write, or the one that began the job.
    """
    check_may_end(entry, task)
    cancel = partial(entry.service.jobs.cancel, entry.collection, task.id)
    ending = await run(entry.service, request, entry.client, "search", cancel)
    return told(whole(ending), 202)


def check_may_end(entry: Entry, task: Task) -> None:
    """Raise Refused (403) where a client may not end a job."""
    if not entry.client.may("write", entry.collection) and task.client != entry.client.name:
        raise Refused(403, "read-only", "This key may read this collection and not write to it")
