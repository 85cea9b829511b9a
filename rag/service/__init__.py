"""The service: HTTP for other programs, over the desk that all clients share.

What is asked:
api, openai, agents   its own API, what OpenAI's clients expect, the Model Context Protocol
health                whether it lives, whether it can be asked, what it counts
shapes, describing    what is taken and given, and the OpenAPI file that says so
paths, bodies, sse    where things lie; answers as JSON, as files, as streams of events
problems              what goes wrong, as problem+json

What a request passes, from outside in:
connections           time and places of connections; what is slower than any client is cut
watched, ids          its id, its line in the log, what is counted, its end
gate, limits          who asks, how often, how large; then `entry`: to which collection
admission, running    its turn among others, and work in a thread for a client who may go away
changing              changes to a library that somebody else writes to
receiving, ingests    files that are sent in, and what becomes of them
jobs                  work that outlives its request

How it lives:
process, server, life   one process: its plan, its server, from start to end
supervisor, worker      several of them, and the one that looks after them
state                   what a process holds
logs, metrics, traces, notify   what is told of it
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import FastAPI
from starlette.routing import Route

from rag import __version__
from rag.access.rates import Rates
from rag.access.ring import Ring
from rag.access.terms import terms_of
from rag.service import api, describing, health, openai, paths, problems
from rag.service.admission import Admission
from rag.service.agents import Agents
from rag.service.gate import Gate
from rag.service.ingests import Ingests
from rag.service.jobs import Jobs
from rag.service.limits import Bounded
from rag.service.metrics import Metrics, Turns
from rag.service.running import quick_turns
from rag.service.state import Service
from rag.service.watched import Watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rag.access.terms import Terms
    from rag.desk import Desk
    from rag.service.traces import Traces

#: Where nobody says otherwise, it is for this machine alone.
_HERE = terms_of("127.0.0.1")

__all__ = ["Service", "build"]


def build(
    desk: Desk,
    terms: Terms = _HERE,
    *,
    metrics: Metrics | None = None,
    traces: Traces | None = None,
    warm_up: bool = False,
) -> FastAPI:
    """The service as an ASGI app, open on these terms; when it ends it closes the desk.

    With `warm_up` it loads what a first question would wait for as soon as it takes requests, and
    is ready after that.
    """
    admission = Admission(desk.settings)
    jobs = Jobs(desk, admission)
    service = Service(desk, admission, jobs, Ingests(jobs), metrics or Metrics(), traces)
    agents = Agents(service)

    app = FastAPI(
        version=__version__,
        lifespan=partial(_living, service, agents, warm_up),
        openapi_url=paths.DESCRIPTION,
        docs_url=None,  # pages that load scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=describing.operation_id,
    )
    describing.describe(app)
    app.state.service = service
    problems.handle(app)
    service.admission.meter = Turns(service.metrics, service.admission)
    app.router.routes.append(Route(paths.MCP, agents))
    # the last one added is the first that is asked
    app.add_middleware(Bounded, settings=desk.settings)
    app.add_middleware(
        Gate, ring=Ring(desk.home), terms=terms, rates=Rates(desk.settings.serve_rate)
    )
    app.add_middleware(Watched, service=service)
    app.add_middleware(openai.Edge)
    app.include_router(health.router)
    app.include_router(openai.router)
    app.include_router(api.router, prefix=paths.API)
    return app


@asynccontextmanager
async def _living(
    service: Service, agents: Agents, warm_up: bool, _: FastAPI
) -> AsyncIterator[None]:
    """All that goes on beside requests, from the first of them to after the last."""
    desk = service.desk
    desk.on_settled = service.metrics.settled
    service.jobs.on_ended = service.metrics.ended
    service.jobs.start()
    desk.resume()
    warming = asyncio.create_task(health.warm(service, load=warm_up))
    with quick_turns():
        async with agents.running():
            yield
    warming.cancel()
    await to_thread.run_sync(service.jobs.close)
    await to_thread.run_sync(desk.close)
    if service.traces is not None:
        await to_thread.run_sync(service.traces.close)
