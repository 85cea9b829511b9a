from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.passages import FEATURES, Found, features, weights


def found(key: int, document: str = "a", words: float = 0.0, near: int = 0) -> Found:
    return Found(key, document, words, near, 0.0, 0.0, 0.0, 0.0, 0.0)


def value(rows: list[tuple[float, ...]], row: int, name: str) -> float:
    return rows[row][FEATURES.index(name)]


def test_further_passages_of_a_document_speak_for_it() -> None:
    rows = features([found(1, "a", 10), found(2, "a", 5), found(9, "a", 5), found(4, "b", 10)])
    assert value(rows, 0, "document") == 0.5
    assert value(rows, 3, "document") == 0.0


def test_only_chunks_just_before_and_after_are_neighbours() -> None:
    rows = features([found(1, "a", 10), found(2, "a", 5), found(4, "a", 10), found(3, "b", 10)])
    assert value(rows, 0, "neighbours") == 0.25
    assert value(rows, 2, "neighbours") == 0.0


def test_what_only_one_search_found_has_nothing_of_the_other() -> None:
    rows = features([found(1, words=20.0), found(5, near=2)])
    assert (value(rows, 0, "words"), value(rows, 0, "near")) == (0.5, 0.0)
    assert (value(rows, 1, "words"), value(rows, 1, "near")) == (0.0, 0.5)


def test_nothing_found_has_no_features() -> None:
    assert features([]) == []


@pytest.mark.parametrize("vectors", ["hashed", "model"])
def test_no_feature_speaks_against_a_passage(vectors: str) -> None:
    held = weights(vectors)  # type: ignore[arg-type]
    assert len(held.features) == len(FEATURES)
    assert min(held.features) >= 0
    assert held.slope > 0


@given(
    st.lists(st.floats(0, 1), min_size=len(FEATURES), max_size=len(FEATURES)),
    st.integers(0, len(FEATURES) - 1),
)
def test_a_score_is_a_chance_that_rises_with_every_feature(values: list[float], place: int) -> None:
    held = weights("hashed")
    score = held.score(values)
    assert 0 < score < 1
    more = [1.0 if i == place else v for i, v in enumerate(values)]
    assert held.score(more) >= score or math.isclose(held.score(more), score)
