"""What is found is the same wherever words and vectors are: keys, scores and order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from papers import ENGLISH, HANDBOOK, MEETING
from store_places import (
    HERE,
    Place,
    Shelf,
    asked,
    by_vectors,
    by_words,
    close,
    ids,
    paper,
    same,
    texts,
    vectors_of,
)

from rag.embed import HashedEmbedder
from rag.index import Library
from rag.query import understand
from rag.retrieve import Retriever
from rag.types import Scope

DECOMPOSED = "Подъе\u0308м и\u0306ода: щётка «Ёлочка» и ёж"
LONG = " ".join(f"слово{number} повтор" for number in range(600))  # some 9,000 characters
WIDE = "ж" * 40_000  # 80,000 bytes of one word
ODD = "Ноль\x00внутри, смайлик 🙂👩‍👩‍👧, שלום עולם и مرحبا"
PAPERS = {
    "правила.md": paper(
        *HANDBOOK.split("\n\n"), title="Правила отпусков", context="Кадры > Отпуск"
    ),
    "планёрка.txt": paper(
        *MEETING.split("\n\n"), title="Планёрка", date="2025-11-12", kind="meeting"
    ),
    "binder.txt": paper(*ENGLISH.split("\n\n"), title="The binder", date="2024-05-01"),
    "письма.txt": paper(
        "Перенос отпуска согласует начальник отдела кадров.",
        "Отпуск начальника переносится на год, его согласует отдел.",
        "Иванов открыл выставку «Война и мир» 15 ноября 2025 года.",
        "Мир после войны: война окончилась, и мир настал 01.02.2020.",
        "Kuznetsov paid 5,000,000 in FY2018 for the milling cutter.",
        "The cutters were milled again; revenue fell by 12 percent.",
        title="Annual report of Borealis",
        date="2023-01-31",
    ),
    "odd.txt": paper(DECOMPOSED, ODD, LONG, WIDE, "🙂", title="Ёж"),
    "echo.txt": paper(*["Эхо в горах повторяется."] * 90),
    "twins.txt": paper("Два одинаковых слова.", "Два одинаковых слова.", "Два одинаковых слова."),
    **{
        f"note-{number:02}.txt": paper(
            f"Записка {number}: насос {number % 7} проверяют каждые {number % 5 + 2} недели.",
            f"Note {number}: pump {number % 3} was sent to Tver, and came back in week {number}.",
            title=f"Записка {number}",
            date=f"2025-{number % 12 + 1:02}-10",
        )
        for number in range(24)
    },
}
QUESTIONS = (
    "сколько дней отпуска переносится?",
    "кто пришлёт смету до пятницы",
    "How heavy is the Kestrel binder?",
    "переносы отпусков начальник",
    "что открыл Ivanov",  # the other alphabet
    "Кузнецов 5 млн за 2018 год",
    "November 15, 2025",
    "dscnfdre",  # the other keyboard layout
    "выстфвка",  # a slip of the finger
    "«война и мир»",
    "«мир война»",  # no text holds it
    "«отдела» и «начальник»",
    "Borealis",  # a title's word
    "кадры",  # a heading's word
    "насос 3 каждые недели",
    "pump Tver week",
    "елочка йода щетка подъем",
    "שלום",
    "два одинаковых слова",
    "повтор слово77",
)
NOTHING = ("", " ", "?!", "🙂", "qqqqqqqq", "«»", "\x00")


@dataclass(frozen=True)
class Stacks:
    """One library in one place, and its twin in the library's folder."""

    library: Library
    twin: Library
    embedder: HashedEmbedder


@pytest.fixture(scope="module")
def stacks(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stacks]:
    """A library that no test changes."""
    home = tmp_path_factory.mktemp("stacks")
    here, there = Shelf(home / "here", HERE), Shelf(home / "there", place.where)
    for shelf in (here, there):
        shelf.put(PAPERS)
    with there.open() as library, here.open() as twin:
        yield Stacks(library, twin, HashedEmbedder())


def documents(library: Library, *names: str) -> list[str]:
    return [row.id for row in library.catalogue.documents() if row.name in names]


# -- order


@pytest.mark.parametrize("question", QUESTIONS)
def test_words_find_the_same_chunks_in_the_same_order(stacks: Stacks, question: str) -> None:
    found, wanted = by_words(stacks.library, question), by_words(stacks.twin, question)
    assert asked(stacks.library, question) == asked(stacks.twin, question)
    assert wanted or question == "שלום"
    assert same(ids(stacks.library, found), ids(stacks.twin, wanted)), (found, wanted)


