"""The fields of a record: what a person writes, the schema a model is held to, values made ready.

A field is a text, an integer, a number, a date, a yes or no, or one of some words. What a model
writes for it is brought to its kind where that changes nothing of what was meant ("5 000" is 5000,
«да» is true), and is null where the model says in words that there is nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from dataclasses import field as empty
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import UsageError
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.words import Language

Kind = Literal["text", "integer", "number", "date", "boolean"]

KINDS: dict[str, Kind] = {
    **dict.fromkeys(("text", "string", "str", "текст", "строка"), "text"),
    **dict.fromkeys(("integer", "int", "целое"), "integer"),
    **dict.fromkeys(("number", "float", "число"), "number"),
    **dict.fromkeys(("date", "дата"), "date"),
    **dict.fromkeys(("boolean", "bool", "да/нет"), "boolean"),
}
_NAME = re.compile(r"[^\W\d]\w{0,62}")
_MOST = 100  # fields of a record
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009]")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NOTHING = frozenset(
    "|null|none|nan|nil|n/a|na|unknown|not specified|not stated|-|–|—|нет|нет данных|неизвестно"
    "|не указано|не указан|не указана|отсутствует".split("|")
)
_YES = frozenset("true yes да 1 истина".split())
_NO = frozenset("false no нет 0 ложь".split())


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `choices` are the words it may be, all of them texts; empty where it is free.

    `about` says more of it, by language.
    """

    name: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    about: dict[Language, str] = empty(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether a model decides it, so that it need not stand in the text."""
        return bool(self.choices) or self.kind == "boolean"

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema. Everything but a choice may be null: a text need not say."""
        if self.choices:
            return {"enum": list(self.choices)}
        if self.kind == "date":
            return {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}$"}
        kind = "string" if self.kind == "text" else self.kind
        return {"type": [kind, "null"]}

    def said(self, language: Language) -> str:
        """What it is, in words for a model."""
        if self.choices:
            known = " | ".join(self.choices)
            kind = f"одно из: {known}" if language == "ru" else f"one of: {known}"
        else:
            kind = _SAID[language][self.kind]
        return f"{kind}; {self.about[language]}" if self.about else kind


_SAID: dict[Language, dict[Kind, str]] = {
    "ru": {
        "text": "строка, как в тексте",
        "integer": "целое число",
        "number": "число",
        "date": "дата ГГГГ-ММ-ДД",
        "boolean": "true или false",
    },
    "en": {
        "text": "a string, as in the text",
        "integer": "an integer",
        "number": "a number",
        "date": "a date YYYY-MM-DD",
        "boolean": "true or false",
    },
}


def parse(said: str) -> tuple[Field, ...]:
    """The fields of «name:text, airline:text, state:open|closed»; a text where no kind is given.

    Raises UsageError for a name that is none or stands twice, and for a kind that there is not.
    """
    fields = []
    for piece in filter(None, (each.strip() for each in said.split(","))):
        name, _, kind = (part.strip() for part in piece.partition(":"))
        fields.append(field(name, kind or "text"))
    return checked(fields)


def field(name: str, kind: str, about: dict[Language, str] | None = None) -> Field:
    """A field from two words; `kind` is one of `KINDS`, or choices parted by "|"."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a field", "Use letters, digits and _: --fields 'name:text'"
        )
    if "|" in kind:
        choices = tuple(dict.fromkeys(filter(None, (each.strip() for each in kind.split("|")))))
        return Field(name, "text", choices, about or {})
    if kind.lower() not in KINDS:
        raise UsageError(
            f"The field {name} is of no known kind: {kind}",
            "Kinds are text, integer, number, date, boolean, or words such as open|closed",
        )
    return Field(name, KINDS[kind.lower()], (), about or {})


def checked(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields of one record. Raises UsageError for none, too many, or a name given twice."""
    names = [each.name.lower() for each in fields]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"The field {twice[0]} is named twice", "Give each a name of its own")
    if not 1 <= len(fields) <= _MOST:
        raise UsageError(
            f"A record has 1 to {_MOST} fields, not {len(fields)}",
            "Name them: --fields 'name:text, sum:number'",
        )
    return tuple(fields)


