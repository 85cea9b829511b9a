"""Files that are dropped: what the row of each says, and that a reload loses none."""

from __future__ import annotations

import io

import pytest
from browser_files import FACT, FACT_QUESTION, PAGES, book
from pdf_files import needs_cyrillic_font
from playwright.sync_api import expect
from pypdf import PdfReader, PdfWriter
from visitor import Visit

#: Volumes of the book in one file, so that reading it takes a while.
_VOLUMES = 12


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    """Files of at most two MB."""
    return {"RAG_MAX_UPLOAD_MB": "2"}


def test_every_row_says_what_came_of_its_file(visit: Visit) -> None:
    visitor = visit()
    files = {
        "заметка.txt": "Склад открыт по средам.".encode(),
        "сломан.pdf": b"%PDF-1.7 and nothing of a PDF behind it",
        "программа.txt": b"\x7fELF\x02\x01\x01" + bytes(64),
        "пусто.txt": b"",
        "звук.mp3": b"ID3\x04" + bytes(64),
    }
    visitor.drop(files)
    said = {
        "заметка.txt": "added",
        "сломан.pdf": "library_cause_broken",
        "программа.txt": "why_program",
        "пусто.txt": "why_empty",
        "звук.mp3": "why_media",
    }
    for name, key in said.items():
        expect(visitor.row(name)).to_contain_text(visitor.texts[key])
    visitor.ask("Когда открыт склад?")
    expect(visitor.answer()).to_contain_text("по средам")


def test_a_file_over_the_limit_is_refused_before_it_is_sent(visit: Visit) -> None:
    visitor = visit()
    expect(visitor.page.get_by_text(visitor.texts["drop"].format(2)).first).to_be_visible()
    visitor.drop({"огромный.txt": bytes(3 * 1024**2)})
    expect(visitor.page.get_by_text("Файл больше 2 МБ")).to_be_visible()
    expect(visitor.row("огромный.txt")).to_have_count(0)
    visitor.drop({"малый.txt": "Ключ висит у сторожа.".encode()})
    expect(visitor.row("малый.txt")).to_contain_text(visitor.texts["added"])


@needs_cyrillic_font
def test_a_page_reloaded_while_a_file_is_read_shows_how_far_it_is(visit: Visit) -> None:
    visitor, other = visit(), visit(locale="en-GB")
    visitor.drop({"собрание.pdf": _volumes()})
    visitor.row("собрание.pdf").wait_for()
    visitor.page.reload()
    expect(visitor.row("собрание.pdf")).to_contain_text(visitor.texts["added"])
    expect(visitor.row("собрание.pdf")).to_contain_text(f"{PAGES * _VOLUMES}")
    visitor.ask(FACT_QUESTION)
    expect(visitor.answer()).to_contain_text(FACT)
    other.page.reload()  # the library is everybody's, and so is what comes into it
    expect(other.row("собрание.pdf")).to_contain_text(other.texts["added"])


def _volumes() -> bytes:
    """The book many times over."""
    writer, held = PdfWriter(), io.BytesIO()
    for _ in range(_VOLUMES):
        writer.append(PdfReader(io.BytesIO(book()[0])))
    writer.write(held)
    return held.getvalue()
