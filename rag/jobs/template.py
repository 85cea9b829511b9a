"""What a job is: the nouns that a template's file is read into."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.jobs.fields import Field
    from rag.words import Language

Output = Literal["text", "json", "code"]
#: How an answer is held against the document: sentences that it does not support are struck; only
#: those that contradict it are, others marked; values that do not stand in it become null; not.
Check = Literal["strike", "mark", "values", "none"]
#: What is done with a document longer than the window: answers to its pieces are merged (rows one
#: after another), vote, or stand in a row; its pieces are condensed first; it is refused.
Long = Literal["merge", "vote", "join", "condense", "refuse"]
OptionKind = Literal["text", "integer", "number", "boolean", "list"]

OUTPUTS: tuple[Output, ...] = ("text", "json", "code")
CHECKS: dict[Output, tuple[Check, ...]] = {
    "text": ("strike", "mark", "none"),
    "json": ("values", "none"),
    "code": ("none",),
}
LONGS: dict[Output, tuple[Long, ...]] = {
    "text": ("condense", "join", "refuse"),
    "json": ("merge", "vote", "refuse"),
    "code": ("join", "refuse"),
}
OPTION_KINDS: tuple[OptionKind, ...] = ("text", "integer", "number", "boolean", "list")
#: An option that every job has: the language it is done in.
LANGUAGE = "language"
LANGUAGES = ("auto", "ru", "en")
PLACEHOLDER = re.compile(r"\{([^\W\d]\w*)\}")
_TRUE = frozenset("true yes on 1 да".split())
_FALSE = frozenset("false no off 0 нет".split())

Words = dict["Language", str]
Value = str | int | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """Something that a person may set of a job; `default` has a value for each language."""

    name: str
    kind: OptionKind
    default: Mapping[Language, Value]
    choices: tuple[str, ...] = ()
    about: Words = field(default_factory=dict)

    def parse(self, said: str) -> Value:
        """The value that was typed. Raises UsageError where it is of another kind."""
        value = _parsed(self.kind, said.strip())
        if value is None or (self.choices and value not in self.choices):
            wanted = " | ".join(self.choices) or self.kind
            raise UsageError(
                f"The option {self.name} takes {wanted}, not {said!r}",
                f"Try: --set {self.name}={self.choices[0] if self.choices else '…'}",
            )
        return value


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what a good answer to it is, as the model is to write it."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Template:
    """A job as its file describes it; texts by language. See docs/jobs.md for the keys.

    `fields` describe one record, of which there are many where `rows`; a job whose `fields_given`
    has them from the person. `schema` is the JSON Schema of the whole answer where there are no
    fields. `source` is the file.
    """

    name: str
    source: str
    description: Words
    needs: Words
    instruction: Words
    output: Output
    check: Check
    long: Long
    options: tuple[Option, ...] = ()
    fields: tuple[Field, ...] = ()
    rows: bool = False
    fields_given: bool = False
    schema: Mapping[str, Any] | None = None
    examples: tuple[Example, ...] = ()
    temperature: float = 0.0
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    without_model: bool = False

    def settled(self, said: Mapping[str, str], language: Language) -> dict[str, Value]:
        """The value of every option, from what was typed and from defaults.

        Raises UsageError for an option that the job has not.
        """
        known = {option.name: option for option in self.options}
        values: dict[str, Value] = {name: each.default[language] for name, each in known.items()}
        for name, typed in said.items():
            if name == LANGUAGE:
                continue
            if name not in known:
                has = ", ".join([*known, LANGUAGE])
                raise UsageError(f"The job {self.name} has no option {name}", f"It has: {has}")
            values[name] = known[name].parse(typed)
        return values


def _parsed(kind: OptionKind, said: str) -> Value | None:
    """A typed value as its kind; None where it is none."""
    if kind == "list":
        return (
            tuple(dict.fromkeys(filter(None, (each.strip() for each in said.split(","))))) or None
        )
    if kind == "boolean":
        lowered = said.lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else None
    try:
        if kind == "integer":
            return int(said)
        if kind == "number":
            return float(said.replace(",", "."))
    except ValueError:
        return None
    return said


def filled(text: str, values: Mapping[str, Value], language: Language) -> str:
    """A text with the values of options in the places of {name}; an empty one leaves no gap."""

    def shown(match: re.Match[str]) -> str:
        value = values.get(match.group(1))
        if value is None:
            return match.group()
        if isinstance(value, bool):
            return {"ru": ("нет", "да"), "en": ("no", "yes")}[language][value]
        return ", ".join(value) if isinstance(value, tuple) else str(value)

    return re.sub(r" {2,}", " ", PLACEHOLDER.sub(shown, text)).strip()
