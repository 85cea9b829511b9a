"""The command that starts the service for other programs."""

from __future__ import annotations

import ipaddress
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import config, terminal
from rag.access.names import is_loopback
from rag.errors import UsageError
from rag.options import ENTAILMENT, MODEL, RERANKER, SHARED, TLS, options, tls_files
from rag.options import settings as settings_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from rag.service.process import Plan

FIRST_PORT = 8600
_MOST_WORKERS = 64
#: Proxies that are believed where the service has a name and no --proxy says which.
_NEAR = ("127.0.0.1", "::1")

_LISTENING = (
    click.option(
        "--port",
        type=click.IntRange(1, 65535),
        metavar="N",
        help=f"Where to listen (default: {FIRST_PORT}, or the next one that is free).",
    ),
    click.option(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        show_default=True,
        help="Address to listen on; 0.0.0.0 is every one. Other machines need a key.",
    ),
    click.option("--uds", metavar="PATH", help="Listen at a socket of this path instead."),
    *TLS,
    click.option(
        "--name",
        "names",
        multiple=True,
        metavar="HOST",
        help="A name that a proxy is asked by, such as rag.example.org; may be repeated.",
    ),
    click.option(
        "--demand-keys", is_flag=True, help="Let nobody in without a key on this machine, either."
    ),
    click.option(
        "--proxy",
        "proxies",
        multiple=True,
        metavar="ADDRESS",
        help="Whose word on clients counts: an address or a network; with --name, this machine's.",
    ),
    click.option(
        "--root-path", metavar="PATH", default="", help="What the proxy takes off every path."
    ),
)
_WORKING = (
    click.option(
        "--workers",
        "processes",
        type=click.IntRange(1, _MOST_WORKERS),
        metavar="N",
        default=1,
        show_default=True,
        help="Processes that serve; each loads the models that are set.",
    ),
    click.option("--max-upload-mb", type=int, metavar="N", help="The largest file that is taken."),
    click.option("--serve-answers", type=int, metavar="N", help="Answers that are worked at once."),
    click.option(
        "--serve-queue", type=int, metavar="N", help="Requests of each kind that may wait."
    ),
    click.option(
        "--serve-rate", type=int, metavar="N", help="Requests a minute of each client; 0 is any."
    ),
    click.option(
        "--serve-drain-seconds",
        type=float,
        metavar="S",
        help="How long requests may go on when the service ends.",
    ),
)
_LOGGING = (
    click.option(
        "--log-format",
        type=click.Choice(["auto", "json", "text"]),
        default="auto",
        show_default=True,
        help="A line of the log; auto is text on a terminal, else json.",
    ),
    click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default="info",
        show_default=True,
        help="What is logged; debug tells of requests for health and metrics, too.",
    ),
)


@click.command(
    cls=terminal.Sectioned,
    sections={
        "Where it listens, and to whom": "port",
        "How much it works": "processes",
        "The log": "log_format",
        "Models": "reranker",
        "The library": "home",
    },
)
@options(_LISTENING, _WORKING, _LOGGING, RERANKER, MODEL, ENTAILMENT, SHARED)
@click.pass_context
def serve(ctx: click.Context, /, port: int | None, uds: str | None, **given: Any) -> None:
    """Serve the library to other programs, over HTTP. Ctrl-C ends it; see docs/service.md.

    It listens on this machine alone. With another --host, or a --name, it lets nobody in without
    a key. SIGTERM lets requests end first; a second one ends at once.

    \b
    Example: rag serve --port 8600
    """
    from rag.listening import check_tls
    from rag.service.process import Plan, raise_file_limit

    settings = settings_of(ctx).settings
    host, names, tls = given["host"], given["names"], tls_files(given["tls_cert"], given["tls_key"])
    check_tls(tls)
    _check_way(uds, port, given["processes"])
    plan = Plan(
        settings=settings,
        home=str(config.library_home(settings)),
        host=host,
        names=names,
        demand=given["demand_keys"],
        proxies=_proxies(given["proxies"]) or (_NEAR if names else ()),
        root_path=_root_path(given["root_path"]),
        tls=tls and (str(tls[0]), str(tls[1])),
        form=given["log_format"],
        level=given["log_level"],
    )
    if plan.terms.demanded:
        _check_keys(plan)
    if not all(map(is_loopback, (host, *names))):
        _tell_of_tls(plan)
    raise_file_limit(settings.serve_connections)
    with _listening("https" if tls else "http", host, port, uds) as (bound, address):
        _serve(plan, bound, given["processes"], address)


