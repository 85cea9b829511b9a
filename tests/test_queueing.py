"""The simulator against what is known of lines."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from queueing import Batcher, Engine, Events, Station, erlang_c, join

MANY = 15_000


def simulated(
    servers: int, load: float, service: Callable[[random.Random], float], seed: int = 1
) -> tuple[float, float, Station, Events]:
    """The mean time waited and spent, with Poisson arrivals and a mean service of 1."""
    draw, events = random.Random(seed), Events()
    station = Station(events, servers)
    spent: list[float] = []
    worked: list[float] = []

    def come(left: int) -> None:
        seconds, came = service(draw), events.now
        worked.append(seconds)
        station.serve(seconds, lambda: spent.append(events.now - came))
        if left > 1:
            events.after(draw.expovariate(load), lambda: come(left - 1))

    events.after(0.0, lambda: come(MANY))
    events.run()
    assert len(spent) == MANY
    return (sum(spent) - sum(worked)) / MANY, sum(spent) / MANY, station, events


def exponential(draw: random.Random) -> float:
    return draw.expovariate(1.0)


@pytest.mark.parametrize(("servers", "share"), [(1, 0.5), (1, 0.7), (4, 0.8), (8, 0.8)])
def test_waits_are_those_of_erlang(servers: int, share: float) -> None:
    load = servers * share
    waited, *_ = simulated(servers, load, exponential)
    assert waited == pytest.approx(erlang_c(load, servers) / (servers - load), rel=0.15)


def test_one_server_waits_as_mm1_and_half_of_it_where_service_is_constant() -> None:
    assert erlang_c(0.7, 1) == pytest.approx(0.7)
    steady, *_ = simulated(1, 0.7, lambda _: 1.0)
    assert steady == pytest.approx(0.7 / (2 * (1 - 0.7)), rel=0.05)


def test_as_many_are_inside_as_come_times_what_they_spend() -> None:
    _, spent, station, events = simulated(2, 1.5, exponential)
    assert station.area / events.now == pytest.approx(MANY / events.now * spent, rel=1e-9)
    assert station.worked / events.now == pytest.approx(1.5, rel=0.03)


def test_more_than_can_be_served_waits_ever_longer() -> None:
    waited, _, station, events = simulated(1, 1.25, exponential)
    assert station.worked / events.now == pytest.approx(1.0, abs=0.01)
    assert waited > 0.05 * MANY


@pytest.mark.parametrize("parts", [1, 4, 16])
def test_the_slowest_of_many_is_the_harmonic_number(parts: int) -> None:
    draw, spent = random.Random(3), []
    for _ in range(1_500):
        events = Events()
        done = join(parts, lambda e=events: spent.append(e.now))  # type: ignore[misc]
        for _ in range(parts):
            Station(events, 1).serve(draw.expovariate(1.0), done)
        events.run()
    assert sum(spent) / len(spent) == pytest.approx(
        sum(1 / n for n in range(1, parts + 1)), rel=0.06
    )


ENGINE = Engine(
    weights=10.0,
    token_bytes=0.0,
    token_flops=1.0,
    bandwidth=1000.0,
    flops=100_000.0,
    room=10_000,
    overhead=0.0,
    chunk=1_000,
)


def written(engine: Engine, *requests: tuple[float, int, int, int]) -> list[tuple[float, float]]:
    """When the first and the last token came, of requests: time, prompt, known, answer."""
    events = Events()
    server = Batcher(events, engine)
    told: list[list[float]] = [[0.0, 0.0] for _ in requests]
    for number, (time, *asked) in enumerate(requests):

        def put(number: int = number, asked: Any = asked) -> None:
            def first() -> None:
                told[number][0] = events.now

            def last() -> None:
                told[number][1] = events.now

            server.ask(*asked, first, last)

        events.at(time, put)
    events.run()
    assert server.inside == 0
    return [(first, last) for first, last in told]


def test_a_prompt_is_read_at_once_and_an_answer_takes_a_step_a_token() -> None:
    ((first, last),) = written(ENGINE, (0.0, 900, 0, 101))
    assert first == pytest.approx(0.01)  # the weights are read once, which takes longer
    assert last - first == pytest.approx(100 * 0.01)


def test_a_known_beginning_is_not_read_again_and_long_prompts_are_read_in_parts() -> None:
    slow = Engine(10.0, 0.0, 100.0, 1000.0, 100_000.0, 10_000, 0.0, 1_000)
    ((whole, _),) = written(slow, (0.0, 4_000, 0, 2))
    ((known, _),) = written(slow, (0.0, 4_000, 3_000, 2))
    assert whole == pytest.approx(4.0)
    assert known == pytest.approx(1.0)


def test_answers_in_one_batch_cost_no_more_steps() -> None:
    alone = written(ENGINE, (0.0, 10, 0, 50))[0][1]
    together = written(ENGINE, *[(0.0, 10, 0, 50)] * 20)
    assert max(last for _, last in together) == pytest.approx(alone, abs=0.011)  # one step more


def test_who_finds_no_room_waits_until_another_ends() -> None:
    small = Engine(10.0, 0.0, 1.0, 1000.0, 100_000.0, 150, 0.0, 1_000)
    (_, ended), (first, _) = written(small, (0.0, 90, 0, 10), (0.0, 90, 0, 10))
    assert first > ended


def test_keys_and_values_that_are_held_make_steps_longer() -> None:
    heavy = Engine(10.0, 0.01, 0.0, 1000.0, 100_000.0, 10_000, 0.0, 1_000)
    ((first, last),) = written(heavy, (0.0, 1_000, 0, 11))
    expected = sum((10.0 + 0.01 * (1_000 + n)) / 1000.0 for n in range(10))
    assert last - first == pytest.approx(expected, rel=0.01)


def test_a_server_that_is_asked_too_much_falls_behind_and_loses_nobody() -> None:
    told = written(ENGINE, *((0.001 * n, 900, 0, 100) for n in range(300)))
    assert all(last > first > 0 for first, last in told)
    assert told[-1][1] > 10 * told[0][1]
    assert math.isfinite(told[-1][1])
