"""Summaries of documents, and the minutes of meetings."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from rag import schema
from rag.exports import Form, export, values
from rag.mapreduce import Watch
from rag.named import Unread
from rag.service.api.common import BEGUN, Background, answering, worked
from rag.service.bodies import file, in_forms
from rag.service.entry import Reads
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes.answers import By, Summary
from rag.service.shapes.base import MOST_DOCUMENTS, Body, Day, Name, Whole, text
from rag.service.shapes.meetings import MinutesByRules, MinutesWithModel
from rag.summary import LENGTHS, Brief
from rag.words import Language

if TYPE_CHECKING:
    from rag.app import App
    from rag.record import Record
    from rag.service.running import Tell

router = APIRouter()

_BY = "Who is to write: a model, or the documents alone; null is a model where one is set."
_FRESH = "Ask the model anew what it has replied to before."
Writer = Annotated[By | None, Field(description=_BY)]
Fresh = Annotated[bool, Field(description=_FRESH)]


class SummaryRequest(Body):
    """Documents to summarise, and how."""

    documents: Annotated[
        list[Name],
        Field(min_length=1, max_length=MOST_DOCUMENTS, description="Names, folders or patterns."),
    ]
    about: Annotated[str, text(1_000, 0, description="Keep to this topic.")] = ""
    length: Annotated[
        Literal["short", "medium", "long"],
        Field(description=", ".join(f"{name}: {most}" for name, most in LENGTHS.items())),
    ] = "medium"
    sentences: Annotated[Whole, Field(ge=1, le=100)] | None = None
    language: Annotated[Language | None, Field(description="What a model writes in.")] = None
    by: Writer = None
    fresh: Fresh = False
    background: Background = False


@router.post("/summaries", responses={200: {"model": Summary}, **BEGUN})
async def summarise(request: Request, entry: Reads, wanted: SummaryRequest) -> Response:
    """Summarise documents of any length, each sentence with its place.

    A model reads a long text piece by piece; what it has replied is kept, so that a request that
    was given up goes on where it stopped.
    """
    app = answering(entry, wanted.by)
    brief = Brief(wanted.sentences or LENGTHS[wanted.length], wanted.about.strip(), wanted.language)

    def work(tell: Tell) -> schema.Json:
        watch = Watch(partial(tell, "summarising"))
        made = app.summarise(wanted.documents, brief, fresh=wanted.fresh, watch=watch, beside=False)
        return schema.summary(made)

    return await worked(request, entry, "summary", work, background=wanted.background)


class MinutesRequest(Body):
    """A meeting to write down."""

    document: Name
    date: Annotated[
        Day | None, Field(description="Its day, where the file tells none or a wrong one.")
    ] = None
    by: Writer = None
    fresh: Fresh = False
    background: Annotated[Background, Field(description="As a job; in JSON alone.")] = False


_RECORD = in_forms("The minutes, in the form that is asked for.", MinutesByRules | MinutesWithModel)


@router.post("/minutes", responses={200: _RECORD, **BEGUN})
async def minutes(
    request: Request,
    entry: Reads,
    wanted: MinutesRequest,
    form: Annotated[Form, Query(alias="format")] = "json",
) -> Response:
    """The minutes of a meeting: who promised what to whom by when, each with its line."""
    app = answering(entry, wanted.by)
    if form == "json":

        def work(tell: Tell) -> schema.Json:
            return values.record(_record(app, wanted, tell))

        return await worked(request, entry, "minutes", work, background=wanted.background)
    if wanted.background:
        raise Refused(400, "json-alone", "What comes of a job is JSON", 'Leave "format" out.')
    made = partial(_record, app, wanted)
    record = await run(entry.service, request, entry.client, "long", made)
    return file(export([record], form, many=False), form, PurePath(record.name).stem)


def _record(app: App, wanted: MinutesRequest, tell: Tell = lambda _name, _value: None) -> Record:
    """One meeting written down. Raises why there is none."""
    row, _ = app.document(wanted.document)
    (made,) = app.minutes(
        [row.name],
        day=wanted.date,
        fresh=wanted.fresh,
        beside=False,
        on_progress=partial(tell, "summarising"),
    )
    if isinstance(made, Unread):
        raise made.error
    return made
