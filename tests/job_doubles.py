"""Jobs done on texts that a test writes, with models that say what it wants."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage
from model_doubles import model_of

from rag.jobs.checking import Source
from rag.jobs.fields import parse
from rag.jobs.reading import read_template
from rag.jobs.result import Request, Result
from rag.jobs.running import run
from rag.jobs.shelf import load
from rag.models import Model
from rag.readers.text.plain import read_markdown, read_text

NOTES = {
    "ru": (
        "Иванов летел Аэрофлотом, карта 4276 3800 1234 5678.\n"
        "Петрова, S7, карта 5536-9138-0000-1111.\n"
    ),
    "en": (
        "Brown flew Lufthansa, card 4000 1234 5678 9010.\n"
        "O'Neil: British Airways, card 4111-1111-1111-1111.\n"
    ),
}
FIELDS = parse("name, airline, card")


def source(text: str, name: str = "doc.txt") -> Source:
    read = read_markdown if name.endswith(".md") else read_text
    return Source(name, read(text.encode(), name))


def do(job: str, text: str, model: Model | None, **wishes: Any) -> Result:
    return run(load(job, []), source(text), model, Request(**wishes))


def template(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return read_template(path)


def inside(messages: Sequence[BaseMessage]) -> str:
    """The text between the fences of the last turn that has one."""
    for message in reversed(messages):
        if found := re.search(
            r"^(?:начало|begin) (\w+)\n(.*)\n(?:конец|end) \1$", message.text, re.M | re.S
        ):
            return found[2]
    raise AssertionError("no fenced text")


def transcriber(window: int = 4096, limit: int = 10**6) -> Model:
    """A model that turns each line «name; card» of what it is sent into a row, cut at a limit."""

    def say(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
        lines = [line.split("; ") for line in inside(messages).splitlines() if "; " in line]
        rows = [{"name": name, "card": card} for name, card in lines]
        return json.dumps({"rows": rows}, ensure_ascii=False)[:limit]

    return model_of(say, window)
