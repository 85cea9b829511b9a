"""Answers, their evidence and what checks them; see `rag.schema.answers`."""

from __future__ import annotations

from typing import Literal

from rag.service.shapes.base import Shape, Told
from rag.service.shapes.owed import RegisterEntry
from rag.service.shapes.places import Citation, Gap, Span

Verdict = Literal["supported", "partly", "unsupported", "contradicted", "unchecked"]
#: Whose words: the documents' own, or those of a model that is set.
By = Literal["documents", "model"]


class VerifiedSentence(Shape):
    """A sentence of a text that was checked, its verdict, and what stands for or against it."""

    text: str
    verdict: Verdict
    reason: str
    citations: list[Citation]


class Sentence(VerifiedSentence):
    """A sentence of an answer. `highlight` is the answer itself; `place` counts from 0."""

    highlight: Span | None
    place: int | None


class Passage(Shape):
    """A found passage; `page` is the first page its span touches."""

    document: str
    page: int | None
    line: int | None
    start: int
    end: int
    text: str
    score: float
    via: list[str]


class MendedWord(Shape):
    """A word that was read as another."""

    typed: str
    read: str


class SearchedQuery(Shape):
    """A question as it was searched for; `missing` are quotations that stand nowhere."""

    text: str
    mended: list[MendedWord]
    missing: list[str]


class ReceiptPart(Shape):
    """What a part of a prompt costs in tokens; `share` is of the window."""

    name: str
    tokens: int
    share: float
    document: str | None
    page: int | None
    line: int | None


class LeftOut(Shape):
    """What did not go into the prompt, or not whole, about the tokens this saved, and why."""

    name: str
    tokens: int
    reason: str


class Receipt(Shape):
    """The account of a prompt in tokens: `total`, `reserve` and `free` make up the window."""

    parts: list[ReceiptPart]
    total: int
    window: int
    reserve: int
    tokenizer: str
    exact: bool
    left_out: list[LeftOut]
    free: int


class Answer(Told):
    """What was answered; `refusal` is null unless the documents do not hold the answer."""

    answer: str
    by: By
    refusal: str | None
    sentences: list[Sentence]
    struck: list[Sentence]
    passages: list[Passage]
    promises: list[RegisterEntry]
    receipt: Receipt | None
    timings: dict[str, float]
    query: SearchedQuery | None
    asked: str | None
    notes: list[str]


class SearchResult(Told):
    """The best passages for a question, best first."""

    passages: list[Passage]
    query: SearchedQuery | None


class ModelCall(Shape):
    """One call of a model; `kept` says that the reply was there from an earlier run."""

    step: Literal["map", "reduce", "final"]
    round: int
    receipt: Receipt
    kept: bool


class Summary(Told):
    """A summary of documents; every sentence has its source."""

    documents: list[str]
    language: str
    summary: str
    by: By
    refused: bool
    instead: bool
    sentences: list[Sentence]
    struck: list[Sentence]
    pieces: int
    gaps: list[Gap]
    calls: list[ModelCall]
    notes: list[str]


class Verified(Told):
    """The sentences of a text, each with what the documents say to it."""

    sentences: list[VerifiedSentence]


class Proof(Shape):
    """What became of a quote; `now` is where it stands today, null where it does not."""

    state: Literal["holds", "moved", "gone", "missing", "unknown"]
    note: str
    citation: Citation
    now: Citation | None


class Proofs(Told):
    """Whether every quote of a saved answer still stands in its file."""

    ok: bool
    proofs: list[Proof]


class Openers(Told):
    """First questions to suggest, each of which the documents answer."""

    questions: list[str]
