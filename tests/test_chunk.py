"""Chunks: exact offsets, nothing lost, borders where thoughts end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunk import CHUNKER_VERSION, Coverage, chunk, coverage
from rag.types import Document, Line, Mark, Page, Turn

SENTENCE = "В лесу родилась ёлочка, в лесу она росла."  # eight words less one


def plain(text: str, **fields: object) -> Document:
    return Document("d0c", "title", text, **fields)  # type: ignore[arg-type]


def words(text: str) -> int:
    return len(text.split())


def prose(sentences: int) -> str:
    return " ".join([SENTENCE] * sentences)


def with_headings(text: str) -> Document:
    """Lines that begin with # are headings of that level."""
    marks, start = [], 0
    for line in text.split("\n"):
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            marks.append(Mark("heading", start, start + len(line), level=level))
        start += len(line) + 1
    return plain(text, marks=tuple(marks))


def with_pages(*texts: str) -> Document:
    pages, start = [], 0
    for number, text in enumerate(texts, start=1):
        pages.append(Page(number, None, start, start + len(text)))
        start += len(text) + 2
    return plain("\n\n".join(texts), pages=tuple(pages))


def with_turns(*said: tuple[str, str], before: str = "") -> Document:
    text, turns = before, []
    for line, (speaker, words_said) in enumerate(said, start=1):
        start = len(text) + len(speaker) + 2
        turns.append(Turn(speaker, words_said, line, None, start, start + len(words_said)))
        text += f"{speaker}: {words_said}\n"
    return plain(text, turns=tuple(turns), lines=(Line(1, 0),), kind="meeting")


def test_a_short_text_is_one_chunk() -> None:
    (only,) = chunk(plain("  Привет, мир!\n"))
    assert (only.start, only.end, only.text, only.context) == (2, 14, "Привет, мир!", "")
    assert only.document_id == "d0c"


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_gives_no_chunks(text: str) -> None:
    assert chunk(plain(text)) == []


def test_long_prose_is_cut_evenly_between_sentences() -> None:
    chunks = chunk(plain(prose(100)))
    assert len(chunks) == 4
    assert all(150 <= words(piece.text) <= 250 for piece in chunks)
    assert all(piece.text.startswith("В лесу") and piece.text.endswith(".") for piece in chunks)


@pytest.mark.parametrize("target", [1, 20, 200])
def test_no_chunk_is_much_longer_than_the_target(target: int) -> None:
    text = prose(50) + "\n\n" + "слово " * 1000 + "\n\n" + "x" * 20_000
    for piece in chunk(plain(text), target_words=target):
        assert words(piece.text) <= max(1, target * 1.5)
        assert len(piece.text) <= max(1, int(target * 1.5)) * 20


def test_a_target_below_one_word_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        chunk(plain("a"), target_words=0)


def test_a_sentence_too_long_is_cut_between_lines_first() -> None:
    rows = [f"row {number} | one | two | three | four" for number in range(100)]
    chunks = chunk(plain("\n".join(rows)))
    assert len(chunks) > 1
    assert [row for piece in chunks for row in piece.text.split("\n")] == rows


def test_rows_of_a_table_are_not_cut_at_full_stops() -> None:
    rows = [f"{number} | U.S. Inc. Sales rose. Costs fell. | 5" for number in range(60)]
    text = "\n".join(rows)
    chunks = chunk(plain(text, marks=(Mark("table", 0, len(text)),)), target_words=50)
    assert [row for piece in chunks for row in piece.text.split("\n")] == rows


def test_headings_part_chunks_and_give_their_context() -> None:
    text = (
        "Before.\n# One\nWords of one.\n## Deep\nWords of deep.\n"
        "# Two\n## Empty above\nWords of two."
    )
    got = [(piece.context, piece.text) for piece in chunk(with_headings(text))]
    assert got == [
        ("", "Before."),
        ("One", "# One\nWords of one."),
        ("One › Deep", "## Deep\nWords of deep."),
        ("Two › Empty above", "# Two\n## Empty above\nWords of two."),
    ]


def test_all_chunks_of_a_section_stand_under_its_heading() -> None:
    chunks = chunk(with_headings(f"# Ёлка\n{prose(80)}\n# Конец\nВсё."))
    assert [piece.context for piece in chunks] == ["Ёлка"] * 3 + ["Конец"]


def test_a_paragraph_styled_as_a_heading_is_not_repeated_with_every_chunk() -> None:
    """It made a file of 0.6 MB a library of 260 MB, and ended the ingest of its whole folder."""
    text = f"# {prose(80)}"
    pieces = chunk(plain(text, marks=(Mark("heading", 0, len(text), level=1),)))
    assert len(pieces) > 2
    assert {piece.context for piece in pieces} == {text[2:202]}


def test_full_pages_are_not_mixed_and_short_ones_are() -> None:
    document = with_pages(prose(30), prose(28), prose(2), prose(3))
    spans = [(document.page_at(c.start), document.page_at(c.end - 1)) for c in chunk(document)]
    assert spans == [(1, 1), (2, 4)]


