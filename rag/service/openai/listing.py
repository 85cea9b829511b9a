"""Which models there are: `GET /v1/models`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from rag.service.entry import Asking
from rag.service.openai.errors import Route
from rag.service.openai.naming import entered, model, models
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