def test_vectors_find_the_nearest_chunks_in_their_order(stacks: Stacks) -> None:
    library, twin = stacks.library, stacks.twin
    for question in QUESTIONS:
        found = by_vectors(library, stacks.embedder, question)
        wanted = by_vectors(twin, stacks.embedder, question)
        assert same(ids(library, found), ids(twin, wanted)), question


def test_cosines_are_those_of_the_vectors_themselves(stacks: Stacks) -> None:
    library, question = stacks.library, QUESTIONS[0]
    vector = library.embedder(stacks.embedder).encode_query(question)
    held = vectors_of(library)
    for key, score in by_vectors(library, stacks.embedder, question, 5):
        assert score == pytest.approx(float(held[key] @ vector), abs=1e-4)
    best = by_vectors(library, stacks.embedder, question, 1)[0]
    assert best[1] >= max(float(held[key] @ vector) for key in held) - 1e-4


def test_both_searches_together_give_the_same_passages(stacks: Stacks) -> None:
    library, twin = stacks.library, stacks.twin
    one, other = (Retriever(each, stacks.embedder) for each in (library, twin))
    for question in QUESTIONS:
        found, wanted = (each.retrieve(question).passages for each in (one, other))
        assert same(
            [(p.chunk.id, p.score) for p in found], [(p.chunk.id, p.score) for p in wanted]
        ), question
        assert [p.via for p in found] == [p.via for p in wanted]


def test_equal_texts_are_found_all_with_one_score(stacks: Stacks) -> None:
    hits = by_words(stacks.library, "два одинаковых слова", 3)
    assert texts(stacks.library, hits) == ["Два одинаковых слова."] * 3
    assert len({key for key, _ in hits}) == 3
    assert all(close(score, hits[0][1]) for _, score in hits)


@pytest.mark.parametrize("limit", [1, 7, 50])
@pytest.mark.parametrize("question", ["эхо в горах", "«эхо в горах»"])
def test_of_those_that_tie_the_first_are_found(stacks: Stacks, question: str, limit: int) -> None:
    """Else a passage would come and go with the place of the library."""
    all_of_them = sorted(key for key, _ in by_words(stacks.library, "эхо", 1000))
    assert len(all_of_them) == 90
    found = by_words(stacks.library, question, limit)
    near = by_vectors(stacks.library, stacks.embedder, "Эхо в горах повторяется.", limit)
    assert [key for key, _ in found] == [key for key, _ in near] == all_of_them[:limit]


def test_scores_fall_and_no_chunk_comes_twice(stacks: Stacks) -> None:
    for question in QUESTIONS:
        for hits in (
            by_words(stacks.library, question, 50),
            by_vectors(stacks.library, stacks.embedder, question, 50),
        ):
            scores = [score for _, score in hits]
            assert scores == sorted(scores, reverse=True)
            assert len({key for key, _ in hits}) == len(hits)


# -- how many


@pytest.mark.parametrize("limit", [1, 7, 1000, 20_000])
def test_more_than_there_is_is_all_there_is(stacks: Stacks, limit: int) -> None:
    library, total = stacks.library, len(stacks.twin.vectors)
    near = by_vectors(library, stacks.embedder, "отпуск", limit)
    assert len(near) == min(limit, total)
    found, wanted = (by_words(each, "записка насос", limit) for each in (library, stacks.twin))
    assert same(ids(library, found), ids(stacks.twin, wanted))


def test_lengths_are_those_of_the_catalogue(stacks: Stacks) -> None:
    chunks = stacks.library.catalogue.counts()[1]
    assert len(stacks.library.words) == len(stacks.library.vectors) == chunks


def test_every_vector_is_given_once_and_is_that_of_its_chunk(stacks: Stacks) -> None:
    held = vectors_of(stacks.library)
    assert sorted(held) == list(stacks.library.catalogue.live_keys())
    twin = vectors_of(stacks.twin)
    assert sorted(twin) == sorted(held)
    for key, vector in held.items():
        np.testing.assert_allclose(vector, twin[key], atol=1e-3)


@pytest.mark.parametrize("question", NOTHING)
def test_a_question_of_nothing_known_finds_nothing(stacks: Stacks, question: str) -> None:
    assert by_words(stacks.library, question) == []
    for each in (stacks.library, stacks.twin):
        assert Retriever(each, stacks.embedder).retrieve(question, mode="words").passages == ()
    found, wanted = (
        Retriever(each, stacks.embedder).retrieve(question).passages
        for each in (stacks.library, stacks.twin)
    )
    assert len(found) == len(wanted)


