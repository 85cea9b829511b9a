"""A document survives the way through JSON unchanged."""

from __future__ import annotations

import pytest

from rag.readers.wire import from_json, to_json
from rag.types import Document, Line, Mark, Page, Turn

DOCUMENT = Document(
    id="ab",
    title="Смета «Лесная»",
    text="Олег: да\n\n😀",
    pages=(Page(1, "i", 0, 8), Page(2, None, 10, 11)),
    marks=(Mark("heading", 0, 4, 2, ""), Mark("aside", 10, 11, note="running footer")),
    turns=(Turn("Олег", "да", 1, None, 6, 8), Turn(None, "😀", 3, "00:01", 10, 11)),
    lines=(Line(1, 0), Line(2, 9), Line(3, 10)),
    kind="meeting",
    date="2025-11-12",
    notes=("encoding cp1251",),
)


@pytest.mark.parametrize("document", [DOCUMENT, Document("x", "t", "")])
def test_round_trip(document: Document) -> None:
    assert from_json(to_json(document)) == document


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"pages": 1}', b"\xff"])
def test_nonsense_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_json(data)
