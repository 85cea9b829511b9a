"""A model that writes slowly: its words come as they are written, outlive a reload, are stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_files import library
from model_server import ModelServer, Reply, chunk, event, serving
from playwright.sync_api import expect
from visitor import Visit

NOTE = "Отпуск переносится на четырнадцать дней.\n\nЗаявление подают в отдел кадров.\n"
QUESTION = "На сколько дней переносится отпуск?"
BEGINNING, REST = "Отпуск переносится ", "на четырнадцать дней [1]."


class Pen:
    """Writes the beginning at once, and the rest when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.stopped = threading.Event()

    def write(self, _: Any) -> Reply:
        """Answer a request for a completion."""
        return 200, {"Content-Type": "text/event-stream"}, self._pieces(self.let)

    def _pieces(self, let: threading.Event) -> Iterator[bytes | None]:
        yield chunk(BEGINNING)
        try:
            while not let.is_set():
                yield b": still here\n\n"
                yield None
        except GeneratorExit:
            self.stopped.set()
            raise
        yield chunk(REST)
        yield chunk(finish="stop")
        yield event("[DONE]")


@pytest.fixture(scope="module")
def pen() -> Pen:
    """The model."""
    return Pen()


@pytest.fixture(scope="module")
def model(pen: Pen) -> Iterator[ModelServer]:
    """Its server."""
    with serving(pen.write) as running:
        yield running


@pytest.fixture(scope="module")
def variables(model: ModelServer) -> dict[str, str]:
    """The page's model is that one."""
    return {"RAG_MODEL": "openai:any", "RAG_BASE_URL": model.url, "OPENAI_API_KEY": "none"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a note."""
    return library(tmp_path_factory.mktemp("slow"), {"отпуск.txt": NOTE.encode()})


@pytest.fixture(autouse=True)
def held(pen: Pen) -> Iterator[None]:
    """Every test begins with a model that is held, and leaves one that is not."""
    pen.let, pen.stopped = threading.Event(), threading.Event()
    yield
    pen.let.set()


def test_an_answer_goes_on_while_the_page_is_reloaded(visit: Visit, pen: Pen) -> None:
    visitor = visit()
    visitor.ask(QUESTION)
    expect(visitor.answer()).to_contain_text(BEGINNING.strip())
    visitor.page.reload()
    expect(visitor.answer()).to_contain_text(BEGINNING.strip())
    expect(visitor.button("stop")).to_be_visible()
    pen.let.set()
    visitor.chip().wait_for()
    expect(visitor.answer()).to_contain_text("на четырнадцать дней")
    expect(visitor.button("stop")).to_be_hidden()


def test_an_answer_can_be_stopped_and_another_question_put(visit: Visit, pen: Pen) -> None:
    visitor = visit()
    visitor.ask(QUESTION)
    expect(visitor.answer()).to_contain_text(BEGINNING.strip())
    visitor.button("stop").click()
    expect(visitor.answer()).to_contain_text(visitor.texts["stopped"])
    pen.let.set()
    visitor.ask("Куда подают заявление?")
    expect(visitor.answer(1)).to_contain_text("на четырнадцать дней")
