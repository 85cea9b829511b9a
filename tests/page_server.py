"""The page in a process of its own, and a browser of few words that speaks to it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from email.message import Message
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

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
