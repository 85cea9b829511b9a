"""What a person asks of a job, and what they get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.jobs.fields import Field
    from rag.jobs.records import Flag, Record
    from rag.jobs.template import Example, Output
    from rag.types import Sentence
    from rag.words import Language


@dataclass(frozen=True, slots=True)
class Request:
    """How a person wants a job done; see docs/jobs.md. `temperature` None is the template's."""

    said: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    examples: tuple[Example, ...] = ()
    steps: bool = False
    samples: int = 1
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a job sent to its model, in tokens: prompts in number, in all, and the longest."""

    prompts: int
    total: int
    longest: int
    window: int
    reserve: int
    tokenizer: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job over one document.

    `text` is the answer, of JSON too; `value` its value and `fields` what a record is made of.
    `agreement` is the share of drafts, or of pieces, that said so; None where there was one.
    `notes` say what a person should know. `language` is the one it was done in.
    """

    job: str
    document: str
    output: Output
    text: str
    value: Any = None
    fields: tuple[Field, ...] = ()
    records: tuple[Record, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    struck: tuple[Sentence, ...] = ()
    flags: tuple[Flag, ...] = ()
    pieces: int = 1
    agreement: float | None = None
    notes: tuple[str, ...] = ()
    by: Literal["documents", "model"] = "model"
    sent: Sent | None = None
    language: Language = "en"

    @property
    def empty(self) -> bool:
        """Whether nothing is left: no sentence stood, or no record."""
        return not self.text.strip() or (self.output == "json" and not self.value)

    @property
    def unsupported(self) -> bool:
        """Whether something was struck or made null."""
        return bool(self.struck) or any(flag.fate != "kept" for flag in self.flags)
