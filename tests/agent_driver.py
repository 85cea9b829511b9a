"""An agent for tests: the SDK's own client, and a server in this process to put it to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from mcp import Client, MCPError
from mcp_types import CallToolResult, TextContent

from rag.access import clients
from rag.access.keys import Key
from rag.config import Settings
from rag.mcp.server import build
from rag.mcp.stdio import Alone

T = TypeVar("T")
SETTINGS = Settings(workers=1)
PATIENCE = 30  # seconds that a test waits for another thread or process before it fails


class Limited(Alone):
    """A host whose client may know of some collections alone."""

    def __init__(self, home: Path, settings: Settings, *names: str) -> None:
        super().__init__(home, settings)
        self._names = names

    def client(self, _: object) -> clients.Client:
        return clients.Client("limited", Key("", "limited", frozenset(self._names)))


def host_of(home: Path, **changes: Any) -> Alone:
    return Alone(home, replace(SETTINGS, **changes))


def talk(host: Alone, work: Callable[[Client], Awaitable[T]], mode: str = "auto") -> T:
    """What comes of a conversation with the server of a host, in this process."""

    async def talking() -> T:
        async with asyncio.timeout(PATIENCE), Client(build(host), mode=mode) as client:
            return await work(client)

    return asyncio.run(talking())


def call(host: Alone, tool: str, **arguments: Any) -> CallToolResult:
    """The result of one call. The client holds it against the schema that the tool promises."""

    async def work(client: Client) -> CallToolResult:
        return await client.call_tool(tool, arguments)

    return talk(host, work)


def told(result: CallToolResult) -> Any:
    """The structured content of a result that is no error."""
    assert not result.is_error, text(result)
    return result.structured_content


def text(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def refused(result: CallToolResult) -> tuple[str, str]:
    """The code of a result that is an error, and its text."""
    assert result.is_error
    assert result.structured_content is None
    assert result.meta is not None
    return result.meta["rag/code"], text(result)


def fault(host: Alone, work: Callable[[Client], Awaitable[Any]]) -> MCPError:
    """The error of the protocol that a conversation ends with."""

    async def failing(client: Client) -> MCPError:
        try:
            await work(client)
        except MCPError as error:
            return error
        raise AssertionError("it was answered")

    return talk(host, failing)
