"""The service: HTTP for other programs, over the desk that all clients share."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from rag import __version__
from rag.access.rates import Rates
from rag.access.ring import Ring
from rag.access.terms import terms_of
from rag.errors import RagError
from rag.service import api, health, openai, problems
from rag.service.admission import Admission
from rag.service.gate import Gate
from rag.service.state import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.access.terms import Terms
    from rag.desk import Desk

#: Where nobody says otherwise, it is for this machine alone.
_HERE = terms_of("127.0.0.1")

__all__ = ["Service", "build"]


def build(desk: Desk, terms: Terms = _HERE) -> FastAPI:
    """The service as an ASGI app, open on these terms; when it ends it closes the desk."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        desk.resume()
        yield
        desk.close()

    # its pages of documentation load scripts of another machine
    app = FastAPI(title="rag", version=__version__, lifespan=living, docs_url=None, redoc_url=None)
    rates = Rates(desk.settings.serve_rate)
    app.add_middleware(Gate, ring=Ring(desk.home), terms=terms, rates=rates)
    app.state.service = Service(desk, Admission(desk.settings))
    app.add_exception_handler(RagError, problems.on_error)
    app.include_router(health.router)
    app.include_router(openai.router, prefix="/v1")
    app.include_router(api.router, prefix="/api/v1")
    return app
