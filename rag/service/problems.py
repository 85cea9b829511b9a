"""What goes wrong, told as problem+json (RFC 9457) with the codes of the command line."""

from __future__ import annotations

import math
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rag.errors import (
    EXIT_USAGE,
    DocumentMissing,
    DoesNotFit,
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryMismatch,
    LibraryMissing,
    ModelAway,
    ModelError,
    NotAMeeting,
    RagError,
    ReadError,
    StorageError,
    StoreAway,
    UsageError,
)
from rag.service import ids, paths
from rag.shown import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request

MEDIA_TYPE = "application/problem+json"
#: Errors that name the library's folder, in words for those whom that does not concern; the first
#: that an error is an instance of counts. A reason in brackets stays.
_OUTSIDE: Final[tuple[tuple[type[RagError], str, str], ...]] = (
    (
        LibraryMissing,
        "There is nothing in this collection yet",
        "Send files to it, or fill it: rag ingest FOLDER",
    ),
    (LibraryBusy, "", ""),
    (LibraryMismatch, "", ""),
    (LibraryCorrupt, "", ""),
    (LibraryError, "The library cannot be used", "Let the administrator see why: rag doctor"),
    (StorageError, "The library cannot be written", "Let the administrator make room."),
)
#: Of a server whose address does not concern them, either.
_AWAY = (
    "The server that holds the library cannot be reached",
    "Try again in a moment; let the administrator see that it runs.",
)
_REASON = re.compile(r" \([^()/\\]+\)$")
#: A path of this machine in any other words.
_PATH = re.compile(r"(?<![\w/.…-])(?:/(?:[^\s/'\"]+/)+[^\s/'\",;:)]*|[A-Za-z]:\\[^\s'\"]+)")
#: Seconds after which it is worth asking again.
_RETRY = 2
#: Faults of a request that are told one by one, and characters of a name in an error.
_TOLD, _NAME = 20, 80
#: The first that an error is an instance of counts.
_STATUSES: Final[tuple[tuple[type[RagError], int], ...]] = (
    (DocumentMissing, 404),
    (UsageError, 400),
    (NotAMeeting, 422),
    (ReadError, 422),
    (LibraryMissing, 404),
    (LibraryBusy, 503),
    (LibraryError, 409),
    (DoesNotFit, 422),
    (ModelError, 503),
    (StoreAway, 503),
    (StorageError, 507),
)


class Refused(RagError):
    """A request is not served, with an HTTP `status` and a `code` of its own, maybe `headers`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def status_of(error: RagError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, Refused):
        return error.status
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def outside(error: RagError) -> tuple[str, str]:
    """What an error says and hints at, without where on this machine anything lies."""
    if isinstance(error, Refused):  # written for clients
        return error.message, error.hint
    if isinstance(error, StoreAway):
        return _AWAY
    found = (told for told in _OUTSIDE if isinstance(error, told[0]))
    _, message, hint = next(found, (RagError, "", ""))
    if not (message and _PATH.search(error.message)):
        return without_paths(error.message), without_paths(error.hint)
    reason = _REASON.search(error.message)
    return message + (reason[0] if reason else ""), hint


def without_paths(text: str) -> str:
    """A message in which an ellipsis stands for each path of this machine."""
    return _PATH.sub("…", text)


class Invalid(Refused):
    """A request that is not what its route takes; `faults` say where and what."""

    exit_code = EXIT_USAGE

    def __init__(self, error: RequestValidationError) -> None:
        super().__init__(
            422,
            "invalid-request",
            "The request is not what this address takes",
            f"Compare it with {paths.DESCRIPTION}.",
        )
        self.faults = [
            {"where": shown(".".join(map(str, each["loc"]))), "what": shown(str(each["msg"]))}
            for each in error.errors()[:_TOLD]
        ]


def problem(error: RagError) -> dict[str, Any]:
    """An error as a JSON value: `detail` says what happened, `hint` what to do next.

    Of a request that is not what its route takes there is a list of `errors`, too.
    """
    message, hint = outside(error)
    told = {
        "type": "about:blank",
        "title": error.code.replace("-", " ").capitalize(),
        "status": status_of(error),
        "detail": shown(message),
        "hint": shown(hint),
        "code": error.code,
        "exit_code": error.exit_code,
        **({"request": ids.current()} if ids.current() else {}),
    }
    return {**told, "errors": error.faults} if isinstance(error, Invalid) else told


def unexpected(known_as: str = "request (X-Request-ID)") -> Refused:
    """What is told of an error that nobody foresaw; the log says which, under the id of what."""
    hint = f"See its log, under the id of this {known_as}."
    return Refused(500, "internal-error", "The service has made a mistake", hint)


def gone() -> Refused:
    """What is told to nobody: the client went away while it sent, or while it waited."""
    return Refused(499, "client-gone", "Nobody waits for the answer any more")


def no_collection(name: str) -> Refused:
    """There is no such collection, or whoever asks may not know of it."""
    return Refused(404, "no-collection", f"There is no collection {name[:_NAME]}")


def response(error: RagError) -> JSONResponse:
    """The answer that tells of an error."""
    headers = dict(error.headers) if isinstance(error, Refused) else {}
    status = status_of(error)
    if status == 503:
        wait = error.wait if isinstance(error, ModelAway) else 0
        headers.setdefault("Retry-After", str(max(math.ceil(wait), _RETRY)))
    return JSONResponse(problem(error), status, headers, media_type=MEDIA_TYPE)


async def on_error(_: Request, error: Exception) -> JSONResponse:
    """What FastAPI is to do with an error of this program."""
    assert isinstance(error, RagError)
    return response(error)


async def on_invalid(_: Request, error: Exception) -> JSONResponse:
    """A request that is not what its route takes."""
    assert isinstance(error, RequestValidationError)
    return response(Invalid(error))


async def on_http(_: Request, error: Exception) -> JSONResponse:
    """An address that there is not, or one that is asked in another way."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    hint = f"See what there is: {paths.DESCRIPTION}." if error.status_code in (404, 405) else ""
    return response(Refused(error.status_code, code, error.detail, hint, error.headers))


async def on_crash(_: Request, __: Exception) -> JSONResponse:
    """A mistake of this program; the server logs it, and nothing of it goes outside."""
    return response(unexpected())


def handle(app: FastAPI) -> None:
    """Have an app tell all that goes wrong in it as problem+json."""
    app.add_exception_handler(RagError, on_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_crash)
