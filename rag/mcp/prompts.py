"""Prompts that a person picks in a host: minutes of a meeting, a summary of a document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CompleteResult,
    Completion,
    GetPromptResult,
    ListPromptsResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    PromptReference,
    TextContent,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import LibraryError, NotAMeeting, UsageError
from rag.mcp import addresses, faults
from rag.mcp.host import known
from rag.mcp.places import document_of
from rag.mcp.resources import done_for
from rag.mcp.texts import Block, cut, fenced, line_of
from rag.mcp.wording import GOES_ON, PROMPTS
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcp.server.context import ServerRequestContext
    from mcp_types import CompleteRequestParams, GetPromptRequestParams, PaginatedRequestParams

    from rag.mcp.host import Host, Visit
    from rag.types import Document

#: Characters of a document that a prompt holds; the rest is read with a tool.
_TEXT = 24_000
_VALUES = 100  # of a completion, which is what the protocol allows
_LANGUAGES = ("ru", "en")
_NAMES: Final = {"ru": "русский", "en": "English"}
_ARGUMENTS = [
    PromptArgument(name="document", description="Name of the document.", required=True),
    PromptArgument(
        name="language", description="Of the result: ru, en or another; the document's own."
    ),
    PromptArgument(name="collection", description="Collection it is in; the usual one."),
]
_PROMPTS: Final = {
    "minutes": Prompt(
        name="minutes",
        title="Minutes of a meeting",
        description="Decisions, promises and open questions of a meeting, each with its line.",
        arguments=_ARGUMENTS,
    ),
    "summary": Prompt(
        name="summary",
        title="Summary of a document",
        description="What a document says, in points with their pages or lines.",
        arguments=_ARGUMENTS,
    ),
}


class _Wanted(BaseModel):
    """Arguments of a prompt."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    document: str = Field(min_length=1, max_length=1000)
    language: str = Field("", max_length=40, pattern=r"^[\w -]*$")
    collection: str = Field("", max_length=64)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a prompt says, and about which document."""

    task: str
    text: str


class Prompts:
    """What a person can pick."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def listed(
        self, _ctx: ServerRequestContext[Any, Any], _params: PaginatedRequestParams | None
    ) -> ListPromptsResult:
        """Both."""
        return ListPromptsResult(prompts=list(_PROMPTS.values()))

    async def get(
        self, ctx: ServerRequestContext[Any, Any], params: GetPromptRequestParams
    ) -> GetPromptResult:
        """What to do with a document, and the document."""
        prompt = _PROMPTS.get(params.name)
        if prompt is None:
            raise MCPError(INVALID_PARAMS, f"There is no prompt {params.name[:80]}")
        try:
            wanted = _Wanted.model_validate(params.arguments or {})
        except ValidationError as error:
            raise MCPError(INVALID_PARAMS, faults.wrong_arguments(error)) from None
        work = partial(_told, params.name, wanted)
        told: _Told = await done_for(self._host, ctx, work, {"prompt": params.name})
        said = (told.task, told.text)
        return GetPromptResult(
            description=prompt.description,
            messages=[PromptMessage(role="user", content=TextContent(text=text)) for text in said],
        )

    async def complete(
        self, ctx: ServerRequestContext[Any, Any], params: CompleteRequestParams
    ) -> CompleteResult:
        """Values that an argument of a prompt or of an address may have."""
        prompt = isinstance(params.ref, PromptReference)
        names = params.context.arguments if params.context else None
        collection = (names or {}).get("collection", "")
        begun = params.argument.value[:1000]
        if prompt and params.argument.name == "language":
            found: list[str] = [name for name in _LANGUAGES if name.startswith(begun)]
        elif params.argument.name in ("document", "collection"):
            meetings = prompt and getattr(params.ref, "name", "") == "minutes"
            work = partial(_completed, params.argument.name, begun, collection, meetings)
            found = await done_for(self._host, ctx, work, {})
        else:
            found = []
        return CompleteResult(
            completion=Completion(
                values=found[:_VALUES], total=len(found), has_more=len(found) > _VALUES
            )
        )


def _completed(
    argument: str, begun: str, collection: str, meetings: bool, visit: Visit
) -> Sequence[str]:
    """Names that begin like this, then those that hold it somewhere."""
    if argument == "collection":
        names = known(visit.host, visit.client)
    else:
        try:
            rows = visit.app(visit.collection(collection)).documents()
        except (LibraryError, UsageError):
            return []
        names = [row.name for row in rows if not meetings or row.kind == "meeting"]
    sought = begun.casefold()
    found = [name for name in names if sought in name.casefold()]
    return sorted(found, key=lambda name: not name.casefold().startswith(sought))


def _told(kind: str, wanted: _Wanted, visit: Visit) -> _Told:
    collection = visit.collection(wanted.collection)
    row, document = document_of(visit.app(collection), wanted.document)
    if kind == "minutes" and not document.turns:
        raise NotAMeeting(
            f"{row.name} is no meeting: nobody speaks in it", "Take the prompt summary."
        )
    own = language_of(document.text[:_TEXT])
    language = wanted.language or own
    spoken = "ru" if language == "ru" else "en"
    text = cut(document.text, _TEXT)
    task = PROMPTS[kind, spoken].format(
        name=line_of(row.name), language=_NAMES.get(language, language)
    )
    if len(text) < len(document.text):
        end = min(len(text) + _TEXT, len(document.text))
        task += "\n" + GOES_ON[spoken].format(uri=addresses.uri(collection, row.id, len(text), end))
    block = Block(f"{line_of(row.name)}:", placed(document, len(text)))
    return _Told(task, fenced(visit.host.secret, task, [block]))


def placed(document: Document, end: int) -> str:
    """The text up to an offset with the number of each line, or of each page, before it."""
    text = document.text
    if document.lines:
        starts = [line.start for line in document.lines if line.start < end]
        numbers = [f"{line.number}: " for line in document.lines if line.start < end]
    else:
        starts = [page.start for page in document.pages if page.start < end]
        numbers = [f"[page {page.number}]\n" for page in document.pages if page.start < end]
    if not starts:
        return text[:end]
    ends = [*starts[1:], end]
    parts = zip(numbers, starts, ends, strict=True)
    return text[: starts[0]] + "".join(f"{number}{text[a:b]}" for number, a, b in parts)
