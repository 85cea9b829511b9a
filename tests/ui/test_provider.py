"""People who sign in at a provider of OpenID Connect, here a small one on this machine."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from page_server import Answer, Page, free_port, starting, stream

pytest.importorskip("authlib", reason="people sign in only with the extra oidc")
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "rag"
SECRETS = """
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "a secret that is long enough to sign a cookie with"
client_id = "rag"
client_secret = "known to both"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


class Provider(ThreadingHTTPServer):
    """Vouches for `person`, whoever asks."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.person: dict[str, Any] = {}
        self.nonce = ""

    def token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300}
        claims |= {"nonce": self.nonce, **self.person}
        return str(jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key))


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        at = self.server.address
        if path == "/authorize":
            self.server.nonce = query["nonce"][0]
            back = f"{query['redirect_uri'][0]}?code=1&state={quote(query['state'][0])}"
            self.send_response(302)
            self.send_header("Location", back)
            self.end_headers()
        elif path == "/keys":
            self.say({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self.say(
                {
                    "issuer": at,
                    "authorization_endpoint": f"{at}/authorize",
                    "token_endpoint": f"{at}/token",
                    "jwks_uri": f"{at}/keys",
                    "code_challenge_methods_supported": ["S256"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say({"access_token": "x", "token_type": "Bearer", "id_token": self.server.token()})

    def say(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def page(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder, port = tmp_path_factory.mktemp("page"), free_port()
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(port=port, provider=provider.address)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    with starting(folder) as start:
        people = "anna@example.org, @shop.example"
        yield start("--port", str(port), RAG_PEOPLE=people)


def sign_in(page: Page, provider: Provider, **person: Any) -> Answer:
    """Go to the provider and back as a browser does; the page that one comes to."""
    import http.client

    page.cookies = {}
    provider.person = person
    first = page.ask("/sign-in?provider=")
    sent = page.ask(first.headers["Location"])
    away = urlsplit(sent.headers["Location"])
    link = http.client.HTTPConnection("127.0.0.1", provider.server_port)
    link.request("GET", f"{away.path}?{away.query}")
    answer = link.getresponse()
    answer.read()
    link.close()
    back = urlsplit(answer.headers["Location"])
    page.ask(f"{back.path}?{back.query}")
    return page.ask("/", Accept_Language="en")


def test_nothing_is_open_before_somebody_signs_in(page: Page) -> None:
    page.cookies = {}
    for path in ("/_stcore/health", "/media/x.png", "/_stcore/metrics"):
        assert page.ask(path, Accept="*/*").status == 401, path
    asked = page.ask("/", Accept_Language="ru")
    assert asked.status == 401
    assert 'href="/sign-in?provider="' in asked.text
    assert "Войти" in asked.text
    with stream(page) as code:
        assert code == "403"


@pytest.mark.parametrize("email", ["anna@example.org", "boris@shop.example"])
def test_people_who_are_named_come_in_and_go_out(
    page: Page, provider: Provider, email: str
) -> None:
    assert sign_in(page, provider, email=email).status == 200
    assert page.ask("/_stcore/health").text == "ok"
    with stream(page) as code:
        assert code == "101"
    kept = dict(page.cookies)
    assert page.ask("/sign-out").headers["Location"] == "/auth/logout"
    page.cookies = kept
    assert page.ask("/_stcore/health", Accept="*/*").status == 401


@pytest.mark.parametrize(
    "person",
    [
        {"email": "eve@evil.example"},
        {"email": "anna@example.org", "email_verified": False},
        {"email": "<b>eve</b>@shop.example.evil"},
        {},
    ],
)
def test_others_are_told_that_it_is_closed_to_them(
    page: Page, provider: Provider, person: dict[str, Any]
) -> None:
    answer = sign_in(page, provider, **person)
    assert answer.status == 403
    assert "This page is closed to" in answer.text
    assert 'href="/sign-out"' in answer.text
    assert "<b>" not in answer.text
    assert page.ask("/_stcore/health", Accept="*/*").status == 401


def test_a_sign_in_of_yesterday_is_over(page: Page, provider: Provider) -> None:
    yesterday = int(time.time()) - 86_400
    assert sign_in(page, provider, email="anna@example.org", iat=yesterday).status == 401


def test_a_forged_cookie_is_nobody(page: Page) -> None:
    claims = {"is_logged_in": True, "email": "anna@example.org", "iat": int(time.time())}
    claims["origin"] = f"http://{page.address.netloc}"
    page.cookies = {"_streamlit_user": urlsafe_b64encode(json.dumps(claims).encode()).decode()}
    assert page.ask("/_stcore/health", Accept="*/*").status == 401


@pytest.mark.parametrize(
    ("secrets", "told"),
    [("", "People cannot sign in"), ("[auth]\nredirect_uri = 'x'\n", "cookie_secret")],
)
def test_people_without_all_that_a_provider_needs_are_told_what_to_write(
    tmp_path: Path, secrets: str, told: str
) -> None:
    if secrets:
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    with starting(tmp_path) as start:
        with pytest.raises(AssertionError, match=told) as failed:
            start(RAG_PEOPLE="@example.org")
        assert "Traceback" not in str(failed.value)
