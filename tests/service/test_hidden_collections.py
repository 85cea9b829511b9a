"""A collection that a key is not for is answered as one that is not there: by every route there is.

The routes are those of the OpenAPI description, so this holds for those that are to come. Each is
asked twice in the same words, of a collection that is there and of one that is not; the answers may
differ in the name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Response
from fastapi.testclient import TestClient
from pydantic import BaseModel
from service_driver import client_of, filled

from rag.access import keyfile
from rag.app import App
from rag.config import Settings
from rag.service import entry
from rag.store.place import collections

#: One is there, one is not; as long as each other, so that lengths are no tell.
HIDDEN, MISSING = "hidden", "absent"
OWN = "default"
#: Names of what may name a collection, in an address or a body.
NAMING = re.compile(r"collections?|name|new|new_name|to|target|model")
METHODS = ("get", "put", "post", "delete", "patch")
#: What differs between any two requests.
#: The length follows from the body, which is compared itself.
VARIES = {"date", "x-request-id", "ratelimit", "traceparent", "content-length"}
#: Ids, times of day and how long it took.
IDS = re.compile(r"\b\d+\.\d+\b|[0-9a-f]{8,64}(?:-[0-9a-f]{4,12}){0,4}|\b\d{10}\b")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a collection for a key, and one that it may not know of."""
    home = tmp_path_factory.mktemp("library") / "home"
    for name in (OWN, HIDDEN):
        papers = tmp_path_factory.mktemp("papers")
        number = len(name)  # so that they hold no document in common
        (papers / "план.md").write_text(f"Смету на {number} листах пришлёт Анна.\n", "utf-8")
        filled(home, papers, name)
    return home


@pytest.fixture(scope="module")
def document(home: Path) -> str:
    """The id of a document that is in the hidden collection."""
    app = App(Settings(workers=1, collection=HIDDEN), home)
    return next(row.id for row in app.documents())


