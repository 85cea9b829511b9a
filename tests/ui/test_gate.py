"""The gate, the doors and the headers, before an app that says who came through."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from rag.access.names import names_of
from rag.access.passwords import Password
from rag.access.sessions import LIFETIME, Sessions
from rag.access.throttle import FREE, Throttle
from ui.doors import PasswordDoor
from ui.gate import Gate
from ui.headers import Headers

WORD = "пароль для всех"
HOST = "http://localhost:8501"
SOCKET = "ws://localhost:8501/_stcore/stream"
FORM = {"Origin": HOST}
PAGE = {"Accept": "text/html", "Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}
PASSWORD = Password.of(WORD)


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """What is behind the gate: a page, and a websocket that says everything back."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            await socket.close()
    elif scope["path"].startswith("/media"):
        allow = {"Access-Control-Allow-Origin": "*"}
        await PlainTextResponse("a picture", headers=allow)(scope, receive, send)
    else:
        await HTMLResponse("inside")(scope, receive, send)


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def client(door: Any = None, *, address: str = "127.0.0.1", base: str = HOST) -> TestClient:
    app = Headers(Gate(behind, names_of(address), door))
    return TestClient(app, base_url=base, follow_redirects=False)


def guarded(clock: Clock | None = None) -> TestClient:
    sessions = Sessions(clock) if clock else Sessions()
    throttle = Throttle(clock) if clock else Throttle()
    return client(PasswordDoor(PASSWORD, 8501, sessions, throttle))


def sign_in(browser: TestClient, word: str = WORD, **more: str) -> Any:
    return browser.post("/sign-in", data={"password": word, **more}, headers=FORM)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8501", "", "a b"])
def test_a_page_that_is_called_by_a_strange_name_shows_nothing(host: str) -> None:
    for browser in (client(), guarded()):
        answer = browser.get("/", headers={"Host": host})
        assert answer.status_code == 403
        assert "inside" not in answer.text


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:3000", "null", "file://"]
)
def test_nothing_is_taken_from_pages_elsewhere(origin: str) -> None:
    browser = client()
    for method in ("GET", "PUT", "POST", "DELETE"):
        assert browser.request(method, "/x", headers={"Origin": origin}).status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        browser.websocket_connect(SOCKET, headers={"Origin": origin}),
    ):
        pass


def test_a_page_elsewhere_can_lead_here_and_not_show_what_is_here() -> None:
    browser = client()
    going = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert browser.get("/", headers={**going, "Sec-Fetch-Dest": "document"}).text == "inside"
    for dest in ("iframe", "image", "object", "embed"):
        assert browser.get("/", headers={**going, "Sec-Fetch-Dest": dest}).status_code == 403
    image = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert browser.get("/media/1.png", headers=image).status_code == 403
    own = {**image, "Sec-Fetch-Site": "same-origin"}
    assert browser.get("/media/1.png", headers=own).text == "a picture"


def test_a_page_without_a_password_is_not_shown_through_a_proxy() -> None:
    for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        answer = client().get("/", headers={name: "203.0.113.9"})
        assert answer.status_code == 403
        assert "--name" in answer.text


def test_nothing_is_behind_the_door_without_the_password() -> None:
    browser = guarded()
    for path in ("/media/1.png", "/_stcore/health", "/_stcore/upload_file/a/b", "/static/x.js"):
        for method in ("GET", "PUT", "HEAD", "OPTIONS"):
            assert browser.request(method, path).status_code == 401, (method, path)
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(SOCKET):
        pass
    asked = browser.get("/?tab=library", headers=PAGE)
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2F%3Ftab%3Dlibrary"


@pytest.mark.parametrize(
    "path", ["/sign-in%3F/media/1.png", "/sign-in/../media/1.png", "//media/1.png", "/sign-in%23/x"]
)
def test_no_way_of_writing_a_path_leads_past_the_door(path: str) -> None:
    answer = guarded().get(path)
    assert answer.status_code == 401
    assert "a picture" not in answer.text


def test_the_password_opens_everything_and_leads_where_one_wanted_to_go() -> None:
    browser = guarded()
    answer = sign_in(browser, next="/?tab=library")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?tab=library")
    cookie = answer.headers["set-cookie"]
    assert re.match(
        r"rag-8501=[\w=-]{40,}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict", cookie
    )
    assert WORD not in cookie
    inside = browser.get("/", headers=PAGE)
    assert inside.text == "inside"
    assert LIFETIME - 5 < int(inside.headers["refresh"]) <= LIFETIME + 1
    assert browser.get("/media/1.png").text == "a picture"
    with browser.websocket_connect(SOCKET, headers=FORM) as socket:
        socket.send_text("да")
        assert socket.receive_text() == "да"
    assert browser.get("/sign-in").headers["location"] == "/"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "", "/\t/x"],
)
def test_the_way_in_leads_to_no_other_machine(target: str) -> None:
    assert sign_in(guarded(), next=target).headers["location"] == "/"


