"""What holds for every tab, in both themes and languages, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import page_audits as audits
import pytest
from browser_files import MEETING, book, library
from pdf_files import needs_cyrillic_font
from playwright.sync_api import expect
from visitor import Visit, Visitor

from rag.config import Settings

pytestmark = needs_cyrillic_font

TABS = ("chat", "minutes", "library", "settings")
FILES = ("порядок.pdf", "планёрка.txt")
#: Names that have no Russian form: of files, formats, programs and settings.
NAMES = (
    *("English", "PDF", "DOCX", "Word", "Markdown", "CSV", "ICS", "pdf", "txt", "toml"),
    *("Shift", "Ollama", "llama.cpp", "vLLM", "NLI"),
    *(field.name for field in fields(Settings)),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a book and a meeting."""
    files = dict(zip(FILES, (book()[0], MEETING.encode()), strict=True))
    return library(tmp_path_factory.mktemp("whole"), files)


def test_a_narrow_page_never_scrolls_to_the_side(visit: Visit) -> None:
    visitor = visit(width=390, height=800)
    _converse(visitor)
    wide = {name: audits.too_wide(visitor.page) for name in _tabs(visitor)}
    assert not any(wide.values()), wide


def test_no_english_is_left_on_the_russian_page(visit: Visit) -> None:
    visitor = visit(locale="ru-RU")
    _converse(visitor)
    left = {name: audits.english(audits.words(visitor.page), NAMES) for name in _tabs(visitor)}
    assert not any(left.values()), left


def test_no_russian_is_left_on_the_english_page(visit: Visit) -> None:
    visitor = visit(locale="en-GB")
    documents = (*FILES, MEETING, "юристы поставщик", "Русский")
    left = {name: audits.russian(audits.words(visitor.page), documents) for name in _tabs(visitor)}
    assert not any(left.values()), left


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_what_it_lies_on(visit: Visit, theme: str) -> None:
    visitor = visit(theme=theme)
    _converse(visitor)
    pale = {name: audits.pale(visitor.page) for name in _tabs(visitor)}
    assert not any(pale.values()), pale


def _converse(visitor: Visitor) -> None:
    """Ask something, and something that is refused."""
    for number, question in enumerate(("Как часто поверяют манометры?", "Сколько лун у Юпитера?")):
        visitor.ask(question)
        expect(visitor.answer(number)).to_contain_text(("восемь", "нет")[number])


def _tabs(visitor: Visitor) -> Iterator[str]:
    """The tabs, each open while the list is walked through."""
    for name in TABS:
        visitor.tab(name)
        visitor.settled()
        yield name