@pytest.fixture(scope="module", params=["read", "write"])
def client(home: Path, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """A client with a key for the one collection."""
    _, text = keyfile.add(home, f"may {request.param}", [OWN], request.param)
    with client_of(home, Settings(workers=1, serve_rate=0)) as client:
        client.headers["Authorization"] = f"Bearer {text}"
        yield client


class Wanted(BaseModel):
    """What the route that tells is asked."""

    model: str


class Words:
    """What a route is asked, where `name` stands for a collection."""

    def __init__(self, schema: Any, name: str, document: str) -> None:
        self._schema = schema
        self._name = name
        self._document = document

    def of(self, told: Any, called: str) -> Any:
        """A value that fits a schema; one that may name a collection names this one."""
        while "$ref" in told:
            told = self._found(told["$ref"])
        for several in ("anyOf", "oneOf", "allOf"):
            if several in told:
                return self.of(told[several][0], called)
        if "const" in told or "enum" in told:
            return told.get("const", told.get("enum", [None])[0])
        kind = told.get("type")
        if kind == "object":
            parts = told.get("properties", {})
            required = set(told.get("required", ())) | {name for name in parts if is_naming(name)}
            return {name: self.of(parts[name], name) for name in parts if name in required}
        if kind == "array":
            return [self.of(told.get("items", {}), called)]
        if kind in ("integer", "number"):
            return told.get("minimum", 1)
        if kind == "boolean":
            return False
        return self._text(called)

    def _text(self, called: str) -> str:
        if called == "model":
            return f"rag/{self._name}"
        if is_naming(called):
            return self._name
        return self._document if "document" in called or called == "id" else "смета"

    def _found(self, reference: str) -> Any:
        found = self._schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return found

    def request(self, path: str, told: Any, collection: str) -> dict[str, Any]:
        """The parts of a request to a route, as the client takes them."""
        query: dict[str, Any] = {}
        for each in told.get("parameters", ()):
            name, where = each["name"], each["in"]
            if where == "path":
                value = collection if name == "collection" else self.of(each["schema"], name)
                path = path.replace(f"{{{name}}}", str(value))
            elif where == "query" and (each.get("required") or is_naming(name)):
                query[name] = self.of(each["schema"], name)
        asked: dict[str, Any] = {"url": path, "params": query}
        content = told.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            asked["json"] = self.of(content["application/json"]["schema"], "body")
        elif "multipart/form-data" in content:
            asked["files"] = [(field, ("a.txt", b"text")) for field in ("file", "files")]
        elif content:
            asked["content"] = b"text"
        return asked


def is_naming(name: str) -> bool:
    return NAMING.fullmatch(name) is not None


def routes(schema: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    ]


def told(answer: Any, name: str) -> tuple[int, dict[str, str], str]:
    """An answer as it would be of any collection."""
    headers = {
        key: IDS.sub("ID", value.replace(name, "NAME"))
        for key, value in answer.headers.items()
        if key not in VARIES
    }
    return answer.status_code, headers, IDS.sub("ID", answer.text.replace(name, "NAME"))


def answers(client: TestClient, method: str, asked: dict[str, dict[str, Any]]) -> list[Any]:
    """The answers to the same request of each name."""
    return [
        told(client.request(method.upper(), **parts, follow_redirects=False), name)
        for name, parts in asked.items()
    ]


def leaks(client: TestClient, document: str) -> list[tuple[str, str]]:
    """The routes below a collection that answer a hidden one in another way than one missing."""
    schema: Any = client.app.openapi()  # type: ignore[attr-defined]
    found, walked = [], 0
    for path, method, description in routes(schema):
        if "{collection}" in path:
            walked += 1
            asked = {
                name: Words(schema, name, document).request(path, description, name)
                for name in (HIDDEN, MISSING)
            }
            hidden, missing = answers(client, method, asked)
            if hidden != missing or hidden[0] < 400:
                found.append((method, path))
    assert walked
    return found


def test_no_route_tells_a_collection_that_is_hidden_from_one_that_is_missing(
    client: TestClient, document: str
) -> None:
    assert leaks(client, document) == []


def test_no_route_tells_of_a_hidden_collection_that_is_named_to_it(
    client: TestClient, document: str
) -> None:
    """As where one is to be made, or renamed to; or where it stands for a model."""
    schema: Any = client.app.openapi()  # type: ignore[attr-defined]
    for path, method, description in routes(schema):
        asked = {
            name: Words(schema, name, document).request(path, description, OWN)
            for name in (HIDDEN, MISSING)
        }
        if HIDDEN in repr(asked[HIDDEN]):
            hidden, missing = map(_timeless, answers(client, method, asked))
            assert hidden == missing, (method, path)


def _timeless(answer: Any) -> tuple[int, str]:
    """An answer of one's own collection without what is measured anew for each."""
    status, _, text = answer
    return status, re.sub(r"\d+(?:\.\d+)?(?:e-?\d+)?", "N", text)


def test_what_a_key_is_not_for_is_not_even_looked_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(_: Path) -> list[str]:
        raise AssertionError("the disk is looked at")

    monkeypatch.setattr(entry, "collections", look)
    for name in (HIDDEN, MISSING, "..", "a~b"):
        asked = client.post(f"/api/v1/collections/{name}/search", json={"question": "смета"})
        assert asked.status_code == 404


def test_what_is_listed_is_what_a_key_is_for(client: TestClient) -> None:
    schema: Any = client.app.openapi()  # type: ignore[attr-defined]
    listings = [path for path, method, _ in routes(schema) if method == "get" and "{" not in path]
    assert listings
    for path in listings:
        assert HIDDEN not in client.get(path).text, path


def test_a_route_that_tells_would_be_seen(home: Path, document: str) -> None:
    _, text = keyfile.add(home, "of another", [OWN], "read")

    async def leaky(collection: str, wanted: Wanted) -> Response:
        there = collection in collections(home) and wanted.model == f"rag/{collection}"
        return Response(status_code=403 if there else 404)

    with client_of(home, Settings(workers=1, serve_rate=0)) as client:
        client.headers["Authorization"] = f"Bearer {text}"
        client.app.post("/leaky/{collection}/{document}")(leaky)  # type: ignore[attr-defined]
        assert leaks(client, document) == [("post", "/leaky/{collection}/{document}")]
