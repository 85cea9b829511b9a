"""Tasks that a model does with a document, as `rag job` does: extract, classify, reply, …"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from rag import config, schema
from rag.jobs import fields as fields_of
from rag.jobs import shelf
from rag.jobs.checking import Source
from rag.jobs.result import Request as Wishes
from rag.service.api.common import BEGUN, Background, worked
from rag.service.bodies import told
from rag.service.entry import Reads
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes.base import Body, Name, Whole, text
from rag.service.shapes.labour import TaskDone, TaskList

if TYPE_CHECKING:
    from rag.app import App
    from rag.service.running import Tell

router = APIRouter()

_MOST_OPTIONS, _MOST_SAMPLES = 50, 50

TaskName = Annotated[
    str, Path(min_length=1, max_length=40, description="Of a task.", examples=["extract"])
]


class TaskRequest(Body):
    """A document to do a task on, and how; see docs/jobs.md."""

    document: Name
    options: Annotated[
        dict[Annotated[str, text(100)], Annotated[str, text(10_000, 0)]],
        Field(max_length=_MOST_OPTIONS),
    ] = Field(default_factory=dict)
    fields: Annotated[str, text(2_000, examples=["name:text, sum:number, day:date"])] | None = None
    steps: Annotated[bool, Field(description="Let the model reason first.")] = False
    samples: Annotated[
        Whole, Field(ge=1, le=_MOST_SAMPLES, description="Drafts, of which the majority counts.")
    ] = 1
    background: Background = False


@router.get("/tasks", responses={200: {"model": TaskList}})
async def tasks(request: Request, entry: Reads) -> Response:
    """The tasks there are, those that come with the program and those of its administrator."""

    def listed() -> list[schema.Json]:
        rows = shelf.listing(config.jobs_folders(entry.service.settings))
        whole = (schema.job_row(row) for row in rows if row.template is not None)
        hidden = ("file", "fault")  # which tell of the machine
        return [{key: row[key] for key in row if key not in hidden} for row in whole]

    found = await run(entry.service, request, entry.client, "search", listed)
    return told({"schema": schema.SCHEMA, "tasks": found})


@router.post("/tasks/{task}", responses={200: {"model": TaskDone}, **BEGUN})
async def do_task(request: Request, entry: Reads, task: TaskName, wanted: TaskRequest) -> Response:
    """Have a model do a task on a document; what it writes is held against the document.

    Sentences that the document does not support are struck or marked, and values that do not stand
    in it become null.
    """
    app = entry.app
    folders = config.jobs_folders(app.settings)
    if task not in shelf.names(folders):
        raise Refused(404, "no-task", f"There is no task {task}", "GET …/tasks lists them.")
    work = partial(_done, app, task, wanted)
    return await worked(request, entry, "task", work, background=wanted.background)


def _done(app: App, task: str, wanted: TaskRequest, tell: Tell) -> schema.Json:
    """What came of a task, as `rag job --json` has it."""
    template = shelf.load(task, config.jobs_folders(app.settings))
    fields = fields_of.parse(wanted.fields) if wanted.fields is not None else ()
    temperature = app.settings.temperature or None
    wishes = Wishes(wanted.options, fields, (), wanted.steps, wanted.samples, temperature)
    row, document = app.document(wanted.document)

    def on_piece(done: int, total: int) -> None:
        tell("working", {"done": done, "total": total})

    result = app.job(template, Source(row.name, document), wishes, on_piece)
    return schema.job(task, app.settings.model, [result])
