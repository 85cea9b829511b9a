"""The minutes of meetings; see `rag.exports.values`."""

from __future__ import annotations

from rag.service.shapes.base import Shape, Told
from rag.service.shapes.owed import Promise
from rag.service.shapes.places import Citation, Gap


class MeetingTopic(Shape):
    """What a part of a meeting was about; the quote is the line that it begins with."""

    title: str
    quote: str
    line: int
    time: str | None
    start: int
    end: int


class SummaryLine(Shape):
    """A sentence of the summary of a meeting with its first place."""

    text: str
    quote: str | None
    line: int | None
    time: str | None
    citations: list[Citation]


class Decision(Shape):
    """Something that a meeting settled."""

    text: str
    quote: str
    line: int
    time: str | None
    start: int
    end: int


class OpenQuestion(Decision):
    """A question of a meeting that nobody answered in it."""

    asker: str | None


class MinutesPromise(Promise):
    """A promise in the minutes of its meeting."""

    who_aliases: list[str]
    to_whom_aliases: list[str]
    assumption: str
    time: str | None
    dont_care: bool


class ModelDoubt(Shape):
    """A field of a promise that the model reads otherwise than the rules."""

    promise: int
    field: str
    rules: str | None
    model: str | None


class ModelDropped(Shape):
    """Something a model said that the meeting does not bear out."""

    kind: str
    said: str
    reason: str


class ModelReading(Shape):
    """What a model reads otherwise, has seen alone, and said without the meeting bearing it out."""

    doubts: list[ModelDoubt]
    promises: list[MinutesPromise]
    decisions: list[Decision]
    open_questions: list[OpenQuestion]
    dropped: list[ModelDropped]
    gaps: list[Gap]
    windows: int
    kept: int


class MinutesByRules(Told):
    """The minutes of a meeting, each line of them with its place."""

    file: str
    meeting_date: str | None
    participants: list[str]
    topics: list[MeetingTopic]
    summary: list[SummaryLine]
    decisions: list[Decision]
    promises: list[MinutesPromise]
    open_questions: list[OpenQuestion]


class MinutesWithModel(MinutesByRules):
    """The same where a model has read the meeting too."""

    model: ModelReading