def test_over_https_the_cookie_is_for_https_and_this_name_alone() -> None:
    browser = client(PasswordDoor(PASSWORD, 8501), base="https://localhost")
    answer = browser.post(
        "/sign-in", data={"password": WORD}, headers={"Origin": "https://localhost"}
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-rag-8501=")
    assert "; Secure" in cookie
    assert browser.get("/").text == "inside"


def test_a_wrong_password_is_told_in_the_readers_language_and_opens_nothing() -> None:
    browser = guarded()
    answer = browser.post("/sign-in", data={"password": "мимо"}, headers={**FORM, **PAGE})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert 'lang="ru"' in answer.text
    assert 'role="alert">Пароль не подошёл' in answer.text
    assert "мимо" not in answer.text
    assert browser.get("/").status_code == 401


def test_tries_are_slowed_down_before_the_password_is_looked_at() -> None:
    clock = Clock(1e9)
    browser = guarded(clock)
    for _ in range(FREE):
        assert sign_in(browser, "мимо").status_code == 401
    early = sign_in(browser)
    assert early.status_code == 429
    assert early.headers["retry-after"] == "1"
    assert "Too many tries. The next one can be made in 1 s." in early.text
    clock.now += 1
    assert sign_in(browser).status_code == 303
    assert sign_in(browser, "мимо").status_code == 401


def test_a_forged_or_expired_cookie_is_worth_nothing() -> None:
    clock = Clock(time.time())
    browser = guarded(clock)
    sign_in(browser)
    token = browser.cookies["rag-8501"]
    assert browser.get("/").text == "inside"
    forged = ("A" if token[0] != "A" else "B") + token[1:]
    for cookie in (forged, token[:-1], "x", ""):
        answer = guarded(clock).get("/", headers={"Cookie": f"rag-8501={cookie}"})
        assert answer.status_code == 401, cookie
    started_anew = guarded(clock).get("/", headers={"Cookie": f"rag-8501={token}"})
    assert started_anew.status_code == 401
    clock.now += LIFETIME
    assert browser.get("/").status_code == 401


def test_whoever_leaves_is_out_with_every_websocket_and_every_copy_of_the_cookie() -> None:
    with guarded() as browser:
        sign_in(browser)
        copy = {"Cookie": f"rag-8501={browser.cookies['rag-8501']}"}
        with browser.websocket_connect(SOCKET, headers=FORM) as socket:
            socket.send_text("да")
            assert socket.receive_text() == "да"
            left = browser.get("/sign-out", headers=PAGE)
            assert left.headers["location"] == "/sign-in"
            with pytest.raises(WebSocketDisconnect) as end:
                socket.receive_text()
            assert end.value.code == 1008
        assert "rag-8501" not in browser.cookies
        assert browser.get("/", headers=copy).status_code == 401


def test_a_websocket_ends_with_its_session() -> None:
    clock = Clock(time.time() - LIFETIME + 0.3)  # a session that is almost over
    with guarded(clock) as browser:
        sign_in(browser)
        with (
            browser.websocket_connect(SOCKET, headers=FORM) as socket,
            pytest.raises(WebSocketDisconnect) as end,
        ):
            socket.receive_text()
        assert end.value.code == 1008


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"password=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=1&" * 50, "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_no_try(body: bytes, kind: str) -> None:
    browser = guarded()
    for _ in range(FREE + 2):
        answer = browser.post("/sign-in", content=body, headers={**FORM, "Content-Type": kind})
        assert answer.status_code == 400


def test_every_answer_keeps_the_page_at_home() -> None:
    open_, closed = client(), guarded()
    answers = [
        open_.get("/"),
        open_.get("/media/1.png"),
        open_.get("/", headers={"Host": "a b"}),
        closed.get("/media/1.png"),
        closed.get("/", headers=PAGE),
        closed.get("/sign-in"),
        sign_in(closed, "мимо"),
        sign_in(closed),
        closed.get("/sign-out"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe-eval" not in policy
        assert not re.search(r"https?:|\*", policy), policy
        assert set(re.findall(r"wss?://(\S+?)[; ]", policy)) <= {"localhost:8501"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_name_in_a_header_can_add_nothing_to_the_policy() -> None:
    host = "localhost:8501 https://evil.example; script-src *"
    answer = client().get("/", headers={"Host": host})
    assert "evil" not in answer.headers["content-security-policy"]


def test_the_door_needs_no_script_and_names_its_field() -> None:
    text = guarded().get("/sign-in?next=/%22%3E%3Cb%3E", headers=PAGE).text
    assert "<script" not in text
    assert '<label for="password">Пароль</label>' in text
    assert 'autocomplete="current-password"' in text
    assert 'aria-describedby="about"' in text
    assert "<b>" not in text
    assert "Sign in" not in text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *(("ru", "ru"), ("de, ru;q=0.5, en;q=0.4", "ru"), ("en;q=0.1, ru", "ru"), ("en, ru", "en")),
        *(("de", "en"), ("", "en"), ("ru;q=x, en", "en")),
    ],
)
def test_the_door_speaks_the_readers_language(header: str, language: str) -> None:
    text = guarded().get("/sign-in", headers={"Accept-Language": header}).text
    assert f'<html lang="{language}">' in text
