"""A document in pieces: all of it, in order, each within its bound, cut where it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import DoesNotFit
from rag.jobs.pieces import Piece, halves, pieces, whole
from rag.readers.text.plain import read_markdown, read_text
from rag.types import Document, Mark

PROGRAM = "def one():\n    x = 1\n\n    return x\n\n\ndef two():\n    return 2\n"


def within(most: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= most


@settings(deadline=None)
@given(st.text(alphabet="аб c.\n!A", max_size=300), st.integers(1, 60))
def test_pieces_hold_the_whole_text_in_order_within_the_bound(text: str, most: int) -> None:
    document = Document("", "", text)
    found = pieces(document, within(most))
    assert all(len(piece.text) <= most for piece in found)
    assert "".join(piece.text for piece in found).split() == text.split() or (
        "".join("".join(piece.text for piece in found).split()) == "".join(text.split())
    )
    for piece in found:
        for place in range(len(piece.text)):
            assert text[piece.place(place)] == piece.text[place]


def test_what_fits_is_one_piece_as_it_stands() -> None:
    document = read_text(PROGRAM.encode(), "a.txt")
    assert [piece.text for piece in pieces(document, within(1000))] == [PROGRAM]


def test_a_program_is_cut_between_its_functions_and_keeps_its_indents() -> None:
    document = read_text(PROGRAM.encode(), "a.txt")
    found = [piece.text for piece in pieces(document, within(45))]
    assert found == [PROGRAM[: PROGRAM.index("def two")], PROGRAM[PROGRAM.index("def two") :]]


def test_headings_come_before_paragraphs_and_lines_before_sentences() -> None:
    text = "# A\n\nOne. Two.\n\nThree.\n\n# B\n\nFour.\n"
    document = read_markdown(text.encode(), "a.md")
    assert [p.text for p in pieces(document, within(27))] == [text[:24], text[24:]]
    lines = Document("", "", "One two. Three.\nFour five. Six.\n")
    assert [p.text for p in pieces(lines, within(17))] == [
        "One two. Three.\n",
        "Four five. Six.\n",
    ]


def test_what_is_set_aside_is_left_out_and_places_stay_true() -> None:
    text = "Начало. СКРЫТОЕ Конец."
    start = text.index("СКРЫТОЕ")
    document = Document("", "", text, marks=(Mark("aside", start, start + 8, note="hidden text"),))
    piece = whole(document)
    assert piece.text == "Начало. Конец."
    assert text[piece.place(piece.text.index("Конец")) :].startswith("Конец")
    assert [each.text for each in pieces(document, within(8))] == ["Начало. ", "Конец."]
    hidden = replace(document, marks=(Mark("aside", 0, len(text)),))
    assert pieces(hidden, within(100)) == []


def test_where_not_a_character_fits_it_is_said() -> None:
    with pytest.raises(DoesNotFit, match="no room"):
        pieces(Document("", "", "слово"), lambda _: False)


def test_a_piece_is_halved_between_lines_and_one_line_is_not() -> None:
    document = Document("", "", "a b\nc d\ne f\ng h\n")
    parts = halves(document, whole(document))
    assert [part.text for part in parts] == ["a b\nc d\n", "e f\ng h\n"]
    line = Piece(((0, 4),), "a b\n")
    one = Document("", "", "a b c d e f g h")
    assert halves(one, whole(one)) == [whole(one)]
    assert line.place(3) == 3
