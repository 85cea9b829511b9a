"""The command that starts the service for other programs."""

from __future__ import annotations

from typing import Any

import click

from rag import config
from rag.listening import Server, listen
from rag.options import ENTAILMENT, MODEL, RERANKER, SHARED, options
from rag.options import settings as settings_of

FIRST_PORT = 8600


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help=f"Where to listen (default: {FIRST_PORT}, or the next one that is free).",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 is every one.",
)
@options(RERANKER, MODEL, ENTAILMENT, SHARED)
@click.pass_context
def serve(ctx: click.Context, /, port: int | None, host: str, **_: Any) -> None:
    """Serve the library to other programs, over HTTP. Ctrl-C ends it.

    \b
    Example: rag serve --port 8600
    """
    import uvicorn

    from rag.desk import Desk
    from rag.service import build

    settings = settings_of(ctx).settings
    desk = Desk(config.library_home(settings), settings)
    with listen(host, port, FIRST_PORT) as bound:
        address = f"http://{host}:{bound.getsockname()[1]}"
        configured = uvicorn.Config(build(desk), log_config=None, access_log=False)
        server = Server(
            configured, lambda: click.echo(f"rag: the service is at {address}", err=True)
        )
        server.run(sockets=[bound])


COMMANDS = (serve,)
