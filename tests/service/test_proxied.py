"""The service behind a proxy, and over https."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from served import SETTINGS, Client, Running, served
from starlette._utils import get_route_path

from rag.desk import Desk
from rag.service import build, paths
from rag.service.limits import Bounded
from rag.service.process import Plan, configured

FORWARDED = {"X-Forwarded-For": "6.6.6.6, 10.0.0.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("proxies", "told"),
    [
        ((), ["127.0.0.1", "http"]),
        (("127.0.0.1",), ["10.0.0.7", "https"]),
        (("127.0.0.0/8", "10.0.0.0/24"), ["6.6.6.6", "https"]),
        (("192.0.2.1",), ["127.0.0.1", "http"]),
    ],
)
def test_the_word_of_a_proxy_counts_as_far_as_it_saw_itself(
    proxies: tuple[str, ...], told: list[str]
) -> None:
    app = FastAPI()

    @app.get("/who")
    def who(request: Request) -> list[str]:
        assert request.client is not None
        return [request.client.host, request.url.scheme]

    config = configured(app, Plan(SETTINGS, "", proxies=proxies))
    config.load()
    client = TestClient(config.loaded_app, client=("127.0.0.1", 50000))
    assert client.get("/who", headers=FORWARDED).json() == told


def test_an_upload_is_known_as_one_below_a_path_of_the_proxy() -> None:
    app = FastAPI()

    @app.post("/api/v1/collections/{collection}/documents")
    async def take(request: Request) -> int:
        return len(await request.body())

    bounded = Bounded(app, replace(SETTINGS, serve_body_kb=1, max_upload_mb=1))
    client = TestClient(bounded, root_path="/rag")
    path = "/rag/api/v1/collections/a/documents"
    assert client.post(path, content=bytes(1024**2)).json() == 1024**2
    assert client.post(path, content=bytes(3 * 1024**2)).status_code == 413
    assert client.post(f"{path}x", content=bytes(1025)).status_code == 413


@pytest.mark.parametrize(
    ("root", "path"),
    [("", "/mcp"), ("/rag", "/rag/mcp"), ("/rag", "/mcp"), ("/rag", "/ragged"), ("/rag", "/rag")],
)
def test_the_path_that_is_judged_is_the_one_that_is_routed(root: str, path: str) -> None:
    scope = {"path": path, "root_path": root}
    assert paths.asked_for(scope) == get_route_path(scope)


def test_where_a_job_is_told_is_below_the_path_of_the_proxy(tmp_path: Path) -> None:
    with TestClient(build(Desk(tmp_path)), "http://127.0.0.1", root_path="/rag") as client:
        made = client.post("/rag/api/v1/collections", json={"name": "письма"})
        place = made.headers["Location"]
        assert place == f"/rag/api/v1/collections/{quote('письма')}"
        sent = client.post(
            f"{place}/documents?name=a.txt&wait=60", content="Чайник кипит.".encode()
        )
        assert sent.headers["Location"].startswith(f"{place}/jobs/")
        assert client.get(sent.headers["Location"]).json()["id"] == sent.json()["id"]


def certificate(folder: Path, name: str) -> tuple[str, str]:
    """A certificate that nobody has signed but itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(secret)
    return str(folder / "cert.pem"), str(folder / "key.pem")


def name_of(running: Running) -> str:
    """Of the certificate that is shown; an answer comes over it, and one to a client too slow."""
    context = ssl._create_unverified_context()
    with Client(running.port) as client:
        client.link = context.wrap_socket(client.link)
        client._file = client.link.makefile("rb")
        shown = client.link.getpeercert(binary_form=True)
        client.send("GET /healthz HTTP/1.1")
        assert client.answer().status == 200
        client.send("POST /healthz HTTP/1.1", "Content-Length: 10000000000")
        assert client.answer().status == 413
        client.link.close()
    assert shown is not None
    attribute = x509.load_der_x509_certificate(shown).subject.rdns[0]
    return str(next(iter(attribute)).value)


def test_a_certificate_is_taken_anew(tmp_path: Path) -> None:
    tls = certificate(tmp_path, "first")
    with served(tmp_path / "home", replace(SETTINGS), tls=tls) as running:
        assert name_of(running) == "first"
        (tmp_path / "cert.pem").write_text("no certificate")
        running.server._handle_hangup(1, None)
        assert name_of(running) == "first"
        certificate(tmp_path, "second")
        running.server._handle_hangup(1, None)
        assert name_of(running) == "second"
        assert not running.server.should_exit
