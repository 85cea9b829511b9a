"""The id of a request: in its answer, its lines of the log, its problems and its trace."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar
from typing import Final

#: Of requests and answers; a client's own id is taken over, so that both logs tell of one thing.
HEADER: Final = b"x-request-id"
#: Letters that mean nothing to a log, a header or a page.
_SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_CURRENT: ContextVar[str] = ContextVar("request id", default="")


def current() -> str:
    """The id of the request that is served here; "" outside of one."""
    return _CURRENT.get()


def begin(given: bytes = b"") -> str:
    """Take the id that a client gave over where it is sane, else make one; it is `current` then.

    It is forgotten with the context, which is that of a request.
    """
    found = given.decode("ascii") if _SANE.fullmatch(given) else uuid.uuid4().hex
    _CURRENT.set(found)
    return found
