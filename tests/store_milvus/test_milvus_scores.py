"""Sparse vectors whose inner product is the score that tantivy gives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from store_places import Shelf, by_words, paper, texts

from rag.prepare import words_of
from rag.query import Query
from rag.store.lexical import LexicalIndex, LexicalWriter
from rag.store.milvus import bm25
from rag.store.milvus.scope import ranges, within
from rag.store.rows import ChunkRow
from rag.types import Chunk

VOCABULARY = "кран лодка насос pump boat week причал договор срок аренда report 2021 5".split()


def test_inner_products_are_the_scores_of_tantivy(tmp_path: Path) -> None:
    """Texts of all lengths: their rounding is part of the score."""
    draw = random.Random(11)
    writer, held, counts = LexicalWriter(tmp_path / "words", None), {}, {}
    lengths = [*range(1, 60, 3), 75, 100, 130, 170, 250, 333, 500, 1000, 3000]
    for key, length in enumerate(lengths, 1):
        text = " ".join(draw.choices(VOCABULARY, k=length))
        title, above = " ".join(draw.choices(VOCABULARY, k=3)), draw.choice(VOCABULARY)
        writer.add(
            ChunkRow(key, Chunk(str(key), "d", 0, len(text), text, above), title), words_of(text)
        )
        held[key] = bm25.terms_of(words_of(text), title, above)
    writer.commit()
    index = LexicalIndex(tmp_path / "words")
    for terms in held.values():
        for item in terms.held():
            counts[item] = counts.get(item, 0) + 1
    total = {field: sum(t.lengths[field] for t in held.values()) for field in bm25.BOOSTS}
    averages = bm25.average(total, len(held))
    vectors = {key: bm25.vector(terms, averages) for key, terms in held.items()}
    for word in VOCABULARY:
        query = Query(word, word, (word,))
        [item] = query.stems
        asked = {
            bm25.dimension(field, term): bm25.idf(counts.get((field, term), 0), len(held))
            for field, term in (
                ("stems", item),
                ("forms", word),
                ("title", item),
                ("context", item),
            )
        }
        found = index.search(query, len(held))
        assert found
        for key, score in found:
            product = sum(weight * vectors[key].get(d, 0.0) for d, weight in asked.items())
            assert product == pytest.approx(score, rel=1e-5), (word, key)


def test_a_weight_made_with_other_average_lengths_is_made_anew() -> None:
    for field in bm25.BOOSTS:
        for count, length in ((1, 5), (3, 40), (70, 900)):
            before = bm25.boosted(field, count, length, 37.5)
            wanted = bm25.boosted(field, count, length, 12.25)
            made = bm25.again(before, field, length, 37.5, 12.25)
            assert made == pytest.approx(wanted, rel=1e-9)


def test_a_chunk_without_words_has_a_vector_that_no_question_meets() -> None:
    nothing = bm25.terms_of(words_of("…!"), "", "")
    assert bm25.vector(nothing, dict.fromkeys(bm25.BOOSTS, 0.0)) == {bm25.NOTHING: 1.0}
    names = [("stems", f"слово{n}") for n in range(3000)]
    found = {bm25.dimension(field, term) for field, term in names}
    assert all(0 <= d < bm25.NOTHING for d in found)
    assert len(found) == len(names)
    assert bm25.dimension("stems", "кран") != bm25.dimension("forms", "кран")


def test_spans_that_touch_are_one_range_and_filters_have_an_end() -> None:
    import numpy as np

    spans = np.array([[7, 9], [1, 3], [3, 5], [20, 20], [8, 12]], np.int64)
    assert list(ranges(spans)) == [[(1, 5), (7, 12)]]
    assert within([(1, 5), (7, 12)]) == "((key >= 1 and key < 5) or (key >= 7 and key < 12))"
    told = within([(first, first + 1) for first in range(0, 512, 2)])
    opened = [told[:end].count("(") - told[:end].count(")") for end in range(len(told))]
    assert max(opened) < 10  # Milvus takes no hundred
    assert all(f"(key >= {first} and key < {first + 1})" in told for first in range(0, 512, 2))
    many = np.array([[2 * n, 2 * n + 1] for n in range(600)], np.int64)
    parts = list(ranges(many))
    assert [len(part) for part in parts] == [256, 256, 88]
    assert list(ranges(np.zeros((0, 2), np.int64))) == []


def test_a_stem_counts_as_much_as_its_best_variant_however_many_a_chunk_holds(
    shelf: Shelf,
) -> None:
    """What adds them up would put the chunk of both first."""
    both, often = "Иванов ivanov и ещё много слов о разном", "Иванов Иванов Иванов Иванов"
    fill = {f"{n}.txt": paper(f"Запись {n} о кранах.") for n in range(8)}
    shelf.put({"a.txt": paper(both, often), **fill})
    with shelf.open() as library:
        query = Query("Иванов", "Иванов", ("иванов",), variants={"иван": ("ivanov",)})
        [stem] = query.stems
        query = Query("Иванов", "Иванов", ("иванов",), variants={stem: ("ivanov",)})
        found = library.words.search(query, 2)
        assert texts(library, found) == [often, both]
        assert len(library.words.search(query, 1)) == 1


def test_a_phrase_of_frequent_words_is_found_where_better_chunks_come_first(
    shelf: Shelf,
) -> None:
    better = [paper(f"мир война мир война {n}") for n in range(80)]
    held = paper("Роман «Война и мир» лежит на полке среди других книг.")
    shelf.put({**{f"{n}.txt": each for n, each in enumerate(better)}, "book.txt": held})
    with shelf.open() as library:
        assert texts(library, by_words(library, "«война и мир»")) == [held.chunks[0].text]
        assert not library.words.holds(["мир", "и", "войн"])


def test_scores_stay_those_of_now_when_texts_have_become_longer(
    shelf: Shelf, tmp_path: Path
) -> None:
    """The vectors were made with the average lengths of the first texts."""
    twin = Shelf(tmp_path / "twin", embedder=shelf.embedder)
    short = {f"{n}.txt": paper(f"Кран {n} проверен.") for n in range(10)}
    long = {"long.txt": paper(" ".join(f"кран насос слово{n}" for n in range(200)))}
    for each in (shelf, twin):
        each.put(short)
        each.put(long)
    with shelf.open() as library, twin.open() as other:
        for question in ("кран насос", "кран 3", "слово7 кран проверен"):
            found, wanted = by_words(library, question), by_words(other, question)
            assert [key for key, _ in found] == [key for key, _ in wanted]
            for (_, score), (_, right) in zip(found, wanted, strict=True):
                assert score == pytest.approx(right, rel=1e-4)
