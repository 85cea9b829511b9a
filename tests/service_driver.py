"""The service for tests: asked in this process, or over a real socket on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
from fastapi.testclient import TestClient

from rag.access.terms import Terms, terms_of
from rag.app import App
from rag.config import Settings
from rag.desk import Desk
from rag.listening import Server, listen
from rag.service import build

FIRST_PORT = 18600
SETTINGS = Settings(workers=1)
HERE = terms_of("127.0.0.1")


@contextmanager
def client_of(
    home: Path, settings: Settings = SETTINGS, terms: Terms = HERE
) -> Iterator[TestClient]:
    """A client of the service over the library at `home`, in this process."""
    app = build(Desk(home, settings), terms)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@contextmanager
def serving(home: Path, settings: Settings = SETTINGS, terms: Terms = HERE) -> Iterator[str]:
    """The address of the service over the library at `home`, for real clients."""
    ready = threading.Event()
    with listen("127.0.0.1", None, FIRST_PORT) as bound:
        app = build(Desk(home, settings), terms)
        server = Server(uvicorn.Config(app, log_config=None, access_log=False), ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        assert ready.wait(30)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


def filled(home: Path, folder: Path, collection: str = "default") -> Path:
    """A library at `home` with the documents of a folder in a collection."""
    App(replace(SETTINGS, collection=collection), home).ingest([folder])
    return home