def from_schema(schema: Any) -> tuple[Field, ...]:
    """The fields of a JSON Schema of one record, an object of plain values (or an array of such).

    Raises UsageError where it describes something else.
    """
    if isinstance(schema, dict) and schema.get("type") == "array":
        schema = schema.get("items")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        raise UsageError(
            "The schema describes no record",
            'Write {"type": "object", "properties": {"name": {"type": "string"}}}',
        )
    return checked([_from_property(str(name), rule) for name, rule in properties.items()])


def _from_property(name: str, rule: Any) -> Field:
    rule = rule if isinstance(rule, dict) else {}
    described = str(rule.get("description", ""))
    about: dict[Language, str] = {"ru": described, "en": described} if described else {}
    if isinstance(rule.get("enum"), list):
        choices = tuple(str(each) for each in rule["enum"] if each is not None)
        if choices and _NAME.fullmatch(name):
            return Field(name, "text", choices, about)
    kinds = rule.get("type", "string")
    kinds = [each for each in (kinds if isinstance(kinds, list) else [kinds]) if each != "null"]
    kind = str(kinds[0]) if len(kinds) == 1 else ", ".join(map(str, kinds))
    if kind == "string" and rule.get("format") == "date":
        kind = "date"
    return field(name, kind, about)


def record_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """The JSON Schema of one record."""
    return {
        "type": "object",
        "properties": {each.name: each.schema() for each in fields},
        "required": [each.name for each in fields],
        "additionalProperties": False,
    }


def ready(fields: Sequence[Field], value: dict[str, Any]) -> dict[str, Any]:
    """A record as a model wrote it with its values brought to their kinds.

    Keys are found whatever their case; those of no field are left out, those missing are null. A
    value that cannot be brought to its kind stays as it is, for the schema to refuse.
    """
    given = {fold(str(key)).strip(): item for key, item in value.items()}
    return {each.name: _ready(each, given.get(fold(each.name))) for each in fields}


def _ready(each: Field, value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if each.choices:
        return _choice(each.choices, value)
    if isinstance(value, str):
        value = value.strip()
        if each.kind != "boolean" and fold(value) in _NOTHING:
            return None
    made = {
        "text": _text,
        "integer": _integer,
        "number": _number,
        "date": _date,
        "boolean": _boolean,
    }[each.kind](value)
    return value if made is None else made


def _choice(choices: Sequence[str], value: Any) -> Any:
    """The choice that was meant, whatever its case and the marks around it."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    bare = fold(str(value)).strip(" \t\n.,;:!\"'«»“”*`")
    return next((choice for choice in choices if fold(choice) == bare), value)


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return str(value)


def _decimal(value: Any) -> Decimal | None:
    """A number however it is written: "1 000", "1,000.50", «3,5»."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Decimal(str(value)) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    bare = _BLANKS.sub("", value).replace("−", "-")
    bare = bare.replace(",", "" if _GROUPED.fullmatch(bare) else ".")
    try:
        found = Decimal(bare)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _integer(value: Any) -> int | None:
    found = _decimal(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def _number(value: Any) -> int | float | None:
    found = _decimal(value)
    if found is None:
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def _date(value: Any) -> str | None:
    """A day in ISO form, also from 15.11.2025."""
    if not isinstance(value, str):
        return None
    if match := _ISO.match(value):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.fullmatch(value):
        day, month, year = map(int, match.groups())
    else:
        return None
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    bare = fold(str(value)).strip()
    return True if bare in _YES else False if bare in _NO else None


def bare_choice(fields: Sequence[Field], text: str) -> dict[str, Any] | None:
    """A record from an answer that is one of the words alone, where the one choice asks for it."""
    closed = [each for each in fields if each.choices]
    if len(closed) != 1:
        return None
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    said = _choice(closed[0].choices, lines[0].rpartition(":")[2])
    if said not in closed[0].choices:
        return None
    return {each.name: said if each is closed[0] else None for each in fields}
