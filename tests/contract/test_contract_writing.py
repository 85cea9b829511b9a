"""What goes in comes out: added, replaced, removed, embedded anew, in any order of steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_places import (
    HERE,
    LetterEmbedder,
    Place,
    Shelf,
    asked,
    by_vectors,
    by_words,
    ids,
    paper,
    publish,
    row,
    same,
    texts,
    vectors_of,
)

from rag.doctor import examine
from rag.embed import HashedEmbedder
from rag.errors import LibraryMismatch
from rag.index import Library, Writer

CRANE = "Записка о подъёмных кранах."
BOAT = "Лодка стоит у причала с мая."
PUMP = "The pump was sent to Tver in week 12."


def found(shelf: Shelf, question: str) -> list[str]:
    """The texts that words find."""
    with shelf.open() as library:
        return texts(library, by_words(library, question))


def whole(shelf: Shelf) -> bool:
    """Whether everything is in step: what `rag doctor` looks at, and every vector once."""
    with shelf.open() as library:
        keys = list(library.catalogue.live_keys())
        assert len(library.words) == len(library.vectors) == len(keys)
        assert sorted(vectors_of(library)) == keys
    return all(check.ok for check in examine(shelf.paths, shelf.embedder))


def test_what_is_added_is_found_beside_what_was_there(shelf: Shelf) -> None:
    shelf.put({"краны.txt": paper(CRANE)})
    delta = shelf.put({"лодки.txt": paper(BOAT), "pump.txt": paper(PUMP)})
    assert (delta.generation, len(delta.added), delta.removed) == (2, 2, ())
    assert found(shelf, "кран") == [CRANE]
    assert found(shelf, "лодка") == [BOAT]
    assert found(shelf, "pumps") == [PUMP]
    assert whole(shelf)


def test_other_bytes_under_a_name_take_the_place_of_those_before(shelf: Shelf) -> None:
    shelf.put({"a.txt": paper(CRANE, "Второй раздел о лебёдках."), "b.txt": paper(PUMP)})
    delta = shelf.put({"a.txt": paper(BOAT)})
    assert (len(delta.added), len(delta.removed)) == (1, 2)
    assert found(shelf, "кран лебёдка") == []
    assert found(shelf, "лодка") == [BOAT]
    assert found(shelf, "pump") == [PUMP]
    with shelf.open() as library:
        near = by_vectors(library, shelf.embedder, CRANE, 10)
        assert sorted(texts(library, near)) == sorted([BOAT, PUMP])
    assert whole(shelf)


def test_what_is_taken_out_is_gone_and_can_come_back(shelf: Shelf) -> None:
    papers = {"a.txt": paper(CRANE), "b.txt": paper(BOAT)}
    shelf.put(papers)
    shelf.put({}, "a.txt")
    assert found(shelf, "кран") == []
    assert found(shelf, "лодка") == [BOAT]
    assert whole(shelf)
    shelf.put({"a.txt": papers["a.txt"]})
    assert found(shelf, "кран") == [CRANE]
    assert whole(shelf)


def test_a_library_that_was_emptied_finds_nothing_and_can_be_filled(shelf: Shelf) -> None:
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT)})
    shelf.put({}, "a.txt", "b.txt")
    with shelf.open() as library:
        assert len(library.words) == len(library.vectors) == 0
        assert by_words(library, "кран лодка") == []
        assert by_vectors(library, shelf.embedder, "кран") == []
        assert vectors_of(library) == {}
        assert library.words.words_from("") == []
        assert library.words.frequencies(["кран"], []) == (0, [0])
        assert not library.words.holds(["кран"])
    assert whole(shelf)
    shelf.put({"b.txt": paper(BOAT)})
    assert found(shelf, "лодка") == [BOAT]
    assert whole(shelf)


def test_the_same_bytes_under_two_names_are_there_once_and_until_both_are_gone(
    shelf: Shelf,
) -> None:
    boat = paper(BOAT, PUMP)
    delta = shelf.put({"a.txt": boat, "copy.txt": boat})
    assert len(delta.added) == 2
    assert found(shelf, "лодка") == [BOAT]
    with shelf.open() as library:
        assert [each.name for each in library.catalogue.documents()] == ["a.txt", "copy.txt"]
    shelf.put({}, "a.txt")
    assert found(shelf, "лодка") == [BOAT]
    with shelf.writing() as writer:  # another name, and no document staged
        writer.publish([row("third.txt", boat)], [])
    shelf.put({}, "copy.txt")
    assert found(shelf, "лодка") == [BOAT]
    shelf.put({}, "third.txt")
    assert found(shelf, "лодка") == []
    assert whole(shelf)


def test_a_document_that_is_read_again_keeps_its_chunks_once(shelf: Shelf) -> None:
    shelf.put({"a.txt": paper(CRANE, BOAT)})
    delta = shelf.put({"a.txt": paper(CRANE, BOAT)})
    assert (len(delta.added), len(delta.removed)) == (2, 2)
    assert found(shelf, "лодка") == [BOAT]
    assert whole(shelf)


def test_one_writer_publishes_many_times(shelf: Shelf) -> None:
    with shelf.writing() as writer:
        for number in range(3):
            publish(writer, {f"{number}.txt": paper(f"Том {number} о причалах.")})
        publish(writer, {"1.txt": paper(CRANE)}, "0.txt")
    assert found(shelf, "причалах") == ["Том 2 о причалах."]
    assert found(shelf, "кран") == [CRANE]
    assert whole(shelf)


def test_what_was_staged_and_is_needed_by_no_file_stays_out(shelf: Shelf) -> None:
    shelf.put({"b.txt": paper(BOAT)})
    with shelf.writing() as writer:
        writer.stage(paper(CRANE))
        publish(writer, {"pump.txt": paper(PUMP)})
    assert found(shelf, "кран") == []
    assert found(shelf, "pump") == [PUMP]
    assert whole(shelf)


def test_what_was_staged_by_a_writer_that_ended_is_published_by_the_next(shelf: Shelf) -> None:
    crane = paper(CRANE)
    shelf.put({"b.txt": paper(BOAT)})
    with shelf.writing() as writer:
        writer.stage(crane)
    assert found(shelf, "кран") == []
    with shelf.writing() as writer:
        writer.publish([row("a.txt", crane)], [])
    assert found(shelf, "кран") == [CRANE]
    assert whole(shelf)


# -- the embedder


def test_a_library_of_another_embedder_is_an_error_that_names_reindex(shelf: Shelf) -> None:
    shelf.put({"a.txt": paper(CRANE)})
    for other in (LetterEmbedder(), LetterEmbedder(revision="2")):
        with pytest.raises(LibraryMismatch, match="rag reindex"):
            Library.open(shelf.paths, other)
        with pytest.raises(LibraryMismatch, match="rag reindex"), shelf.writing(other):
            pass
    assert found(shelf, "кран") == [CRANE]


def test_another_embedder_embeds_all_anew_also_in_other_dimensions(shelf: Shelf) -> None:
    shelf.put({"a.txt": paper(CRANE, BOAT), "b.txt": paper(PUMP)})
    for embedder in (LetterEmbedder(), LetterEmbedder("тнw", "2"), HashedEmbedder()):
        shelf.rebuild(embedder)
        with shelf.open() as library:
            assert library.vectors.dimension == embedder.identity.dimension
            assert (library.vectors.idf is not None) == embedder.needs_fit
            for vector in vectors_of(library).values():
                assert vector.shape == (embedder.identity.dimension,)
            near = by_vectors(library, embedder, BOAT, 1)
            assert texts(library, near) == [BOAT]
        assert found(shelf, "лодка") == [BOAT]
        assert whole(shelf)
    shelf.put({"c.txt": paper("Ещё одна записка.")})
    assert whole(shelf)


def test_the_builtin_embedder_is_fitted_anew_when_the_library_has_doubled(
    shelf: Shelf, tmp_path: Path
) -> None:
    twin = Shelf(tmp_path / "twin", HERE)
    steps: list[dict[str, Any]] = [
        {"a.txt": paper(CRANE, BOAT, PUMP)},
        {"b.txt": paper("Краны проверяют.")},
        {f"{n}.txt": paper(f"Том {n}: краны и лодки, pump {n % 3}.") for n in range(6)},
        {"c.txt": paper("Лодки красят.")},
    ]
    fitted = []
    for step in steps:
        shelf.put(step)
        twin.put(step)
        with shelf.open() as library, twin.open() as other:
            fitted.append(library.catalogue.meta("fitted_on"))
            assert fitted[-1] == other.catalogue.meta("fitted_on")
            np.testing.assert_array_equal(library.vectors.idf, other.vectors.idf)
            ours, theirs = vectors_of(library), vectors_of(other)
            assert ours.keys() == theirs.keys()
            for key, vector in ours.items():
                np.testing.assert_allclose(vector, theirs[key], atol=1e-3)
            near = by_vectors(library, shelf.embedder, "краны и лодки", 20)
            wanted = by_vectors(other, twin.embedder, "краны и лодки", 20)
            assert same(ids(library, near), ids(other, wanted))
    assert fitted == ["3", "3", "10", "10"]
    assert whole(shelf)


def test_vectors_of_chunks_that_stay_are_taken_over(shelf: Shelf) -> None:
    shelf.embedder = LetterEmbedder()
    shelf.put({"a.txt": paper(CRANE, BOAT)})
    with shelf.open() as library:
        before = vectors_of(library)
    embedded: list[str] = []

    class Watched(LetterEmbedder):
        def encode_documents(self, texts: Any) -> Any:
            embedded.extend(texts)
            return super().encode_documents(texts)

    shelf.embedder = Watched()
    shelf.put({"b.txt": paper(PUMP)})
    assert embedded == [PUMP]
    with shelf.open() as library:
        after = vectors_of(library)
    assert len(after) == 3
    for key, vector in before.items():
        np.testing.assert_array_equal(after[key], vector)


# -- any series of steps

NAMES = ("a.txt", "б.txt", "c.md", "г.md")
VERSIONS = (
    paper(CRANE, BOAT, title="Краны"),
    paper(CRANE, title="Другое", date="2024-01-01"),
    paper(PUMP, "Насос и лодка, кран и pump.", context="Глава о насосах"),
    paper("Кран, кран и ещё раз кран.", "Week by week the boats come back."),
    paper("Лодка 🙂 у крана", title="Лодки"),
)
ASKED = ("кран лодка", "pump week насос", "«кран и лодка»", "лодки у кранов")
#: One publication: each name gets a version, or goes (None); or all is derived anew.
STEPS = st.lists(
    st.one_of(
        st.just("anew"),
        st.dictionaries(
            st.sampled_from(NAMES), st.none() | st.sampled_from(VERSIONS), min_size=1, max_size=3
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_after_any_steps_what_is_left_is_found_as_in_a_library_made_of_it_at_once(
    place: Place, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    home = tmp_path_factory.mktemp("steps")
    shelf = Shelf(home / "there", place.where, LetterEmbedder())
    left: dict[str, Any] = {}
    with shelf.writing() as writer:
        for step in steps:
            take(writer, step, left)
    if not left:
        return
    fresh = Shelf(home / "here", HERE, LetterEmbedder())
    fresh.put(left)
    with shelf.open() as library, fresh.open() as other:
        assert len(library.words) == len(library.vectors) == len(other.words)
        for question in ASKED:
            assert asked(library, question) == asked(other, question)
            words, wanted = by_words(library, question, 50), by_words(other, question, 50)
            assert {key for key, _ in ids(library, words)} == {key for key, _ in ids(other, wanted)}
            if place.uri:  # tantivy counts what was taken out until it merges
                assert same(ids(library, words), ids(other, wanted))
            near = by_vectors(library, shelf.embedder, question, 50)
            assert same(
                ids(library, near), ids(other, by_vectors(other, fresh.embedder, question, 50))
            )
        assert sorted(vectors_of(library)) == list(library.catalogue.live_keys())


def take(writer: Writer, step: Any, left: dict[str, Any]) -> None:
    """Do one step, and note what is left after it."""
    if step == "anew":
        if left:
            writer.rebuild()
        return
    put = {name: version for name, version in step.items() if version is not None}
    gone = [name for name, version in step.items() if version is None and name in left]
    publish(writer, put, *gone)
    left |= put
    for name in gone:
        del left[name]
