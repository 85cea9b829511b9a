"""Driving the page as Streamlit's own tests do: files dropped, questions asked, what is shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fpdf import FPDF
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from rag import config
from rag.desk.intake import Intake
from ui.page import open_desk

UI = Path(__file__).resolve().parents[1] / "ui"
FACT = "The kettle boils in four minutes."
NOTE = "Отпуск переносится на четырнадцать дней.\nЗаявление подают в отдел кадров.\n"
MEETING = """Планёрка 12.11.2025

Анна: Коллеги, начинаем. Борис, пришли мне смету до пятницы.
Борис: Хорошо, пришлю.
Анна: Спасибо. Вера, что с договором?
Вера: Договор отправлю юристам завтра.
Анна: Отлично, на этом всё.
"""

# what components are installed, which Streamlit looks up in every package for each page that is
# opened, and a server once
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def pdf() -> bytes:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for text in ("A word before.", f"Something else. {FACT} The lid is made of steel."):
        pdf.add_page()
        pdf.multi_cell(0, 8, text)
    return bytes(pdf.output())


FILES = {
    "kettle.pdf": pdf(),
    "отпуск.txt": NOTE.encode(),
    "планёрка.txt": MEETING.encode(),
}


def open_page(locale: str | None = "en-US") -> AppTest:
    at = AppTest.from_file(str(UI / "streamlit_app.py"), default_timeout=60)
    at.context = {"locale": locale}
    return sound(at.run())


def sound(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    return page


def drop(page: AppTest, files: dict[str, bytes]) -> AppTest:
    rows = [(name, data, "application/octet-stream") for name, data in files.items()]
    page.file_uploader[0].set_value(rows)
    sound(page.run())
    assert intake().wait(seconds=60)
    return sound(page.run())


def intake() -> Intake:
    """The way into the library of the page that was opened."""
    settings = config.load({}).settings
    return open_desk(config.library_home(settings)).intake()


def ask(page: AppTest, question: str) -> AppTest:
    """Ask, and wait for the answer: the page waits for news of it whenever it runs."""
    page.chat_input[0].set_value(question)
    sound(page.run())
    return answered(page)


def answered(page: AppTest) -> AppTest:
    """The page when the answer that it waits for is there."""
    while any(button.key == "stop" for button in page.button):
        sound(page.run())
    return page


def html(page: AppTest, css: str) -> list[str]:
    return [block.value for block in page.get("html") if f'class="{css}' in block.value]


def press(page: AppTest, key: str) -> AppTest:
    """Press the button with this key."""
    next(button for button in page.button if button.key == key).click()
    return sound(page.run())


def chip(page: AppTest, label: str) -> Any:
    return next(button for button in page.button if button.label == label)
