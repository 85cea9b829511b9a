"""The service: HTTP for other programs, over the desk that all clients share."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from rag import __version__
from rag.service import api, describing, health, openai, problems
from rag.service.admission import Admission
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
        yield
        desk.close()

    app = FastAPI(
        version=__version__,
        lifespan=living,
        openapi_url=describing.PATH,
        docs_url=None,  # pages that load scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=describing.operation_id,
    )
    describing.describe(app)
    app.state.service = Service(desk, Admission(desk.settings))
    problems.handle(app)
    app.include_router(health.router)
    app.include_router(openai.router, prefix="/v1")
    app.include_router(api.router, prefix="/api/v1")
    return app
