"""A person comes with a file, asks, and sees the yellow line on the picture of the page."""

from __future__ import annotations

import pytest
from browser_files import FACT, FACT_PAGE, FACT_QUESTION, Place, book
from pdf_files import needs_cyrillic_font
from PIL import Image, ImageChops
from playwright.sync_api import expect
from visitor import Visit

_NEAR = 0.012  # of a page's side: the marker's padding, and letters lower than their line


@needs_cyrillic_font
def test_the_quote_is_yellow_where_its_words_stand_on_the_page(visit: Visit) -> None:
    data, place = book()
    visitor = visit(locale="ru-RU")
    visitor.drop({"порядок работы.pdf": data})
    visitor.ask(FACT_QUESTION)
    expect(visitor.answer()).to_contain_text(FACT)
    visitor.chip().click()
    picture = visitor.picture()
    expect(visitor.drawer().get_by_text(f"Страница {FACT_PAGE}.")).to_be_visible()
    found = yellow(picture)
    assert found == pytest.approx(place, abs=_NEAR)


def yellow(picture: Image.Image) -> Place:
    """The rectangle around all that is as yellow as a marker's line."""
    red, green, blue = picture.split()
    bright = Image.eval(red, lambda value: 255 * (value > 230))
    warm = Image.eval(green, lambda value: 255 * (value > 200))
    pale = Image.eval(blue, lambda value: 255 * (value < 120))
    box = ImageChops.multiply(ImageChops.multiply(bright, warm), pale).getbbox()
    assert box, "nothing on the picture is yellow"
    left, top, right, bottom = box
    return Place(
        left / picture.width, top / picture.height, right / picture.width, bottom / picture.height
    )
