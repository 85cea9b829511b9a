"""Around every request: its id, its line in the log, what is counted of it, its trace, its end.

ASGI middleware that passes messages on as they come, so that streams and a client that goes away
are what they are without it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect

from rag.observe import Observer, observed_by
from rag.service import ids, paths, problems, sse
from rag.service.gate import TURNED_AWAY
from rag.service.logs import tell
from rag.service.metrics import known_method
from rag.service.openai.errors import body as openai_body
from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.service.metrics import Metrics
    from rag.service.state import Service
    from rag.service.traces import Span, Traces
    from rag.types import Answer

#: Asked all the time by programs that look after this one: told only to who wants to know all.
_QUIET: Final = frozenset({paths.LIVES, paths.READY, paths.METRICS})
#: Whoever refuses may name a status that no client gets to see: it has gone away.
_GONE: Final = 499
#: What a body is answered with that the connection gave up on; see `rag.service.connections`.
CUT: Final = "rag.cut"
_PROBLEM: Final = problems.MEDIA_TYPE.encode()
_EVENTS: Final = sse.MEDIA_TYPE.encode()
_DISCONNECT: Final[Message] = {"type": "http.disconnect"}


def ending() -> Refused:
    """What a request is told that is cut because the service ends."""
    return Refused(
        503,
        "ending",
        "The service is ending",
        "Ask again in a moment; it may be starting anew.",
        {"Retry-After": "5", "Connection": "close"},
    )


class Watched:
    """The app, with each request watched."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        request = _Request(scope, receive, send, self._service)
        request.id = ids.begin(headers.get("x-request-id", b""))
        told = {name: value.decode("latin-1") for name, value in headers.items()}
        metrics, traces = self._service.metrics, self._service.traces
        metrics.in_flight.inc()
        span = traces.request(told, scope["method"]) if traces else nullcontext()
        with span as spanned, observed_by(_Counting(metrics, traces)):
            try:
                with suppress(ClientDisconnect):  # its line in the log says so
                    await self._app(scope, request.receive, request.send)
                await request.finish()
            except Exception as error:
                tell("request-failed", logging.ERROR, cause=error, route=request.route)
                await request.fail()
            finally:
                metrics.in_flight.dec()
                request.tell(spanned)


