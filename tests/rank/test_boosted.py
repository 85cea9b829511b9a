from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.rank.boosted import Trees

STUMP = {
    "feature": ["a"],
    "at_most": [0.5],
    "then": [-1],
    "otherwise": [-2],
    "leaf": [10.0, 20.0],
}
DEEP = {
    "feature": ["b", "a", "b"],
    "at_most": [0.0, 0.3, 2.0],
    "then": [1, -1, -3],
    "otherwise": [2, -2, -4],
    "leaf": [1.0, 2.0, 3.0, 4.0],
}
LEAF = {"feature": [], "at_most": [], "then": [], "otherwise": [], "leaf": [0.25]}


def by_hand(a: float, b: float) -> float:
    stump = 10.0 if a <= 0.5 else 20.0
    deep = (1.0 if a <= 0.3 else 2.0) if b <= 0.0 else (3.0 if b <= 2.0 else 4.0)
    return stump + deep + 0.25


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=20))
def test_a_sum_of_trees_is_what_a_person_reads_off(rows: list[tuple[float, float]]) -> None:
    trees = Trees({"scale": 1.0, "offset": 0.0, "trees": [STUMP, DEEP, LEAF]}, ("a", "b"))
    assert trees.predict(np.array(rows)).tolist() == [by_hand(*row) for row in rows]


def test_a_sum_becomes_a_chance() -> None:
    trees = Trees({"scale": 2.0, "offset": -1.0, "trees": [LEAF]}, ())
    assert trees.calibrated(np.array([0.5])).tolist() == [0.5]


def test_a_feature_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="b"):
        Trees({"scale": 1.0, "offset": 0.0, "trees": [DEEP]}, ("a",))
