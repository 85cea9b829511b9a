"""A template's file into a `Template`; what is wrong with it is told with file, key and line."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from rag.errors import UsageError
from rag.jobs import fields as fields_of
from rag.jobs.conform import check_schema, faults
from rag.jobs.fields import Field
from rag.jobs.template import (
    CHECKS,
    LANGUAGE,
    LONGS,
    OPTION_KINDS,
    OUTPUTS,
    PLACEHOLDER,
    Example,
    Option,
    Template,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LANGUAGES = ("ru", "en")
_KEYS = (
    *("description", "needs", "instruction", "output", "check", "long", "temperature"),
    *("max_tokens", "stop", "rows", "fields", "schema", "options", "examples", "without_model"),
)
_FIELD_KEYS = ("name", "type", "choices", "about")
_OPTION_KEYS = ("type", "default", "choices", "about")
_EXAMPLE_KEYS = ("text", "answer")
#: In place of a list of fields: the person gives them.
_GIVEN = "given"
_MAX_BYTES = 1024 * 1024  # of a file; nobody writes more by hand
_NEEDS: Words = {
    "ru": "модель, которая следует указаниям",
    "en": "a model that follows instructions",
}


@dataclass(frozen=True)
class _File:
    """A file of TOML, to say where something in it is wrong."""

    path: str
    text: str

    def wrong(self, key: str, reason: str, hint: str = "") -> NoReturn:
        """Raise UsageError that names the key, and its line where that is found."""
        last = re.escape(key.rsplit(".", 1)[-1].split("[")[0])
        found = re.search(rf"^[ \t]*(?:\[+[\w.\" ]*\b)?{last}\b", self.text, re.MULTILINE)
        line = f", line {self.text.count(chr(10), 0, found.start()) + 1}" if found else ""
        raise UsageError(f"{self.path}{line}: {key} {reason}", hint or "See docs/jobs.md")

    def keys(self, values: Mapping[str, Any], known: Sequence[str], inside: str = "") -> None:
        """Refuse a key that there is not."""
        for key in values:
            if key not in known:
                self.wrong(f"{inside}{key}", "is not known", f"Known are: {', '.join(known)}")

    def one_of(self, values: Mapping[str, Any], key: str, known: Sequence[str], usual: str) -> str:
        """A word out of some."""
        value = values.get(key, usual)
        if value not in known:
            self.wrong(key, f"is one of {', '.join(known)}, not {value!r}")
        return str(value)

    def words(self, values: Mapping[str, Any], key: str, inside: str = "") -> Words:
        """A text, or one for each language; one language serves the other too."""
        value = values.get(key, "")
        if isinstance(value, str):
            value = dict.fromkeys(_LANGUAGES, value) if value else {}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            self.wrong(inside + key, "is a text, or texts named ru and en")
        self.keys(value, _LANGUAGES, f"{inside}{key}.")
        given = next((text for text in value.values() if text.strip()), "")
        if not given:
            return {}
        return {"ru": value.get("ru", given).strip(), "en": value.get("en", given).strip()}

    def tables(self, values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """An array of tables."""
        value = values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong(key, f"is an array of tables: write [[{key}]]")
        return value

    def texts(self, values: Mapping[str, Any], key: str, inside: str = "") -> tuple[str, ...]:
        """An array of texts."""
        value = values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong(inside + key, "is an array of texts")
        return tuple(value)

    def flag(self, values: Mapping[str, Any], key: str) -> bool:
        """True or false."""
        value = values.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, "is true or false")
        return value


def read_template(path: Path) -> Template:
    """The template in a file; its name is the file's.

    Raises UsageError, with the file, the key and its line, for whatever cannot be meant.
    """
    file = _file(path)
    values = _values(file)
    file.keys(values, _KEYS)
    output = file.one_of(values, "output", OUTPUTS, "text")
    check = file.one_of(values, "check", CHECKS[output], CHECKS[output][0])  # type: ignore[index]
    long = file.one_of(values, "long", LONGS[output], LONGS[output][0])  # type: ignore[index]
    options = _options(file, values)
    given = values.get("fields") == _GIVEN
    fields = () if given else _fields(file, values, options)
    template = Template(
        name=path.stem,
        source=str(path),
        description=file.words(values, "description"),
        needs=file.words(values, "needs") or _NEEDS,
        instruction=file.words(values, "instruction"),
        output=output,  # type: ignore[arg-type]
        check=check,  # type: ignore[arg-type]
        long=long,  # type: ignore[arg-type]
        options=options,
        fields=fields,
        rows=file.flag(values, "rows"),
        fields_given=given,
        schema=_schema(file, values),
        temperature=_temperature(file, values),
        max_tokens=_max_tokens(file, values),
        stop=file.texts(values, "stop"),
        without_model=file.flag(values, "without_model"),
    )
    _whole(file, template)
    examples = _examples(file, values, template)
    return Template(**{**_as_dict(template), "examples": examples})


def read_examples(path: Path, template: Template) -> tuple[Example, ...]:
    """Further examples for a job, from a file of [[examples]]. Raises UsageError as above."""
    file = _file(path)
    values = _values(file)
    file.keys(values, ("examples",))
    found = _examples(file, values, template)
    if not found:
        file.wrong("examples", "are missing: write [[examples]] with text and answer")
    return found


def _as_dict(template: Template) -> dict[str, Any]:
    return {name: getattr(template, name) for name in template.__dataclass_fields__}


def _file(path: Path) -> _File:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{path} is too large for a template", "See docs/jobs.md")
        return _File(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error})", "See docs/jobs.md") from error


def _values(file: _File) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file.path} is no TOML: {error}", "See docs/jobs.md") from error


def _whole(file: _File, template: Template) -> None:
    """Refuse a template whose parts do not fit each other."""
    if not template.instruction:
        file.wrong("instruction", "is missing: it says what the model is to do")
    known = {option.name for option in template.options} | {LANGUAGE}
    for text in template.instruction.values():
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                file.wrong(
                    "instruction", f"names {{{name}}}, which is no option", f"Add [options.{name}]"
                )
    described = bool(template.fields or template.fields_given or template.schema)
    if template.output == "json" and not described:
        file.wrong("output", 'is "json", but neither [[fields]] nor [schema] say of what form')
    if template.output != "json" and (described or template.rows):
        file.wrong("output", f'is "{template.output}": fields, rows and schema are for "json"')
    if template.schema and (template.fields or template.fields_given or template.rows):
        file.wrong("schema", "stands beside fields or rows; one of them is enough")
    if template.long == "vote" and template.rows:
        file.wrong("long", 'is "vote", but rows of pieces cannot vote: write "merge"')


def _options(file: _File, values: Mapping[str, Any]) -> tuple[Option, ...]:
    tables = values.get("options", {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        file.wrong("options", "are tables: write [options.tone]")
    return tuple(_option(file, name, table) for name, table in tables.items())


def _option(file: _File, name: str, table: Mapping[str, Any]) -> Option:
    inside = f"options.{name}."
    file.keys(table, _OPTION_KEYS, inside)
    if name == LANGUAGE or not PLACEHOLDER.fullmatch(f"{{{name}}}"):
        file.wrong(f"options.{name}", "is no name for an option; language is one of every job")
    kind = table.get("type", "text")
    if kind not in OPTION_KINDS:
        file.wrong(f"{inside}type", f"is one of {', '.join(OPTION_KINDS)}, not {kind!r}")
    if "default" not in table:
        file.wrong(f"options.{name}", "has no default")
    default = table["default"]
    by_language = default if isinstance(default, dict) else dict.fromkeys(_LANGUAGES, default)
    if set(by_language) != set(_LANGUAGES):
        file.wrong(f"{inside}default", "is a value, or values named ru and en")
    settled = {}
    for language, value in by_language.items():
        settled[language] = tuple(value) if isinstance(value, list) else value
        if not _fits(kind, value):
            file.wrong(f"{inside}default", f"is no {kind}: {value!r}")
    choices = file.texts(table, "choices", inside)
    option = Option(name, kind, settled, choices, file.words(table, "about", inside))
    if choices and not set(settled.values()) <= set(choices):
        file.wrong(f"{inside}default", f"is none of the choices: {', '.join(choices)}")
    return option


def _fits(kind: str, value: Any) -> bool:
    if kind == "list":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    kinds: dict[str, type | tuple[type, ...]] = {
        "text": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    return isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _fields(file: _File, values: Mapping[str, Any], options: Sequence[Option]) -> tuple[Field, ...]:
    """The fields of the file; where choices are those of an option they are named "{option}"."""
    found = []
    lists = {option.name for option in options if option.kind == "list"}
    for table in file.tables(values, "fields"):
        file.keys(table, _FIELD_KEYS, "fields.")
        kind, choices = table.get("type", "text"), table.get("choices", [])
        if isinstance(choices, str):
            named = PLACEHOLDER.fullmatch(choices)
            if named is None or named.group(1) not in lists:
                file.wrong("fields.choices", f"names no option that is a list: {choices!r}")
            choices = [choices]
        if not isinstance(choices, list) or not all(isinstance(each, str) for each in choices):
            file.wrong("fields.choices", 'is an array of texts, or "{option}"')
        try:
            about = file.words(table, "about", "fields.")
            made = fields_of.field(str(table.get("name", "")), str(kind), about)
        except UsageError as error:
            file.wrong("fields", f"cannot be: {error.message}", error.hint)
        found.append(Field(made.name, made.kind, tuple(choices) or made.choices, made.about))
    try:
        return fields_of.checked(found) if found else ()
    except UsageError as error:
        file.wrong("fields", f"cannot be: {error.message}", error.hint)


def _schema(file: _File, values: Mapping[str, Any]) -> dict[str, Any] | None:
    schema = values.get("schema")
    if schema is None:
        return None
    if not isinstance(schema, dict):
        file.wrong("schema", "is a table that holds a JSON Schema")
    try:
        check_schema(schema)
    except UsageError as error:
        file.wrong("schema", f"is no JSON Schema: {error.message}")
    return schema


def _temperature(file: _File, values: Mapping[str, Any]) -> float:
    value = values.get("temperature", 0.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 2:
        file.wrong("temperature", f"is a number from 0 to 2, not {value!r}")
    return float(value)


def _max_tokens(file: _File, values: Mapping[str, Any]) -> int | None:
    value = values.get("max_tokens")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        file.wrong("max_tokens", f"is a whole number from 1 on, not {value!r}")
    return value


def _examples(file: _File, values: Mapping[str, Any], template: Template) -> tuple[Example, ...]:
    """The examples; a table as answer is written as JSON, and has to conform."""
    found = []
    for number, table in enumerate(file.tables(values, "examples"), 1):
        file.keys(table, _EXAMPLE_KEYS, "examples.")
        text, answer = table.get("text"), table.get("answer")
        if not isinstance(text, str) or not text.strip() or answer in (None, ""):
            file.wrong("examples", f"{number} lacks a text or an answer")
        if template.output == "json":
            answer = _as_json(file, number, answer, template)
        if not isinstance(answer, str):
            file.wrong("examples", f"{number}: the answer is a text")
        found.append(Example(text.strip(), answer.strip()))
    return tuple(found)


def _as_json(file: _File, number: int, answer: Any, template: Template) -> str:
    """An answer of JSON in one line. Choices that options give are not known yet."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError as error:
            file.wrong("examples", f"{number}: the answer is no JSON: {error}")
    if template.fields and not any(
        PLACEHOLDER.search(c) for f in template.fields for c in f.choices
    ):
        schema = fields_of.record_schema(template.fields)
        records = answer.get("rows") if template.rows and isinstance(answer, dict) else [answer]
        if not isinstance(records, list):
            file.wrong("examples", f"{number}: the answer has no array rows")
        for record in records:
            if not isinstance(record, dict):
                file.wrong("examples", f"{number}: a record is a table")
            if said := faults(fields_of.ready(template.fields, record), schema):
                file.wrong("examples", f"{number}: the answer is not as asked for: {said}")
    elif template.schema and (said := faults(answer, template.schema)):
        file.wrong("examples", f"{number}: the answer is not as asked for: {said}")
    return json.dumps(answer, ensure_ascii=False)
