"""A model server on this machine's own address that behaves as a test wants, well or badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECES = ("Поставка ", "15 ноября ", "[1].")
#: What one request is answered with: status, headers, and pieces of the body; None waits a little,
#: and an exception breaks the connection.
Reply = tuple[int, dict[str, str], "Iterator[bytes | None]"]
#: Given the path and the body of a request, the answer: a `Reply`, or JSON.
Route = Callable[[Any], Any]


class ModelServer(ThreadingHTTPServer):
    """Answers by `routes`, by path; 404 to the rest. `asked` are the paths and bodies so far."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, routes: dict[str, Route]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes = routes
        self.asked: list[tuple[str, Any, Any]] = []  # path, body, headers

    @property
    def root(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"{self.root}/v1"

    def bodies(self, path: str) -> list[Any]:
        """What was sent to a path."""
        return [body for asked, body, _ in self.asked if asked == path]

    def handle_error(self, *_: Any) -> None:
        """A caller that left is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def _answer(self, body: Any) -> None:
        self.server.asked.append((self.path, body, self.headers))
        route = self.server.routes.get(self.path)
        found = (404, {}, iter([b"{}"])) if route is None else route(body)
        status, headers, pieces = found if isinstance(found, tuple) else as_json(found)
        self.send_response(status)
        for name, value in {**headers, "Transfer-Encoding": "chunked"}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in pieces:
                if piece is None:
                    time.sleep(0.05)
                elif piece:  # an empty one would end the body
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """An answer of JSON."""
    sent = {"Content-Type": "application/json", **headers}
    return status, sent, iter([json.dumps(value).encode()])


def event(value: Any) -> bytes:
    """One event of a stream."""
    return f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n".encode()


def chunk(text: str = "", finish: str | None = None, **more: Any) -> bytes:
    """One event of a chat completion: a piece of the answer, or its end."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return event({"id": "1", "object": "chat.completion.chunk", "choices": [choice], **more})


def stream(*pieces: bytes | None, kind: str = "text/event-stream") -> Reply:
    """An answer of events."""
    return 200, {"Content-Type": kind}, iter(pieces)


def says(*pieces: str, finish: str = "stop", **more: Any) -> Route:
    """A completion in these pieces."""
    return lambda _: stream(*map(chunk, pieces), chunk(finish=finish, **more), event("[DONE]"))


@contextmanager
def serving(
    completion: Route | None = None, routes: dict[str, Route] | None = None
) -> Iterator[ModelServer]:
    """A server that answers until the end, by default with `PIECES`."""
    listed = {"/v1/models": lambda _: {"object": "list", "data": [{"id": "any"}]}}
    said = {"/v1/chat/completions": completion or says(*PIECES)}
    with ModelServer({**listed, **said, **(routes or {})}) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
