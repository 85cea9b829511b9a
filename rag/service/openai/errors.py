"""What goes wrong, in the shape that clients of OpenAI's API take apart."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from rag.errors import RagError
from rag.service import paths, problems
from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from fastapi import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What OpenAI calls the kinds of errors; other statuses are those of a request or of the server.
_REQUEST = "invalid_request_error"
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
#: Steps of a place in a body that name a kind of value and no field of it.
_KIND = re.compile(r"[a-z]+\[.*|str|int|float|bool|none|.*[A-Z-].*")
_PREFIX = "Value error, "
_JSON = "application/json"
#: Headers that are those of one body and not of another.
_OF_BODY = ("content-length", "content-type")
_SEE = "See docs/openai.md."
_UNREADABLE = "The body cannot be read"


class Wrong(Refused):
    """A request that cannot be served as it is (400); `param` is the field that is wrong."""

    def __init__(self, code: str, message: str, hint: str = "", param: str | None = None) -> None:
        super().__init__(400, code, message, hint)
        self.param = param


class FailureDetail(BaseModel):
    """What went wrong: `code` is the one that the rest of the service has for it.

    `param` is the field that is wrong. This program adds a `hint`, what to do next, and the
    `exit_code` of the command line.
    """

    message: str
    type: str
    param: str | None
    code: str
    hint: str
    exit_code: int


class Failure(BaseModel):
    """An error as OpenAI's clients expect it."""

    error: FailureDetail


#: For the description of the routes.
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "model": Failure}
    for status, what in (("4XX", "It cannot be served"), ("5XX", "It failed here"))
}


def body(error: RagError) -> dict[str, Any]:
    """An error as OpenAI's clients expect it; see `FailureDetail`."""
    return _shaped(problems.problem(error), getattr(error, "param", None))


def _shaped(problem: Mapping[str, Any], param: str | None = None) -> dict[str, Any]:
    """An error as this service tells it elsewhere, in OpenAI's shape."""
    status, said = problem["status"], filter(None, (problem["detail"], problem["hint"]))
    fault = {
        "message": ". ".join(said),
        "type": _TYPES.get(status) or ("server_error" if status >= 500 else _REQUEST),
        "param": param,
        "code": problem["code"],
        "hint": problem["hint"],
        "exit_code": problem["exit_code"],
    }
    return {"error": fault}


def response(error: RagError) -> Response:
    """The answer that tells of an error, with the status and the headers that it has elsewhere."""
    told = problems.response(error)
    headers = {name: value for name, value in told.headers.items() if name not in _OF_BODY}
    return JSONResponse(body(error), told.status_code, headers)


class Route(APIRoute):
    """A route whose errors are told in this shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, which lets no error of this program through."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return response(invalid(error.errors(), request.headers))
            except RagError as error:
                return response(error)
            except HTTPException as error:  # a body that nobody can read
                return response(Refused(error.status_code, "invalid-request", _UNREADABLE))

        return handler


def invalid(errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str]) -> Wrong:
    """What is wrong with a body, told by the first thing that is; its values are not repeated.

    Where a field may be of several kinds, the one counts that what was sent came nearest to.
    """
    first = errors[0]
    field = _param(first["loc"])
    inside = (f"{field}.", f"{field}[")
    alike = [each for each in errors if f"{_param(each['loc'])}.".startswith(inside)]
    nearest = max(alike, key=lambda each: len(_param(each["loc"])))
    place, said = nearest["loc"], str(nearest["msg"]).removeprefix(_PREFIX)
    if first["type"] == "json_invalid":
        return Wrong("invalid-request", "The body is no JSON", "Send an object of JSON.")
    if place == ("body",):
        sent = headers.get("content-type", "").partition(";")[0].strip().lower()
        hint = "" if sent == _JSON else f"Send it with Content-Type: {_JSON}."
        return Wrong("invalid-request", "The body is no object of JSON", hint)
    param = _param(place[1:])
    return Wrong("invalid-request", f"{param}: {said}", _SEE, param)


def _param(place: Sequence[object]) -> str:
    """A place in a body as OpenAI writes it: messages[0].content."""
    named = ""
    for step in place:
        if isinstance(step, int):
            named += f"[{step}]"
        elif not _KIND.fullmatch(str(step)):
            named += f".{step}" if named else str(step)
    return named or "body"


class Edge:
    """ASGI middleware: what is refused before a route is reached is told in this shape, too.

    Limits, the gate and whatever else stands before all routes, or finds none, tell of errors in
    other shapes; below `paths.OPENAI` their clients are OpenAI's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and look at what comes back."""
        if scope["type"] == "http":
            is_below = paths.asked_for(scope).startswith(f"{paths.OPENAI}/")
            send = _Reshaping(send) if is_below else send
        await self._app(scope, receive, send)


class _Reshaping:
    """Sends what it is given, errors reshaped; their bodies are short and come whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = MutableHeaders(scope=message).get("content-type", "")
            if message["status"] >= 400 and kind.startswith((problems.MEDIA_TYPE, _JSON)):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._end(self._start)
            return
        await self._send(message)

    async def _end(self, start: Message) -> None:
        told = json.loads(self._body or b"{}")
        if "error" not in told:
            told = _shaped({**_plain(start["status"]), **told})
        data = json.dumps(told, ensure_ascii=False).encode()
        headers = MutableHeaders(scope=start)
        headers["content-type"], headers["content-length"] = _JSON, str(len(data))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": data})


def _plain(status: int) -> dict[str, Any]:
    """What there is to say of an error by its status alone: of an address where nothing is."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-")
    return problems.problem(Refused(status, code, phrase, _SEE))
