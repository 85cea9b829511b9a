"""The Model Context Protocol as a part of the service, at /mcp.

Each request stands alone: there are no sessions, so any worker process may take any of them, and a
client that goes away leaves nothing behind. Answers are streams of events where something is told
before the result, so that progress reaches a client and one that goes away is noticed.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.responses import Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag.config import Settings
from rag.desk import Desk
from rag.desk.line import Caller
from rag.errors import RagError
from rag.mcp.host import Guest, Kind
from rag.mcp.server import build
from rag.service import problems
from rag.service.entry import Client, client_of
from rag.service.state import Service

PATH = "/mcp"
#: Where in the scope of a request stands who makes it.
_CLIENT = "rag.client"


def mount(app: FastAPI, service: Service) -> None:
    """Add the endpoint to a service; it serves within the life of the app."""
    agents = Agents(service)
    app.router.routes.append(agents.route)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def living(whole: FastAPI) -> AsyncIterator[Any]:
        async with inner(whole) as state, agents.running():
            yield state

    app.router.lifespan_context = living


class _Served:
    """The host of clients of the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.secret = secrets.token_bytes(32)

    @property
    def home(self) -> Path:
        """The folder of the library."""
        return self._service.desk.home

    @property
    def settings(self) -> Settings:
        """As the service was started with."""
        return self._service.settings

    def desk(self) -> Desk:
        """That of the service."""
        return self._service.desk

    def guest(self, request: Request | None) -> Guest:
        """The client that made the request."""
        assert request is not None
        client: Client = request.scope[_CLIENT]
        return Guest(client.name, lambda collection: client.may("read", collection))

    @property
    def threads(self) -> CapacityLimiter:
        """Those that work for all clients."""
        return self._service.admission.threads

    def turn(self, caller: Caller, kind: Kind) -> AbstractAsyncContextManager[None]:
        """A turn among all clients of the service."""
        return self._service.admission.turn(caller, kind)


class Agents:
    """The endpoint, an ASGI app; it serves while `running`.

    The SDK's own check of Host and Origin is off: the service's gate makes it for all paths, and it
    alone knows the names that the service is reached by.
    """

    def __init__(self, service: Service) -> None:
        self._server = build(_Served(service))
        self._most = service.settings.serve_body_kb * 1024
        self._manager: StreamableHTTPSessionManager | None = None
        #: Where it is found, which the log and the measures call it by.
        self.route = Route(PATH, self)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve while this lasts; what goes on at the end is cancelled."""
        manager = StreamableHTTPSessionManager(
            self._server, stateless=True, max_request_body_size=self._most
        )
        async with manager.run():
            self._manager = manager
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message, which is posted: without sessions there is nothing else to do."""
        scope["route"] = self.route
        request = Request(scope, receive)
        response: Response | None = None
        try:
            scope[_CLIENT] = client_of(request)
        except RagError as error:
            response = problems.response(error)
        if response is None and request.method != "POST":
            response = Response(status_code=405, headers={"Allow": "POST"})
        if response is not None:
            await response(scope, receive, send)
            return
        assert self._manager is not None
        await self._manager.handle_request(scope, receive, send)
