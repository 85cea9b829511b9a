"""The tools: what each is told as, takes, does and returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rag.mcp import arguments, results
from rag.mcp.tools import answering, checking, listing, promising, reading, searching

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from rag.desk.line import Kind
    from rag.mcp.host import Visit


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. `work` is given the visit and the arguments, and gives the result and its text."""

    name: str
    title: str
    description: str
    arguments: type[arguments.Arguments]
    result: type[BaseModel]
    work: Callable[[Visit, Any], tuple[BaseModel, str]]
    kind: Kind = "search"


TOOLS: Final[dict[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            "search",
            "Search the documents",
            "Find passages in the person's own documents (Russian and English), best first: exact"
            " text with document, page or line, and address. Use it to gather evidence and to see"
            " what the documents say in their own words; it is quick and asks no model. For a"
            " question with one answer, ask is shorter. Read more around a passage with"
            " read_passage.",
            arguments.Search,
            results.Found,
            searching.search,
        ),
        Tool(
            "ask",
            "Ask the documents",
            "Answer one question from the person's own documents and meetings, with a citation for"
            " each sentence, or say honestly that it is not in them. Sentences are the documents'"
            " own words, or a model's that were checked against them. Use it for facts, figures,"
            " dates, who said or promised what. Cite document and page or line when you pass an"
            " answer on. Do not use it to compare or gather many passages: search does that.",
            arguments.Ask,
            results.Answered,
            answering.ask,
            "answer",
        ),
        Tool(
            "read_passage",
            "Read a document",
            "Read the exact text of a document: at the address of a citation, or by name from a"
            " character, line or page on, with text around it where wanted. Long texts come in"
            " pieces; next_uri is the next one.",
            arguments.ReadPassage,
            results.Text,
            reading.read_passage,
        ),
        Tool(
            "list_documents",
            "List the documents",
            "List documents by name with title, kind, day and length, the files that could not be"
            " read, and the collections there are. Use it to learn names for the other tools, not"
            " to find what documents say.",
            arguments.ListDocuments,
            results.Documents,
            listing.list_documents,
        ),
        Tool(
            "promises",
            "List promises",
            "List what was promised in the person's meetings: who owes what to whom by when, how"
            " it stands after all meetings, and the line where it was said. Filter by person,"
            " deadline and state. Use it for tasks, deadlines and what is overdue.",
            arguments.Promises,
            results.Promises,
            promising.promises,
        ),
        Tool(
            "verify",
            "Check a text",
            "Check each sentence of a text against the documents: supported, partly, unsupported"
            " or contradicted, with the place. It asks no model. Use it on what you wrote from the"
            " documents before you give it to the person.",
            arguments.Verify,
            results.Verified,
            checking.verify,
            "long",
        ),
    )
}
