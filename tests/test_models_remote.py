"""Models behind a server: what is sent, what may be asked at all, and what can go wrong."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import ModelError, UsageError
from rag.models import load_model
from rag.types import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = [
    Message("system", "You answer questions only from the passages."),
    Message("user", "Когда поставщик передаёт насосы?"),
]


class _Server(BaseHTTPRequestHandler):
    """Chat completions over SSE, or a web page where an API was expected."""

    requests: list[dict[str, Any]]
    page = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append(body)
        if self.page:
            self._send("text/html", b"<html><body>Welcome</body></html>")
            return
        pieces = ["Поставка ", "15 ноября ", "[1]."]
        chunks = [{"index": 0, "delta": {"content": each}} for each in pieces]
        chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
        lines = [
            json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [each]})
            for each in chunks
        ]
        stream = "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"])
        self._send("text/event-stream", stream.encode())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving(page: bool = False) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    requests: list[dict[str, Any]] = []
    handler = type("Handler", (_Server,), {"requests": requests, "page": page})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_server_on_this_machine_streams_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # would swallow the request
    with serving() as (url, requests):
        model = load_model("openai:qwen", base_url=url, max_tokens=99, offline=True)
        assert list(model.stream(MESSAGES)) == ["Поставка ", "15 ноября ", "[1]."]
    assert model.local
    assert not model.counter.exact
    (body,) = requests
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("qwen", 99, 0.0)
    assert [each["role"] for each in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == MESSAGES[1].content


def test_a_server_that_is_down_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = load_model("openai:any", base_url=f"http://127.0.0.1:{port}/v1")
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        list(model.stream(MESSAGES))
    assert "--base-url" in caught.value.hint


def test_a_web_page_instead_of_an_answer_says_so() -> None:
    with serving(page=True) as (url, _):
        model = load_model("openai:any", base_url=url)
        with pytest.raises(ModelError, match="no chat completion") as caught:
            list(model.stream(MESSAGES))
    assert "/v1" in caught.value.hint


@pytest.mark.parametrize(
    ("spec", "base_url"),
    [
        ("openai:gpt", None),
        ("openai:gpt", "http://192.168.0.7:8000/v1"),
        ("openai:gpt", "http://127.0.0.1.example.org/v1"),
        ("anthropic:claude", None),
    ],
)
def test_offline_refuses_whatever_lies_beyond_this_machine(spec: str, base_url: str | None) -> None:
    with pytest.raises(ModelError, match="--offline forbids"):
        load_model(spec, base_url=base_url, offline=True)


def test_specs_that_name_nothing_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for spec in ("llama", ":name", "openai:"):
        with pytest.raises(UsageError, match="does not say what runs the model"):
            load_model(spec)
    with pytest.raises(UsageError, match="no model provider 'nobody'"):
        load_model("nobody:model")
    with pytest.raises(ModelError, match="not installed") as caught:
        load_model("mistralai:small")
    assert "pip install langchain-mistralai" in caught.value.hint
    with pytest.raises(ModelError) as caught:
        load_model("openai:gpt")
    assert "key" in caught.value.hint
