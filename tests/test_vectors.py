from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.store.vectors import VectorIndex, build, segment
from rag.store.vectors.codes import TARGET

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]
DIMENSION = 32
FEW = 100 * DIMENSION  # more than a hundred vectors are searched by codes
BOUND = 0.97


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred vectors are worth leaving apart."""
    monkeypatch.setattr("rag.store.vectors.writer._SMALL_VALUES", FEW)


def unit(vectors: NDArray[Any]) -> Floats:
    floats = vectors.astype(np.float32)
    return floats / np.linalg.norm(floats, axis=1, keepdims=True)


def scattered(count: int, seed: int = 0) -> Floats:
    """Vectors that lie everywhere, as hashed ones do."""
    return unit(np.random.default_rng(seed).standard_normal((count, DIMENSION)))


def clustered(count: int, seed: int = 0) -> Floats:
    """Vectors that gather around forty centres, as those of a neural embedder do."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((40, DIMENSION))
    near = 0.2 * chance.standard_normal((count, DIMENSION))
    return unit(centres[chance.integers(40, size=count)] + near)


def blocks(keys: Keys, vectors: Floats, size: int = 300) -> Iterator[tuple[Keys, Floats]]:
    for first in range(0, len(keys), size):
        yield keys[first : first + size], vectors[first : first + size]


def make(
    folder: Path,
    vectors: Floats,
    *,
    first_key: int = 1,
    base: VectorIndex | None = None,
    removed: Any = (),
    exact_values: int = FEW,
    queries: Floats | None = None,
) -> VectorIndex:
    keys = np.arange(first_key, first_key + len(vectors))
    build(
        folder,
        blocks(keys, vectors),
        len(keys),
        DIMENSION,
        queries=lambda: scattered(50, 7) if queries is None else queries,
        base=base,
        removed=removed,
        exact_values=exact_values,
    )
    return VectorIndex(folder, exact_values)


def nearest(vectors: Floats, keys: Keys, query: Floats, limit: int = 10) -> list[int]:
    return keys[np.argsort(-(vectors @ query), kind="stable")[:limit]].tolist()


def recall_of(
    index: VectorIndex, vectors: Floats, keys: Keys, queries: Floats, spans: Any = None
) -> float:
    shares = []
    for query in queries:
        wanted = set(nearest(vectors, keys, query))
        found = {key for key, _ in index.search(query, 10, spans)}
        shares.append(len(found & wanted) / len(wanted))
    return float(np.mean(shares))


def test_few_vectors_are_all_looked_at(tmp_path: Path) -> None:
    vectors = scattered(100)
    index = make(tmp_path / "few", vectors)
    assert not index.approximate
    hits = index.search(vectors[3], 10)
    assert [key for key, _ in hits] == nearest(vectors, np.arange(1, 101), vectors[3])
    assert hits[0] == (4, pytest.approx(1.0, abs=1e-3))


@pytest.mark.parametrize("made", [scattered, clustered])
def test_many_vectors_are_searched_by_codes_and_hardly_any_is_missed(
    tmp_path: Path, made: Any
) -> None:
    vectors, queries = made(6000), made(150, 1)
    index = make(tmp_path / "many", vectors, queries=queries[:50])
    assert index.approximate
    effort = index.segments[0].effort
    assert effort is not None
    assert effort.recall >= TARGET
    assert recall_of(index, vectors, np.arange(1, 6001), queries[50:]) >= BOUND


def test_lists_are_read_in_part_where_vectors_gather_and_there_is_one_where_they_do_not(
    tmp_path: Path,
) -> None:
    gathered = make(tmp_path / "gathered", clustered(6000), queries=clustered(50, 1))
    spread = make(tmp_path / "spread", scattered(6000))
    effort, other = gathered.segments[0].effort, spread.segments[0].effort
    assert effort is not None
    assert other is not None
    assert effort.probes * 2 <= effort.lists
    assert other.lists == 1


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5])
@pytest.mark.parametrize("made", [scattered, clustered])
def test_a_filter_keeps_recall_and_lets_nothing_else_through(
    tmp_path: Path, made: Any, share: float
) -> None:
    vectors, queries = made(6000), made(40, 1)
    index = make(tmp_path / "many", vectors, queries=queries)
    chance = np.random.default_rng(3)
    firsts = np.sort(chance.choice(600, max(round(600 * share), 1), replace=False)) * 10 + 1
    spans = np.stack([firsts, firsts + 10], axis=1)
    keys = np.concatenate([np.arange(first, end) for first, end in spans])
    assert recall_of(index, vectors[keys - 1], keys, queries, spans) >= BOUND
    assert all(set(dict(index.search(q, 50, spans))) <= set(keys.tolist()) for q in queries)


