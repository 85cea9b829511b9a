"""What tools are called with: strict and bounded, described for a language model."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag.app import QUESTION_LIMIT

#: Characters of documents that one result holds by default, and at most.
TEXT, LONGEST_TEXT = 8_000, 40_000
#: Characters of a text that is held against the documents.
CHECKED_TEXT = 20_000
_NAME = 1_000  # characters of a name
_NAMES = 50  # documents that a scope names
_FAR = 1_000_000_000  # no text is longer


def _a_day(value: str) -> str:
    if value:
        date.fromisoformat(value)
    return value


Name = Annotated[str, Field(max_length=_NAME)]
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$"), AfterValidator(_a_day)]
Question = Annotated[str, Field(min_length=1, max_length=QUESTION_LIMIT)]
Offset = Annotated[
    int, Field(ge=0, le=100_000, description="Leave out this many; the result before says it.")
]
Characters = Annotated[
    int,
    Field(ge=500, le=LONGEST_TEXT, description="Most characters of document text to return."),
]


class Arguments(BaseModel):
    """What every tool takes."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    collection: Annotated[str, Field(max_length=64, description="Collection to look in.")] = ""


class Scoped(Arguments):
    """A tool that can be kept to some documents."""

    documents: Annotated[
        list[Name],
        Field(
            max_length=_NAMES,
            description="Only these documents: names as list_documents gives them, folders, or"
            " patterns such as *.pdf.",
        ),
    ] = []
    since: Annotated[Day, Field(description="Only documents dated from this day on, ISO.")] = ""
    until: Annotated[Day, Field(description="Only documents dated up to this day, ISO.")] = ""


class Search(Scoped):
    """Arguments of `search`."""

    query: Annotated[
        Question,
        Field(description='What to look for: a question, or words; "quoted ones" must stand so.'),
    ]
    limit: Annotated[int, Field(ge=1, le=20, description="Most passages to return.")] = 5
    offset: Annotated[Offset, Field(le=20)] = 0
    max_characters: Characters = TEXT


class Ask(Scoped):
    """Arguments of `ask`."""

    question: Annotated[
        Question, Field(description="One question that stands alone, in the person's language.")
    ]
    details: Annotated[
        bool,
        Field(
            description="Also return sentences that were struck, the passages that were looked at,"
            " timings, and the bill of the model's prompt."
        ),
    ] = False


class ReadPassage(Arguments):
    """Arguments of `read_passage`."""

    uri: Annotated[
        str,
        Field(
            max_length=8_000,
            description="Address from a result or from resources, rag://…; instead of all below.",
        ),
    ] = ""
    document: Annotated[
        Name, Field(description="Name or id of the document, instead of an address.")
    ] = ""
    start: Annotated[
        int | None, Field(ge=0, le=_FAR, description="First character, from 0; default: 0.")
    ] = None
    end: Annotated[int | None, Field(ge=0, le=_FAR, description="Character to stop before.")] = None
    page: Annotated[int | None, Field(ge=1, le=1_000_000, description="A whole page, from 1.")] = (
        None
    )
    line: Annotated[
        int | None, Field(ge=0, le=_FAR, description="From this line of the file on.")
    ] = None
    around: Annotated[
        int,
        Field(ge=0, le=5_000, description="Also this many characters before and after the place."),
    ] = 0
    max_characters: Characters = TEXT


class ListDocuments(Scoped):
    """Arguments of `list_documents`."""

    limit: Annotated[int, Field(ge=1, le=200, description="Most documents to return.")] = 50
    offset: Offset = 0


class Promises(Scoped):
    """Arguments of `promises`."""

    who: Annotated[
        str, Field(max_length=200, description='Who promised: a name in any form, or "me".')
    ] = ""
    to: Annotated[
        str, Field(max_length=200, description='To whom: a name in any form, or "me".')
    ] = ""
    due: Annotated[
        str,
        Field(
            max_length=40,
            description="Deadline: today, tomorrow, this-week, next-week, overdue, none, a day"
            " (ISO), or DAY..DAY.",
        ),
    ] = ""
    state: Annotated[
        Literal["open", "done", "cancelled", "all"],
        Field(description="How they stand after all meetings; all has the tentative ones, too."),
    ] = "open"
    limit: Annotated[int, Field(ge=1, le=100, description="Most promises to return.")] = 20
    offset: Offset = 0


class Verify(Scoped):
    """Arguments of `verify`."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=CHECKED_TEXT,
            description="Sentences to check, such as an answer you are about to give.",
        ),
    ]


def schema_of(model: type[Arguments]) -> dict[str, Any]:
    """The JSON schema of arguments, flat and small: without titles, and without null."""
    found = model.model_json_schema()
    properties = {name: _plain(value) for name, value in found["properties"].items()}
    return {
        "type": "object",
        "properties": properties,
        "required": found.get("required", []),
        "additionalProperties": False,
    }


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """One property; what may be null may simply be left out."""
    kept = {k: v for k, v in value.items() if k != "title" and not (k == "default" and v is None)}
    choices = kept.pop("anyOf", ())
    return {**next((each for each in choices if each.get("type") != "null"), {}), **kept}
