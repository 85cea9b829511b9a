"""The OpenAPI file: what the service takes and gives, for people and for generated clients.

FastAPI describes the routes; put in here is what no route says by itself: where the service is, how
its key is shown, and that all that goes wrong is problem+json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi

from rag.service import paths
from rag.service.problems import MEDIA_TYPE
from rag.service.shapes.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from fastapi.routing import APIRoute

    Json = dict[str, Any]

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_REF: Final = "#/components/{}/{}"
_ABOUT: Final = """Ask your own documents; every sentence of an answer points at its source.

All of a collection lies below `/api/v1/collections/{collection}`. Offsets count characters of a
document's text from 0, `end` exclusive; pages and lines count from 1. Whatever goes wrong comes as
`application/problem+json` with a `code`. The same is said at more length in docs/api.md."""
_SERVERS: Final = [
    {"url": "http://127.0.0.1:8600", "description": "rag serve on this machine"},
    {"url": "/", "description": "The service that this file is from"},
]
_TAGS: Final = {
    "collections": "Documents that are asked together.",
    "documents": "What is in a collection; files are sent in here.",
    "jobs": "What goes on for long, and what came of it.",
    "asking": "Passages and answers.",
    "writing": "Summaries and minutes.",
    "promises": "Who owes what to whom by when, and what people set right.",
    "checking": "Texts and saved answers held against the documents; measures.",
    "tasks": "What a model can do with a document: extract, classify, reply.",
    "pages": "Pages as pictures, passages with what stands around them.",
    "openai": "What clients of OpenAI's API expect; docs/openai.md.",
    "health": "Whether the service lives.",
}
_COLLECTION: Final = {
    "description": "The name of a collection.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
    "example": "default",
}
#: What may go wrong at any route: its name among the components, and when it happens.
_FAULTS: Final[dict[int, tuple[str, str]]] = {
    400: ("BadRequest", "The request asks for what cannot be."),
    401: ("Unauthorized", "A key is demanded."),
    403: ("Forbidden", "The key, or where the request comes from, does not allow it."),
    404: ("NotFound", "There is no such thing, or the key may not know of it."),
    409: ("Conflict", "It does not go with how things stand."),
    413: ("TooLarge", "The request is too large."),
    422: (
        "Unprocessable",
        "The request is not what this address takes, or the document is not of that kind.",
    ),
    429: ("TooMany", "Too many requests; Retry-After says when to come again."),
    500: ("Mistake", "A mistake of the service."),
    503: ("Unavailable", "The library is being written to, or the model cannot answer now."),
    507: ("DiskFull", "The disk is full, or cannot be written to."),
}
#: What only goes wrong where something is named in the address, and where a body is sent.
_NAMED, _WITH_BODY = frozenset({404}), frozenset({413})
_COMES_AGAIN: Final = frozenset({429, 503})


def operation_id(route: APIRoute) -> str:
    """The name of an operation, which generated clients call it by: that of its function."""
    return route.name


def describe(app: FastAPI) -> None:
    """Have an app give this description of itself."""

    def described() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = description(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def description(app: FastAPI) -> Json:
    """The description of an app, as JSON values."""
    told: Json = get_openapi(
        title="rag",
        version=app.version,
        summary="Documents and meetings that can be asked.",
        description=_ABOUT,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=_SERVERS,
        tags=[{"name": name, "description": words} for name, words in _TAGS.items()],
        routes=app.routes,
    )
    for path, operation in _operations(told):
        for each in operation.get("parameters", ()):
            if (each["in"], each["name"]) == ("path", "collection"):
                each |= _COLLECTION
        if path.startswith(f"{paths.API}/"):  # others have those that clients of OpenAI's expect
            _tell_faults(path, operation)
        if operation.get("tags") == ["health"]:
            operation["security"] = []
    parts = told.setdefault("components", {})
    _add_problem(parts)
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of rag keys add; none is needed where the service demands none.",
        }
    }
    told["security"] = [{"key": []}, {}]
    return told


def _operations(told: Json) -> Iterator[tuple[str, Json]]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, operation


def _tell_faults(path: str, operation: Json) -> None:
    """Say what may go wrong at a route."""
    known = set(_FAULTS)
    if "{" not in path:
        known -= _NAMED
    if "requestBody" not in operation:
        known -= _WITH_BODY
    answers = operation["responses"]
    answers.pop("422", None)  # in which FastAPI says how it would tell of it
    for status in sorted(known):
        answers.setdefault(str(status), {"$ref": _REF.format("responses", _name(status))})


def _add_problem(parts: Json) -> None:
    """Put in what a problem looks like, in place of what FastAPI would say."""
    shapes = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    shape = Problem.model_json_schema(ref_template=_REF.format("schemas", "{model}"))
    shapes |= shape.pop("$defs")
    shapes["Problem"] = shape
    parts["schemas"] = dict(sorted(shapes.items()))
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format("schemas", "Problem")}}}
    parts["responses"] = {
        _name(status): _answer(status, words, content) for status, (_, words) in _FAULTS.items()
    }


def _answer(status: int, words: str, content: Json) -> Json:
    answer: Json = {"description": words, "content": content}
    if status in _COMES_AGAIN:
        seconds = {"description": "Seconds.", "schema": {"type": "string"}}
        answer["headers"] = {"Retry-After": seconds}
    return answer


def _name(status: int) -> str:
    return _FAULTS[status][0]
