"""Texts and saved answers held against a collection, and sets of questions put to it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rag import schema
from rag.evaluate import Half, chosen, groups, measures, of_values
from rag.evaluate.failures import failed
from rag.evaluate.runs import Run
from rag.retrieve import Mode
from rag.service.api.common import BEGUN, Background, answering, worked
from rag.service.bodies import told
from rag.service.entry import Reads
from rag.service.running import run
from rag.service.shapes.answers import By, Proofs, Verified
from rag.service.shapes.base import LONGEST_TEXT, Body, Where, Whole, text
from rag.service.shapes.measures import MOST_QUESTIONS, Evaluation, EvaluationQuestion

if TYPE_CHECKING:
    from rag.app import App
    from rag.service.running import Tell

router = APIRouter()


class VerifyRequest(Body):
    """A text to check: a draft, or an answer of another program."""

    text: Annotated[str, text(LONGEST_TEXT, examples=["Переносится не более 10 дней отпуска."])]
    scope: Where = Where()


@router.post("/verify", responses={200: {"model": Verified}})
async def verify(request: Request, entry: Reads, wanted: VerifyRequest) -> Response:
    """Check a text against the documents, sentence by sentence, without a model."""
    data = wanted.text.encode()
    work = partial(entry.app.verify, data, scope=wanted.scope.scope)
    return told(schema.verified(await run(entry.service, request, entry.client, "answer", work)))


class SavedCitation(BaseModel):
    """A citation as it was saved."""

    model_config = ConfigDict(strict=True)

    document: str
    start: Whole
    end: Whole
    quote: str
    page: Whole | None = None
    line: Whole | None = None


class SavedSentence(BaseModel):
    """A sentence as it was saved."""

    model_config = ConfigDict(strict=True)

    citations: list[SavedCitation]


class SavedAnswer(BaseModel):
    """What ask or verify gave, or `rag ask --json` printed; other keys are passed over."""

    model_config = ConfigDict(strict=True)

    schema_: Annotated[Literal[1], Field(alias="schema")]
    sentences: list[SavedSentence]
    struck: list[SavedSentence] = Field(default_factory=list)


class SavedRound(BaseModel):
    """A round of a conversation as it was saved."""

    model_config = ConfigDict(strict=True)

    answer: SavedAnswer | None


class SavedConversation(BaseModel):
    """A conversation that was saved on the page; other keys are passed over."""

    model_config = ConfigDict(strict=True)

    schema_: Annotated[Literal[1], Field(alias="schema")]
    rounds: list[SavedRound]


@router.post("/prove", responses={200: {"model": Proofs}})
async def prove(request: Request, entry: Reads, saved: SavedAnswer | SavedConversation) -> Response:
    """Check the quotes of a saved answer against the files, which are read again."""
    work = partial(entry.app.prove, json.dumps(saved.model_dump(by_alias=True)))
    return told(schema.proofs(await run(entry.service, request, entry.client, "long", work)))


class EvaluationRequest(Body):
    """A set of questions whose answers are known, and how to put them."""

    questions: Annotated[list[EvaluationQuestion], Field(min_length=1, max_length=MOST_QUESTIONS)]
    name: Annotated[str, text(200, description="Of the set.")] = "questions"
    mode: Mode = "hybrid"
    unscoped: Annotated[bool, Field(description="Put every question to all documents.")] = False
    answers: Annotated[bool, Field(description="Answer, too, and measure that.")] = False
    by: Annotated[By | None, Field(description="Who is to answer, with `answers`.")] = None
    failed: Annotated[bool, Field(description="Tell what went wrong, the worst first.")] = False
    half: Half | None = None
    sample: Annotated[Whole, Field(ge=1, description="So many by lot.")] | None = None
    limit: Annotated[Whole, Field(ge=1, description="The first so many.")] | None = None
    background: Background = False


@router.post("/evaluations", responses={200: {"model": Evaluation}, **BEGUN})
async def evaluate(request: Request, entry: Reads, wanted: EvaluationRequest) -> Response:
    """Put questions whose answers are known to the documents, and measure what comes."""
    app = answering(entry, wanted.by)
    work = partial(_measured, app, wanted)
    return await worked(request, entry, "evaluation", work, background=wanted.background)


def _measured(app: App, wanted: EvaluationRequest, tell: Tell) -> schema.Json:
    """The figures of a set, as `rag eval --library` has them."""
    half, mode = wanted.half, wanted.mode
    values = [each.model_dump(exclude_none=True) for each in wanted.questions]
    with app.trial_of(of_values(values), wanted.name, answers=wanted.answers) as trial:
        items = chosen(trial.items, half=half, sample=wanted.sample, limit=wanted.limit)
        passages = app.settings.passages
        asked = trial.run(items, mode=mode, unscoped=wanted.unscoped, passages=passages)
        outcomes = []
        for done, outcome in enumerate(asked, 1):
            outcomes.append(outcome)
            tell("asking", {"done": done, "total": len(items)})
    how = {
        "set": wanted.name,
        "mode": mode,
        "embedder": trial.embedder,
        "reranker": app.settings.reranker,
        "model": app.settings.model if wanted.answers else "",
        "scope": "off" if wanted.unscoped else "",
        "half": half or "",
        "asked": f"{len(items)} of {len(trial.items)}" if len(items) < len(trial.items) else "",
    }
    run_of = Run(tuple(outcomes), {name: value for name, value in how.items() if value})
    wrong = failed(outcomes) if wanted.failed else None
    return schema.evaluation(run_of, measures(outcomes), groups(outcomes), wrong, None)
