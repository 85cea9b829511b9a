"""The service: HTTP for other programs, over the desk that all clients share."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.routing import Route

from rag import __version__
from rag.errors import RagError
from rag.service import api, health, openai, problems
from rag.service.admission import Admission
from rag.service.agents import PATH, Agents
from rag.service.state import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.desk import Desk

__all__ = ["Service", "build"]


def build(desk: Desk) -> FastAPI:
    """The service as an ASGI app; when it ends it closes the desk."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        desk.resume()
        async with agents.running():
            yield
        desk.close()

    app = FastAPI(title="rag", version=__version__, lifespan=living)
    service = Service(desk, Admission(desk.settings))
    app.state.service = service
    agents = Agents(service)
    app.add_exception_handler(RagError, problems.on_error)
    app.router.routes.append(Route(PATH, agents))
    app.include_router(health.router)
    app.include_router(openai.router, prefix="/v1")
    app.include_router(api.router, prefix="/api/v1")
    return app
