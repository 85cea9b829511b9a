"""The fitted numbers of the ranking, which lie as JSON in `rag/weights`."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def read(name: str) -> dict[str, Any]:
    """The file of a model, e.g. "sentences"."""
    text = files("rag").joinpath("weights", f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
