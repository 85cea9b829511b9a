"""One process that serves: what it is told of its task, and how it does it."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import uvicorn
from prometheus_client import disable_created_metrics

from rag.access.terms import terms_of
from rag.config import Settings
from rag.desk import Desk
from rag.errors import RagError
from rag.service import build, logs
from rag.service.connections import HEAD, KEEP_ALIVE
from rag.service.metrics import Metrics
from rag.service.server import Served
from rag.service.traces import traces_as_set
from rag.workers.pool import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from rag.access.terms import Terms
    from rag.service.logs import Form

#: Seconds beyond those of requests in which a process ends, whatever its threads do.
EXIT = 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to serve.

    `host` is the address that is listened at, that of this machine for a socket of files. `names`
    are those that a proxy is called by, `demand` asks for keys on this machine, too; `proxies` are
    the addresses whose word on clients counts, and `root_path` is what they put before every path.
    `tls` names a certificate and its key. `metrics` is the folder where the counters of several
    processes meet.
    """

    settings: Settings
    home: str
    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    demand: bool = False
    proxies: tuple[str, ...] = ()
    root_path: str = ""
    tls: tuple[str, str] | None = None
    form: Form = "auto"
    level: str = "info"
    metrics: str = ""

    @property
    def terms(self) -> Terms:
        """On what terms it is open."""
        return terms_of(self.host, self.names, socket.gethostname(), demand=self.demand)

    def shared(self, count: int) -> Plan:
        """The plan of each of so many processes, which have files read by as many as one has."""
        readers = max(processes(self.settings.workers) // count, 1)
        return replace(self, settings=replace(self.settings, workers=readers))

    def to_json(self) -> str:
        """The plan for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The plan of another process."""
        value = json.loads(text)
        lists = {name: tuple(value[name]) for name in ("names", "proxies")}
        tls = value["tls"] and tuple(value["tls"])
        return cls(**{**value, **lists, "tls": tls, "settings": Settings(**value["settings"])})


def serve(
    plan: Plan,
    bound: socket.socket,
    on_ready: Callable[[], None],
    on_beat: Callable[[], None] = lambda: None,
    on_end: Callable[[], None] = lambda: None,
) -> int:
    """Serve until a signal; which one it was.

    `on_ready`, `on_beat` and `on_end` are told as `rag.service.server.Served` tells them. Raises
    RagError where the service cannot start.
    """
    logs.set_up(plan.form, plan.level, texts=plan.settings.serve_log_texts)
    disable_created_metrics()  # type: ignore[no-untyped-call] # times that nobody reads
    server = _server(plan, on_ready, on_beat, on_end)
    server.run(sockets=[bound])
    if not server.started:
        raise RagError("The service could not be started", "What went wrong stands above.")
    gc.freeze()  # or the interpreter would look through all of it once more before it ends
    return server.signal


def _server(
    plan: Plan,
    on_ready: Callable[[], None],
    on_beat: Callable[[], None],
    on_end: Callable[[], None],
) -> Served:
    settings = plan.settings
    app = build(
        Desk(Path(plan.home), settings),
        plan.terms,
        metrics=Metrics(plan.metrics),
        traces=traces_as_set(settings.serve_traces),
        warm_up=True,
    )

    def ending() -> None:
        _leave_at_last(settings.serve_drain_seconds + EXIT, server)
        on_end()

    server = Served(configured(app, plan), app.state.service, on_ready, on_beat, ending)
    return server


def configured(app: FastAPI, plan: Plan) -> uvicorn.Config:
    """How uvicorn is to serve the app, with nothing left to variables or to what is installed."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=bool(plan.proxies),
        forwarded_allow_ips=list(plan.proxies),
        root_path=plan.root_path,
        timeout_keep_alive=KEEP_ALIVE,
        h11_max_incomplete_event_size=HEAD,
        reset_contextvars=True,
        ssl_certfile=plan.tls and plan.tls[0],
        ssl_keyfile=plan.tls and plan.tls[1],
    )


def _leave_at_last(seconds: float, server: Served) -> None:
    """End the process some time from now even if a thread of it does not."""

    def leave() -> None:
        logs.tell("threads-left-behind", threads=threading.active_count())
        os._exit(128 + server.signal if server.signal == signal.SIGINT else 0)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()


def raise_file_limit(connections: int) -> None:
    """Have room for so many connections among the files a process may have open, where that can be.

    Each answer may have files of the library open, too.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 3 * connections + 1024
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
