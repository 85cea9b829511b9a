"""Evaluations; see `rag.schema.figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from rag.app import QUESTION_LIMIT
from rag.evaluate.measures import EXPLAINED
from rag.service.shapes.base import LONGEST_NAME, Body, Shape, Told, Whole, text

#: Questions of one evaluation, and places and answers of one question.
MOST_QUESTIONS, MOST_PLACES = 2_000, 50


class EvaluationPlace(Body):
    """A place that answers a question, for as much as is known of it."""

    document: Annotated[str, text(LONGEST_NAME, examples=["handbook.pdf"])]
    page: Annotated[Whole, Field(ge=1)] | None = None
    quote: Annotated[str, text(10_000)] | None = None
    lines: Annotated[list[Whole], Field(min_length=2, max_length=2)] | None = None


class EvaluationQuestion(Body):
    """A question whose answer is known; see docs/evaluation.md."""

    question: Annotated[str, text(QUESTION_LIMIT, examples=["сколько дней отпуска переносится?"])]
    answerable: bool
    id: Annotated[str, text(200)] | None = None
    lang: Annotated[str, text(20)] | None = None
    evidence: Annotated[list[EvaluationPlace], Field(max_length=MOST_PLACES)] = Field(
        default_factory=list
    )
    answers: Annotated[list[Annotated[str, text(10_000)]], Field(max_length=MOST_PLACES)] = Field(
        default_factory=list
    )
    scope: Annotated[str, text(LONGEST_NAME)] | None = None
    kind: Annotated[str, text(200)] | None = None


class EvaluationOutcome(Shape):
    """What one question came to; a rank is null where the place was not found, or none sought."""

    id: str
    question: str
    lang: str
    kind: str | None
    scope: str | None
    answerable: bool
    expected: list[str]
    answers: list[str]
    document_rank: int | None
    page_rank: int | None
    span_rank: int | None
    sentence_rank: int | None
    confidence: float
    refused: bool
    wrong: list[str]
    found: str | None
    passage: str | None
    answer: str
    highlight: str
    seconds: float
    answer_seconds: float | None


def _field(measure: str, told: str) -> tuple[Any, Any]:
    name = measure.replace("@", "_at_")
    kind: Any = int if measure == "n" else float | None
    return name, (Annotated[kind, Field(alias=measure, description=told)], ...)


if TYPE_CHECKING:
    Figures = Shape
else:
    Figures = create_model(
        "Figures",
        __base__=Shape,
        __doc__="Every measure; null where the set does not ask for it.",
        **dict(_field(measure, told) for measure, told in EXPLAINED.items()),
    )


class Evaluation(Told, Figures):
    """The measures of a set of questions, and what went wrong where that was asked for."""

    by: dict[Literal["lang", "kind"], dict[str, Figures]]
    how: dict[str, str]
    failed: list[EvaluationOutcome] | None
    comparison: None
