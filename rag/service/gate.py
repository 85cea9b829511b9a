"""The gate before the whole service: who asks by a strange name, from elsewhere, or too often.

Nothing of a request but its head has been read when it is judged here. What goes on is known: its
client is in the scope's state, where `rag.service.entry` and whatever else is mounted finds it.
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from rag.access.clients import Client
from rag.access.keys import Key
from rag.access.strangers import Strange, strangeness
from rag.access.throttle import source_of
from rag.errors import LibraryError, RagError
from rag.service import paths, problems
from rag.service.logs import tell
from rag.service.problems import Refused
from rag.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.access.rates import Rates, Taken
    from rag.access.ring import Ring, Wrong
    from rag.access.terms import Terms

#: Somebody without a key where one is demanded: may know of nothing.
_NOBODY = Key("", "nobody", frozenset())
#: Of every answer. It is for programs: no browser is to show it, frame it, or keep it.
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-store",
}
_STRANGE: dict[Strange, tuple[str, str]] = {
    "name": (
        "The service does not answer to that name",
        "Ask it by a name it was started with, or start it so: rag serve --name HOST",
    ),
    "origin": (
        "The service takes nothing from pages in a browser",
        "Ask it from a program; a page has its own server ask.",
    ),
    "elsewhere": (
        "The service takes nothing from pages in a browser",
        "Ask it from a program; a page has its own server ask.",
    ),
    "proxy": (
        "The service is for its own machine, and this came through a proxy",
        "Start it with the name that the proxy is called by: rag serve --name HOST",
    ),
}
_SEND = "Send one as a header: Authorization: Bearer rag-… (made by rag keys add NAME)"
_WRONG: dict[Wrong, tuple[str, str, str]] = {
    "mistyped": ("unknown-key", "This is no key: it was mistyped or cut off", _SEND),
    "unknown": ("unknown-key", "This key is not known here, or no longer", _SEND),
    "expired": ("expired-key", "The time of this key is over", "Ask who made it for another."),
}
#: In the state of a request that goes no further: the log need not have a line for each.
TURNED_AWAY = "turned away"
#: Seconds between lines of the log about requests that were, for each reason.
_TOLD = 60.0


class Gate:
    """ASGI middleware that lets known clients in, as often as they may come."""

    def __init__(self, app: ASGIApp, ring: Ring, terms: Terms, rates: Rates) -> None:
        self._app = app
        self._ring = ring
        self._terms = terms
        self._rates = rates
        self._away = _Away()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":  # nothing here speaks over websockets
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers: dict[str, str] = {}
            sending = _with_headers(send, headers)
            try:
                self._judge(scope, headers)
            except Refused as error:
                scope.setdefault("state", {})[TURNED_AWAY] = True
                self._away.note(error.code, _address(scope), error.__cause__)
                await problems.response(error)(scope, receive, sending)
            else:
                await self._app(scope, receive, sending)

    def _judge(self, scope: Scope, headers: dict[str, str]) -> None:
        """Put the client into the scope, and what its rate is into the answer's headers.

        Raises Refused: 403 for a strange request, 401 without a known key, 429 for one too many.
        """
        asked = Headers(scope=scope)
        path = paths.asked_for(scope)
        address = _address(scope)
        if (
            path == paths.LIVES
        ):  # whatever is the matter with the keys: starting anew would not help
            demanded, client = True, Client(address, _NOBODY)
        else:
            demanded, client = self._demanded(), Client(address)
        strange = strangeness(asked, self._terms.names, links=False, proxied=demanded)
        if strange is not None:
            raise Refused(403, "strange-request", *_STRANGE[strange])
        if demanded and path != paths.LIVES:
            client = self._client(asked, address, open_=path == paths.READY)
        scope.setdefault("state", {})["client"] = client
        if self._rates.a_minute and path not in (paths.LIVES, paths.READY):
            _limit(self._rates.a_minute, self._rates.take(client.name), headers)

    def _demanded(self) -> bool:
        try:
            return self._ring.made() or self._terms.demanded
        except LibraryError as error:
            raise _closed() from error

    def _client(self, asked: Headers, address: str, *, open_: bool) -> Client:
        """Whose key was sent; without one that is known somebody, where it is `open_`."""
        text = key_text(asked)
        try:
            found = self._ring.find(text) if text else None
        except LibraryError as error:
            raise _closed() from error
        if isinstance(found, Key):
            return Client(found.name, found)
        if open_:
            return Client(address, _NOBODY)
        if found is None:
            raise _unauthorized("no-key", "The service demands a key", _SEND)
        raise _unauthorized(*_WRONG[found], sent=True)


class _Away:
    """Tells the log now and then of requests that were turned away, however many there are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._told: dict[str, float] = {}

    def note(self, reason: str, address: str, cause: BaseException | None) -> None:
        """One more; the address may be whatever a proxy has been told."""
        self._counts[reason] += 1
        now = self._clock()
        if now - self._told.get(reason, float("-inf")) < _TOLD:
            return
        fields = {"reason": reason, "requests": self._counts[reason], "last_from": address}
        if isinstance(cause, RagError):
            fields["error"] = cause.message
        tell("turned-away", logging.WARNING, **fields)
        self._told[reason], self._counts[reason] = now, 0


def key_text(headers: Headers) -> str:
    """The key in the head of a request, "" where there is none.

    Clients of OpenAI's API send it as a bearer token; X-API-Key is for those whose Authorization is
    taken by a proxy in between. A key in an address is not looked for: addresses are logged, and
    kept in histories.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key", "").strip()


def _address(scope: Scope) -> str:
    """Where a request comes from, on one line."""
    return " ".join(shown(source_of(scope["client"][0])).split()) if scope.get("client") else ""


def _closed() -> Refused:
    """Nobody is let in while nobody knows which keys count; where they lie is for the log."""
    return Refused(503, "keys-unreadable", "The keys cannot be read", "The service's log says why.")


def _unauthorized(code: str, message: str, hint: str, *, sent: bool = False) -> Refused:
    challenge = 'Bearer realm="rag"' + (', error="invalid_token"' if sent else "")
    return Refused(401, code, message, hint, {"WWW-Authenticate": challenge})


def _limit(a_minute: int, taken: Taken, headers: dict[str, str]) -> None:
    """Tell the rate as draft-ietf-httpapi-ratelimit-headers has it. Raises Refused (429)."""
    wait = math.ceil(taken.wait)
    headers["RateLimit-Policy"] = f'"requests";q={a_minute};w=60'
    headers["RateLimit"] = f'"requests";r={taken.left};t={wait}'
    if not taken.allowed:
        raise Refused(
            429,
            "too-many-requests",
            f"More than {a_minute} requests a minute",
            "Ask again in a moment; the setting is serve_rate.",
            {"Retry-After": str(max(wait, 1))},
        )


def _with_headers(send: Send, more: dict[str, str]) -> Send:
    """Set the headers of every answer, and take away what would let other origins read it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            for name, value in (*_ALWAYS.items(), *more.items()):
                headers.setdefault(name, value)
        await send(message)

    return sending
