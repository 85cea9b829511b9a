"""`rag ui`: what it takes, what it refuses, and the page as a browser finds it, then Ctrl-C."""

from __future__ import annotations

import json
import signal
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from page_server import ROOT, WORD, Start, free_port, starting, stream

from rag.config import has_browser, load, page_password
from rag.listening import listen


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


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
    assert err.splitlines() == ["", "rag: interrupted; nothing is lost, run it again to go on"]
    assert not (tmp_path / "home").exists()


def test_everything_is_behind_the_password_and_a_session_opens_it(start: Start) -> None:
    page = start("--host", "0.0.0.0", "--max-upload-mb", "7", told=2, RAG_UI_PASSWORD=WORD)
    for path in ("/_stcore/health", "/_stcore/host-config", "/media/x.png", "/_stcore/metrics"):
        assert page.ask(path, Accept="*/*").status == 401, path
    assert page.ask("/_stcore/upload_file/a/b", "PUT", "x").status == 401
    assert page.ask("/").headers["Location"] == "/sign-in?next=%2F"
    with stream(page) as code:
        assert code == "403"
    assert page.sign_in("не тот пароль") == 401
    assert page.sign_in() == 303
    assert '<script src="./return.js" defer>' in page.ask("/").text
    script = page.ask("/return.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "location.reload()" in script.text
    assert page.ask("/_stcore/health").text == "ok"
    with stream(page, cookie=False) as code:
        assert code == "403"
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

    with listen("127.0.0.1", free_port(), server.FIRST_PORT) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"Port {port} is taken"),
            listen("127.0.0.1", port, server.FIRST_PORT),
        ):
            pass
    first_port = server.FIRST_PORT
    with (
        listen("127.0.0.1", None, first_port) as first,
        listen("127.0.0.1", None, first_port) as second,
    ):
        assert first_port <= first.getsockname()[1] < second.getsockname()[1]


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


def test_the_package_brings_all_that_the_page_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["ui"]
    brought = {path for each in patterns for path in (ROOT / "ui").glob(each)}
    needed = {
        path
        for path in (ROOT / "ui").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert ROOT / "ui" / ".streamlit" / "config.toml" in needed
    assert needed - brought == set()
