"""The page, run as Streamlit runs it, over a library of files made here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_driver import UI, drop, open_page, sound
from streamlit.testing.v1 import AppTest

from rag.desk import Desk
from ui.parts import literal

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("ru-RU", "Вопросы к вашим документам"),
        ("ru", "Вопросы к вашим документам"),
        ("en-GB", "Ask your documents"),
        ("de", "Ask your documents"),
        (None, "Ask your documents"),
    ],
)
def test_the_first_language_is_the_browsers(locale: str | None, title: str) -> None:
    assert open_page(locale).header[0].value == title


def test_the_language_can_be_switched() -> None:
    page = open_page("en-US")
    page.segmented_control[0].set_value("ru")
    assert sound(page.run()).header[0].value == "Вопросы к вашим документам"


@pytest.mark.parametrize(
    "address", ["http://e.example/x", "HTTPS://e.example", "WWW.e.example", "a@e.example"]
)
def test_no_address_in_foreign_text_becomes_a_link(address: str) -> None:
    """Streamlit links addresses in what Markdown means, after all escapes were taken away."""
    meant = re.sub(r"\\(.)", r"\1", literal(f"see {address}"))
    assert meant.replace("\N{WORD JOINER}", "") == f"see {address}"
    links = r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+"
    assert re.search(links, f"see {address}", re.IGNORECASE)
    assert not re.search(links, meant, re.IGNORECASE)


def test_an_error_says_what_to_do(home: Path) -> None:
    drop(open_page(), {"a.txt": b"One."})
    (home / "default" / "catalogue.sqlite").write_bytes(b"not a database, by any means" * 40)
    page = open_page()
    assert page.error[0].value.strip()


def test_a_language_that_is_none_is_the_browsers() -> None:
    page = AppTest.from_file(str(UI / "streamlit_app.py"), default_timeout=60)
    page.context = {"locale": "ru-RU"}
    page.session_state["language"] = ""
    assert sound(page.run()).header[0].value == "Вопросы к вашим документам"


def test_the_tab_stays_when_the_language_changes() -> None:
    page = open_page("en-US")
    page.session_state["tab-en"] = "Library"
    sound(page.run()).segmented_control[0].set_value("ru")
    assert sound(page.run()).session_state["tab-ru"] == "Библиотека"


@pytest.mark.parametrize(
    ("address", "tab"), [("library", "Library"), ("nowhere", "Questions"), ("", "Questions")]
)
def test_the_address_names_the_tab(address: str, tab: str) -> None:
    page = AppTest.from_file(str(UI / "streamlit_app.py"), default_timeout=60)
    page.context = {"locale": "en-US"}
    page.query_params["tab"] = address
    assert sound(page.run()).session_state["tab-en"] == tab


def test_the_way_back_leads_to_the_tab_before() -> None:
    page = open_page("en-US")
    page.session_state["tab-en"] = "Settings"
    assert sound(page.run()).query_params["tab"] == "settings"
    del page.query_params["tab"]
    assert sound(page.run()).session_state["tab-en"] == "Questions"


def test_what_an_earlier_page_left_unread_is_read_as_is_set_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settled: list[str] = []
    monkeypatch.setenv("RAG_ME", "Анна")
    monkeypatch.setattr(Desk, "resume", lambda desk: settled.append(desk.settings.me))
    open_page()
    assert settled == ["Анна"]
