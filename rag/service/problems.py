"""What goes wrong, told as problem+json (RFC 9457) with the codes of the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fastapi.responses import JSONResponse

from rag.errors import (
    DoesNotFit,
    LibraryBusy,
    LibraryError,
    LibraryMissing,
    ModelError,
    NotAMeeting,
    RagError,
    ReadError,
    StorageError,
    UsageError,
)
from rag.service import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

MEDIA_TYPE = "application/problem+json"
#: Seconds after which it is worth asking again.
_RETRY = 2
#: The first that an error is an instance of counts.
_STATUSES: Final[tuple[tuple[type[RagError], int], ...]] = (
    (UsageError, 400),
    (NotAMeeting, 422),
    (ReadError, 422),
    (LibraryMissing, 404),
    (LibraryBusy, 503),
    (LibraryError, 409),
    (DoesNotFit, 422),
    (ModelError, 503),
    (StorageError, 507),
)


class Refused(RagError):
    """A request is not served, with an HTTP `status` of its own and maybe `headers`.

    `code` tells programs why, as the names of other errors do.
    """

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


def code_of(error: RagError) -> str:
    """The name of an error for programs, such as "library-missing"."""
    if isinstance(error, Refused):
        return error.code
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


def status_of(error: RagError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, Refused):
        return error.status
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def problem(error: RagError) -> dict[str, Any]:
    """An error as a JSON value: `detail` says what happened, `hint` what to do next."""
    return {
        "type": "about:blank",
        "title": code_of(error).replace("-", " ").capitalize(),
        "status": status_of(error),
        "detail": error.message,
        "hint": error.hint,
        "code": code_of(error),
        "exit_code": error.exit_code,
        **({"request": ids.current()} if ids.current() else {}),
    }


def unexpected() -> Refused:
    """What is told of an error that nobody foresaw; the log says which, under the request's id."""
    return Refused(
        500,
        "internal-error",
        "The service has made a mistake",
        "See its log, under the id of this request (X-Request-ID).",
    )


def response(error: RagError) -> JSONResponse:
    """The answer that tells of an error."""
    headers = dict(error.headers) if isinstance(error, Refused) else {}
    status = status_of(error)
    if status == 503:
        headers.setdefault("Retry-After", str(_RETRY))
    return JSONResponse(problem(error), status, headers, media_type=MEDIA_TYPE)


async def on_error(_: Request, error: Exception) -> JSONResponse:
    """What FastAPI is to do with an error of this program."""
    assert isinstance(error, RagError)
    return response(error)
