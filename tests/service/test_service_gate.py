"""The gate before the service: names, pages in browsers, keys, rates, and headers of answers."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from service_driver import SETTINGS, client_of, filled, serving
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from rag.access import keyfile
from rag.access.keyfile import FILE_NAME
from rag.access.keys import new_text
from rag.access.rates import Rates
from rag.access.ring import Ring
from rag.access.terms import terms_of
from rag.desk import Desk
from rag.service import build
from rag.service.entry import Governs, Oversees, Reads, Writes
from rag.service.gate import Gate

ASKED = {"question": "сколько дней отпуска переносится?"}
SEARCH = "/api/v1/collections/default/search"
HEADS = (
    *(b"authorization", b"x-api-key", b"origin", b"host", b"sec-fetch-site", b"cookie"),
    *(b"x-forwarded-for", b"forwarded", b"x-forwarded-host"),
)
FAR = terms_of("0.0.0.0", ("rag.example.org",), "desk")
DEMANDED = terms_of("127.0.0.1", demand=True)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library with a document, which no test here changes."""
    papers = tmp_path_factory.mktemp("papers")
    (papers / "a.md").write_text("На следующий год переносится не более 10 дней отпуска.\n")
    return filled(tmp_path_factory.mktemp("library") / "home", papers)


@pytest.fixture
def home(library: Path) -> Iterator[Path]:
    """The library, without keys before and after."""
    yield library
    (library / FILE_NAME).unlink(missing_ok=True)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def code(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_on_this_machine_everyone_may_until_there_is_a_key(home: Path) -> None:
    with client_of(home) as client:
        assert client.post(SEARCH, json=ASKED).status_code == 200
        # what clients send that cannot do without one
        assert client.post(SEARCH, json=ASKED, headers=bearer("unused")).status_code == 200
        _, text = keyfile.add(home, "anna", None, "read")
        assert code(client.post(SEARCH, json=ASKED)) == (401, "no-key")
        assert client.post(SEARCH, json=ASKED, headers=bearer(text)).status_code == 200
        keyfile.revoke(home, "anna")
        assert code(client.post(SEARCH, json=ASKED, headers=bearer(text))) == (401, "unknown-key")
        (home / FILE_NAME).unlink()
        assert code(client.post(SEARCH, json=ASKED)) == (401, "no-key")


def test_elsewhere_keys_are_demanded_though_there_is_none(home: Path) -> None:
    for terms in (FAR, DEMANDED):
        with client_of(home, terms=terms) as client:
            answer = client.post(SEARCH, json=ASKED)
            assert code(answer) == (401, "no-key")
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="rag"'
            assert client.get("/healthz").status_code == 200


def test_a_key_is_sent_in_a_header_and_nowhere_else(home: Path) -> None:
    _, text = keyfile.add(home, "anna", None, "read")
    good: list[dict[str, str]] = [
        bearer(text),
        {"authorization": f"bearer {text}"},
        {"X-API-Key": text},
        {"Authorization": "Basic YTpi", "X-API-Key": text},
    ]
    bad: list[dict[str, str]] = [
        {"Authorization": text},
        {"Authorization": f"Token {text}"},
        {"Cookie": f"key={text}"},
        bearer(f"{text}x"),
        bearer(new_text()),
        {**bearer(new_text()), "X-API-Key": text},
    ]
    with client_of(home, terms=FAR) as client:
        for headers in good:
            assert client.post(SEARCH, json=ASKED, headers=headers).status_code == 200
        for headers in bad:
            answer = client.post(SEARCH, json=ASKED, headers=headers)
            assert answer.status_code == 401, headers
            assert text not in answer.text
        raw = [(b"Authorization", "Bearer ключ".encode())]
        assert client.post(SEARCH, json=ASKED, headers=raw).status_code == 401
        for name in ("key", "api_key", "access_token"):
            assert client.post(f"{SEARCH}?{name}={text}", json=ASKED).status_code == 401
        wrong = client.post(SEARCH, json=ASKED, headers=bearer("sk-of-another-service"))
        assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]
        assert "mistyped" in wrong.json()["detail"]


