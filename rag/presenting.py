"""The command that starts the page in a browser."""

from __future__ import annotations

import socket
import sys
import webbrowser
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from rag import config
from rag.access import names as naming
from rag.access import passwords
from rag.access.people import people_of
from rag.errors import UsageError
from rag.options import ENTAILMENT, MODEL, RERANKER, SHARED, TLS, options, tls_files
from rag.options import settings as settings_of

if TYPE_CHECKING:
    from rag.access.passwords import Password
    from rag.access.people import People
    from rag.config import Configured

_ASKED = "-"  # in place of a file: the password is typed
_NO_PAGE = 'pip install "rag", or pip install "streamlit>=1.67,<2"'


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help="Where to listen (default: 8501, or the next one that is free).",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 is every one. Other machines need a password.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="A name that browsers reach the page by, such as notes.example.org; may be repeated.",
)
@click.option(
    "--password-file",
    metavar="FILE",
    help='Ask for the password in the first line of this file; "-" has you type one.',
)
@options(TLS)
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option(
    "--max-upload-mb",
    type=int,
    metavar="N",
    help="The largest file that can be dropped (setting: max_upload_mb).",
)
@options(RERANKER, MODEL, ENTAILMENT, SHARED)
@click.pass_context
def ui(
    ctx: click.Context,
    /,
    port: int | None,
    host: str,
    names: tuple[str, ...],
    password_file: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    no_browser: bool,
    **_: Any,
) -> None:
    """Start the page: drop files, ask, see the quote on the page. Ctrl-C ends it.

    It listens on this machine alone. With another --host, or a --name, it lets nobody in without
    the password: typed when it starts, from --password-file or RAG_UI_PASSWORD. People can sign in
    through OpenID Connect instead; see docs/access.md.

    \b
    Example: rag ui --host 0.0.0.0 --password-file ~/.rag-password
    """
    try:
        from ui import server
    except ModuleNotFoundError as error:
        raise UsageError(f"The page needs {error.name}, which is not installed", _NO_PAGE) from None
    found = settings_of(ctx)
    others = not all(map(naming.is_loopback, (host, *names)))
    guard = _guard(found, password_file, demanded=others)
    plan = server.Plan(
        host=host,
        port=port,
        names=naming.names_of(host, names, socket.gethostname()),
        guard=guard,
        tls=tls_files(tls_cert, tls_key),
        max_upload_mb=found.settings.max_upload_mb,
        flags={
            name: str(getattr(found.settings, name))
            for name, origin in found.origins.items()
            if origin == "flag"
        },
    )
    if not naming.is_loopback(host) and plan.tls is None:
        _say("without --tls-cert and --tls-key, passwords and documents cross the network in clear")

    server.serve(plan, partial(_announce, browser=not no_browser))


def _announce(address: str, *, browser: bool) -> None:
    """Say where the page is, and go there where somebody would see it."""
    _say(f"the page is at {address} — Ctrl-C ends it")
    if browser and config.has_browser():
        # a browser in the terminal would hold up the server
        Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _guard(
    found: Configured, password_file: str | None, *, demanded: bool
) -> Password | People | None:
    """What lets people in; None lets in everyone on this machine."""
    people = people_of(found.settings.people)
    if people.entries:
        if password_file:
            raise UsageError(
                "There are both a password and people who sign in",
                'Leave --password-file out, or set people = ""',
            )
        return people
    word = _password(password_file, demanded=demanded)
    return passwords.Password.of(word) if word or demanded or password_file else None


def _password(file: str | None, *, demanded: bool) -> str:
    """The password that is asked for; "" where there is none.

    Raises UsageError where one is demanded and there is nobody to type it.
    """
    if file is not None and file != _ASKED:
        path = Path(file).expanduser()
        word = passwords.from_file(path)
        if passwords.open_to_others(path):
            _say(f"others on this machine may read {path}: chmod 600 FILE keeps it to you")
        return word
    word = config.page_password()
    if file is None and (word or not demanded):
        return word
    if not sys.stdin.isatty():
        raise UsageError(
            "Other machines could reach the page, so it needs a password",
            "Name a file that holds one: --password-file FILE, or set RAG_UI_PASSWORD, or have"
            " people sign in: docs/access.md",
        )
    typed: str = click.prompt(
        "Password of the page", hide_input=True, confirmation_prompt=True, err=True
    )
    return typed


def _say(text: str) -> None:
    click.echo(f"rag: {text}", err=True)


COMMANDS = (ui,)
