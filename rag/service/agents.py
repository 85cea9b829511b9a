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

from fastapi import Request
from fastapi.responses import Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag.config import Settings
from rag.desk import Desk
from rag.desk.line import Caller, Kind
from rag.mcp.server import build
from rag.service import paths
from rag.service.entry import Client, client_of
from rag.service.state import Service


class _Served:
    """The host of clients of the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.secret = secrets.token_bytes(32)
        self.threads = service.admission.threads

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

    def client(self, request: Request | None) -> Client:
        """Who made the request."""
        assert request is not None
        return client_of(request)

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
        self._route = Route(paths.MCP, self)

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
        if scope["method"] != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        assert self._manager is not None
        scope["route"] = self._route  # what the log and the measures call it by
        await self._manager.handle_request(scope, receive, send)