def test_nothing_is_served_without_a_key_but_health(home: Path) -> None:
    with client_of(home, terms=FAR) as client:
        for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
            for path in (
                *("/", "/openapi.json", "/docs", "/metrics", "/v1/models", "/mcp", SEARCH),
                *("//healthz", "/healthz/", "/healthz/../v1/models", "/%68ealthz/x"),
            ):
                assert client.request(method, path).status_code == 401, (method, path)
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/realtime"):
            pass


@pytest.mark.parametrize("host", ["evil.example", "rag.example.org.evil.example", "", "a b"])
def test_a_service_called_by_a_strange_name_answers_nothing(home: Path, host: str) -> None:
    _, text = keyfile.add(home, "anna", None, "read")
    for terms in (FAR, DEMANDED):
        with client_of(home, terms=terms) as client:
            for path in (SEARCH, "/healthz"):
                answer = client.get(path, headers={**bearer(text), "Host": host})
                assert code(answer) == (403, "strange-request")


def test_two_names_at_once_are_strange(home: Path) -> None:
    with client_of(home) as client:
        headers = [("Host", "127.0.0.1"), ("Host", "evil.example")]
        assert client.get("/healthz", headers=headers).status_code == 403


def test_pages_in_browsers_are_refused_and_no_answer_lets_them_read(home: Path) -> None:
    pages = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    ]
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "a"}
    with client_of(home) as client:
        for headers in pages:
            for method in ("GET", "POST", "DELETE"):
                answer = client.request(method, SEARCH, headers=headers)
                assert code(answer) == (403, "strange-request")
            asked = client.options(SEARCH, headers={**headers, **preflight})
            assert asked.status_code == 403
            assert not [name for name in asked.headers if name.startswith("access-control")]
        assert client.options(SEARCH, headers=preflight).status_code == 405
        own = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
        assert client.post(SEARCH, json=ASKED, headers=own).status_code == 200


def test_an_open_service_takes_nothing_through_a_proxy(home: Path) -> None:
    told = {"X-Forwarded-For": "203.0.113.9"}
    with client_of(home) as client:
        for name in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"):
            answer = client.post(SEARCH, json=ASKED, headers={name: "203.0.113.9"})
            assert code(answer) == (403, "strange-request")
            assert "--name" in answer.json()["hint"]
        _, text = keyfile.add(home, "anna", None, "read")
        asked = client.post(SEARCH, json=ASKED, headers={**told, **bearer(text)})
        assert asked.status_code == 200


def test_every_answer_keeps_browsers_from_showing_or_keeping_it(home: Path) -> None:
    with client_of(home) as client:
        answers = [
            client.get("/healthz"),
            client.post(SEARCH, json=ASKED),
            client.post(SEARCH.replace("default", "none"), json=ASKED),
            client.get("/nothing"),
            client.get("/healthz", headers={"Host": "evil.example"}),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 403]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_page_of_documentation_loads_scripts_of_another_machine(home: Path) -> None:
    with client_of(home) as client:
        for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
            answer = client.get(path)
            assert "<script" not in answer.text
            assert answer.status_code == 404


def test_who_may_read_may_not_write_and_other_collections_are_not_there(home: Path) -> None:
    _, reads = keyfile.add(home, "reads", ["default"], "read")
    _, writes = keyfile.add(home, "writes", ["default"], "write")
    _, other = keyfile.add(home, "other", ["elsewhere"], "write")
    _, all_read = keyfile.add(home, "all read", None, "read")
    _, all_write = keyfile.add(home, "all write", None, "write")
    with client_of(home) as client:

        async def read(_: Reads) -> None: ...
        async def write(_: Writes) -> None: ...
        async def oversee(_: Oversees) -> None: ...
        async def govern(_: Governs) -> None: ...

        app: Any = client.app
        app.get("/test/{collection}/read")(read)
        app.get("/test/{collection}/write")(write)
        app.get("/test/oversee")(oversee)
        app.get("/test/govern")(govern)

        def answers(text: str) -> list[int]:
            paths = ("default/read", "default/write", "oversee", "govern")
            got = [client.get(f"/test/{path}", headers=bearer(text)) for path in paths]
            return [answer.status_code for answer in got]

        assert answers(reads) == [200, 403, 403, 403]
        assert answers(writes) == [200, 200, 403, 403]
        assert answers(other) == [404, 404, 403, 403]
        assert answers(all_read) == [200, 403, 200, 403]
        assert answers(all_write) == [200, 200, 200, 200]


