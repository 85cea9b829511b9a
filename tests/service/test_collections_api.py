"""Collections and documents over HTTP, for clients who may know of some of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_driver import client_of, filled

from rag.access.keys import Key, Right
from rag.desk import Desk
from rag.errors import LibraryBusy
from rag.service.entry import Client
from rag.service.entry import asking as who
from rag.store import collections

API = "/api/v1/collections"


@contextmanager
def knowing(client: TestClient, *known: str, right: Right = "read") -> Iterator[None]:
    """Let the client have a key of some collections alone."""
    key = Key("1", "one", frozenset(known), right)
    app = client.app
    app.dependency_overrides[who] = lambda: Client("one", key)  # type: ignore[attr-defined]
    yield
    app.dependency_overrides.clear()  # type: ignore[attr-defined]


def without_id(problem: str, name: str) -> str:
    """A problem without the id of its request and the name it is about."""
    return re.sub(r'"request":"[^"]*"', "", problem).replace(name, "NAME")


def names(client: TestClient) -> list[str]:
    return [each["name"] for each in client.get(API).json()["collections"]]


def test_collections_are_made_renamed_and_deleted(client: TestClient) -> None:
    made = client.post(API, json={"name": "книги"})
    assert (made.status_code, made.json()["documents"]) == (201, 0)
    assert client.get(made.headers["Location"]).json()["name"] == "книги"
    again = client.post(API, json={"name": "книги"})
    assert (again.status_code, again.json()["code"]) == (409, "collection-exists")
    assert client.post(API, json={"name": "../x"}).status_code == 400
    assert names(client) == ["default", "книги"]
    shown = client.get(f"{API}/default").json()
    assert (shown["documents"], shown["unread"], shown["jobs"]) == (3, 0, 0)
    assert shown["disk"]["catalogue"] > 0
    assert client.get(f"{API}/книги/documents").json()["total"] == 0
    taken = client.patch(f"{API}/default", json={"name": "книги"})
    assert (taken.status_code, taken.json()["code"]) == (409, "collection-exists")
    renamed = client.patch(f"{API}/default", json={"name": "work"})
    assert (renamed.status_code, renamed.json()["documents"]) == (200, 3)
    assert client.get(f"{API}/default").status_code == 404
    assert client.delete(f"{API}/work").status_code == 204
    assert client.delete(f"{API}/work").status_code == 404
    assert names(client) == ["книги"]


@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PATCH", {"name": "work"})])
def test_a_collection_that_another_client_has_deleted_meanwhile_is_gone(
    client: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch, method: str, body: object
) -> None:
    def busy(*names: str) -> None:
        collections.delete(home, names[1])
        raise LibraryBusy("Another process is writing to the library")

    for name in ("delete_collection", "rename_collection"):
        monkeypatch.setattr(Desk, name, lambda _, *names: busy("", *names))
    answer = client.request(method, f"{API}/default", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-collection")


def test_documents_are_listed_shown_renamed_and_deleted(client: TestClient) -> None:
    at = f"{API}/default/documents"
    every = client.get(at).json()
    found = [each["document"] for each in every["documents"]]
    assert (every["total"], found) == (3, ["binder.txt", "meetings/планёрка.txt", "правила.md"])
    page = client.get(at, params={"offset": 1, "limit": 1}).json()
    assert (page["total"], [each["document"] for each in page["documents"]]) == (3, found[1:2])
    by_word = client.get(at, params={"q": "правило"}).json()["documents"]
    assert [each["document"] for each in by_word] == ["правила.md"]
    (meeting,) = client.get(at, params={"kind": "meeting"}).json()["documents"]
    assert client.get(at, params={"sort": "size"}).json()["documents"][0]["size"] == max(
        each["size"] for each in every["documents"]
    )
    one = f"{at}/{meeting['id']}"
    assert client.get(one).json()["names"] == ["meetings/планёрка.txt"]
    whole = client.get(f"{one}/text").json()
    assert (whole["start"], whole["end"], whole["next"]) == (0, whole["length"], None)
    part = client.get(f"{one}/text", params={"start": 5, "end": 9}).json()
    assert part["text"] == whole["text"][5:9]
    assert client.get(f"{one}/text", params={"start": 10**9}).json()["text"] == ""
    assert client.get(f"{one}/file").json()["code"] == "no-file", "it lies in a folder"
    renamed = client.patch(one, json={"name": "понедельник.txt"}).json()
    assert (renamed["old"], renamed["document"]) == ("meetings/планёрка.txt", "понедельник.txt")
    assert client.delete(one).json()["removed"] == ["понедельник.txt"]
    for method, path in (("GET", one), ("DELETE", one), ("GET", f"{one}/text"), ("GET", f"{at}/x")):
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-document")
    assert client.patch(one, json={"name": "a"}).status_code == 404
    assert client.post(f"{one}/reread").status_code == 404


def test_a_file_that_was_sent_in_comes_back_byte_for_byte(client: TestClient) -> None:
    at = f"{API}/default/documents"
    data = b"<script>alert(1)</script> The kettle boils.\r\n"
    sent = client.post(at, params={"name": 'чай"ник.html', "wait": 60}, content=data).json()
    document = sent["files"][0]["documents"][0]["id"]
    file = client.get(f"{at}/{document}/file")
    assert file.content == data
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D1%87")
    assert "\n" not in file.headers["Content-Disposition"]
    again = client.post(f"{at}/{document}/reread", json={}).json()
    with client.stream("GET", f"{API}/default/jobs/{again['id']}/events") as events:
        assert "event: done" in list(events.iter_lines())
    assert client.get(f"{API}/default/jobs/{again['id']}").json()["result"]["changed"]
    assert client.delete(f"{at}/{document}").status_code == 200
    assert client.get(f"{at}/{document}/file").status_code == 404


@pytest.fixture
def two(home: Path, folder: Path) -> Iterator[TestClient]:
    """A client of a service with two collections."""
    with client_of(filled(home, folder, "secret")) as client:
        yield client


def test_a_strange_collection_is_as_one_that_is_not_there(two: TestClient) -> None:
    ways = (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("GET", "/documents", None),
        ("POST", "/documents?name=a.txt", None),
        ("DELETE", "/documents/abc", None),
        ("GET", "/jobs", None),
        ("GET", f"/jobs/{'a' * 20}", None),
        ("GET", f"/jobs/{'a' * 20}/events", None),
    )
    with knowing(two, "default", right="write"):
        assert names(two) == ["default"]
        for method, path, body in ways:
            strange = two.request(method, f"{API}/secret{path}", json=body)
            missing = two.request(method, f"{API}/absent{path}", json=body)
            assert strange.status_code == missing.status_code in (403, 404)
            assert without_id(strange.text, "secret") == without_id(missing.text, "absent")
        for name in ("secret", "absent"):
            made = two.post(API, json={"name": name})
            moved = two.patch(f"{API}/default", json={"name": name})
            assert made.status_code == moved.status_code == 403
            assert without_id(made.text, name) == without_id(moved.text, name)
    assert names(two) == ["default", "secret"]


def test_who_may_read_may_not_write(two: TestClient) -> None:
    with knowing(two, "default"):
        document = two.get(f"{API}/default/documents").json()["documents"][0]["id"]
        at = f"{API}/default/documents"
        for method, path, body, code in (
            ("POST", f"{at}?name=a.txt", {}, "read-only"),
            ("DELETE", f"{at}/{document}", None, "read-only"),
            ("PATCH", f"{at}/{document}", {"name": "x"}, "read-only"),
            ("POST", f"{at}/{document}/reread", {}, "read-only"),
            ("DELETE", f"{API}/default", None, "not-all-collections"),
            ("PATCH", f"{API}/default", {"name": "x"}, "not-all-collections"),
        ):
            refused = two.request(method, path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (403, code)
        assert two.get(f"{at}/{document}/text").status_code == 200
        assert two.get(f"{API}/default/jobs").json()["jobs"] == []
