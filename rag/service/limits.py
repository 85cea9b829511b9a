"""How large the body of a request may be: too much is refused before it is read, or as it comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from rag.service import paths, problems
from rag.service.problems import Refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.config import Settings

#: Where files are sent to; all other bodies are JSON or a form of a few fields.
_UPLOADS: Final = re.compile(rf"{paths.API}/collections/[^/]+/documents(?:/.*)?")
_KIBIBYTE, _MEBIBYTE = 1024, 1024**2
#: Bytes that a form may need around its files.
_ENVELOPE: Final = _MEBIBYTE


class Bounded:
    """The app, with bodies that keep to their limits."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._body = settings.serve_body_kb * _KIBIBYTE
        self._upload = settings.max_upload_mb * _MEBIBYTE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 413 and close the connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal, most = self._limit(scope)
        # the server lets in no length that is not a number
        if int(Headers(scope=scope).get("content-length", "0")) > most:
            await problems.response(refusal)(scope, receive, send)
            return
        body = _Body(receive, send, most)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if not body.over:  # else it says that the client has gone, which it has not
                raise
        if body.over and not body.started:
            await problems.response(refusal)(scope, receive, send)

    def _limit(self, scope: Scope) -> tuple[Refused, int]:
        """What a body that is too large is told, and from how many bytes on it is."""
        if _UPLOADS.fullmatch(paths.asked_for(scope)):
            told = f"A file, or all of one request, has at most {self._upload // _MEBIBYTE} MiB"
            hint = "Send files one by one, split it, or raise max_upload_mb."
            return _too_large(told, hint), self._upload + _ENVELOPE
        told = f"A request has at most {self._body // _KIBIBYTE} KiB"
        return _too_large(told, "Send less, or raise serve_body_kb."), self._body


class _Body:
    """A body as it comes in; once it is `over` its limit the client is taken to be gone."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive = receive
        self._send = send
        self._left = most
        self.over = False
        self.started = False

    async def receive(self) -> Message:
        if not self.over:
            message = await self._receive()
            self._left -= len(message.get("body", b""))
            self.over = self._left < 0
        return {"type": "http.disconnect"} if self.over else message

    async def send(self, message: Message) -> None:
        if self.over and not self.started:
            return  # the refusal is said instead
        self.started = True
        await self._send(message)


def _too_large(told: str, hint: str) -> Refused:
    return Refused(413, "too-large", told, hint, {"Connection": "close"})
