"""What goes wrong, in the shape that clients of OpenAI's API take apart."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from rag.errors import RagError
from rag.service import problems
from rag.service.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from fastapi import Request
    from starlette.responses import Response

log = logging.getLogger(__name__)

#: What OpenAI calls the kinds of errors; other statuses are those of a request or of the server.
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
#: Steps of a place in a body that name a kind of value and no field of it.
_KIND = re.compile(r"[a-z]+\[.*|str|int|float|bool|none|.*[A-Z-].*")
_PREFIX = "Value error, "
_JSON = "application/json"


class Wrong(Refused):
    """A request that cannot be served as it is (400); `param` is the field that is wrong."""

    def __init__(self, code: str, message: str, hint: str = "", param: str | None = None) -> None:
        super().__init__(400, code, message, hint)
        self.param = param


def body(error: RagError) -> dict[str, Any]:
    """An error as OpenAI's clients expect it; `code` is the one that the rest of the service has.

    `hint` and `exit_code` are what this program adds.
    """
    status = problems.status_of(error)
    kind = _TYPES.get(status) or ("server_error" if status >= 500 else "invalid_request_error")
    return {
        "error": {
            "message": str(error),
            "type": kind,
            "param": getattr(error, "param", None),
            "code": problems.code_of(error),
            "hint": error.hint,
            "exit_code": error.exit_code,
        }
    }


def response(error: RagError) -> Response:
    """The answer that tells of an error, with the status and the headers that it has elsewhere."""
    told = problems.response(error)
    headers = {name: value for name, value in told.headers.items() if name not in _OF_BODY}
    return JSONResponse(body(error), told.status_code, headers)


#: Headers that are those of one body and not of another.
_OF_BODY = ("content-length", "content-type")


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

        return handler


def invalid(errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str]) -> Wrong:
    """What is wrong with a body, told by the first thing that is; its values are not repeated."""
    first = errors[0]
    place, said = first["loc"], str(first["msg"]).removeprefix(_PREFIX)
    if first["type"] == "json_invalid":
        return Wrong("invalid-request", "The body is no JSON", "Send an object of JSON.")
    if place == ("body",):
        sent = headers.get("content-type", "").partition(";")[0].strip().lower()
        hint = "" if sent == _JSON else f"Send it with Content-Type: {_JSON}."
        return Wrong("invalid-request", "The body is no object of JSON", hint)
    param = _param(place[1:])
    return Wrong("invalid-request", f"{param}: {said}", "See docs/openai.md.", param)


def _param(place: Sequence[object]) -> str:
    """A place in a body as OpenAI writes it: messages[0].content."""
    named = ""
    for step in place:
        if isinstance(step, int):
            named += f"[{step}]"
        elif not _KIND.fullmatch(str(step)):
            named += f".{step}" if named else str(step)
    return named or "body"
