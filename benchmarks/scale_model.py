"""Latency against load for a deployment, by simulation with measured service times.

    python benchmarks/scale_model.py [--plot FILE] [--seconds 180] [--seed 1] [--rate 100]
    python benchmarks/scale_model.py --write --plot docs/images/scale.svg    # for docs/scale.md
    python benchmarks/scale_model.py --measure     # adds a run to the measured constants

A question goes to a front process (`rag serve`), from there to every shard of the store at once and
waits for the slowest, to the catalogue, back to the front process to be ranked and put into a
prompt, to the model server that has least to do, and back to be checked and cited. What each stage
takes is drawn around the constants of `capacity.py`, which says where those come from.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from capacity import (
    Known,
    catalogue_core_ms,
    copies_rate,
    engine,
    front_core_ms,
    index_for,
    known,
    plan,
    search_core_ms,
    server_rate,
)
from capacity_tables import PAGE, placed
from measuring import quantile, table
from queueing import Batcher, Engine, Events, Station, join

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Spread of what a stage takes: standard deviation to mean. p95 to p50 of a search was measured to
#: be 1.35 at 10,000 chunks; shards and lengths are assumed.
_FRONT, _SHARD, _ROWS, _LENGTH = 0.25, 0.5, 1.0, 0.5
_BEFORE = 0.1  # share of a front process's work that comes before the searches
_AFTER = 0.5  # … and after the model has written: checking and citing
_LOADS = (0.02, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1.05)  # of what the weakest part can take
#: Seconds of a core to search a million chunks of the embedded store (docs/size.md).
_MILLION = 0.0105
_WARM = 0.2  # share of the questions that come before those that are counted
_FEWEST = 1_500  # questions of a load, however slowly they come
_SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Machines, and what each does for a question, in seconds of one core.

    `fronts` processes work `front` each; each of `shards` has `shard_cores` in each of its copies
    and works `shard`; `catalogue_cores` work `catalogue`. `servers` model servers read and write
    tokens; without one the documents answer.
    """

    name: str
    fronts: int
    front: float
    shards: int
    shard_cores: int
    shard: float
    catalogue_cores: int
    catalogue: float
    servers: int
    engine: Engine | None
    reads: int
    writes: int
    known: float

    def limits(self) -> dict[str, float]:
        """Questions a second at which each part has no idle time left."""
        found = {
            "front": self.fronts / self.front,
            "shards": self.shard_cores / self.shard,
            "catalogue": self.catalogue_cores / self.catalogue,
        }
        if self.engine is not None:
            one = server_rate(self.engine, self.reads, self.writes, self.known)
            found["models"] = self.servers * one
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a load: seconds (p50, p95, p99), and the share of time that parts worked.

    `inside` are the questions that a model server holds in the mean: it works whenever it holds
    one. `done` are the questions a second that were answered, from the first to the last.
    """

    rate: float
    found: tuple[float, ...]
    first: tuple[float, ...]
    whole: tuple[float, ...]
    busy: dict[str, float]
    inside: float
    done: float
    saturated: bool


def one_machine(of: Known) -> Deployment:
    """A million chunks in the embedded store, four processes, one card."""
    return _of("10⁶ chunks, one machine", of, (4, 1, 4, _MILLION), 4, 1)


def cluster(of: Known, rate: float = 100.0, fronts: int = 0) -> Deployment:
    """A hundred million chunks, as `capacity.plan` has them for a rate, or with so many fronts."""
    made = plan(100_000_000, rate, of)
    chunks = made.chunks / made.shards
    shard = search_core_ms(chunks, index_for(made.chunks), of) / 1000
    cores = of.assumed.cores
    store = (fronts or made.fronts, made.shards, int(copies_rate(cores, made.copies, of)), shard)
    return _of("10⁸ chunks, a cluster", of, store, cores * made.catalogues, made.servers)


def _of(
    name: str, of: Known, store: tuple[int, int, int, float], catalogue: int, servers: int
) -> Deployment:
    fronts, shards, cores, shard = store
    assumed = of.assumed
    return Deployment(
        name,
        fronts,
        front_core_ms(of) / 1000,
        shards,
        cores,
        shard,
        catalogue,
        catalogue_core_ms(of) / 1000,
        servers,
        engine("qwen3-8b", "A100 80GB", of) if servers else None,
        assumed.reads,
        assumed.writes,
        assumed.known,
    )


class _Drawn:
    """Times and lengths drawn around their means."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)

    def between(self, rate: float) -> float:
        """Seconds to the next question: they come independently of each other."""
        return self._draw.expovariate(rate)

    def spread(self, mean: float, deviation: float) -> float:
        """Gamma distributed; `deviation` to the mean."""
        shape = 1 / deviation**2
        return self._draw.gammavariate(shape, mean / shape)

    def tokens(self, mean: int, deviation: float) -> int:
        """A length of at least one token."""
        return max(round(self.spread(mean, deviation)), 1)


