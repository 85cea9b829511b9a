"""How a text is cut: nothing is lost, nothing comes twice, nothing set aside comes at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DoesNotFit
from rag.summary.pieces import Unit, cut, passages, units
from rag.types import Document, Mark, Page, Turn

TEXT = st.text(alphabet="абв Г.!\n", max_size=200)


def cut_up(document: Document, room: int) -> list[tuple[Unit, ...]]:
    """Pieces of at most so many characters, as their passages would be sent."""

    def fits(part: Sequence[Unit]) -> bool:
        sent = passages(part, {"d": document})
        return sum(len(each.chunk.text) for each in sent) <= room

    return cut(
        units("d", document),
        size=lambda unit: unit.end - unit.start,
        room=room,
        fits=fits,
        text_of=lambda unit: document.text[unit.start : unit.end],
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(TEXT)
    places = st.integers(0, len(text))
    marks = []
    for kind in ("heading", "aside", "aside"):
        start, end = sorted((draw(places), draw(places)))
        if start < end:
            marks.append(Mark(kind, start, end, 1, "" if kind == "heading" else "hidden"))
    middle = draw(places)
    pages = (Page(1, None, 0, middle), Page(2, None, middle, len(text)))
    turn = Turn("А", text[middle:], 1, None, middle, len(text))
    return Document("1", "t", text, pages=pages, marks=tuple(marks), turns=(turn,))


@given(documents(), st.integers(1, 60))
def test_every_sentence_that_was_not_set_aside_stands_in_one_piece(
    document: Document, room: int
) -> None:
    aside = {i for m in document.marks if m.kind == "aside" for i in range(m.start, m.end)}
    seen: list[int] = []
    sent: list[int] = []
    for piece in cut_up(document, room):
        for unit in piece:
            seen += range(unit.start, unit.end)
        stretches = passages(piece, {"d": document})
        assert sum(len(each.chunk.text) for each in stretches) <= room
        sent += [i for p in stretches for i in range(p.chunk.start, p.chunk.end)]
    letters = [i for i, c in enumerate(document.text) if not c.isspace() and i not in aside]
    assert seen == sorted(set(seen))
    assert [i for i in seen if not document.text[i].isspace()] == letters
    assert not set(sent) & aside


def test_a_piece_ends_at_a_heading_rather_than_in_the_middle_of_a_part() -> None:
    text = "Первая часть. Она коротка.\nГлава вторая\nЗдесь начало. Здесь середина. Здесь конец."
    begin = text.index("Глава")
    document = Document("1", "t", text, marks=(Mark("heading", begin, begin + 12, 1),))
    first, *_ = cut_up(document, 52)
    assert text[first[-1].start : first[-1].end] == "Она коротка."


def test_pages_are_passages_of_their_own_with_their_numbers() -> None:
    text = "Раз два три. Четыре пять. Шесть семь."
    middle = text.index("Четыре")
    pages = (Page(1, None, 0, middle), Page(2, None, middle, len(text)))
    document = Document("1", "t", text, pages=pages)
    found = passages(units("d", document), {"d": document})
    assert [(p.pages, p.chunk.text) for p in found] == [
        ((1,), "Раз два три."),
        ((2,), "Четыре пять. Шесть семь."),
    ]


def test_a_sentence_longer_than_the_window_is_cut_between_words() -> None:
    document = Document("1", "t", "слово " * 40)
    found = [document.text[p[0].start : p[-1].end] for p in cut_up(document, 30)]
    assert all(len(text) <= 30 for text in found)
    assert [word for text in found for word in text.split()] == ["слово"] * 40


def test_a_window_that_holds_nothing_is_an_error() -> None:
    with pytest.raises(DoesNotFit):
        cut_up(Document("1", "t", "слово"), 0)


def test_a_turn_stays_whole_and_with_its_label_where_it_fits() -> None:
    said = ["Раз. Два.", "Три четыре пять. Шесть семь восемь. Девять десять.", "Да."]
    text, turns = "", []
    for number, words in enumerate(said):
        text += f"Олег Титов   0:{number}{number}\n"
        turns.append(Turn("Олег Титов", words, 0, None, len(text), len(text) + len(words)))
        text += words + "\n\n"
    document = Document("1", "t", text, turns=tuple(turns))
    for room in (75, 90):
        pieces = [text[p[0].start : p[-1].end] for p in cut_up(document, room)]
        assert len(pieces) > 1
        assert all(piece.startswith("Олег Титов   0:") for piece in pieces)
        assert [sum(words in piece for piece in pieces) for words in said] == [1, 1, 1]