def _serve(plan: Plan, bound: socket.socket, processes: int, address: str) -> None:
    """Serve until a signal. Raises KeyboardInterrupt where that was Ctrl-C."""
    import signal

    from rag.service.notify import Notifier

    notifier = Notifier()
    several = f" by {processes} processes" if processes > 1 else ""

    def ready() -> None:
        _say(f"the service is at {address}{several} — Ctrl-C ends it")
        notifier.ready()

    if processes == 1:
        from rag.service.process import serve as serve_here

        number = serve_here(plan, bound, ready, notifier.alive, notifier.stopping)
    else:
        from rag.service.supervisor import Supervisor

        supervised = Supervisor(plan, bound, processes, ready, notifier.alive, notifier.stopping)
        number = supervised.run()
    if number == signal.SIGINT:
        raise KeyboardInterrupt


@contextmanager
def _listening(
    scheme: str, host: str, port: int | None, uds: str | None
) -> Iterator[tuple[socket.socket, str]]:
    """The socket that is listened at, and what it is called."""
    from rag.listening import listen, listen_at_path

    if uds is not None:
        with listen_at_path(Path(uds).expanduser()) as bound:
            yield bound, f"unix:{uds}"
        return
    with listen(host, port, FIRST_PORT) as bound:
        shown = f"[{host}]" if ":" in host else host
        yield bound, f"{scheme}://{shown}:{bound.getsockname()[1]}"


def _check_way(uds: str | None, port: int | None, processes: int) -> None:
    if uds is not None and port is not None:
        raise UsageError("There are both a port and a path to listen at", "Leave one of them out.")
    if sys.platform == "win32" and (uds is not None or processes > 1):
        raise UsageError("This system has neither --uds nor --workers", "Leave them out.")


def _check_keys(plan: Plan) -> None:
    """Raise UsageError where keys are demanded and there is none."""
    from rag.access.ring import Ring

    if not Ring(Path(plan.home)).made():
        raise UsageError(
            f"Keys are demanded, since others could reach the service, and {plan.home} has none",
            "Make one: rag keys add NAME --all; or leave --host and --name out.",
        )


def _tell_of_tls(plan: Plan) -> None:
    """Say how what crosses the network is hidden, or that it is not."""
    if plan.tls is not None:
        _say(f"https is served with {plan.tls[0]}; SIGHUP takes it anew")
    elif plan.names:
        _say("keys and documents come in clear from the proxy, which is to serve https itself")
    else:
        _say("without --tls-cert and --tls-key, keys and documents cross the network in clear")


def _proxies(given: tuple[str, ...]) -> tuple[str, ...]:
    for each in given:
        try:
            ipaddress.ip_network(each)
        except ValueError as error:
            raise UsageError(
                f"--proxy {each} is neither an address nor a network", "Write it as 172.18.0.0/16."
            ) from error
    return given


def _root_path(given: str) -> str:
    """The path that a proxy takes off, as /rag."""
    path = given.rstrip("/")
    if path and (not path.startswith("/") or not path.isascii() or not path.isprintable()):
        raise UsageError(f"{given!r} is no path", "Write it as /rag.")
    return path


def _say(text: str) -> None:
    click.echo(f"rag: {text}", err=True)


COMMANDS = (serve,)