class _Run:
    """One simulation."""

    def __init__(self, deployment: Deployment, rate: float, questions: int, seed: int) -> None:
        self.deployment, self.rate, self.questions = deployment, rate, questions
        self.drawn, self.events = _Drawn(seed), Events()
        self.front = Station(self.events, deployment.fronts)
        self.shards = [
            Station(self.events, deployment.shard_cores) for _ in range(deployment.shards)
        ]
        self.catalogue = Station(self.events, deployment.catalogue_cores)
        self.models = [
            Batcher(self.events, deployment.engine)
            for _ in range(deployment.servers)
            if deployment.engine is not None
        ]
        self.found: list[float] = []
        self.first: list[float] = []
        self.whole: list[float] = []

    def row(self) -> Row:
        """Let all questions come and be answered."""
        self.events.after(0.0, lambda: self._come(self.questions))
        self.events.run()
        ended = self.events.now
        limit = min(self.deployment.limits().values())
        busy = {
            "front": self.front.worked / (self.front.servers * ended),
            "shards": max(each.worked / (each.servers * ended) for each in self.shards),
            "catalogue": self.catalogue.worked / (self.catalogue.servers * ended),
        }
        inside = sum(each.area for each in self.models) / (ended * max(len(self.models), 1))
        done = self.questions / ended
        told = [tuple(quantile(spent, q) for q in _SHARES) for spent in self._counted()]
        return Row(self.rate, *told, busy, inside, done, saturated=self.rate >= limit)

    def _counted(self) -> list[list[float]]:
        warm = int(self.questions * _WARM)
        return [spent[warm:] for spent in (self.found, self.first, self.whole)]

    def _come(self, left: int) -> None:
        came = self.events.now
        work = self.drawn.spread(self.deployment.front, _FRONT)
        self.front.serve(work * _BEFORE, lambda: self._search(came, work))
        if left > 1:
            self.events.after(self.drawn.between(self.rate), lambda: self._come(left - 1))

    def _search(self, came: float, work: float) -> None:
        def fused() -> None:
            rows = self.drawn.spread(self.deployment.catalogue, _ROWS)
            self.catalogue.serve(rows, read)

        def read() -> None:
            share = 1 - _BEFORE - (_AFTER if self.models else 0.0)
            self.front.serve(work * share, lambda: self._found(came, work))

        done = join(len(self.shards), fused)
        for each in self.shards:
            each.serve(self.drawn.spread(self.deployment.shard, _SHARD), done)

    def _found(self, came: float, work: float) -> None:
        self.found.append(self.events.now - came)
        if not self.models:
            self.first.append(self.events.now - came)
            self.whole.append(self.events.now - came)
            return
        idlest = min(self.models, key=lambda each: each.inside)
        prompt = self.drawn.tokens(self.deployment.reads, _LENGTH / 2)
        answer = self.drawn.tokens(self.deployment.writes, _LENGTH)

        def first() -> None:
            self.first.append(self.events.now - came)

        def written() -> None:
            self.front.serve(work * _AFTER, ended)

        def ended() -> None:
            self.whole.append(self.events.now - came)

        idlest.ask(prompt, int(prompt * self.deployment.known), answer, first, written)