@dataclass(slots=True)
class _Request:
    """One request and its answer as they pass."""

    scope: Scope
    _receive: Receive
    _send: Send
    service: Service
    id: str = ""
    status: int = 0
    taken: int = 0
    sent: int = 0
    media: bytes = b""
    code: str = ""  # of the problem that it ended with
    complete: bool = False
    replaced: bool = False  # the answer that was begun is left out: the end is told instead
    began: float = field(default_factory=time.perf_counter)

    @property
    def route(self) -> str:
        """The template of the path; "" where no route fits."""
        # FastAPI keeps a route of an included router apart from the prefixes it is included with
        whole = self.scope.get("fastapi", {}).get("effective_route_context")
        found = whole or self.scope.get("route")
        endpoint = self.scope.get("endpoint")
        if found is None and endpoint is not None:  # one of Starlette's own, which does not tell
            routes = self.scope["app"].routes
            found = next((r for r in routes if getattr(r, "endpoint", None) is endpoint), None)
        return str(getattr(found, "path", ""))

    @property
    def streams(self) -> bool:
        """Whether the answer is one of events."""
        return self.media.startswith(_EVENTS)

    @property
    def watches(self) -> bool:
        """Whether this is a stream that tells of something which goes on without it."""
        return self.streams and self.scope["method"] == "GET"

    @property
    def over(self) -> asyncio.Event:
        """What ends it before its own end."""
        life = self.service.life
        return life.draining if self.watches else life.ending

    async def receive(self) -> Message:
        """The client's next message; that it has gone away, too, when the service ends."""
        if self.over.is_set():
            return _DISCONNECT
        message = await _first(self._receive, self.over)
        self.taken += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        """Send on, with the request's id in the head."""
        if self.replaced or self.complete:
            return
        if message["type"] == "http.response.start":
            if message["status"] == _GONE and self.over.is_set():
                self.replaced = True
                return
            self.status = message["status"]
            headers = [(ids.HEADER, self.id.encode()), *message.get("headers", ())]
            message = {**message, "headers": headers}
            self.media = next((v for n, v in headers if n.lower() == b"content-type"), b"")
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            self.sent += len(body)
            if self.media == _PROBLEM:
                self.code = json.loads(body)["code"]
            self.complete = not message.get("more_body", False)
        await self._send(message)
        if self.status and not self.complete:
            await asyncio.sleep(0)  # a stream that waits for nothing would hold up all others

    async def finish(self) -> None:
        """Say the end where the request was cut by it."""
        if self.complete or not self.over.is_set():
            return
        if not self.status or self.replaced:
            self.replaced = False
            await problems.response(ending())(self.scope, self.receive, self.send)
        elif self.streams:
            body = _last_event(ending(), openai=self.route.startswith(f"{paths.OPENAI}/"))
            await self.send({"type": "http.response.body", "body": body})

    async def fail(self) -> None:
        """Tell that the program has made a mistake, where there is no answer yet."""
        if not self.status:
            await problems.response(problems.unexpected())(self.scope, self.receive, self.send)
        # else the server sees that the answer has no end, and closes the connection

    def _client(self) -> str:
        """Who asks: the id of its key, else where it asks from."""
        client = self.scope.get("state", {}).get("client")
        key = getattr(getattr(client, "key", None), "id", "")  # "" of who asks for health alone
        address = self.scope.get("client")
        return f"key:{key}" if key else str(address[0]) if address else ""

    def tell(self, span: Span | None) -> None:
        """Log and count it."""
        seconds = time.perf_counter() - self.began
        state: dict[str, Any] = self.scope.get("state", {})
        status = state.get(CUT) or self.status or _GONE
        route, method = self.route, known_method(self.scope["method"])
        metrics = self.service.metrics
        metrics.request(route, method, status, seconds)
        metrics.received.inc(self.taken)
        metrics.sent.inc(self.sent)
        collection = self.scope.get("path_params", {}).get("collection")
        quiet = route in _QUIET or state.get(TURNED_AWAY)
        level = logging.INFO if status < 500 else logging.ERROR
        known = {"collection": str(collection)[:80] if collection else "", "code": self.code}
        tell(
            "request",
            logging.DEBUG if quiet else level,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            client=self._client(),
            received=self.taken,
            sent=self.sent,
            **{name: value for name, value in known.items() if value},
            **({} if self.complete else {"complete": False}),
        )
        if span is not None:
            span.set("http.route", route)
            span.set("rag.request_id", self.id)
            span.end(f"{method} {route}".strip(), status)


class _Counting(Observer):
    """Counts the steps of an answer and has them traced."""

    def __init__(self, metrics: Metrics, traces: Traces | None) -> None:
        self._metrics = metrics
        self._traces = traces

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        began = time.perf_counter()
        with self._traces.step(name) if self._traces else nullcontext():
            try:
                yield
            finally:
                self._metrics.steps.labels(name).observe(time.perf_counter() - began)

    def waited(self, seconds: float) -> None:
        """A model was waited for."""
        self._metrics.model_wait.observe(seconds)
        if self._traces:
            self._traces.note("rag.model.waited_seconds", seconds)

    def wrote(self, prompt_tokens: int | None, tokens: int) -> None:
        """A model has written."""
        self._metrics.tokens.labels("read").inc(prompt_tokens or 0)
        self._metrics.tokens.labels("written").inc(tokens)
        if self._traces:
            self._traces.note("rag.model.prompt_tokens", prompt_tokens or 0)
            self._traces.note("rag.model.tokens", tokens)

    def answered(self, answer: Answer) -> None:
        """A question has its answer."""
        self._metrics.answered(answer)
        if self._traces:
            self._traces.note("rag.answer.sentences", len(answer.sentences))
            self._traces.note("rag.answer.struck", len(answer.struck))


def _last_event(error: Refused, *, openai: bool) -> bytes:
    """What tells a stream of an error on the way; clients of OpenAI's API look for one in data."""
    if openai:
        return sse.event(openai_body(error))
    return sse.event(problems.problem(error), "problem")


async def _first(receive: Receive, over: asyncio.Event) -> Message:
    """The next message, or that nobody is there once it is over."""
    getting, waiting = asyncio.ensure_future(receive()), asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait((getting, waiting), return_when=asyncio.FIRST_COMPLETED)
        return getting.result() if getting.done() else _DISCONNECT
    finally:
        getting.cancel()
        waiting.cancel()
