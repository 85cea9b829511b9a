"""What errors tell clients: what happened, and never where on this machine anything lies."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_driver import client_of

from rag.errors import (
    LibraryCorrupt,
    LibraryError,
    LibraryMissing,
    ModelError,
    RagError,
    UsageError,
)
from rag.service.problems import Refused, problem
from rag.store import collections
from rag.store.place import LibraryPaths, storage_error

HOME = "/home/anna/My Documents/.rag"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with one collection that holds nothing."""
    home = tmp_path_factory.mktemp("library") / "home"
    home.mkdir()
    collections.create(home, "empty")
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    """Its client."""
    with client_of(home) as client:
        yield client


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LibraryMissing(f"There is no library at {HOME}/work"), "nothing in this collection yet"),
        (LibraryError(f"The keys in {HOME}/+keys.json cannot be read"), "cannot be used"),
        (
            storage_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), Path(HOME)),
            "The library cannot be written (the disk is full)",
        ),
        (LibraryCorrupt("The catalogue is damaged (malformed)"), "The catalogue is damaged"),
        (UsageError("/srv/jobs/a.toml is no TOML: line 3", "See docs/jobs.md"), "is no TOML"),
        (ModelError("There is no model folder local:/models/qwen/4b", "Fetch it"), "model folder"),
        (ModelError("openai:any failed: no such file: 'C:\\Users\\Anna\\x'"), "no such file"),
        (ModelError("It is not reached at http://127.0.0.1:8000/v1"), "http://127.0.0.1:8000/v1"),
        (RagError("It failed and/or stopped on 2025/11/12", "Ask again"), "and/or stopped on 2025"),
        (Refused(404, "not-found", "Not Found", "See /api/v1/openapi.json."), "Not Found"),
    ],
)
def test_an_error_tells_what_happened_and_not_where(error: RagError, told: str) -> None:
    value = problem(error)
    assert told in value["detail"]
    for place in (HOME, "anna", "/srv", "/models", "Users", "RAG_HOME", "--home"):
        assert place not in f"{value['detail']} {value['hint']}"
    if isinstance(error, Refused):
        assert value["hint"] == "See /api/v1/openapi.json."


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "search", {"question": "чайник"}),
        ("POST", "ask", {"question": "чайник"}),
        ("POST", "ask", {"question": "чайник", "stream": True}),
        ("POST", "verify", {"text": "The kettle boils."}),
        ("POST", "minutes", {"document": "a.txt"}),
        ("GET", "promises", None),
    ],
)
def test_a_collection_that_holds_nothing_tells_no_folder(
    client: TestClient, home: Path, method: str, path: str, body: dict[str, object] | None
) -> None:
    answer = client.request(method, f"/api/v1/collections/empty/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "library-missing")
    assert str(home.parent) not in answer.text


def test_a_collection_that_holds_nothing_tells_no_folder_to_chats(
    client: TestClient, home: Path
) -> None:
    asked = {"model": "rag/empty", "messages": [{"role": "user", "content": "чайник"}]}
    answer = client.post("/v1/chat/completions", json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "library-missing")
    assert str(home.parent) not in answer.text


def test_a_library_that_is_damaged_tells_no_folder(client: TestClient, home: Path) -> None:
    paths = LibraryPaths(home, "broken")
    paths.folder.mkdir()
    paths.catalogue.write_bytes(b"no database" * 200)
    listed = client.get("/api/v1/collections").json()["collections"]
    assert [each["name"] for each in listed if each["trouble"]] == ["broken"]
    for answer in (
        client.get("/api/v1/collections/broken"),
        client.post("/api/v1/collections/broken/search", json={"question": "чайник"}),
        client.get("/readyz"),
    ):
        assert str(home.parent) not in answer.text
    assert str(home.parent) not in str(listed)
