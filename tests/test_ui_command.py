"""`rag ui`: what it takes, what it refuses, and the page as a browser finds it, then Ctrl-C."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from rag.config import has_browser, load, page_password

WORD = "пароль для всех"
ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60  # that a process may take to start or to end


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Answer(NamedTuple):
    status: int
    headers: Message
    text: str


class Page:
    """A page that runs in a process of its own, from another folder than the project's."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = urlsplit(address)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answer:
        assert self.address.port is not None
        link: http.client.HTTPConnection
        if self.address.scheme == "https":
            context = ssl._create_unverified_context()
            link = http.client.HTTPSConnection(
                "127.0.0.1", self.address.port, timeout=SECONDS, context=context
            )
        else:
            link = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=SECONDS)
        sent = {"Host": self.address.netloc, "Accept": "text/html"}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        with closing(link):
            link.request(method, path, body, sent)
            found = link.getresponse()
            answer = Answer(found.status, found.headers, found.read().decode())
        for cookie in answer.headers.get_all("set-cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def sign_in(self, word: str = WORD) -> int:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        origin = f"{self.address.scheme}://{self.address.netloc}"
        body = urlencode({"password": word})
        return self.ask("/sign-in", "POST", body, Origin=origin, **form).status

    def end(self, with_: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(with_)
        _, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, err


Start = Callable[..., Page]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """What starts pages that are ended afterwards."""
    with ExitStack() as stack:

        def start(*arguments: str, told: int = 1, **environ: str) -> Page:
            port = () if "--port" in arguments else ("--port", str(free_port()))
            home = ("--home", str(folder / "home"))
            clean = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
            clean |= {"PYTHONPATH": str(ROOT), "CI": "1", "HOME": str(folder), **environ}
            process = subprocess.Popen(
                [sys.executable, "-m", "rag", "ui", *home, *port, *arguments],
                cwd=folder,
                env=clean,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            assert process.stderr is not None
            stack.enter_context(process.stderr)
            lines = [process.stderr.readline() for _ in range(told)]
            assert "the page is at " in lines[-1], lines
            return Page(process, lines[-1].split("the page is at ")[1].split()[0])

        yield start


@contextmanager
def stream(page: Page, origin: str = "", *, cookie: bool = True) -> Iterator[str]:
    """A websocket of the page, open or refused as the code of the answer tells."""
    assert page.address.port is not None
    link = socket.create_connection(("127.0.0.1", page.address.port), timeout=SECONDS)
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {page.address.netloc}",
        f"Origin: {origin or f'http://{page.address.netloc}'}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol: streamlit",
    ]
    if cookie:
        lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in page.cookies.items()))
    with link:
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        yield link.recv(4096).split()[1].decode()


def test_the_page_starts_answers_on_this_machine_and_ends_at_once(
    start: Start, tmp_path: Path
) -> None:
    page = start("--no-browser")
    assert page.address.hostname == "localhost"
    answer = page.ask("/", Accept_Language="ru")
    assert '<html lang="ru">' in answer.text
    assert "<title>Вопросы к вашим документам</title>" in answer.text
    assert "return.js" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert page.ask("/_stcore/health").text == "ok"
    assert page.ask("/", Host="evil.example").status == 403
    assert page.ask("/_stcore/agent/interact", "POST", "{}").status in {403, 404}
    with stream(page, "http://evil.example") as code:
        assert code == "403"
    with stream(page) as code:
        assert code == "101"
        left, err = page.end()
    assert left == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not (tmp_path / "home").exists()


def test_everything_is_behind_the_password_and_a_session_opens_it(start: Start) -> None:
    page = start("--host", "0.0.0.0", "--max-upload-mb", "7", told=2, RAG_UI_PASSWORD=WORD)
    for path in ("/_stcore/health", "/_stcore/host-config", "/media/x.png", "/_stcore/metrics"):
        assert page.ask(path, Accept="*/*").status == 401, path
    assert page.ask("/_stcore/upload_file/a/b", "PUT", "x").status == 401
    assert page.ask("/").headers["Location"] == "/sign-in?next=%2F"
    with stream(page) as code:
        assert code == "401"
    assert page.sign_in("не тот пароль") == 401
    assert page.sign_in() == 303
    assert "return.js" in page.ask("/").text
    assert page.ask("/_stcore/health").text == "ok"
    with stream(page, cookie=False) as code:
        assert code == "401"
    with stream(page) as code:
        assert code == "101"
        page.cookies = {}
        assert page.ask("/_stcore/health", Accept="*/*").status == 401
        left, err = page.end(signal.SIGTERM)
    assert left == -signal.SIGTERM
    assert WORD not in err


