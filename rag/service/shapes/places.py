"""Places in documents."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rag.service.shapes.base import Shape, Told

Span = Annotated[list[int], Field(min_length=2, max_length=2)]


class Citation(Shape):
    """A citation: the document's text from `start` to `end` is `quote`."""

    document: str
    page: int | None
    line: int | None
    start: int
    end: int
    quote: str


class Gap(Shape):
    """A part of a document that a model failed on; pages and lines are the first and the last."""

    document: str
    start: int
    end: int
    pages: Span | None
    lines: Span | None
    reason: str


class Place(Shape):
    """Where a quote begins, as a person would say it; what the document does not tell is null."""

    page: int | None
    label: str | None
    line: int | None
    speaker: str | None
    time: str | None
    day: str | None


class Excerpt(Shape):
    """A quote and the text on both sides of it; `cut_before` and `cut_after` say there is more."""

    before: str
    quote: str
    after: str
    cut_before: bool
    cut_after: bool


class SpokenTurn(Shape):
    """A turn of a meeting around a quote; the part of its words that is quoted is `quote`."""

    speaker: str | None
    time: str | None
    line: int
    before: str
    quote: str
    after: str


class SpokenTurns(Shape):
    """The turns around a quote, and how many stand before and after these."""

    turns: list[SpokenTurn]
    earlier: int
    later: int


class Surroundings(Told):
    """A span of a document and what stands around it; `turns` is null but in a transcript."""

    document: str
    id: str
    title: str
    start: int
    end: int
    place: Place
    headings: list[str]
    pages: list[int]
    excerpt: Excerpt
    turns: SpokenTurns | None


class PageShown(Told):
    """A page as it is drawn, and where on it the first mark begins.

    `top` is the share of the page's height, from 0 at its top; null where nothing is marked.
    """

    document: str
    page: int
    label: str | None
    start: int | None
    end: int | None
    width: int
    height: int
    top: float | None
    picture: Annotated[str, Field(description="The address of the picture.")]
