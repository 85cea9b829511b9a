"""The service: HTTP for other programs, over the desk that all clients share."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import FastAPI

from rag import __version__
from rag.errors import RagError
from rag.service import api, health, openai, problems
from rag.service.admission import Admission
from rag.service.limits import Bounded
from rag.service.state import Service
from rag.service.watched import Watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.desk import Desk
    from rag.service.metrics import Metrics
    from rag.service.traces import Traces

__all__ = ["Service", "build"]


def build(
    desk: Desk,
    *,
    metrics: Metrics | None = None,
    traces: Traces | None = None,
    warm_up: bool = False,
) -> FastAPI:
    """The service as an ASGI app; when it ends it closes the desk.

    With `warm_up` it loads what a first question would wait for as soon as it takes requests, and
    is ready after that.
    """
    service = Service(desk, Admission(desk.settings))
    service.metrics = metrics or service.metrics
    service.traces = traces

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        desk.on_settled = service.metrics.settled
        desk.resume()
        warming = asyncio.create_task(health.warm(service, load=warm_up))
        yield
        warming.cancel()
        await to_thread.run_sync(desk.close)
        if traces is not None:
            await to_thread.run_sync(traces.close)

    app = FastAPI(title="rag", version=__version__, lifespan=living)
    app.state.service = service
    service.admission.on_turn = partial(_turn, service.metrics)
    app.add_middleware(Bounded, settings=desk.settings)
    app.add_middleware(Watched, service=service)  # the last one added is the first that is asked
    app.add_exception_handler(RagError, problems.on_error)
    app.include_router(health.router)
    app.include_router(openai.router, prefix="/v1")
    app.include_router(api.router, prefix="/api/v1")
    return app


def _turn(metrics: Metrics, kind: str, seconds: float, waiting: int) -> None:
    metrics.queued.labels(kind).observe(seconds)
    metrics.waiting.set(waiting)