def test_thousands_of_words_are_a_question_too(stacks: Stacks) -> None:
    question = " ".join(f"слово{number}" for number in range(3_000)) + " выставка"
    found, wanted = (by_words(each, question) for each in (stacks.library, stacks.twin))
    assert same(ids(stacks.library, found), ids(stacks.twin, wanted))


# -- filters


def test_only_chunks_of_the_documents_are_found_by_words(stacks: Stacks) -> None:
    for names in (("письма.txt",), ("планёрка.txt", "правила.md"), ("note-03.txt",), ()):
        chosen = documents(stacks.library, *names)
        for question in QUESTIONS:
            found = by_words(stacks.library, question, 50, chosen)
            wanted = by_words(stacks.twin, question, 50, chosen)
            assert same(ids(stacks.library, found), ids(stacks.twin, wanted)), (names, question)


def test_only_chunks_of_the_spans_are_found_by_vectors(stacks: Stacks) -> None:
    library = stacks.library
    chosen = documents(library, "письма.txt", "note-07.txt")
    spans = library.catalogue.spans_of(chosen)
    inside = {key for first, end in spans.tolist() for key in range(first, end)}
    found = by_vectors(library, stacks.embedder, "отпуск насос", 50, spans)
    assert {key for key, _ in found} == inside
    wanted = by_vectors(stacks.twin, stacks.embedder, "отпуск насос", 50, spans)
    assert same(ids(library, found), ids(stacks.twin, wanted))
    nothing = np.zeros((0, 2), np.int64)
    assert by_vectors(library, stacks.embedder, "отпуск", 5, nothing) == []