def test_a_page_over_https_sets_a_cookie_for_https(start: Start, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    (tmp_path / "word").write_text(WORD, encoding="utf-8")
    (tmp_path / "word").chmod(0o600)
    page = start(
        *("--name", "notes.example.org", "--password-file", str(tmp_path / "word")),
        *("--tls-cert", str(cert), "--tls-key", str(key)),
    )
    assert page.address.scheme == "https"
    assert page.sign_in() == 303
    assert [name for name in page.cookies if name.startswith("__Host-rag-")]
    assert page.ask("/_stcore/health").status == 200
    assert page.ask("/_stcore/health", Host="notes.example.org").status == 200
    assert page.ask("/_stcore/health", Host="other.example.org").status == 403


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody has signed but itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "cert.pem", folder / "key.pem"


def test_a_port_that_is_taken_is_told_and_the_next_free_one_is_found() -> None:
    from rag.errors import UsageError
    from ui import server

    with server.listen("127.0.0.1", free_port()) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"Port {port} is taken"),
            server.listen("127.0.0.1", port),
        ):
            pass
    with server.listen("127.0.0.1", None) as first, server.listen("127.0.0.1", None) as second:
        assert server.FIRST_PORT <= first.getsockname()[1] < second.getsockname()[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "0.0.0.0"), "needs a password"),
        (("--host", "192.0.2.1"), "needs a password"),
        (("--name", "notes.example.org"), "needs a password"),
        (("--password-file", "nowhere"), "cannot be read from nowhere"),
        (("--password-file", "short"), "at least 8 characters"),
        (("--password-file", "empty"), "at least 8 characters"),
        (("--tls-cert", "a.pem"), "both a certificate and its key"),
        (("--tls-cert", "a.pem", "--tls-key", "b.pem"), "https cannot be served with"),
        (("--max-upload-mb", "0"), "max_upload_mb (--max-upload-mb)"),
        (("--port", "0"), "--port"),
    ],
)
def test_what_cannot_be_served_is_told_with_the_next_step(
    rag: Any, arguments: tuple[str, ...], told: str
) -> None:
    Path("short").write_text("семьбук", encoding="utf-8")
    Path("empty").touch()
    typed = rag("ui", "--no-browser", *arguments)
    assert typed.code == 2
    assert told in typed.err
    assert "Traceback" not in typed.err


def test_a_host_that_is_not_this_machine_is_told(rag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_UI_PASSWORD", WORD)
    typed = rag("ui", "--host", "192.0.2.1", "--no-browser")
    assert typed.code == 2
    assert "cannot listen at 192.0.2.1" in typed.err


def test_a_short_password_of_the_environment_is_refused_and_not_repeated(
    rag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_UI_PASSWORD", "тайна")
    typed = rag("ui", "--host", "0.0.0.0")
    assert typed.code == 2
    assert "тайна" not in typed.err


def test_the_password_is_no_setting_and_is_shown_by_nothing(
    rag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_UI_PASSWORD", WORD)
    assert page_password() == WORD
    for arguments in (("config", "show", "--origin"), ("config", "show", "--json")):
        typed = rag(*arguments)
        assert typed.code == 0
        assert WORD not in typed.out
    Path("rag.toml").write_text(f'ui_password = "{WORD}"', encoding="utf-8")
    assert "There is no setting 'ui_password'" in rag("config", "show").err


def test_people_and_a_password_are_not_taken_together(
    rag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_PEOPLE", "@example.org")
    typed = rag("ui", "--password-file", "x")
    assert typed.code == 2
    assert "both a password and people" in typed.err


def test_a_page_without_streamlit_says_what_is_missing(
    rag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in {"streamlit", "ui"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "streamlit", None)
    typed = rag("ui", "--no-browser")
    assert typed.code == 2
    assert "The page needs streamlit, which is not installed" in typed.err


@pytest.mark.parametrize(
    ("environ", "opens"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "CI": "true"}, False),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, False),
        ({}, False),
    ],
)
def test_a_browser_is_opened_where_somebody_sits(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], opens: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert has_browser(environ) is opens


def test_settings_of_the_command_line_reach_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ui import launch

    assert launch.flags() == {}
    given = {"model": "openai:a=b", "max_upload_mb": "7", "offline": "True"}
    monkeypatch.setattr(sys, "argv", launch.arguments(given))
    monkeypatch.chdir(tmp_path)
    found = launch.configured()
    assert launch.flags() == given
    assert (
        found.settings
        == load({"model": "openai:a=b", "max_upload_mb": 7, "offline": True}).settings
    )
    assert found.origins["model"] == "flag"


def test_json_of_settings_names_the_two_of_the_page(rag: Any) -> None:
    settings = json.loads(rag("config", "show", "--json").out)["settings"]
    assert (settings["max_upload_mb"], settings["people"]) == (200, "")
