"""A document survives the way through JSON unchanged."""

from __future__ import annotations

import pytest

from rag.prepare import prepare
from rag.readers.options import Limits, Options
from rag.types import Box, Document, Line, Mark, Page, Turn
from rag.workers import wire

DOCUMENT = Document(
    id="ab",
    title="Смета «Лесная»",
    text="Олег: да\n\n😀",
    pages=(Page(1, "i", 0, 8), Page(2, None, 10, 11, "scan", True)),
    marks=(Mark("heading", 0, 4, 2, ""), Mark("aside", 10, 11, note="running footer")),
    turns=(Turn("Олег", "да", 1, None, 6, 8), Turn(None, "😀", 3, "00:01", 10, 11)),
    lines=(Line(1, 0), Line(2, 9), Line(3, 10)),
    kind="meeting",
    date="2025-11-12",
    encoding="cp1251",
    boxes=(Box(0, 4, 0.1, 0.2, 0.3, 0.25),),
    notes=("no text on page 2",),
)
MEETING = Document(
    id="cd",
    title="Встреча",
    text="Олег Титов: Анна, я пришлю смету завтра.",
    turns=(Turn("Олег Титов", "Анна, я пришлю смету завтра.", 1, None, 12, 40),),
    lines=(Line(1, 0),),
    kind="meeting",
    date="2025-11-12",
)


@pytest.mark.parametrize("document", [DOCUMENT, MEETING, Document("x", "t", "")])
def test_a_prepared_document_survives_the_way(document: Document) -> None:
    prepared = prepare(document)
    sent = wire.prepared_to_json("inner/a.txt", prepared)
    assert wire.prepared_from_json(sent) == ("inner/a.txt", prepared)


def test_the_promises_of_a_meeting_are_on_the_way() -> None:
    found = prepare(MEETING).minutes
    assert found is not None
    assert [promise.who for promise in found.promises] == ["Олег Титов"]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"document": 1}', b"\xff"])
def test_nonsense_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        wire.prepared_from_json(data)


def test_options_survive_the_way() -> None:
    options = Options(password="тайна", ocr="never", limits=Limits(seconds=1.5, nesting=1))
    assert wire.options_from_json(wire.options_to_json(options)) == options


def test_a_file_is_read_under_a_name_that_need_not_be_its_own() -> None:
    sent = wire.reading_to_bytes(b"/home/\xff/0a.pdf", "отчёт.pdf")
    assert wire.reading_from_bytes(sent) == (b"/home/\xff/0a.pdf", "отчёт.pdf")