@pytest.mark.parametrize(
    "scope",
    [
        Scope(since="2025-06-01"),
        Scope(until="2024-12-31"),
        Scope(since="2025-03-01", until="2025-05-31"),
        Scope(documents=("письма.txt",)),
        Scope(documents=("note-*",), until="2025-04-30"),
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["hybrid", "words", "vectors"])
def test_a_scope_lets_nothing_else_through(stacks: Stacks, scope: Scope, mode: str) -> None:
    question = "насос каждые недели, pump to Tver, отпуск и binder"
    one, other = (Retriever(each, stacks.embedder) for each in (stacks.library, stacks.twin))
    allowed = set(one.select(scope) or ())
    found = one.retrieve(question, scope=scope, mode=mode, k=20).passages  # type: ignore[arg-type]
    wanted = other.retrieve(question, scope=scope, mode=mode, k=20).passages  # type: ignore[arg-type]
    assert {p.chunk.document_id for p in found} <= allowed
    assert found
    assert same([(p.chunk.id, p.score) for p in found], [(p.chunk.id, p.score) for p in wanted])


def test_thousands_of_documents_are_a_filter_too(stacks: Stacks) -> None:
    """Those that are there, among ten thousand ids that are not."""
    chosen = [*documents(stacks.library, "письма.txt"), *(f"{n:064x}" for n in range(10_000))]
    found = by_words(stacks.library, "отпуск начальник", 50, chosen)
    wanted = by_words(stacks.twin, "отпуск начальник", 50, documents(stacks.twin, "письма.txt"))
    assert wanted
    assert same(ids(stacks.library, found), ids(stacks.twin, wanted))
    spans = np.array([[key * 2, key * 2 + 1] for key in range(5_000)], np.int64)
    near = by_vectors(stacks.library, stacks.embedder, "отпуск", 500, spans)
    even = [key for key in stacks.library.catalogue.live_keys() if key % 2 == 0]
    assert sorted(key for key, _ in near) == even


# -- the dictionary


def test_frequencies_are_those_of_the_chunks(stacks: Stacks) -> None:
    library, twin = stacks.library.words, stacks.twin.words
    stems = [stem for stem, _ in twin.stems_from("")]
    assert len(stems) > 300
    for stem in [*stems[:60], *stems[-60:], "отпуск", "нет-такого", "", "\x00", "🙂"]:
        assert library.frequency(stem) == twin.frequency(stem), stem
        assert library.knows(stem) == twin.knows(stem), stem
    for known in ("кадр", "boreali", "записк"):  # in headings or titles as well
        assert library.knows(known) == twin.knows(known)
    for word in ("отпуска", "Отпуска", "cutters", "cutter", "нигде"):
        assert library.counted(word) == twin.counted(word)


def test_frequencies_among_documents_are_those_of_their_chunks(stacks: Stacks) -> None:
    library, twin = stacks.library, stacks.twin
    stems = ["отпуск", "насос", "pump", "мир", "нигд"]
    for names in (("письма.txt",), ("правила.md", "note-01.txt"), ("binder.txt",)):
        chosen = documents(library, *names)
        found = library.words.frequencies(stems, chosen)
        assert found == twin.words.frequencies(stems, chosen)
        assert found[0] > 0
    assert library.words.frequencies(stems, ["0" * 64]) == (0, [0] * 5)
    assert library.words.frequencies([], documents(library, "письма.txt")) == (6, [])


@pytest.mark.parametrize(
    "prefix", ["", "от", "отпуск", "c", "1", "ё", "%", "_", "'", '"', "🙂", "ъъъ"]
)
def test_words_and_stems_are_told_by_their_beginnings(stacks: Stacks, prefix: str) -> None:
    library, twin = stacks.library.words, stacks.twin.words
    for found, wanted in (
        (library.words_from(prefix), twin.words_from(prefix)),
        (library.stems_from(prefix), twin.stems_from(prefix)),
    ):
        assert sorted(found) == sorted(wanted)
        counts = [count for _, count in found]
        assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("stem", ["кадр", "отпуск", "переноc", "cutter", "nowhere", "", "выставк"])
def test_a_stem_is_spelled_as_its_most_frequent_word(stacks: Stacks, stem: str) -> None:
    assert stacks.library.words.spelled(stem) == stacks.twin.words.spelled(stem)


def test_phrases_are_words_side_by_side(stacks: Stacks) -> None:
    words = stacks.library.words
    letters = documents(stacks.library, "письма.txt")
    assert words.holds(["войн", "и", "мир"])
    assert words.holds(["войн", "и", "мир"], letters)
    assert not words.holds(["войн", "и", "мир"], documents(stacks.library, "binder.txt"))
    assert not words.holds(["мир", "войн"])
    assert not words.holds(["войн", "мир"])
    assert words.holds(["мир"])
    assert not words.holds(["нигд"])
    hits = [key for key, _ in by_words(stacks.library, "война мир", 10)]
    holding = words.holding([("войн", "и", "мир"), ("и", "мир", "наста")], hits)
    assert holding == stacks.twin.words.holding([("войн", "и", "мир"), ("и", "мир", "наста")], hits)
    assert len(holding) == 2
    assert words.holding([("войн", "и", "мир")], []) == set()


# -- odd texts


@pytest.mark.parametrize("text", [DECOMPOSED, ODD, LONG, WIDE, "🙂"], ids=len)
def test_a_text_of_any_signs_and_any_length_comes_back_as_it_was(stacks: Stacks, text: str) -> None:
    held = {row.chunk.text for row in stacks.library.catalogue.chunks()}
    assert text in held
    near = by_vectors(stacks.library, stacks.embedder, text[:5_000], 1)
    wanted = by_vectors(stacks.twin, stacks.embedder, text[:5_000], 1)
    assert same(ids(stacks.library, near), ids(stacks.twin, wanted))


def test_letters_written_in_two_ways_meet(stacks: Stacks) -> None:
    for question in ("ёлочка", "елочка", "йод", "и\u0306од"):
        assert texts(stacks.library, by_words(stacks.library, question, 1)) == [DECOMPOSED]
    assert texts(stacks.library, by_words(stacks.library, "смайлик", 1)) == [ODD]
    assert texts(stacks.library, by_words(stacks.library, "ноль", 1)) == [ODD]


def test_the_last_word_of_a_long_chunk_is_found(stacks: Stacks) -> None:
    assert texts(stacks.library, by_words(stacks.library, "слово599", 1)) == [LONG]


# -- many at once


def test_threads_that_search_at_once_find_what_each_would_alone(stacks: Stacks) -> None:
    library, embedder = stacks.library, stacks.embedder
    queries = [understand(question, library.words) for question in QUESTIONS[:6]]
    encode = library.embedder(embedder).encode_query
    alone = [
        (library.words.search(q, 10), library.vectors.search(encode(q.text), 10)) for q in queries
    ]
    together: dict[int, object] = {}

    def search(number: int) -> None:
        query = queries[number]
        words = library.words.search(query, 10)
        together[number] = (words, library.vectors.search(encode(query.text), 10))

    threads = [threading.Thread(target=search, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[number] for number in range(6)] == alone
