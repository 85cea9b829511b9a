"""Tasks and what came of them; see `rag.schema.labour`."""

from __future__ import annotations

from typing import Any, Literal

from rag.service.shapes.answers import By, Sentence
from rag.service.shapes.base import Shape, Told
from rag.service.shapes.places import Citation


class TaskOption(Shape):
    """Something that may be set of a task; texts and defaults by language."""

    name: str
    kind: Literal["text", "integer", "number", "boolean", "list"]
    default: dict[str, Any]
    choices: list[str]
    about: dict[str, str]


class TaskField(Shape):
    """A field of a record."""

    name: str
    kind: str
    choices: list[str]
    about: dict[str, str]


class Task(Shape):
    """What a model can be asked to do with a document; texts by language."""

    name: str
    description: dict[str, str]
    needs: dict[str, str]
    output: Literal["text", "json", "code"]
    check: str
    long: str
    rows: bool
    temperature: float
    options: list[TaskOption]
    fields: list[TaskField]


class TaskList(Told):
    """The tasks there are."""

    tasks: list[Task]


class TaskRecord(Shape):
    """A record with the line of the document that it stands on."""

    values: dict[str, Any]
    place: Citation | None


class TaskFlag(Shape):
    """A value that a person should look at; `fate` is what became of it."""

    line: int | None
    field: str
    value: Any
    reason: str
    fate: Literal["null", "kept", "left out"]


class TaskSent(Shape):
    """What was sent to the model, in tokens."""

    prompts: int
    total: int
    longest: int
    window: int
    reserve: int
    tokenizer: str
    exact: bool


class TaskResult(Shape):
    """What came of a task on one document; see docs/jobs.md."""

    document: str
    output: Literal["text", "json", "code"]
    by: By
    text: str
    value: Any
    records: list[TaskRecord]
    flags: list[TaskFlag]
    sentences: list[Sentence]
    struck: list[Sentence]
    pieces: int
    agreement: float | None
    notes: list[str]
    sent: TaskSent | None


class TaskDone(Told):
    """What came of a task."""

    job: str
    model: str | None
    results: list[TaskResult]
