"""The command that serves the library to agents, over the Model Context Protocol."""

from __future__ import annotations

import sys
from typing import Any

import click

from rag import config
from rag.options import ENTAILMENT, MODEL, RERANKER, SHARED, options
from rag.options import settings as settings_of


@click.command()
@options(RERANKER, MODEL, ENTAILMENT, SHARED)
@click.pass_context
def mcp(ctx: click.Context, /, **_: Any) -> int:
    """Serve the library to an agent's program, which starts this command itself.

    It speaks the Model Context Protocol over standard input and output; docs/mcp.md says how hosts
    are told of it. Over HTTP it is part of rag serve.

    \b
    Example: rag mcp --home ~/papers/.rag
             claude mcp add documents -- rag mcp --home ~/papers/.rag
    """
    from rag.mcp.stdio import Alone, serve

    if sys.stdin.isatty():
        click.echo(
            "rag: this speaks the Model Context Protocol to a program that starts it, see"
            " docs/mcp.md; Ctrl-C ends it",
            err=True,
        )
    settings = settings_of(ctx).settings
    return serve(Alone(config.library_home(settings), settings))


COMMANDS = (mcp,)
