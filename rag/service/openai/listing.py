"""Which models there are: `GET /v1/models`; and what is asked at addresses where nothing is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from rag.service.entry import Asking
from rag.service.openai.errors import Route
from rag.service.openai.naming import entered, model, models
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.state import service_of

router = APIRouter(route_class=Route)


@router.get("/models")
async def listed(request: Request, client: Asking) -> dict[str, Any]:
    """The models that the client may ask."""
    service = service_of(request)
    found = await run(service, request, client, "search", lambda: list(models(service, client)))
    return {"object": "list", "data": found}


@router.get("/models/{name:path}")
async def shown(request: Request, client: Asking, name: str) -> dict[str, Any]:
    """One model by its name."""
    service = service_of(request)
    named, _ = entered(service, client, name)
    return await run(service, request, client, "search", lambda: model(service, named))


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
#: What there is, and how it is asked.
_KNOWN = {"models": "GET", "chat/completions": "POST", "embeddings": "POST"}


@router.api_route("/{path:path}", methods=_METHODS, include_in_schema=False)
async def missing(request: Request, path: str) -> None:
    """Say in the shape of OpenAI's errors that there is no such address."""
    method = _KNOWN.get(path) or ("GET" if path.startswith("models/") else None)
    if method:
        why = f"/v1/{path} takes {method} and not {request.method}"
        raise Refused(405, "method-not-allowed", why, headers={"Allow": method})
    raise Refused(404, "no-such-address", "There is nothing here", "See docs/openai.md.")