def test_asides_are_in_no_chunk_and_are_counted() -> None:
    text = "Header\nWords of the page.\nPage 7"
    marks = (Mark("aside", 0, 6, note="running header"), Mark("aside", 26, 32))
    document = plain(text, marks=marks)
    chunks = chunk(document)
    assert [piece.text for piece in chunks] == ["Words of the page."]
    assert coverage(document, chunks) == Coverage(characters=26, chunked=15, aside=11, lost=0)


def test_coverage_tells_what_is_lost_and_counts_overlaps_once() -> None:
    document = plain(prose(100))
    chunks = chunk(document)
    whole = coverage(document, chunks)
    assert whole == Coverage(whole.characters, whole.characters, 0, 0)
    assert coverage(document, [*chunks, *chunks]) == whole
    missing = len("".join(chunks[1].text.split()))
    assert coverage(document, [chunks[0], *chunks[2:]]).lost == missing


def test_speaker_turns_stay_whole_with_their_labels() -> None:
    said = [("Олег", prose(3)), ("Анна", prose(2))] * 20
    chunks = chunk(with_turns(*said, before="Созвон по ремонту.\n\n"))
    assert len(chunks) > 1
    assert chunks[0].text.startswith("Созвон по ремонту.\n\nОлег: ")
    assert all(piece.text.startswith(("Олег: ", "Анна: ")) for piece in chunks[1:])
    assert all(piece.text.endswith(".") for piece in chunks)


def test_a_turn_too_long_is_cut_between_sentences() -> None:
    document = with_turns(("Олег", prose(100)), ("Анна", "Да."))
    chunks = chunk(document)
    assert len(chunks) >= 4
    assert all(words(piece.text) <= 300 for piece in chunks)
    assert all(piece.text.endswith(".") for piece in chunks)


@pytest.mark.parametrize(("level", "expected"), [(1, "Цены › Товар | Цена"), (0, "Цены")])
def test_a_chunk_from_the_middle_of_a_table_knows_its_columns(level: int, expected: str) -> None:
    rows = "\n".join(f"Насос {n} | {n * 10}" for n in range(200))
    text = f"Цены\n\nТовар | Цена\n{rows}"
    start = text.index("Товар")
    heading = Mark("heading", 0, 4, level=1)
    table = Mark("table", start, len(text), level=level)
    document = Document("d", "t", text, marks=(heading, table))
    first, *others = chunk(document)
    assert "Товар | Цена" in first.text
    assert first.context == "Цены"
    assert {piece.context for piece in others} == {expected}
    assert coverage(document, [first, *others]).lost == 0


def test_ids_are_stable_and_depend_on_document_span_and_version() -> None:
    first, second = chunk(plain(prose(50)))
    again = chunk(plain(prose(50)))
    assert [first.id, second.id] == [piece.id for piece in again]
    assert first.id != second.id
    assert len(first.id) == 32
    assert set(first.id) <= set("0123456789abcdef")
    other = chunk(Document("other", "t", prose(50)))
    assert other[0].id != first.id
    assert CHUNKER_VERSION


@pytest.mark.parametrize("filler", [" ", "\n", "\n ", ". ", "-", "1.", "\t|"])
def test_no_text_makes_cutting_slow(filler: str) -> None:
    """A pattern that backtracks over a long run would take hours here."""
    document = plain(f"a.{filler * 100_000}b")
    assert coverage(document, chunk(document)).lost == 0


TEXTS = st.text(st.sampled_from("абВГ xyZ12.,!?—\n\n  |#-•\u3000\u00a0中"), max_size=600)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any text with marks, pages and turns anywhere in it."""
    text = draw(TEXTS)
    places = st.integers(0, len(text))
    spans = st.lists(st.tuples(places, places).map(sorted).map(tuple), max_size=6)
    marks = [
        Mark(kind, start, end, level=draw(st.integers(1, 3)))
        for kind in ("heading", "table", "aside")
        for start, end in draw(spans)
    ]
    cuts = sorted(draw(st.sets(places, max_size=8)))
    turns = [
        Turn("A", text[start:end], 1, None, start, end)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    borders = [0, *sorted(draw(st.sets(places, max_size=4))), len(text)]
    pages = [
        Page(number, None, start, end)
        for number, (start, end) in enumerate(pairwise(borders), start=1)
    ]
    return plain(text, marks=tuple(marks), turns=tuple(turns), pages=tuple(pages))


@settings(max_examples=300, deadline=None)
@given(documents(), st.sampled_from([1, 5, 30, 200]))
def test_whatever_the_document_chunks_are_exact_ordered_and_complete(
    document: Document, target: int
) -> None:
    chunks = chunk(document, target_words=target)
    asides = [mark for mark in document.marks if mark.kind == "aside"]
    for piece in chunks:
        assert document.text[piece.start : piece.end] == piece.text == piece.text.strip() != ""
        assert not any(max(piece.start, m.start) < min(piece.end, m.end) for m in asides)
    assert all(left.end <= right.start for left, right in pairwise(chunks))
    assert len({piece.id for piece in chunks}) == len(chunks)
    assert coverage(document, chunks).lost == 0
