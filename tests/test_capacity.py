"""What a library of any size takes, out of constants that are known to the test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import capacity
import capacity_tables
import pytest
from capacity import Assumed, Known
from queueing import Engine

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def of() -> Known:
    """The constants of the project."""
    return capacity.known()


def test_the_page_shows_the_tables_that_the_constants_make(of: Known) -> None:
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    assert capacity_tables.written(text, of) == text, "python benchmarks/capacity_tables.py --write"


def test_every_published_figure_says_where_it_stands() -> None:
    for name, each in capacity.sources().items():
        assert set(each) == {"value", "unit", "said", "title", "url"}, name
        assert each["url"].startswith("http"), name


def test_every_constant_was_measured_more_than_once() -> None:
    from scale_measure import runs

    assert min(len(values) for values in runs().values()) > 1


def test_bytes_grow_with_chunks_and_numbers(of: Known) -> None:
    small, large = (capacity.storage(chunks, of) for chunks in (10_000, 1_000_000))
    assert large == {name: pytest.approx(100 * size) for name, size in small.items()}
    assert small["vectors"] == 10_000 * 512 * 2
    apart = capacity.storage(10_000, of, milvus=True)
    assert apart["vectors"] == 2 * small["vectors"]
    assert apart["texts"] > 0 == small["texts"]


def test_indexes_take_what_their_makers_say(of: Known) -> None:
    bytes_of = {name: capacity.index_bytes(name, 128, of) for name in capacity.INDEXES}
    assert bytes_of == pytest.approx(
        {"FLAT": 512, "HNSW": 512 + 32 * 8, "IVF_RABITQ": 16, "DISKANN": 512 * 0.225}
    )
    with pytest.raises(ValueError, match="ANNOY"):
        capacity.index_bytes("ANNOY", 128, of)


def test_more_chunks_take_more_nodes_and_a_shorter_deadline_too(of: Known) -> None:
    nodes = [capacity.shards(chunks, "DISKANN", of) for chunks in capacity.SIZES]
    assert nodes == sorted(nodes)
    assert nodes[0] == 1 < nodes[-1]
    hasty = replace(of, assumed=replace(of.assumed, deadline=of.assumed.deadline / 10))
    slow, fast = (capacity.nodes_for(1e9, each) for each in (of, hasty))
    assert fast == pytest.approx(10 * slow, rel=0.05)
    plain, neural = (capacity.ingest_core_seconds(10**8, how, of) for how in ("built-in", "minilm"))
    assert neural > 5 * plain


def test_copies_serve_more_but_not_so_many_times_more(of: Known) -> None:
    one, eight = (capacity.copies_rate(1000.0, copies, of) for copies in (1, 8))
    assert one == 1000.0
    assert eight == pytest.approx(4300.0)


def test_a_model_server_is_bound_by_reading_or_by_writing() -> None:
    made = Engine(10.0, 0.0, 1.0, 1000.0, 1000.0, 10_000, overhead=0.0)
    reading = capacity.server_rate(made, 1000, 1)
    assert reading == pytest.approx(1.0, rel=0.01)  # a thousand tokens at a thousand a second
    assert capacity.server_rate(made, 1000, 1, 0.5) == pytest.approx(2.0, rel=0.02)
    writing = capacity.server_rate(made, 1, 100)  # 99 at once, a step of 0.099 s for all of them
    assert writing == pytest.approx(99 / (100 * 0.099), rel=0.05)


@pytest.mark.parametrize("chunks", capacity.SIZES)
@pytest.mark.parametrize("rate", capacity.RATES)
def test_a_plan_serves_what_it_is_for_with_room_to_spare(
    of: Known, chunks: int, rate: float
) -> None:
    made = capacity.plan(chunks, rate, of)
    assert min(made.limits.values()) * of.assumed.headroom >= rate
    assert made.limits[made.first] == min(made.limits.values())
    cheaper = capacity.plan(
        chunks, rate, replace(of, assumed=replace(of.assumed, node_price=0.0, disk_node_price=0.0))
    )
    assert cheaper.dollars < made.dollars


def test_sizes_of_a_model_are_those_of_rag_fit(of: Known) -> None:
    small, large = (capacity.engine(name, "A100 80GB", of) for name in ("qwen3-8b", "llama-2-70b"))
    assert small.weights == pytest.approx(16.4e9, rel=0.01)
    assert small.token_bytes == 36 * 2 * 8 * 128 * 2
    assert capacity.cards_of(small, "A100 80GB", of) == 1
    assert capacity.cards_of(large, "A100 80GB", of) == 2
    mixture = capacity.engine("qwen3-30b-a3b", "A100 80GB", of)
    assert mixture.token_flops == 2 * 3e9


def test_prices_are_assumed_and_can_be_set() -> None:
    assumed = Assumed(card_prices=(("A100 80GB", 7.0),))
    assert assumed.price("A100 80GB") == 7.0
