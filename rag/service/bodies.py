"""Bodies of answers: JSON, and files that are to be kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import Response

from rag.exports import MIMES
from rag.shown import escaped

if TYPE_CHECKING:
    from rag.exports import Form

_JSON = "application/json"


def as_json(value: object) -> str:
    """A value as JSON, in which no character of a document ends a line or cannot be sent."""
    return escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def told(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON value as an answer."""
    return Response(as_json(value), status, headers, _JSON)


def attachment(name: str) -> dict[str, str]:
    """The header of a file that is to be kept under a name, and not to be shown."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def file(data: bytes, form: Form, name: str) -> Response:
    """A file of a form, to be kept under a name without its ending."""
    return Response(data, media_type=MIMES[form], headers=attachment(f"{name}.{form}"))


def in_forms(description: str, model: Any) -> dict[str, Any]:
    """What a route says of an answer that is JSON, or a file in the form that is asked for."""
    files = {"schema": {"type": "string", "format": "binary"}}
    content = {mime: files for form, mime in MIMES.items() if form != "json"}
    return {"description": description, "model": model, "content": content}
