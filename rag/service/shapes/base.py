"""What all shapes have in common, and bounded pieces of requests."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rag.types import Scope

#: Documents that one request may name, and characters of such a name, of a person's name, and of
#: a text that is to be checked.
MOST_DOCUMENTS, LONGEST_NAME, LONGEST_PERSON, LONGEST_TEXT = 100, 1_000, 200, 200_000

#: Days that a document or a meeting may be of.
_ISO = r"^(19|20|21)\d{2}-\d{2}-\d{2}$"


class Shape(BaseModel):
    """A JSON object of an answer: no key lacks, and there are no others."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)


class Told(Shape):
    """An answer; `schema` rises when a key goes or changes its meaning, new keys may come."""

    schema_: Annotated[Literal[1], Field(alias="schema")]


class Body(BaseModel):
    """A JSON object of a request: unknown keys are refused, and no value is bent to fit."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Filters(BaseModel):
    """The query of an address: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


def _day(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _whole(value: Any) -> Any:
    """A whole number that is written as 3.0, as JSON may."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text(most: int, least: int = 1, **told: Any) -> Any:
    """A bounded text, for an annotation."""
    return Field(min_length=least, max_length=most, **told)


Whole = Annotated[int, BeforeValidator(_whole)]
#: A day such as 2025-11-12.
Day = Annotated[
    str,
    Field(pattern=_ISO, examples=["2025-11-12"], json_schema_extra={"format": "date"}),
    AfterValidator(_day),
]
#: A document by its name or the last parts of its path, a folder, or a pattern.
Name = Annotated[str, text(LONGEST_NAME, examples=["handbook.pdf"])]
Person = Annotated[str, text(LONGEST_PERSON, examples=["Олег"])]


class Where(Body):
    """Where to look: documents by name, folder or pattern, and the days they may be of."""

    documents: Annotated[list[Name], Field(max_length=MOST_DOCUMENTS)] = Field(default_factory=list)
    since: Day | None = None
    until: Day | None = None

    @property
    def scope(self) -> Scope:
        """As the program knows it."""
        return Scope(tuple(self.documents), self.since, self.until)
