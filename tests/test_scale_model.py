"""The simulation of a deployment: what it must agree with, whatever the constants."""

from __future__ import annotations

from dataclasses import replace

import pytest
from capacity import known
from capacity_tables import PAGE
from queueing import Engine
from scale_model import Deployment, cluster, headline, one_machine, shown, simulate, sweep

ENGINE = Engine(16e9, 150_000.0, 16e9, 1.4e12, 1.9e14, 400_000)
PLAIN = Deployment("plain", 2, 0.02, 4, 8, 0.004, 4, 0.001, 0, None, 500, 50, 0.0)
WRITING = replace(PLAIN, name="writing", front=0.04, servers=2, engine=ENGINE)


def test_the_same_seed_gives_the_same_table_and_another_gives_another() -> None:
    tables = [shown(PLAIN, sweep(PLAIN, 2.0, seed)) for seed in (1, 1, 2)]
    assert tables[0] == tables[1] != tables[2]


def test_a_question_alone_takes_what_its_stages_take() -> None:
    row = simulate(PLAIN, 0.5, 400)
    assert row.found[0] == pytest.approx(0.02 + 0.004 * 1.55 + 0.001, rel=0.15)
    assert row.found == row.first == row.whole


def test_parts_work_as_much_as_comes_to_them() -> None:
    rate = 60.0
    row = simulate(PLAIN, rate, 3_000)
    assert row.busy["front"] == pytest.approx(rate / PLAIN.limits()["front"], rel=0.08)
    assert row.busy["shards"] == pytest.approx(rate / PLAIN.limits()["shards"], rel=0.08)


def test_it_is_full_where_the_weakest_part_has_no_idle_time() -> None:
    most = min(PLAIN.limits().values())
    assert most == PLAIN.limits()["front"] == pytest.approx(100.0)
    calm, full = simulate(PLAIN, 0.5 * most, 2_000), simulate(PLAIN, 1.3 * most, 2_000)
    assert not calm.saturated
    assert full.saturated
    assert full.busy["front"] > 0.97
    assert full.whole[1] > 20 * calm.whole[1]
    longer = simulate(PLAIN, 1.3 * most, 4_000)
    assert longer.whole[1] > 1.5 * full.whole[1]  # it has no end


def test_more_shards_of_the_same_work_wait_for_the_slowest() -> None:
    few, many = (
        simulate(replace(PLAIN, shards=shards, shard=0.02, shard_cores=50), 5.0, 800)
        for shards in (1, 32)
    )
    assert many.found[0] > few.found[0] + 0.015


def test_a_model_takes_longest_and_what_it_knows_comes_sooner() -> None:
    cold = simulate(WRITING, 3.0, 400)
    known = simulate(replace(WRITING, known=0.9), 3.0, 400)
    assert cold.found[0] < cold.first[0] < cold.whole[0]
    assert known.first[0] < cold.first[0]


def test_model_servers_are_full_about_where_they_are_reckoned_to_be() -> None:
    most = WRITING.limits()["models"]
    only = replace(WRITING, fronts=10_000)
    under, over = simulate(only, 0.6 * most, 1_500), simulate(only, 3.0 * most, 1_500)
    assert under.done == pytest.approx(0.6 * most, rel=0.1)
    assert over.done == pytest.approx(most, rel=0.15)
    assert over.inside > 3 * under.inside
    assert over.whole[1] > 2 * under.whole[1]


def test_the_page_tells_of_the_deployments_that_the_constants_make() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for made in (one_machine(known()), cluster(known())):
        assert headline(made) in page, "python benchmarks/scale_model.py --write"
        assert set(made.limits()) == {"front", "shards", "catalogue", "models"}