def test_a_filter_on_documents_that_lie_together_in_one_place_keeps_recall(tmp_path: Path) -> None:
    """The nearest lists to the question hold nothing of them."""
    order = np.argsort(clustered(6000) @ clustered(1, 5)[0])
    vectors = clustered(6000)[order]
    index = make(tmp_path / "many", vectors, queries=clustered(50, 1))
    keys = np.arange(1, 601)
    queries = vectors[-40:]
    assert recall_of(index, vectors[:600], keys, queries, np.array([[1, 601]])) >= BOUND


def files(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.iterdir() if path.stem[0].isdigit()}


def test_vectors_are_taken_out_without_writing_the_others_anew(tmp_path: Path) -> None:
    vectors = scattered(6000)
    old = make(tmp_path / "old", vectors)
    gone = list(range(2, 1200, 2))
    new = make(tmp_path / "new", vectors[:0], base=old, removed=gone)
    assert files(tmp_path / "new") == files(tmp_path / "old")
    assert len(new) == 6000 - len(gone)
    keys = np.setdiff1d(np.arange(1, 6001), gone)
    for key in gone[:50]:
        assert key not in dict(new.search(vectors[key - 1], 50))
    assert recall_of(new, vectors[keys - 1], keys, scattered(60, 2)) >= BOUND
    again = make(tmp_path / "again", vectors[:0], base=new, removed=[1])
    assert len(again) == len(new) - 1
    np.testing.assert_array_equal(again.gone, [1, *gone])


def test_a_segment_that_has_lost_much_is_written_anew(tmp_path: Path) -> None:
    vectors = scattered(6000)
    old = make(tmp_path / "old", vectors)
    new = make(tmp_path / "new", vectors[:0], base=old, removed=range(1, 2001))
    assert len(new.segments[0]) == len(new) == 4000
    assert len(new.gone) == 0
    held = np.concatenate([keys for keys, _ in new.blocks()])
    np.testing.assert_array_equal(held, np.arange(2001, 6001))


def test_new_vectors_are_a_segment_of_their_own_until_they_are_many(tmp_path: Path) -> None:
    vectors = scattered(9100)
    first = make(tmp_path / "1", vectors[:6000])
    second = make(tmp_path / "2", vectors[6000:6050], first_key=6001, base=first)
    third = make(tmp_path / "3", vectors[6050:6100], first_key=6051, base=second)
    fourth = make(tmp_path / "4", vectors[6100:], first_key=6101, base=third)
    assert [len(each) for each in second.segments] == [6000, 50]
    assert [len(each) for each in third.segments] == [6000, 100]
    assert [len(each) for each in fourth.segments] == [9100]
    assert files(tmp_path / "1").items() <= files(tmp_path / "3").items()
    found = third.search(vectors[6060], 3)
    assert found[0][0] == 6061
    assert recall_of(fourth, vectors, np.arange(1, 9101), scattered(60, 2)) >= BOUND


def test_vectors_of_an_old_generation_are_found_after_its_files_are_gone(tmp_path: Path) -> None:
    vectors = scattered(1000)
    index = make(tmp_path / "old", vectors)
    shutil.rmtree(tmp_path / "old")
    assert index.search(vectors[5], 1)[0][0] == 6


def test_files_are_mapped_and_not_read(tmp_path: Path) -> None:
    held = make(tmp_path / "mapped", scattered(1000)).segments[0]
    assert isinstance(held.keys, np.memmap)
    assert not held._exact.codes.is_owned


