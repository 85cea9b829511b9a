"""Take the pictures of the page in docs/images: python scripts/make_screenshots.py [--only NAME]

A library of `corpora/` and a contract made here, looked at in Chromium in both languages and both
themes, wide and narrow. What can be held still is: the window, motion, the browser's clock, the
dates of files, the seconds that an answer took.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fpdf import FPDF
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "benchmarks"))

from browsing import chromium, serving_page  # noqa: E402 (found by the path just added)
from visitor import Visitor  # noqa: E402

from rag.app import App  # noqa: E402
from rag.config import Settings  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

TARGET = ROOT / "docs" / "images"
#: All pictures together; they travel with every copy of the project.
MOST_BYTES = 3_000_000
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
_WIDE, _NARROW, _HEIGHT = 1280, 390, 860
_COLOURS = 256  # of a picture; more cannot be told apart
#: A day after the last meeting of the corpora, so that some promises are kept and some are due.
_NOW = datetime(2025, 12, 3, 9, 30, tzinfo=UTC)
_PAGE = (148, 210)  # millimetres
_CONTRACT = "договор-печати.pdf"
_CLAUSES = {
    "Договор № 14 на печать тиража": (
        "Типография «Белый берег» печатает книгу «Птицы Белого берега» тиражом 3000 экземпляров.",
        "Издательство «Северная верста» принимает тираж на складе и оплачивает его.",
    ),
    "1. Бумага и краски": (
        "Блок печатается на офсетной бумаге 100 г/м², вклейки — на мелованной 150 г/м².",
        "Если бумаги не хватает, типография сообщает об этом не позднее чем за пять рабочих дней.",
    ),
    "2. Сроки": (
        "Сигнальный экземпляр типография сдаёт через четыре рабочих дня после подписания листов.",
        "Весь тираж привозят на склад издательства не позднее 8 декабря 2025 года.",
        "За каждый день просрочки типография платит 0,3 процента цены, но не больше 10 процентов.",
    ),
    "3. Приёмка": (
        "Брак, найденный при приёмке, типография заменяет за свой счёт в течение двух недель.",
        "Скрытый брак можно предъявить в течение шести месяцев со дня приёмки.",
    ),
}
_QUESTIONS = {
    "ru": ("Какой штраф за просрочку тиража?", "Сколько дней отпуска переносится?"),
    "en": ("How much power does the Kestrel draw?", "How often can a cutter be sharpened?"),
}

_MEETINGS = {"ru": "2025-11-12-planerka.txt", "en": "2025-12-02-coedition-call.txt"}
#: Seconds that an answer took, which are others every time.
_SECONDS = """() => document.querySelectorAll('.by').forEach(by => {
  by.textContent = by.textContent.replace(/[0-9]+([.,])[0-9]+/, '0$11');
})"""


class Shot(NamedTuple):
    """A picture to take: its name, what a visitor does for it, and the window's width."""

    name: str
    do: Callable[[Visitor], None]
    width: int = _WIDE


def main() -> int:
    """Take the pictures; 1 where they are too large together."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="only pictures whose names begin so")
    parser.add_argument("--out", type=Path, default=TARGET, help="a folder other than docs/images")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rag-pictures-") as scratch, chromium() as browser:
        folder = Path(scratch)
        home = _library(folder)
        with serving_page(folder / "page", home=home) as server:
            for path, shot, how in _wanted(args.out, args.only):
                _take(browser, server.url, shot, path, **how)
                print(path.name, path.stat().st_size)
    together = sum(path.stat().st_size for path in args.out.glob("*.png"))
    print(f"together {together} of at most {MOST_BYTES} bytes")
    return int(together > MOST_BYTES)


def _wanted(folder: Path, begins: str) -> Iterator[tuple[Path, Shot, dict[str, str]]]:
    for shot in SHOTS:
        for language in ("ru", "en"):
            for theme in ("light", "dark"):
                name = f"{shot.name}-{language}-{theme}.png"
                if name.startswith(begins):
                    yield folder / name, shot, {"locale": language, "theme": theme}


def _library(folder: Path) -> Path:
    """A library of the corpora and the contract, all files of one day."""
    papers = folder / "corpora"
    shutil.copytree(ROOT / "corpora", papers)
    (papers / "documents" / _CONTRACT).write_bytes(_contract())
    for path in papers.rglob("*"):
        os.utime(path, (_NOW.timestamp(), _NOW.timestamp()))
    App(Settings(workers=1), folder / "library").ingest([papers])
    return folder / "library"


def _contract() -> bytes:
    pdf = FPDF(format=_PAGE)
    pdf.set_creation_date(_NOW)
    pdf.set_title("Договор на печать тиража")
    pdf.add_font("serif", fname=_FONT)
    pdf.add_page()
    for heading, clauses in _CLAUSES.items():
        pdf.set_font("serif", size=12)
        pdf.multi_cell(0, 8, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("serif", size=9.5)
        for clause in clauses:
            pdf.multi_cell(0, 5, clause, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(1.5)
    return bytes(pdf.output())


def _take(browser: Browser, url: str, shot: Shot, path: Path, *, locale: str, theme: str) -> None:
    """Come, do what the picture needs, take it, keep it small."""
    visitor = Visitor(
        browser, url, locale=locale, theme=theme, width=shot.width, height=_HEIGHT, now=_NOW
    )
    shot.do(visitor)
    visitor.settled()
    visitor.page.evaluate(_SECONDS)
    png = visitor.page.screenshot(animations="disabled", caret="hide")
    visitor.leave()
    if visitor.troubles:
        raise RuntimeError("\n".join(visitor.troubles))
    few = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    few.save(path, optimize=True)


def _chat(visitor: Visitor) -> None:
    """Two questions, and the citation of the last answer open."""
    for number, question in enumerate(_QUESTIONS[visitor.language]):
        visitor.ask(question)
        visitor.chip(number).wait_for()
    visitor.chip(1).click()
    visitor.picture()


def _minutes(visitor: Visitor) -> None:
    """A meeting in the visitor's language."""
    visitor.tab("minutes")
    visitor.choose("minutes_choose", _MEETINGS[visitor.language])


def _library_tab(visitor: Visitor) -> None:
    visitor.tab("library")


def _settings(visitor: Visitor) -> None:
    visitor.tab("settings")


def _narrow(visitor: Visitor) -> None:
    """A question and its answer on a small screen."""
    visitor.ask(_QUESTIONS[visitor.language][0])
    visitor.chip().wait_for()


SHOTS = (
    Shot("chat", _chat),
    Shot("minutes", _minutes),
    Shot("library", _library_tab),
    Shot("settings", _settings),
    Shot("narrow", _narrow, _NARROW),
)


if __name__ == "__main__":
    sys.exit(main())
