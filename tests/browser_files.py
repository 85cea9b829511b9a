"""Files that visitors of the page bring along, made here, and where words stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fpdf import FPDF
from pdf_files import FONTS

from rag.app import App
from rag.config import Settings

PAGES, FACT_PAGE = 40, 27
FACT = "Манометры на линии поверяют раз в восемь месяцев."
FACT_QUESTION = "Как часто поверяют манометры?"
MEETING = """Планёрка цеха
Дата: 12.11.2025

Анна Белова: Коллеги, начинаем. Борис, пришлёшь мне смету до пятницы?
Борис Крылов: Да, пришлю.
Анна Белова: Вера, что с договором?
Вера Сомова: Договор отправлю юристам завтра.
Анна Белова: А я позвоню поставщику до 20 ноября.
Вера Сомова: Решили: оставляем старого поставщика.
"""
#: What a document must not be able to do to the page that shows it.
HOSTILE_PARTS = (
    '<img src="http://evil.example/a.png" onerror="alert(1)">',
    "![вид](http://evil.example/b.png)",
    "$\\frac{1}{2}$",
    ":rocket: :material/home:",
    "<b>пути</b> [сюда](http://evil.example/c)",
)
HOSTILE = "Тариф на перевозку {} равен {} семи рублям {} за километр {} такого {}.\n".format(
    *HOSTILE_PARTS
)
_LINES = (
    "Раздел {0}. Порядок работы участка номер {0}.",
    "Смена принимает участок по описи и отмечает время в журнале.",
    "Мастер обходит посты и записывает показания приборов.",
    "О неисправности сообщают диспетчеру в течение десяти минут.",
)
_SIZE, _LINE_HEIGHT, _TOP = 12, 9.0, 60.0  # points; millimetres


class Place(NamedTuple):
    """A rectangle on a page, in shares of its width and height from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@cache
def book() -> tuple[bytes, Place]:
    """A PDF of `PAGES` pages of Russian text, and where on `FACT_PAGE` the fact stands."""
    pdf = FPDF()
    pdf.add_font("text", fname=FONTS[0])
    pdf.set_font("text", size=_SIZE)
    place = Place(0, 0, 0, 0)
    for number in range(1, PAGES + 1):
        pdf.add_page()
        pdf.set_y(_TOP)
        for line in _LINES:
            pdf.cell(h=_LINE_HEIGHT, text=line.format(number), new_x="LMARGIN", new_y="NEXT")
        if number == FACT_PAGE:
            left, top, width = pdf.x + pdf.c_margin, pdf.y, pdf.get_string_width(FACT)
            pdf.cell(h=_LINE_HEIGHT, text=FACT, new_x="LMARGIN", new_y="NEXT")
            place = Place(
                left / pdf.w, top / pdf.h, (left + width) / pdf.w, (top + _LINE_HEIGHT) / pdf.h
            )
    return bytes(pdf.output()), place


def library(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A library in a folder, with these files in it."""
    papers = folder / "papers"
    papers.mkdir(parents=True)
    for name, data in files.items():
        (papers / name).write_bytes(data)
    App(Settings(workers=1), folder / "library").ingest([papers])
    return folder / "library"
