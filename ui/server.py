"""Serves the page: Streamlit as an ASGI app, behind the gate, with headers that keep it at home."""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st
import uvicorn
from streamlit import config as streamlit_config
from streamlit.web.bootstrap import load_config_options

from rag.access.passwords import Password
from rag.errors import RagError
from rag.listening import Server, check_tls, listen
from ui import index, launch, provider
from ui.broken import hide_messages, on_script_error
from ui.doors import PasswordDoor, ProviderDoor
from ui.gate import Gate
from ui.headers import Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp

    from rag.access.names import Names
    from rag.access.people import People
    from ui.gate import Door

FIRST_PORT = 8501
#: Seconds that requests have to end in after Ctrl-C.
_GRACE = 1
#: Seconds between signs of life on a websocket.
_PING = 30
_MEBIBYTE = 1024**2
#: Longest message of a browser; Streamlit itself takes no more than 25 MB.
_MESSAGE = 32 * _MEBIBYTE
#: What holds whatever else a person has set for Streamlit on this machine.
_OPTIONS: Mapping[str, Any] = {
    # the socket is ours; to Streamlit, and so to the page, it is served here
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.baseUrlPath": "",
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.scriptHealthCheckEnabled": False,
    "server.enableCORS": True,
    "server.corsAllowedOrigins": [],
    "server.enableXsrfProtection": True,
    "server.xsrfCookieSameSite": "strict",
    "server.trustedUserHeaders": {},
    "server.allowedHosts": [],  # the gate looks at every request, not at websockets alone
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.allowedOrigins": [],
    "global.developmentMode": False,
    "logger.enableRich": False,  # it prints messages of exceptions past every filter
    "logger.hideWelcomeMessage": True,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How the page is to be served.

    `port` is None for the first that is free; `guard` is what lets people in, None where everyone
    may who reaches it; `tls` names a certificate and its key; `flags` are the settings from the
    command line.
    """

    host: str
    port: int | None
    names: Names
    guard: Password | People | None = None
    tls: tuple[Path, Path] | None = None
    max_upload_mb: int = 200
    flags: Mapping[str, str] = field(default_factory=dict)


def serve(plan: Plan, on_ready: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C, which ends in KeyboardInterrupt.

    `on_ready` is told the address once a browser may go there. Raises UsageError where the address
    or the port cannot be had, or the certificate cannot be read.
    """
    check_tls(plan.tls)
    with listen(plan.host, plan.port, FIRST_PORT) as bound, _arguments(plan.flags):
        port = bound.getsockname()[1]
        server = Server(
            uvicorn.Config(
                build(plan, port),
                ws="websockets-sansio",
                ws_max_size=_MESSAGE,
                ws_ping_interval=_PING,
                ws_ping_timeout=_PING,
                ws_per_message_deflate=False,
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=["127.0.0.1", "::1"],
                timeout_graceful_shutdown=_GRACE,
                ssl_certfile=plan.tls and str(plan.tls[0]),
                ssl_keyfile=plan.tls and str(plan.tls[1]),
            ),
            lambda: on_ready(address_of(plan, port)),
        )
        try:
            server.run(sockets=[bound])
        finally:
            gc.freeze()  # or the interpreter would look through all of it once more before it ends
        if not server.started:
            raise RagError("The page could not be started", "What went wrong stands above.")


def build(plan: Plan, port: int) -> ASGIApp:
    """The page as an ASGI app. It sets Streamlit's options, which a process has once."""
    load_options(plan, port)
    hide_messages()
    names = plan.names
    door: Door | None = None
    if isinstance(plan.guard, Password):
        door = PasswordDoor(plan.guard, port)
    elif plan.guard is not None:
        names = names.with_name(provider.check())
        door = ProviderDoor(plan.guard)
    page = st.App(
        launch.SCRIPT,
        routes=index.routes(guarded=door is not None),
        on_script_error=on_script_error,
    )
    return Headers(Gate(page, names, door))


def load_options(plan: Plan, port: int) -> None:
    """Have Streamlit take its options from the page's own folder, and those that must hold."""
    streamlit_config._main_script_path = str(launch.SCRIPT)
    options = {
        **_OPTIONS,
        "server.port": port,
        "browser.serverPort": port,
        "server.maxUploadSize": plan.max_upload_mb,
        "server.sslCertFile": plan.tls and str(plan.tls[0]),
        "server.sslKeyFile": plan.tls and str(plan.tls[1]),
    }
    load_config_options(options)


def address_of(plan: Plan, port: int) -> str:
    """Where a browser on this machine finds the page."""
    host = "localhost" if plan.host in {"0.0.0.0", "::", "127.0.0.1", "::1"} else plan.host
    scheme = "https" if plan.tls else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def _arguments(flags: Mapping[str, str]) -> Iterator[None]:
    """Have the page's script see the settings as its arguments."""
    before = sys.argv
    sys.argv = launch.arguments(flags)
    try:
        yield
    finally:
        sys.argv = before
