"""What tests in a real browser need: Chromium, the page's server, and visitors.

A test fails where a visitor's browser wrote an error to its console, a script failed, any other
machine was asked for something, or the server logged a traceback. Where a test fails, a picture of
every visitor's page and its console are kept, and the report says where.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PageServer, chromium, chromium_path, serving_page
from playwright.sync_api import Browser
from visitor import Visit, Visitor

HERE = Path(__file__).parent
#: Set where the absence of Chromium is a failure and no reason to skip.
_DEMANDED = "DEMAND_CHROMIUM"
_THERE = pytest.StashKey[list[Visitor]]()
_KEPT = pytest.StashKey[Path]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put these tests last: from the first one on Playwright's event loop runs in this thread."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Keep what the visitors of a test that failed saw."""
    report: pytest.TestReport = yield
    if report.when == "call" and report.failed:
        for number, visitor in enumerate(item.stash.get(_THERE, [])):
            kept = visitor.keep(item.stash[_KEPT] / f"visitor-{number}")
            report.sections.append((f"visitor {number}", str(kept)))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    if chromium_path() is None and not os.environ.get(_DEMANDED):
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    """What the server's environment has besides the usual; for a module to override."""
    return {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page keeps its library; for a module to fill before anyone comes."""
    return tmp_path_factory.mktemp("page") / "library"


@pytest.fixture(scope="module")
def server(browser: Browser, home: Path, variables: dict[str, str]) -> Iterator[PageServer]:
    """The page, with a library of the module's own."""
    assert browser.is_connected()
    with serving_page(home.parent, home=home, **variables) as running:
        yield running


@pytest.fixture
def visit(
    browser: Browser, server: PageServer, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Visit]:
    """Open the page as a new visitor, with a browser's language, width and theme."""
    there: list[Visitor] = []
    request.node.stash[_THERE], request.node.stash[_KEPT] = there, tmp_path

    def come(**how: Any) -> Visitor:
        there.append(Visitor(browser, server.url, **how))
        return there[-1]

    said = len(server.said())
    yield come
    for visitor in there:
        visitor.leave()
    troubles = [trouble for visitor in there for trouble in visitor.troubles]
    log = server.said()[said:]
    assert not troubles, "\n".join(troubles)
    assert "Traceback" not in log, log
