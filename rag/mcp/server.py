"""The server: tools, resources, prompts and completions for whoever a host lets in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    ListToolsResult,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolEntry
from pydantic import ValidationError

from rag import __version__
from rag.errors import RagError, Stopped
from rag.mcp import arguments, faults, results
from rag.mcp.host import Visit, known, listed, usual
from rag.mcp.prompts import Prompts
from rag.mcp.resources import Resources
from rag.mcp.tools import TOOLS
from rag.mcp.wording import INSTRUCTIONS
from rag.mcp.work import worked

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp_types import CallToolRequestParams, PaginatedRequestParams
    from pydantic import BaseModel

    from rag.access.clients import Client
    from rag.mcp.host import Host
    from rag.mcp.tools import Tool
    from rag.mcp.work import Errand, Step

_NAME, _TITLE = "rag", "Documents and meetings"
_DESCRIPTION = "Search, ask, read and check the person's own documents and meetings."
_ANNOTATIONS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_INPUT = {name: arguments.schema_of(tool.arguments) for name, tool in TOOLS.items()}
_OUTPUT = {name: results.schema_of(tool.result) for name, tool in TOOLS.items()}


def build(host: Host) -> Server[dict[str, Any]]:
    """A server of all that a host has."""
    tools, resources, prompts = _Tools(host), Resources(host), Prompts(host)
    return Server(
        _NAME,
        version=__version__,
        title=_TITLE,
        description=_DESCRIPTION,
        instructions=INSTRUCTIONS,
        get_tool_input_schema=_INPUT.get,
        on_list_tools=tools.listed,
        on_call_tool=tools.call,
        on_list_resources=resources.listed,
        on_list_resource_templates=resources.templates,
        on_read_resource=resources.read,
        on_list_prompts=prompts.listed,
        on_get_prompt=prompts.get,
        on_completion=prompts.complete,
    )


class _Tools:
    """The tools as a client sees them."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def listed(
        self, ctx: ServerRequestContext[Any, Any], _: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """All tools; they name the collections that the client may know of."""
        names = await to_thread.run_sync(known, self._host, self._host.client(ctx.request))
        return ListToolsResult(tools=[self._entry(tool, names) for tool in TOOLS.values()])

    def _entry(self, tool: Tool, names: list[str]) -> ToolEntry:
        asked = dict(_INPUT[tool.name])
        asked["properties"] = dict(asked["properties"])
        told = asked["properties"]["collection"] = dict(asked["properties"]["collection"])
        told["default"] = usual(self._host, names)
        if names:
            told["description"] += f" There are {listed(names)}."
        for name in {"query", "question"} & asked["properties"].keys():
            most = self._host.settings.serve_question
            asked["properties"][name] = {**asked["properties"][name], "maxLength": most}
        return ToolEntry(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            input_schema=asked,
            output_schema=_OUTPUT[tool.name],
            annotations=_ANNOTATIONS,
        )

    async def call(
        self, ctx: ServerRequestContext[Any, Any], params: CallToolRequestParams
    ) -> CallToolResult:
        """The result of a tool, or an error that its caller can do something about."""
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name[:80]}")
        given = {name: each for name, each in (params.arguments or {}).items() if each is not None}
        try:
            wanted = tool.arguments.model_validate(given)
        except ValidationError as error:
            return _failed(faults.wrong_arguments(error), "wrong-arguments")
        client = self._host.client(ctx.request)

        async def report(step: Step) -> None:
            reported = next(count) if step.done is None else step.done
            await ctx.session.report_progress(reported, step.total, step.message)

        count = itertools.count(1)
        try:
            told, text = await worked(
                self._host, client, tool.kind, self._work(tool, client, wanted), report
            )
        except RagError as error:
            return _failed(faults.text_of(error), error.code)
        except Stopped:
            return _failed("The call was stopped.", "stopped")
        except Exception as error:
            faults.note(error)
            return _failed("This tool has failed; another call may work.", "failed")
        return CallToolResult(
            content=[TextContent(text=text)],
            structured_content=told.model_dump(mode="json", exclude_defaults=True),
        )

    def _work(self, tool: Tool, client: Client, wanted: arguments.Arguments) -> Any:
        def work(errand: Errand) -> tuple[BaseModel, str]:
            return tool.work(Visit(self._host, client, errand), wanted)

        return work


def _failed(text: str, code: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=True, _meta={"rag/code": code})
