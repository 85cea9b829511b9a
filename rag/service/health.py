"""Whether the service lives, whether it can be asked, and what it counts."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from rag.errors import LibraryMissing, RagError
from rag.service import paths, problems
from rag.service.entry import Asking, Oversees
from rag.service.life import Cause
from rag.service.logs import tell
from rag.service.metrics import CONTENT_TYPE
from rag.service.problems import Refused
from rag.service.state import service_of
from rag.store.elsewhere import reach
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths, collections
from rag.tomlfile import IN_PROCESS

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.desk import Desk
    from rag.service.state import Service

router = APIRouter(tags=["health"])

#: Seconds that what was found out is good for: whoever looks after a service asks all the time.
_FRESH: Final = 3.0
#: Seconds that a server of models, or of words and vectors, has to take a connection.
_REACHED = 2.0
#: Less room on the disk than this is none: a publication writes its indexes anew.
_ROOM = 64 * 1024**2
_PORTS = {"http": 80, "https": 443}
#: What a library is asked as it is warmed up; whatever is found is thrown away.
_ANYTHING = "warm"


@router.get(paths.LIVES)
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get(paths.READY)
async def readyz(request: Request, client: Asking) -> dict[str, str]:
    """The service can be asked; 503 where it cannot.

    Why not is told to clients that may know of all collections, and to the log.
    """
    service = service_of(request)
    causes = await _causes(service)
    if not causes:
        return {"status": "ok"}
    if not client.may_all("read"):
        raise Refused(503, "not-ready", "The service cannot be asked at the moment")
    raise Refused(
        503,
        causes[0].code,
        "The service cannot be asked: " + "; ".join(cause.detail for cause in causes),
        "It is looked at anew every few seconds.",
    )


@router.get(paths.METRICS, response_class=Response)
async def metrics(request: Request, _: Oversees) -> Response:
    """What is counted, as Prometheus reads it, for clients that may know of all collections."""
    service = service_of(request)
    service.metrics.look()
    await to_thread.run_sync(service.metrics.measure, service.desk.home)
    text = await to_thread.run_sync(service.metrics.text)
    return Response(text, headers={"Content-Type": CONTENT_TYPE})


async def warm(service: Service, *, load: bool) -> None:
    """Load what a first question would wait for; then the service is ready."""
    if load:
        began = time.perf_counter()
        try:
            await to_thread.run_sync(_load, service.desk)
        except Exception as error:
            # it takes requests all the same: what does not need it works, and readiness tells
            code = error.code if isinstance(error, RagError) else type(error).__name__
            tell("not-warm", logging.ERROR, code=code)
        else:
            tell("warm", seconds=round(time.perf_counter() - began, 2))
    service.life.warm = True


def _load(desk: Desk) -> None:
    app = desk.app()
    if app.exists:
        app.search(_ANYTHING, k=1)
    for model in ("reranker", "entailment", "model"):
        getattr(app, model)


async def _causes(service: Service) -> tuple[Cause, ...]:
    """Why the service cannot be asked; nothing where it can."""
    state = service.life.state
    if state != "ready":
        return (Cause(state, f"it is {state}"),)
    found = service.readiness
    async with found.lock:
        if time.monotonic() > found.until:
            before, found.causes = found.causes, await to_thread.run_sync(_look, service.desk)
            found.until = time.monotonic() + _FRESH
            if found.causes != before:
                level = logging.ERROR if found.causes else logging.INFO
                causes = [{"code": code, "stops": stops} for code, _, stops in found.causes]
                tell("readiness", level, causes=causes)
    return tuple(cause for cause in found.causes if cause.stops)


def _look(desk: Desk) -> tuple[Cause, ...]:
    checks = (_disk, _libraries, _embedder, _model)
    return tuple(cause for check in checks if (cause := check(desk)) is not None)


def _disk(desk: Desk) -> Cause | None:
    place = next(folder for folder in (desk.home, *desk.home.parents) if folder.is_dir())
    if not os.access(place, os.W_OK):
        return Cause("read-only", "the library's folder cannot be written")
    if shutil.disk_usage(place).free < _ROOM:
        return Cause("disk-full", "the library's disk is full")
    return None


def _libraries(desk: Desk) -> Cause | None:
    """That one of them cannot be opened, or a server that has a part of it is away.

    The service stops for it only where there is no other.

    None at all is no fault: documents may yet be sent in.
    """
    names = collections(desk.home) if desk.home.is_dir() else []
    wrong: list[tuple[str, RagError]] = []
    for name in names:
        paths_of = LibraryPaths(desk.home, name)
        try:
            open_catalogue(paths_of).close()
            reach(paths_of, _REACHED)
        except LibraryMissing:
            continue
        except RagError as error:
            wrong.append((name, error))
    if not wrong:
        return None
    first, why = wrong[0]
    detail = f"the collection {first}: {problems.outside(why)[0]}"
    return Cause(why.code, detail, stops=len(wrong) == len(names))


def _embedder(desk: Desk) -> Cause | None:
    try:
        assert desk.app().embedder is not None
    except RagError as error:
        return Cause(error.code, problems.outside(error)[0])
    return None


def _model(desk: Desk) -> Cause | None:
    """That the model that is set is neither loaded nor reached."""
    settings = desk.settings
    here = settings.model.startswith(IN_PROCESS)
    if not settings.model or (desk.holds_model(settings) if here else _reached(settings)):
        return None
    told = "is not loaded" if here else f"is not reached at {settings.base_url}"
    return Cause("model-error", problems.without_paths(f"the model {settings.model} {told}"))


def _reached(settings: Settings) -> bool:
    """Whether the server of the model takes connections; so, too, where its place is not set."""
    if not settings.base_url:
        return True
    try:
        parts = urlsplit(settings.base_url)
        port = parts.port or _PORTS[parts.scheme]
        socket.create_connection((parts.hostname or "", port), _REACHED).close()
    except (OSError, KeyError, ValueError):
        return False
    return True
