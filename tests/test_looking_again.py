"""A sentence that its passages do not hold is looked for in the library before it is struck."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.app import App
from rag.grounding import ground
from rag.retrieve import Retriever
from rag.types import Passage, Scope

MACHINE = "The Kestrel binder draws 5.8 kilowatts [1]."
LEAVE = "На следующий год переносится не более 10 календарных дней отпуска."


@pytest.fixture
def retriever(app: App, folder: Path) -> Iterator[Retriever]:
    app.ingest([folder])
    with app.library() as library:
        yield Retriever(library, app.embedder)


@pytest.fixture
def passages(retriever: Retriever) -> list[Passage]:
    """What a prompt held: the note about the binder, and nothing of the handbook."""
    found = retriever.retrieve("binder kilowatts").passages
    return [each for each in found if "binder" in each.document]


def test_what_another_document_says_stands_on_that_document(
    retriever: Retriever, passages: list[Passage]
) -> None:
    standing, struck = ground(f"{MACHINE} {LEAVE}", passages, retriever)
    assert not struck
    assert [each.place for each in standing] == [0, 1]
    assert ["binder" in each.citations[0].document for each in standing] == [True, False]
    assert "не более 10" in standing[1].citations[0].quote
    assert standing[1].reason == ""


def test_what_no_document_says_is_struck(retriever: Retriever, passages: list[Passage]) -> None:
    invented = "Отпуск за свой счёт оформляет генеральный директор."
    standing, struck = ground(f"{MACHINE} {invented}", passages, retriever)
    assert [each.text for each in struck] == [invented]
    assert len(standing) == 1


def test_what_contradicts_its_passage_is_not_looked_for(
    retriever: Retriever, passages: list[Passage]
) -> None:
    standing, struck = ground("The Kestrel binder draws 7.5 kilowatts.", passages, retriever)
    assert not standing
    assert [each.verdict for each in struck] == ["contradicted"]


def test_it_is_looked_for_in_scope_alone(retriever: Retriever, passages: list[Passage]) -> None:
    scope = Scope(documents=(passages[0].document,))
    standing, struck = ground(f"{MACHINE} {LEAVE}", passages, retriever, scope=scope)
    assert (len(standing), [each.text for each in struck]) == (1, [LEAVE])