def test_what_is_written_as_it_comes_is_what_faiss_would_write_at_once(tmp_path: Path) -> None:
    vectors = scattered(700)
    make(tmp_path / "made", vectors, exact_values=1 << 20)
    whole = segment._half_floats(DIMENSION)
    whole.add(vectors)
    faiss.write_index(whole, str(tmp_path / "whole"))
    assert (tmp_path / "made" / "1.vectors").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize("limit", [101, 1000, 10**6])
@pytest.mark.parametrize("exact_values", [FEW, 10 * DIMENSION])
def test_more_than_there_are_is_all_of_them(tmp_path: Path, limit: int, exact_values: int) -> None:
    vectors = scattered(700)
    index = make(tmp_path / "all", vectors, exact_values=exact_values)
    assert len(index.search(vectors[0], limit)) == min(limit, 700)
    assert len(index.search(vectors[0], limit, np.array([[5, 10]]))) == 5
    assert index.search(vectors[0], limit, np.zeros((0, 2), np.int64)) == []


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    empty = make(tmp_path / "empty", scattered(0))
    assert len(empty) == 0
    assert empty.search(scattered(1)[0], 10) == []
    filled = make(tmp_path / "filled", scattered(20), base=empty)
    emptied = make(tmp_path / "emptied", scattered(0), base=filled, removed=range(1, 21))
    assert len(emptied) == 0
    assert emptied.search(scattered(1)[0], 10) == []


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_vectors_that_are_no_numbers_are_refused(tmp_path: Path, wrong: float) -> None:
    vectors = scattered(400)
    vectors[350, 3] = wrong
    with pytest.raises(ModelError, match="not numbers"):
        make(tmp_path / "wrong", vectors)
    index = make(tmp_path / "right", scattered(400))
    with pytest.raises(ModelError, match="not numbers"):
        index.search(vectors[350], 5)


def test_vectors_of_another_dimension_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="rag reindex"):
        make(tmp_path / "wrong", np.ones((3, DIMENSION + 1), np.float32))
    index = make(tmp_path / "right", scattered(30))
    with pytest.raises(ModelError, match=f"not of {DIMENSION} numbers"):
        index.search(np.ones(DIMENSION - 1, np.float32), 5)


@pytest.mark.parametrize("name", ["1.vectors", "1.codes", "1.keys.npy", "1.json", "gone.npy"])
@pytest.mark.parametrize("damage", [b"", b"\x07" * 50])
def test_a_damaged_file_is_seen_on_opening(tmp_path: Path, name: str, damage: bytes) -> None:
    make(tmp_path / "made", scattered(700))
    (tmp_path / "made" / name).write_bytes(damage)
    with pytest.raises((OSError, ValueError, RuntimeError, EOFError)):
        VectorIndex(tmp_path / "made", FEW)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.lists(st.integers(0, 10**6), max_size=20)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 10**6),
)
def test_after_any_adding_and_taking_out_the_nearest_of_what_is_left_are_found(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[int]]], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    vectors = scattered(400, seed)
    index: VectorIndex | None = None
    left: list[int] = []
    end = 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.store.vectors.writer._SMALL_VALUES", 8 * DIMENSION)
        for number, (count, drawn) in enumerate(steps):
            gone = sorted({left[place % len(left)] for place in drawn} if left else set())
            added = vectors[end - 1 : end - 1 + count]
            index = make(folder / str(number), added, first_key=end, base=index, removed=gone)
            left = [*(key for key in left if key not in gone), *range(end, end + count)]
            end += count
            keys = np.array(left, np.int64)
            assert len(index) == len(left)
            exact = segment._half_floats(DIMENSION)
            exact.add(vectors[keys - 1])
            rows = exact.search(vectors[-1:], 5)[1][0]
            wanted = keys[rows[rows >= 0]].tolist() if left else []
            found = [key for key, _ in index.search(vectors[-1], 5)]
            if index.approximate:
                assert len(found) == len(wanted)
                assert len(set(found) & set(wanted)) >= len(wanted) - 1
            else:
                assert found == wanted