def simulate(deployment: Deployment, rate: float, questions: int = 3_000, seed: int = 1) -> Row:
    """What so many questions a second meet with.

    Quantiles leave out the first fifth. Of a load that is more than a part can take they grow with
    the number of questions: the row is `saturated`.
    """
    return _Run(deployment, rate, questions, seed).row()


def sweep(deployment: Deployment, seconds: float, seed: int) -> list[Row]:
    """Loads up to a little more than the weakest part can take, each for so long."""
    most = min(deployment.limits().values())
    return [
        simulate(deployment, rate, max(round(rate * seconds), _FEWEST), seed)
        for rate in (share * most for share in _LOADS)
    ]


def shown(deployment: Deployment, rows: Sequence[Row]) -> str:
    """The table of a deployment."""
    parts = list(rows[0].busy)
    head = ("questions a second", "found p50 ms", "p95", "p99", "first word p50 s", "p95", "p99")
    head += ("answer p50 s", "p95", "p99", *(f"{part} busy" for part in parts), "in a model server")
    cells = []
    for row in rows:
        times = [f"{1000 * each:.0f}" for each in row.found]
        times += [f"{each:.2f}" for each in (*row.first, *row.whole)]
        rate = f"{row.rate:.3g}{' (too many)' if row.saturated else ''}"
        cells.append(
            (rate, *times, *(f"{row.busy[part]:.0%}" for part in parts), f"{row.inside:.1f}")
        )
    return f"{headline(deployment)}\n\n{table(head, cells)}"


def headline(deployment: Deployment) -> str:
    """What a deployment is called, and what each of its parts can take."""
    limits = ", ".join(f"{part} {rate:,.0f}" for part, rate in deployment.limits().items())
    return f"**{deployment.name}**. Full at questions a second: {limits}."


def draw(swept: Sequence[tuple[Deployment, Sequence[Row]]], file: Path) -> None:
    """Latency against load, on logarithmic axes, with what each part can take."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    mpl.rcParams["svg.hashsalt"] = "rag"  # the same figures give the same file
    picture, axes = pyplot.subplots(
        1, len(swept), figsize=(4.6 * len(swept), 3.8), layout="constrained", squeeze=False
    )
    for panel, (deployment, rows) in zip(axes[0], swept, strict=True):
        rates = [row.rate for row in rows]
        for measure, colour in (("found", "C0"), ("first", "C1"), ("whole", "C2")):
            if measure != "found" and deployment.engine is None:
                continue
            said = {"found": "passages found", "first": "first word", "whole": "whole answer"}
            middle, high, highest = zip(*(getattr(row, measure) for row in rows), strict=True)
            panel.plot(rates, middle, color=colour, label=f"{said[measure]}, p50")
            panel.plot(rates, high, color=colour, ls="--")
            panel.fill_between(rates, middle, highest, color=colour, alpha=0.12)
        panel.axvline(min(deployment.limits().values()), color="0.5", ls=":", label="full")
        panel.set(xscale="log", yscale="log", title=deployment.name)
        panel.set(xlabel="questions a second", ylabel="seconds")
        panel.grid(alpha=0.3, which="both")
    axes[0][0].legend(fontsize=8, title="dashed p95, band to p99", title_fontsize=8)
    picture.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def main() -> int:
    """Measure, or simulate, print and draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--measure", action="store_true", help="add a run to what was measured")
    parser.add_argument("--seconds", type=float, default=180.0, help="that each load lasts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=100.0, help="the cluster is planned for")
    parser.add_argument("--fronts", type=int, default=0, help="of the cluster, not as planned")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    parser.add_argument("--plot", type=Path, help="draw it into this file")
    args = parser.parse_args()
    if args.measure:
        import json

        from scale_measure import measure

        print(json.dumps(measure(), indent=1))
        return 0
    of = known()
    swept = [
        (each, sweep(each, args.seconds, args.seed))
        for each in (one_machine(of), cluster(of, args.rate, args.fronts))
    ]
    told = "\n\n".join(shown(*each) for each in swept)
    print(told)
    if args.write:
        page = placed(PAGE.read_text(encoding="utf-8"), "simulated", told)
        PAGE.write_text(page, encoding="utf-8")
    if args.plot:
        draw(swept, args.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
