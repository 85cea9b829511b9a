"""What tests in a real browser need: Chromium, the page's server, and visitors.

A visitor that a test leaves behind is looked at: an error on its console, an error of a script, or
a request to any other machine fails the test, as does a traceback in the server's log. Where a test
fails, a picture of every visitor's page and its console are kept, and their paths printed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import PageServer, chromium, chromium_path, serving_page
from playwright.sync_api import Browser
from visitor import Visit, Visitor

HERE = Path(__file__).parent
#: Set where the absence of Chromium is a failure and no reason to skip.
_DEMANDED = "RAG_TEST_BROWSER"
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put these tests last: from the first one on Playwright's event loop runs in this thread."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    if chromium_path() is None and not os.environ.get(_DEMANDED):
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What the server's environment has besides the usual; for a module to override."""
    return {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page keeps its library; for a module to fill before anyone comes."""
    return tmp_path_factory.mktemp("page") / "library"


@pytest.fixture(scope="module")
def server(browser: Browser, home: Path, environment: dict[str, str]) -> Iterator[PageServer]:
    """The page, with a library of the module's own."""
    assert browser.is_connected()
    with serving_page(home.parent, home=home, **environment) as running:
        yield running


@pytest.fixture
def visit(
    browser: Browser, server: PageServer, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Visit]:
    """Open the page as a new visitor, with a browser's language, width and theme."""
    with _visitors(browser, server, request.node, tmp_path) as come:
        yield come


@contextmanager
def _visitors(
    browser: Browser, server: PageServer, test: pytest.Item, folder: Path
) -> Iterator[Visit]:
    there: list[Visitor] = []

    def come(**how: object) -> Visitor:
        there.append(Visitor(browser, server.url, **how))
        return there[-1]

    said = len(server.said())
    yield come
    troubles = [trouble for visitor in there for trouble in visitor.troubles]
    if "Traceback" in (log := server.said()[said:]):
        troubles.append(log)
    if test.stash.get(_FAILED, True) or troubles:
        for number, visitor in enumerate(there):
            print(f"\nwhat visitor {number} saw:", visitor.keep(folder / f"visitor-{number}"))
    for visitor in there:
        visitor.leave()
    assert not troubles, "\n".join(troubles)
