"""Requests to OpenAI's API that are wrong or odd, errors, and vectors."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from openai_driver import CHAT, DAYS, SENTENCE, ask, asked, handbook, said
from service_driver import client_of

from rag.errors import LibraryBusy
from rag.service.openai.errors import Edge
from rag.service.problems import Refused, response


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service over a library with a handbook."""
    with client_of(handbook(tmp_path_factory.mktemp("requests"))) as client:
        yield client


# -- parameters


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 2},
        {"logprobs": True},
        {"response_format": {"type": "json_object"}},
        {"modalities": ["text", "audio"]},
        {"web_search_options": {}},
        {"tool_choice": "required"},
        {"function_call": {"name": "f"}},
        {"temperature": 3},
        {"temperature": "0.5"},
        {"max_tokens": 0},
        {"stop": ["x"] * 17},
        {"stream": "yes"},
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_name(http: TestClient, wrong: Any) -> None:
    reply = http.post(CHAT, json=asked(**wrong))
    fault = reply.json()["error"]
    assert reply.status_code == 400
    assert fault["param"] == next(iter(wrong))
    assert fault["code"] in ("unsupported", "invalid-request")


@pytest.mark.parametrize(
    "field", [{"footnote": True}, {"since": "yesterday"}, {"until": 5}, {"documents": "a"}]
)
def test_a_field_of_rag_that_is_mistyped_is_refused(http: TestClient, field: Any) -> None:
    assert ask(http, rag=field)["error"]["param"] == f"rag.{next(iter(field))}"


def test_what_does_no_harm_is_taken_and_what_changes_nothing_is_named(http: TestClient) -> None:
    more = {
        "n": 1,
        "stream": None,
        "stop": None,
        "seed": -5,
        "temperature": 0.3,
        "user": "anna",
        "response_format": {"type": "text"},
        "presence_penalty": 0,
        "frequency_penalty": 1.5,
        "tools": [{"type": "function"}],
        "tool_choice": "auto",
        "store": False,
        "made_up": 1,
        "max_completion_tokens": 5,
        "metadata": {"a": "b"},
        "logprobs": False,
    }
    answer = ask(http, **more)
    assert said(answer) == SENTENCE
    assert answer["rag"]["ignored"] == [
        *("frequency_penalty", "made_up", "tools"),
        *("temperature", "seed", "max_completion_tokens"),
    ]


# -- errors


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"model":', "application/json"),
        (b'{"model": "rag/default"}', "application/x-www-form-urlencoded"),
        (b"[" * 200_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[1]", "application/json"),
    ],
)
def test_a_body_that_is_no_object_is_a_mistake_of_the_client(
    http: TestClient, body: bytes, kind: str
) -> None:
    reply = http.post(CHAT, content=body, headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid-request")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CHAT, 405),
        ("POST", "/v1/models", 405),
        ("DELETE", "/v1/models/rag/default", 405),
        ("POST", "/v1/responses", 404),
        ("GET", "/v1/", 404),
        ("GET", "/v1/models/%0A", 404),
    ],
)
def test_an_address_where_nothing_is_answers_in_the_same_shape(
    http: TestClient, method: str, path: str, status: int
) -> None:
    reply = http.request(method, path)
    assert reply.status_code == status
    assert reply.json()["error"]["type"] == "invalid_request_error"


def test_errors_before_the_routes_are_reshaped_and_others_are_let_be() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        error = LibraryBusy("It is busy", "Wait.")
        if scope["path"].endswith("key"):
            refused = {"WWW-Authenticate": "Bearer"}
            error = Refused(401, "no-key", "A key is missing", "Send one.", refused)  # type: ignore[assignment]
        await response(error)(scope, receive, send)

    client = TestClient(Edge(app))
    reply = client.get("/v1/key")
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json()["error"] == {
        "message": "A key is missing. Send one.",
        "type": "authentication_error",
        "param": None,
        "code": "no-key",
        "hint": "Send one.",
        "exit_code": 1,
    }
    assert client.get("/v1/models").json()["error"]["type"] == "server_error"
    assert client.get("/api/v1/models").json()["code"] == "library-busy"


def test_an_empty_collection_cannot_answer_yet(tmp_path: Path) -> None:
    (tmp_path / "new.folders.json").write_text("{}", encoding="utf-8")
    with client_of(tmp_path) as http:
        assert http.get("/v1/models/rag/new").json()["created"] == 0
        for stream in (False, True):
            reply = http.post(CHAT, json=asked(model="rag/new", stream=stream))
            assert reply.status_code == 404
            assert reply.json()["error"]["code"] == "library-missing"


# -- vectors


def vectors(http: TestClient, given: Any, **more: Any) -> Any:
    return http.post("/v1/embeddings", json={"model": "rag/default", "input": given, **more}).json()


def test_vectors_are_those_of_the_library_as_numbers_or_bytes(http: TestClient) -> None:
    texts = [SENTENCE, "подводная лодка"]
    numbers = vectors(http, texts)
    assert [row["index"] for row in numbers["data"]] == [0, 1]
    floats = np.array([row["embedding"] for row in numbers["data"]], np.float32)
    coded = vectors(http, texts, encoding_format="base64", dimensions=floats.shape[1])["data"]
    raw = [np.frombuffer(base64.b64decode(row["embedding"]), "<f4") for row in coded]
    assert np.array_equal(np.stack(raw), floats)
    assert np.allclose(np.linalg.norm(floats, axis=1), 1, atol=1e-5)
    (query,) = vectors(http, DAYS, input_type="query")["data"]
    near, far = floats @ np.array(query["embedding"], np.float32)
    assert near > far
    assert numbers["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize(
    ("given", "more", "param"),
    [
        ([1, 2, 3], {}, "input"),
        ([[1, 2], [3]], {}, "input"),
        ("", {}, "input"),
        (["x", " "], {}, "input"),
        ([], {}, "input"),
        (["x"] * 2049, {}, "input"),
        (None, {}, "input"),
        ("x", {"dimensions": 3}, "dimensions"),
        ("x", {"encoding_format": "int8"}, "encoding_format"),
        ("x", {"model": "rag/none"}, None),
    ],
)
def test_texts_that_cannot_be_embedded_are_refused(
    http: TestClient, given: Any, more: Any, param: str | None
) -> None:
    fault = vectors(http, given, **more)["error"]
    assert (fault["type"], fault["param"]) == ("invalid_request_error", param)


def test_the_api_is_described_with_its_errors(http: TestClient) -> None:
    described: Any = http.app
    chat = described.openapi()["paths"][CHAT]["post"]
    assert {"200", "4XX", "5XX"} <= set(chat["responses"])
    assert "Completion" in str(chat["requestBody"])
