"""A person at the page in a real browser, who finds things by their roles and names."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
)

from ui.texts import TEXTS, first_language

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

#: Opens the page as a new visitor; given what `Visitor` takes beside the browser and the address.
Visit = Callable[..., "Visitor"]
#: Whether for some frames on end no script ran and nothing waited to be drawn.
_SETTLED = """() => {
  const running = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState;
  const calm = running === 'notRunning'
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
  window.calmFrames = calm ? (window.calmFrames ?? 0) + 1 : 0;
  return window.calmFrames > 20;
}"""
_PATIENCE = 60_000  # milliseconds until what should be there must be seen


class Visitor:
    """One browser with a memory of its own, open at the page."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        locale: str = "ru-RU",
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
        patience: int = _PATIENCE,
        now: datetime | None = None,
    ) -> None:
        self.url, self.language = url, first_language(locale)
        self.texts = TEXTS[self.language]
        self.troubles: list[str] = []
        self.console: list[str] = []
        self.context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self.context.set_default_timeout(patience)
        self.page: Page = self.context.new_page()
        expect.set_options(timeout=patience)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"a script failed: {error}"))
        self.page.on("request", self._asked)
        self.page.on("websocket", self._connected)
        if now is not None:
            self.page.clock.set_fixed_time(now)
        self.page.goto(url)
        title = self.heading(self.texts["title"])
        title.or_(self.page.get_by_role("alert")).first.wait_for()
        if not title.is_visible():  # no use in waiting: the page cannot be shown
            raise RuntimeError(self.page.get_by_role("alert").first.inner_text())

    def heading(self, name: str) -> Locator:
        """A heading that reads so."""
        return self.page.get_by_role("heading", name=name)

    def tab(self, name: str) -> Locator:
        """Open a tab by its key among the texts, e.g. "library"; gives its panel."""
        self.page.get_by_role("tab", name=self.texts[name]).click()
        self.settled()  # a file that is dropped sooner goes into a field that is about to leave
        return self.panel(name)

    def panel(self, name: str) -> Locator:
        """The panel of a tab."""
        return self.page.get_by_role("tabpanel", name=self.texts[name])

    def settled(self) -> None:
        """Return when no run of the page's script goes on and nothing waits to be drawn."""
        self.page.evaluate("window.calmFrames = 0")
        self.page.wait_for_function(_SETTLED)

    def drop(self, files: Mapping[str, bytes] | Sequence[Path]) -> None:
        """Choose files in the field for them: those at paths, or bytes under names."""
        field = self.page.locator("input[type=file]").first
        if isinstance(files, Mapping):
            field.set_input_files(
                [
                    FilePayload(name=name, mimeType="application/octet-stream", buffer=data)
                    for name, data in files.items()
                ]
            )
        else:
            field.set_input_files(list(files))

    def row(self, name: str) -> Locator:
        """What is said of a file that was dropped."""
        return self.page.locator(".drop").filter(has_text=name).last  # one of before may be leaving

    def choose(self, key: str, option: str) -> None:
        """Choose from a list by its key among the texts."""
        self.page.get_by_role("combobox", name=self.texts[key]).first.click()
        self.page.get_by_role("option", name=option).click()

    def question(self) -> Locator:
        """The field for a question."""
        return self.page.get_by_role("textbox", name=self.texts["ask"])

    def ask(self, question: str) -> None:
        """Type a question and send it, as soon as the page takes one."""
        expect(self.question()).to_be_enabled()
        self.question().fill(question)
        self.question().press("Enter")

    def answer(self, number: int = 0) -> Locator:
        """The answer to a question of the conversation, counted from 0."""
        return self.page.get_by_role("group", name=self.texts["answer"], exact=True).nth(number)

    def chip(self, answer: int = 0, source: int = 1) -> Locator:
        """The chip of a source, counted from 1, behind a sentence of an answer."""
        name = re.compile(rf"^{self.texts['source']} {source}\b")
        return self.answer(answer).get_by_role("button", name=name).first

    def button(self, key: str) -> Locator:
        """A button by its key among the texts; its name may go on with the key that presses it."""
        name = re.compile(f"^{re.escape(self.texts[key])}( |$)")
        return self.page.get_by_role("button", name=name)

    def saved(self, button: Locator) -> bytes:
        """The file that a button gives."""
        self.settled()  # a file belongs to the run that drew its button
        with self.page.expect_download() as download:
            button.click()
        return download.value.path().read_bytes()

    def drawer(self) -> Locator:
        """What is shown of a source."""
        return self.page.get_by_role("dialog", name=self.texts["source"])

    def picture(self) -> Image.Image:
        """The picture of a page that the drawer shows, as it came from the server."""
        shown = self.drawer().get_by_role("img").first
        shown.wait_for()
        address = str(shown.evaluate("image => image.src"))
        return Image.open(io.BytesIO(self.page.request.get(address).body())).convert("RGB")

    def keep(self, path: Path) -> Path:
        """Keep a picture of the page and its console below a path without an ending."""
        path.with_suffix(".txt").write_text("\n".join(self.console), encoding="utf-8")
        picture = path.with_suffix(".png")
        self.page.screenshot(path=picture)
        return picture

    def leave(self) -> None:
        """Close the browser's window."""
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")
        if message.type == "error":
            self.troubles.append(f"the console says: {message.text}")

    def _asked(self, request: Request) -> None:
        self._reached(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._reached(socket.url.replace("ws:", "http:", 1))

    def _reached(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:", "blob:")):
            self.troubles.append(f"another server was asked: {url}")
