"""Command lines that a page of the documents shows, and what the program makes of them."""

from __future__ import annotations

import re
import shlex

import click

from rag.cli import rag

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^    (\S.*)$", re.MULTILINE)
#: What stands between two commands of a line, or between one and what is said of it.
_BORDER = re.compile(r"\s{2,}| · | && | \| |[#>]|; ")
#: Who types it, and where.
_BEFORE = r"(?:sudo -u rag )?(?:docker compose (?:exec rag|run --rm(?: -v \S+)?) )?"
_COMMAND = re.compile(
    rf"^(?:\$ )?(?:\w+=\$\()?(?:[A-Z_]+=\S+ )*{_BEFORE}(?:/opt/rag/bin/)?rag (.+?)\)?$"
)


def typed(page: str) -> list[list[str]]:
    """The arguments of each command `rag` in the blocks of a page."""
    blocks = [text for kind, text in _FENCED.findall(page) if kind in ("", "bash")]
    lines = [line for text in (*blocks, *_INDENTED.findall(page)) for line in text.splitlines()]
    pieces = [piece.strip() for line in lines for piece in _BORDER.split(line)]
    return [shlex.split(found[1]) for piece in pieces if (found := _COMMAND.match(piece))]


def parsed(arguments: list[str]) -> click.Context:
    """What the program makes of a command line; nothing is run. Raises UsageError of click."""
    context = rag.make_context("rag", list(arguments))
    command: click.Command = rag
    while isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        if not rest and command.invoke_without_command:
            break
        name, found, left = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, found.make_context(name, left, parent=context)
    return context
