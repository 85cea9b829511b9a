"""The page as a visitor has it: its server in a process of its own, and Debian's Chromium.

Shared by the tests in `tests/browser`, by `ui.py` here and by `scripts/make_screenshots.py`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from measuring import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: No name is looked up and no address reached but this machine's own, whatever a page asks for.
_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
#: The same letters and colours on every machine; memory of its own where /dev/shm is small.
_FLAGS = (_ALONE, "--font-render-hinting=none", "--force-color-profile=srgb")
_START_SECONDS = 60.0  # until the server must answer
_LOOK_EVERY = 0.05  # seconds between two looks at a server that starts


@dataclass(frozen=True, slots=True)
class PageServer:
    """A running page: its address, its library, its process, and the file it logs to."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """All that it has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def chromium_path() -> str | None:
    """Where Chromium is on this machine."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. Raises FileNotFoundError where there is none."""
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    if path is None:
        raise FileNotFoundError("no Chromium: apt-get install chromium")
    flags = ["--disable-dev-shm-usage", *_FLAGS]
    if os.geteuid() == 0:  # Chromium's sandbox refuses to run for root
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving_page(folder: Path, *, home: Path | None = None, **more: str) -> Iterator[PageServer]:
    """The page on a free port until the end.

    It runs in `folder`, where there should be no settings, and keeps its library in `home`, or in
    the folder; `more` goes into its environment. Raises RuntimeError, with what it logged, where it
    does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    home, log = home or folder / "library", folder / "server.log"
    port = free_port()
    here = {"RAG_HOME": str(home), "XDG_CONFIG_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    env = environment(**{"RAG_WORKERS": "1", **here, **more})
    command = [sys.executable, "-m", "rag", "ui", "--no-browser", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        server = PageServer(f"http://127.0.0.1:{port}", home, process, log)
        try:
            _await(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _await(server: PageServer) -> None:
    """Return when the server answers."""
    latest = time.monotonic() + _START_SECONDS
    while time.monotonic() < latest and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(_LOOK_EVERY)
    raise RuntimeError(f"the page did not start:\n{server.said()}")
