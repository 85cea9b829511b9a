"""Conversations: each visitor's own, with the keyboard alone, and saved as files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from browser_files import HOSTILE, HOSTILE_PARTS, MEETING, library
from playwright.sync_api import Locator, expect
from visitor import Visit

NOTE = "Отпуск переносится на четырнадцать дней.\n\nЗаявление подают в отдел кадров.\n"
DAYS, WHERE = "На сколько дней переносится отпуск?", "Куда подают заявление?"
#: Presses of Tab that reach any control of the page.
_FAR = 40


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a note, a meeting and a document that means harm."""
    files = {"отпуск.txt": NOTE, "планёрка.txt": MEETING, "тариф *x*.txt": HOSTILE}
    folder = tmp_path_factory.mktemp("conversing")
    return library(folder, {name: text.encode() for name, text in files.items()})


def test_two_visitors_have_conversations_of_their_own(visit: Visit) -> None:
    one, other = visit(locale="ru-RU"), visit(locale="en-GB")
    one.ask(DAYS)
    other.ask(WHERE)
    expect(one.answer()).to_contain_text("четырнадцать")
    expect(other.answer()).to_contain_text("в отдел кадров")
    one.page.reload()
    expect(one.answer()).to_contain_text("четырнадцать")
    for visitor, theirs in ((one, WHERE), (other, DAYS)):
        expect(visitor.page.get_by_role("group", name=visitor.texts["you"])).to_have_count(1)
        expect(visitor.page.get_by_text(theirs)).to_have_count(0)


def test_from_question_to_source_and_back_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit()
    keyboard = visitor.page.keyboard
    _tab_to(visitor.question(), keyboard.press)
    keyboard.type(DAYS)
    keyboard.press("Enter")
    chip = visitor.chip()
    chip.wait_for()
    visitor.settled()
    _tab_to(chip, keyboard.press, back=True)
    keyboard.press("Enter")
    expect(visitor.drawer()).to_contain_text("Заявление подают в отдел кадров.")
    keyboard.press("Escape")
    expect(visitor.drawer()).to_be_hidden()
    expect(chip).to_be_focused()


def test_what_a_document_means_as_harm_is_shown_as_text(visit: Visit) -> None:
    visitor = visit()
    visitor.ask("Какой тариф на перевозку?")
    for part in HOSTILE_PARTS:
        expect(visitor.answer()).to_contain_text(part)
    visitor.chip().click()
    for part in HOSTILE_PARTS:
        expect(visitor.drawer()).to_contain_text(part)
    expect(visitor.page.locator("b:text-is('пути'), .katex, a[href*=evil]")).to_have_count(0)


def test_a_conversation_is_saved_as_markdown_word_and_json(visit: Visit) -> None:
    visitor = visit()
    visitor.ask(DAYS)
    visitor.chip().wait_for()
    saved = {}
    for kind in ("md", "docx", "json"):
        visitor.button("save").click()
        button = visitor.button(f"save_{kind}")
        saved[kind] = visitor.saved(button)
        visitor.settled()
        visitor.page.keyboard.press("Escape")
        button.wait_for(state="hidden")  # pressed sooner, the menu would close and not open
        visitor.settled()
    told = [
        saved["md"].decode(),
        "\n".join(each.text for each in docx.Document(io.BytesIO(saved["docx"])).paragraphs),
        json.dumps(json.loads(saved["json"]), ensure_ascii=False),
    ]
    for text in told:
        assert DAYS in text
        assert "четырнадцать дней" in text
        assert "отпуск.txt" in text


def _tab_to(wanted: Locator, press: object, *, back: bool = False) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(_FAR):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")