def test_a_client_that_asks_too_often_is_told_when_to_come_again(home: Path) -> None:
    _, anna = keyfile.add(home, "anna", None, "read")
    _, boris = keyfile.add(home, "boris", None, "read")
    with client_of(home, replace(SETTINGS, serve_rate=3)) as client:
        got = [client.get("/nothing", headers=bearer(anna)) for _ in range(4)]
        assert [answer.status_code for answer in got] == [404, 404, 404, 429]
        assert [answer.headers["RateLimit"] for answer in got][:3] == [
            '"requests";r=2;t=0',
            '"requests";r=1;t=0',
            '"requests";r=0;t=20',
        ]
        refused = got[-1]
        assert code(refused) == (429, "too-many-requests")
        assert refused.headers["RateLimit-Policy"] == '"requests";q=3;w=60'
        assert 1 <= int(refused.headers["Retry-After"]) <= 20
        assert client.get("/nothing", headers=bearer(boris)).status_code == 404
        assert client.get("/healthz").status_code == 200


def test_any_number_may_ask_where_no_rate_is_set(home: Path) -> None:
    with client_of(home, replace(SETTINGS, serve_rate=0)) as client:
        answers = [client.get("/nothing") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {404}
    assert "RateLimit" not in answers[0].headers


def test_keys_that_cannot_be_read_let_nobody_in_and_only_the_log_says_why(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, text = keyfile.add(home, "anna", None, "read")
    with client_of(home) as client:
        assert client.post(SEARCH, json=ASKED, headers=bearer(text)).status_code == 200
        (home / FILE_NAME).write_text("{", encoding="utf-8")
        for headers in ({}, bearer(text)):
            answer = client.post(SEARCH, json=ASKED, headers=headers)
            assert code(answer) == (503, "keys-unreadable")
            assert str(home) not in answer.text
        assert code(client.get("/readyz")) == (503, "keys-unreadable")
        assert client.get("/healthz").status_code == 200
    fields = [record.__dict__.get("fields", {}) for record in caplog.records]
    told = [each for each in fields if "reason" in each]
    assert [each["reason"] for each in told] == ["keys-unreadable"]
    assert str(home) in told[0]["error"]


async def _inside(scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    name = scope["state"]["client"].name.encode()
    await send({"type": "http.response.body", "body": name})


async def status(gate: Gate, text: str) -> int:
    """The status of a request with a key, given to the gate as a server would."""
    statuses = []

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    async def receive() -> Any:
        raise AssertionError("a body is read")

    headers = [(b"host", b"rag.example.org"), (b"authorization", b"Bearer " + text.encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/models", "headers": headers}
    await gate({**scope, "client": ("203.0.113.9", 1), "state": {}}, receive, send)
    return int(statuses[0])


def test_who_asks_whether_it_is_ready_is_known_by_a_key_and_else_nobody(home: Path) -> None:
    _, text = keyfile.add(home, "anna", None, "read")

    async def inside(scope: Scope, _receive: Receive, send: Send) -> None:
        status = 200 if scope["state"]["client"].may_all("read") else 503
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = Gate(inside, Ring(home), FAR, Rates(1))
    client = TestClient(gate, base_url="http://rag.example.org")
    for path, known in (("/readyz", 200), ("/healthz", 503)):
        assert client.get(path).status_code == 503
        assert client.get(path, headers=bearer(new_text())).status_code == 503
        assert client.get(path, headers=bearer(text)).status_code == known


def test_what_a_proxy_takes_off_a_path_is_not_looked_at(home: Path) -> None:
    app = build(Desk(home, SETTINGS), DEMANDED)
    with TestClient(app, base_url="http://127.0.0.1", root_path="/rag") as client:
        assert client.get("/rag/healthz").status_code == 200
        assert client.get("/rag/nothing").status_code == 401


def test_bad_keys_cost_nothing_lock_nobody_out_and_do_not_fill_the_log(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, good = keyfile.add(home, "anna", ["default"], "read")
    gate = Gate(_inside, Ring(home), FAR, Rates(1_000_000))
    made = new_text()

    async def asking() -> None:
        before = 0
        for number in range(10_000):
            bad = (made, f"rag-{number}", f"{good[:-1]}~")[number % 3]
            assert await status(gate, bad) == 401
            if number % 100 == 0:  # behind one proxy, so from the same address
                assert await status(gate, good) == 200
            if number == 1000:
                gc.collect()
                before = len(gc.get_objects())
        gc.collect()
        assert len(gc.get_objects()) - before < 500

    asyncio.run(asking())
    told = [record for record in caplog.records if record.name == "rag.service"]
    assert {record.getMessage() for record in told} == {"turned-away"}
    assert len(told) <= 3  # one now, and one more for each minute that a slow machine takes
    assert not [record for record in caplog.records if good[13:] in repr(record.__dict__)]


def test_the_log_has_no_line_for_each_request_that_is_turned_away(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with client_of(home, terms=FAR) as client:
        for _ in range(20):
            assert client.get("/v1/models", headers=bearer(new_text())).status_code == 401
            assert client.get("/v1/models", headers={"Host": "evil.example"}).status_code == 403
    told = [
        record.__dict__["fields"]["reason"] if record.getMessage() == "turned-away" else "a request"
        for record in caplog.records
        if record.getMessage() in {"turned-away", "request"}
    ]
    assert sorted(told) == ["strange-request", "unknown-key"]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(HEADS), st.binary(max_size=40)), max_size=6),
    st.text(max_size=20),
)
def test_whatever_is_sent_nothing_gets_past_the_gate_without_a_key(
    headers: list[tuple[bytes, bytes]], path: str
) -> None:
    statuses: list[int] = []

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": f"/{path}",
        "headers": [(b"host", b"rag.example.org"), *headers],
        "client": None,
    }
    gate = Gate(_inside, Ring(Path("/nothing/there")), FAR, Rates(60))
    asyncio.run(gate(scope, send, send))  # type: ignore[arg-type]
    assert statuses[0] in {401, 403}


def test_a_line_of_the_log_is_one_line_whatever_the_proxy_says(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(_inside, Ring(home), FAR, Rates(0))

    async def from_nowhere() -> None:
        scope: Any = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(b"host", b"rag.example.org")],
            "client": ("203.0.113.9\r\n\x1b[2Jforged " + "x" * 500, 1),
        }

        async def send(_: Any) -> None: ...

        await gate(scope, send, send)  # type: ignore[arg-type]

    asyncio.run(from_nowhere())
    fields = [record.__dict__["fields"] for record in caplog.records]
    assert len(fields) == 1
    assert len(fields[0]["last_from"]) <= 64
    assert fields[0]["last_from"].isprintable()


def test_over_a_socket_a_key_is_revoked_in_the_middle_of_a_connection(home: Path, rag: Any) -> None:
    made = rag("keys", "add", "anna", "--collection", "default", "--home", home, "--json").json
    with serving(home, terms=DEMANDED) as address, httpx.Client(base_url=address) as client:
        assert client.post(SEARCH, json=ASKED).status_code == 401
        headers = bearer(made["key"])
        for _ in range(200):
            assert client.post(SEARCH, json=ASKED, headers=bearer(new_text())).status_code == 401
        assert client.post(SEARCH, json=ASKED, headers=headers).status_code == 200
        assert rag("keys", "revoke", made["id"], "--home", home).code == 0
        assert client.post(SEARCH, json=ASKED, headers=headers).status_code == 401


def test_a_client_of_openai_is_told_what_is_wrong_with_its_key(home: Path) -> None:
    with serving(home, terms=DEMANDED) as address:
        for wrong, told in ((new_text(), "not known"), (new_text()[:-1], "mistyped")):
            client = openai.OpenAI(base_url=f"{address}/v1", api_key=wrong)
            with client, pytest.raises(openai.AuthenticationError) as raised:
                client.models.list()
            assert told in raised.value.response.text
