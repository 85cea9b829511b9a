"""What a person may choose on a page, and what a choice that is not saved yet would change."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from rag.allowed import CHOICES, RANGES
from rag.config import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.config import Configured

#: How a setting is asked for: a switch, one of several words, a number, or a text.
Kind = Literal["switch", "choice", "whole", "number", "text"]
Origin = Literal["default", "file", "environment", "flag"]

#: Settings in groups, beside those that have a place of their own: how answers are written, what is
#: found for them, how models run, how files are read, who asks.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "writing": (*("temperature", "top_p", "repetition_penalty", "seed", "max_tokens", "stop"),),
    "finding": ("passages",),
    "running": ("device", "dtype", "models_folder"),
    "reading": ("ocr", "languages"),
    "person": ("me", "history"),
}
_DEFAULTS = Settings()
_TYPES = {each.name: type(getattr(_DEFAULTS, each.name)) for each in fields(Settings)}
_KINDS: Mapping[type, Kind] = {bool: "switch", int: "whole", float: "number", str: "text"}
_VARIABLE = "RAG_"


def kind(name: str) -> Kind:
    """How a setting is asked for."""
    return "choice" if name in CHOICES else _KINDS[_TYPES[name]]


def bounds(name: str) -> tuple[Any, Any]:
    """The least and the greatest a number may be, in its own type."""
    low, high = RANGES[name]
    return _TYPES[name](low), _TYPES[name](high)


def default(name: str) -> Any:
    """What a setting is where nobody set it."""
    return getattr(_DEFAULTS, name)


def origin(configured: Configured, name: str) -> Origin:
    """Where the present value of a setting comes from."""
    told = configured.origins[name]
    if told in ("default", "flag"):
        return cast("Origin", told)
    return "environment" if told.startswith(_VARIABLE) else "file"


def fixed(configured: Configured, name: str) -> bool:
    """Whether something counts before the file: it cannot be chosen then."""
    return origin(configured, name) in ("environment", "flag")


def changing(configured: Configured, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the choices that differ from what counts now; None stands for the default.

    What is fixed cannot be chosen.
    """
    found = {}
    for name, value in choices.items():
        where = origin(configured, name)
        other = value is not None and value != getattr(configured.settings, name)
        if not fixed(configured, name) and (other or (value is None and where == "file")):
            found[name] = value
    return found


def effective(configured: Configured, choices: Mapping[str, Any]) -> Settings:
    """The settings as they would be with the choices saved."""
    new = changing(configured, choices)
    values = {name: default(name) if value is None else value for name, value in new.items()}
    return replace(configured.settings, **values)


def chosen_model(spec: str, base_url: str = "") -> dict[str, Any]:
    """The choices that name a language model; "" is none, and then no address counts either."""
    return {"model": spec or None, "base_url": base_url or None}


def words(name: str) -> list[str]:
    """The words that a setting may be."""
    return list(CHOICES[name])
