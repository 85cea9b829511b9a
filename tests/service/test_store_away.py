"""A server of Milvus or PostgreSQL that is away, as clients of the service are told of it."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rag.errors import StorageError, StoreAway
from rag.service.problems import problem
from rag.service.state import service_of
from rag.store.place import LibraryPaths
from rag.store.where import EMBEDDED, Where, write_note


def test_a_store_that_is_away_may_come_back_and_its_address_is_not_told() -> None:
    told = problem(StoreAway("The database at postgresql://rag@db.inside/rag is away (10.0.0.9)"))
    assert (told["status"], told["code"]) == (503, "store-away")
    assert "inside" not in str(told)
    assert "10.0.0.9" not in str(told)
    assert told["hint"]


def test_a_full_disk_does_not() -> None:
    assert problem(StorageError("The disk is full"))["status"] == 507


def ready(client: TestClient) -> tuple[int, str]:
    service_of(client).readiness.until = 0.0
    answer = client.get("/readyz")
    assert client.get("/healthz").status_code == 200
    assert "127.0.0.1" not in answer.text
    return answer.status_code, answer.json().get("code", "ok")


def test_it_is_not_ready_while_the_server_of_words_and_vectors_is_away(
    client: TestClient, home: Path
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        store = f"milvus:http://127.0.0.1:{port}"
        write_note(LibraryPaths(home, "default"), Where(store, EMBEDDED))
        assert ready(client) == (200, "ok")
    assert ready(client) == (503, "store-away")
    with closing(socket.create_server(("127.0.0.1", port))):
        assert ready(client) == (200, "ok")


def test_it_is_not_ready_while_the_server_of_the_catalogue_is_away(
    client: TestClient, home: Path
) -> None:
    pytest.importorskip("psycopg")
    catalogue = "postgresql://rag@127.0.0.1:1/rag"
    write_note(LibraryPaths(home, "default"), Where(EMBEDDED, catalogue))
    assert ready(client) == (503, "store-away")
