"""What holds of the chunks of any document, however odd its text and whatever its marks."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunk import chunk, coverage
from rag.types import Chunk, Document, Mark, Page, Turn

SENTENCE = "В лесу родилась ёлочка, в лесу она росла. "
PIECES = (
    SENTENCE,
    SENTENCE * 9,
    "The U.S. binder weighs 640 kg, i.e. too much. ",
    "Heading of a part",
    "a | b | U.S. Inc. | 5\n" * 4,
    "Олег: Пришлю. ",
    "x" * 700,
    "该系统用于显示信息。" * 40,
    "слово" + "\u00ad" * 5 + "-" * 90,
    "https://example.org/" + "a/" * 60,
    "...!?..",
    "И́ İß ﬁ\u0301\u0301\u0301",
    "\u202eזכוכית\u202c",
    "👩\u200d👩\u200d👧 \U0010ffff",
    "\ud800",
    "\x00\x1c\x85",
    "\n",
    "\n\n\n",
    "\r\n \t\n",
    "\u2028\u2029",
    " ",
    "\u00a0\u3000\u200b",
    " " * 300,
)
TARGETS = st.sampled_from([1, 2, 7, 30, 200])
thoroughly = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[int]]:
    """A text of pieces, and the places where they meet."""
    pieces = draw(st.lists(st.sampled_from(PIECES), max_size=40))
    return "".join(pieces), [0, *accumulate(map(len, pieces))]


@st.composite
def spans(draw: st.DrawFn, text: str, places: list[int], size: int) -> list[tuple[int, int]]:
    """Spans that may touch, overlap, hold each other or be empty, most on borders of pieces."""
    place = st.one_of(st.sampled_from(places), st.sampled_from(places), st.integers(0, len(text)))
    pairs = draw(st.lists(st.tuples(place, place), max_size=size))
    return [(min(pair), max(pair)) for pair in pairs]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any text with headings, tables and asides anywhere, and with pages and turns in order."""
    text, places = draw(texts())
    marks = [
        Mark(kind, start, end, level=draw(st.integers(1, 4)), note="hidden text")
        for kind in ("heading", "table", "aside")
        for start, end in draw(spans(text, places, 5))
    ]
    cuts = sorted(draw(st.sets(st.sampled_from(places), max_size=10)))
    turns = [
        Turn("Олег", text[start:end], 1, None, start, end)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    borders = [0, *sorted(draw(st.sets(st.integers(0, len(text)), max_size=5))), len(text)]
    pages = [Page(n, None, start, end) for n, (start, end) in enumerate(pairwise(borders), start=1)]
    return Document(
        "d0c",
        "title",
        text,
        pages=tuple(pages) if draw(st.booleans()) else (),
        marks=tuple(draw(st.permutations(marks))),
        turns=tuple(turns) if draw(st.booleans()) else (),
    )


def asides(document: Document) -> list[Mark]:
    return [mark for mark in document.marks if mark.kind == "aside"]


def visible(text: str) -> int:
    """Characters that are no white space, counted one by one."""
    return sum(not char.isspace() for char in text)


@thoroughly
@given(documents(), TARGETS)
def test_every_chunk_is_its_span_in_order_and_apart(document: Document, target: int) -> None:
    chunks = chunk(document, target_words=target)
    for piece in chunks:
        assert piece.text == document.text[piece.start : piece.end]
        assert piece.text == piece.text.strip() != ""
    assert all(left.end <= right.start for left, right in pairwise(chunks))


@thoroughly
@given(documents(), TARGETS)
def test_every_visible_character_is_in_a_chunk_or_set_aside(
    document: Document, target: int
) -> None:
    counted = coverage(document, chunk(document, target_words=target))
    hidden = {place for mark in asides(document) for place in range(mark.start, mark.end)}
    assert counted.lost == 0
    assert counted.characters == visible(document.text)
    assert counted.aside == visible("".join(document.text[place] for place in hidden))
    assert counted.chunked == counted.characters - counted.aside


@thoroughly
@given(documents(), TARGETS)
def test_no_chunk_holds_a_character_that_was_set_aside(document: Document, target: int) -> None:
    for piece in chunk(document, target_words=target):
        for mark in asides(document):
            assert max(piece.start, mark.start) >= min(piece.end, mark.end)


@thoroughly
@given(documents(), TARGETS)
def test_a_heading_begins_a_chunk_or_follows_a_heading(document: Document, target: int) -> None:
    headings = [m for m in document.marks if m.kind == "heading" and m.start < m.end]
    for piece in chunk(document, target_words=target):
        for heading in headings:
            if piece.start < heading.start < piece.end:
                above = [m.end for m in headings if m.start < heading.start]
                assert not document.text[max([piece.start, *above]) : heading.start].strip()


@thoroughly
@given(documents(), TARGETS)
def test_no_chunk_is_larger_than_its_bound(document: Document, target: int) -> None:
    limit = max(1, target * 3 // 2)
    for piece in chunk(document, target_words=target):
        assert len(piece.text.split()) <= limit
        assert visible(piece.text) <= limit * 20


@thoroughly
@given(documents(), TARGETS, TARGETS)
def test_ids_are_those_of_their_spans(document: Document, target: int, other: int) -> None:
    chunks = chunk(document, target_words=target)
    assert len({piece.id for piece in chunks}) == len(chunks)
    assert chunk(document, target_words=target) == chunks

    def by_span(pieces: list[Chunk]) -> dict[tuple[int, int], str]:
        return {(piece.start, piece.end): piece.id for piece in pieces}

    first, second = by_span(chunks), by_span(chunk(document, target_words=other))
    assert all(first[span] == second[span] for span in first.keys() & second.keys())
    elsewhere = chunk(replace(document, id="other"), target_words=target)
    assert by_span(elsewhere).keys() == first.keys()
    assert not {piece.id for piece in elsewhere} & set(first.values())


@thoroughly
@given(documents(), TARGETS, st.data())
def test_a_lost_or_shortened_chunk_is_counted_to_the_character(
    document: Document, target: int, data: st.DataObject
) -> None:
    chunks = chunk(document, target_words=target)
    if not chunks:
        return
    place = data.draw(st.integers(0, len(chunks) - 1))
    piece = chunks[place]
    rest = chunks[:place] + chunks[place + 1 :]
    assert coverage(document, rest).lost == visible(piece.text)
    shorter = replace(piece, end=piece.end - 1, text=piece.text[:-1])
    assert coverage(document, [*rest, shorter]).lost == 1
