"""The two doors: a password that all share, and people that a provider of OpenID Connect names."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio
from anyio import to_thread
from starlette.responses import PlainTextResponse, RedirectResponse

from rag.access.passwords import LONGEST
from rag.access.people import ends
from rag.access.sessions import LIFETIME, Sessions
from rag.access.throttle import Throttle
from ui import entrance, provider
from ui.gate import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from rag.access.passwords import Password
    from rag.access.people import People

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
#: Bytes of a form; a password with every byte escaped, and where to go then.
_FORM = 8 * LONGEST
#: Seconds for a browser to send one.
_FORM_SECONDS = 10.0


class PasswordDoor:
    """Whoever knows the password comes in, and may stay for a working day."""

    def __init__(
        self,
        password: Password,
        port: int,
        sessions: Sessions | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        self._password = password
        # cookies are those of a machine, whatever the port
        self._cookie = f"rag-{port}"
        self._sessions = sessions or Sessions()
        self._throttle = throttle or Throttle()
        self._one = anyio.Lock()  # each try takes 16 MiB

    def entry(self, asked: HTTPConnection) -> Entry | None:
        """Who has a session."""
        session = self._sessions.find(asked.cookies.get(self._name(asked), ""))
        return Entry(session.id, session.ends) if session else None

    def closed(self, request: Request) -> Response:
        """The way to the password for a person, and a plain answer for a program."""
        if not entrance.wants_html(request):
            return PlainTextResponse("Sign in first\n", 401)
        where = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(where, safe='')}", 303)

    async def answer(self, request: Request, leave: Callable[[bytes], None]) -> Response | None:
        """The page that asks for the password, what comes of one, and the way out."""
        path, method = request.scope["path"], request.method
        if path == SIGN_OUT:
            return self._sign_out(request, leave)
        if path != SIGN_IN:
            return None
        if method == "POST":
            return await self._try(request)
        after = entrance.safe_target(request.query_params.get("next", "/"))
        if self.entry(request) is not None:
            return RedirectResponse(after, 303)
        return entrance.ask_password(request, after)

    def leads_in(self, _path: str, /) -> bool:
        """Nothing but the door itself leads in."""
        return False

    async def _try(self, request: Request) -> Response:
        form = await entrance.read_form(request, _FORM, _FORM_SECONDS)
        if form is None:
            return PlainTextResponse("That is no sign-in\n", 400)
        after = entrance.safe_target(form.get("next", "/"))
        address = request.client.host if request.client else ""
        wait = self._throttle.admit(address)
        if wait:
            return entrance.ask_password(request, after, wait=wait)
        async with self._one:
            known = await to_thread.run_sync(self._password.matches, form.get("password", ""))
        if not known:
            return entrance.ask_password(request, after, wrong=True)
        self._throttle.forgive(address)
        response = RedirectResponse(after, 303)
        response.set_cookie(
            self._name(request),
            self._sessions.begin(),
            max_age=LIFETIME,
            httponly=True,
            samesite="strict",
            secure=_secure(request),
        )
        return response

    def _sign_out(self, request: Request, leave: Callable[[bytes], None]) -> Response:
        name = self._name(request)
        session = self._sessions.find(request.cookies.get(name, ""))
        if session is not None:
            self._sessions.end(session)
            leave(session.id)
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(name, httponly=True, samesite="strict", secure=_secure(request))
        return response

    def _name(self, asked: HTTPConnection) -> str:
        """The cookie's name; over https one that a browser takes from no other place."""
        return f"__Host-{self._cookie}" if _secure(asked) else self._cookie


class ProviderDoor:
    """Whom the provider names, and the setting `people` allows, comes in."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._left: dict[bytes, float] = {}

    def entry(self, asked: HTTPConnection) -> Entry | None:
        """Who has signed in at the provider a working day ago at most, and is one of the people."""
        claims = provider.claims(asked.cookies)
        end = ends(claims, time.time()) if claims and self._people.allow(claims) else None
        key = _key(asked)
        return None if end is None or key in self._left else Entry(key, end)

    def closed(self, request: Request) -> Response:
        """The way to the provider for a person, and a plain answer for a program."""
        if not entrance.wants_html(request):
            return PlainTextResponse("Sign in first\n", 401)
        claims = provider.claims(request.cookies)
        stranger = bool(claims) and not self._people.allow(claims)
        address = str(claims.get("email", "")) if stranger else None
        return entrance.ask_provider(request, provider.names(), address)

    async def answer(self, request: Request, leave: Callable[[bytes], None]) -> Response | None:
        """The ways to the provider and out. What the provider answers goes to Streamlit."""
        if request.scope["path"] == SIGN_IN:
            name = request.query_params.get("provider", "")
            known = name in provider.names() and self.entry(request) is None
            return RedirectResponse(provider.address(name) if known else "/", 303)
        if request.scope["path"] == SIGN_OUT:
            if (entry := self.entry(request)) is not None:
                now = time.time()
                self._left = {key: end for key, end in self._left.items() if end > now}
                self._left[entry.key] = entry.ends
                leave(entry.key)
            return RedirectResponse(provider.SIGN_OUT, 303)
        return None

    def leads_in(self, path: str, /) -> bool:
        """Whether a path is Streamlit's part of signing in."""
        return path in provider.PATHS


def _key(asked: HTTPConnection) -> bytes:
    return hashlib.sha256(provider.signed(asked.cookies).encode()).digest()


def _secure(asked: HTTPConnection) -> bool:
    return asked.url.scheme in {"https", "wss"}
