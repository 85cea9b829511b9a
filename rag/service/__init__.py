"""The service: HTTP for other programs, over the desk that all clients share."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from rag import __version__
from rag.errors import RagError
from rag.service import api, health, openai, problems
from rag.service.admission import Admission
from rag.service.ingests import Ingests
from rag.service.jobs import Jobs
from rag.service.state import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.desk import Desk

__all__ = ["Service", "build"]


def build(desk: Desk) -> FastAPI:
    """The service as an ASGI app; when it ends it closes the desk."""

    admission = Admission(desk.settings)
    jobs = Jobs(desk, admission)
    service = Service(desk, admission, jobs, Ingests(jobs))

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        service.jobs.start()
        desk.resume()
        yield
        service.jobs.close()
        desk.close()

    app = FastAPI(title="rag", version=__version__, lifespan=living)
    app.state.service = service
    app.add_exception_handler(RagError, problems.on_error)
    app.include_router(health.router)
    app.include_router(openai.router, prefix="/v1")
    app.include_router(api.router, prefix="/api/v1")
    return app
