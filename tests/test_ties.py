"""Of hits that tie at the end of a list the lower keys are found, whatever the index gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.store.ties import settled

Hit = tuple[int, float]


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=300),
    st.integers(1, 60),
    st.randoms(use_true_random=False),
)
def test_what_is_found_rests_on_scores_and_keys_alone(
    scores: list[int], limit: int, order: object
) -> None:
    hits = [(key, float(score)) for key, score in enumerate(scores)]
    order.shuffle(hits)  # type: ignore[attr-defined]
    hits.sort(key=lambda hit: -hit[1])  # those that tie stay as they were shuffled
    best = sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    assert settled(lambda size: hits[:size], limit) == best[:limit]


def test_nothing_more_is_asked_for_where_nothing_ties() -> None:
    asked: list[int] = []

    def search(size: int) -> list[Hit]:
        asked.append(size)
        return [(key, 1.0 / (key + 1)) for key in range(size)]

    assert len(settled(search, 50)) == 50
    assert len(asked) == 1
    assert asked[0] < 100


@pytest.mark.parametrize(("limit", "most"), [(50, 1000), (1000, 1000), (5000, 5000)])
def test_what_ties_without_end_is_left_at_some_point(limit: int, most: int) -> None:
    asked: list[int] = []

    def search(size: int) -> list[Hit]:
        asked.append(size)
        return [(key, 0.0) for key in range(size)]

    assert [key for key, _ in settled(search, limit, 16_384)] == list(range(limit))
    assert asked[-1] == most
