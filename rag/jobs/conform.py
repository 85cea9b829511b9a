"""Whether a value is what a JSON Schema asks for, and what to tell the model where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 3  # faults told at once
_LONGEST = 160  # characters of one


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise UsageError where a schema is none."""
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise UsageError(
            f"The JSON Schema is none: {error.message}", "See json-schema.org for what it may say"
        ) from error


def faults(value: Any, schema: Mapping[str, Any]) -> str:
    """What is wrong with a value, in a line or a few; "" where it conforms.

    A schema that refers to another one is answered with that fault: nothing is fetched.
    """
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    validator = Draft202012Validator(schema, registry=Registry())
    try:
        wrong = sorted(validator.iter_errors(value), key=lambda each: list(map(str, each.path)))
    except Unresolvable as error:
        return f"the schema refers to what it does not hold: {error}"
    said = []
    for each in wrong[:_MOST]:
        place = "".join(f"[{step!r}]" for step in each.path)
        message = each.message
        if len(message) > _LONGEST:
            message = f"{message[:_LONGEST]}…"
        said.append(f"{place}: {message}" if place else message)
    return "; ".join(said)
