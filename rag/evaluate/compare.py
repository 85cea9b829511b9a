"""Two runs over the same questions: what differs, and whether chance alone would do that.

Intervals are those of the paired bootstrap (Efron, Tibshirani, "An Introduction to the Bootstrap",
1993): questions are drawn anew with replacement, the same ones for both runs, and the differences
of 10,000 such draws hold the interval between their 2.5th and 97.5th percentile. Times have none:
what changes them is the machine, not the choice of questions.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import UsageError
from rag.evaluate.measures import AUROC, LESS, columns, measures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rag.evaluate.asking import Outcome
    from rag.evaluate.items import Item
    from rag.evaluate.runs import Run

    Floats = NDArray[np.float64]

RESAMPLES = 10_000
_BLOCK = 1_000_000  # weights that are drawn at once
_ENDS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a measure is in two runs. `low` and `high` bound their difference; None for times."""

    measure: str
    first: float
    second: float
    low: float | None = None
    high: float | None = None

    @property
    def change(self) -> float:
        """The second run's less the first's."""
        return self.second - self.first

    @property
    def verdict(self) -> str:
        """`better` or `worse` where zero lies outside of the interval; else empty."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return ""
        return "better" if (self.low > 0) != (self.measure in LESS) else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, the names they go by, and how the second differs over so many questions."""

    runs: tuple[Run, Run]
    names: tuple[str, str]
    questions: int
    differences: tuple[Difference, ...]


def compare(first: tuple[Run, str], second: tuple[Run, str], *, common: bool = False) -> Comparison:
    """Two runs with their names, held against each other; see `paired` and `differences`."""
    (one, one_name), (other, other_name) = first, second
    before, after = paired(one.outcomes, other.outcomes, common=common)
    found = tuple(differences(before, after))
    return Comparison((one, other), (one_name, other_name), len(before), found)


def check_same(first: Sequence[Item], second: Sequence[Item], *, common: bool = False) -> None:
    """Raise UsageError where two runs are not over the same questions.

    Questions are the same where their words, their scope and what is expected of them are. With
    `common` it is enough that both runs have some.
    """
    one, other = Counter(map(_identity, first)), Counter(map(_identity, second))
    shared = (one & other).total()
    if not shared:
        raise UsageError(
            "The two runs have no question in common", "Compare runs over one set of questions."
        )
    if not common and one != other:
        raise UsageError(
            f"The runs are over different questions: {len(first)} and {len(second)},"
            f" of which {shared} are the same",
            "Compare those that are: add --common",
        )


def paired(
    first: Sequence[Outcome], second: Sequence[Outcome], *, common: bool = False
) -> tuple[list[Outcome], list[Outcome]]:
    """Both runs in one order of questions, those that only one has left out; see `check_same`."""
    check_same([each.item for each in first], [each.item for each in second], common=common)
    one, other = dict(_keyed(first)), dict(_keyed(second))
    shared = [key for key in one if key in other]
    return [one[key] for key in shared], [other[key] for key in shared]


def differences(
    first: Sequence[Outcome], second: Sequence[Outcome], resamples: int = RESAMPLES
) -> list[Difference]:
    """How the second run differs from the first; both in the order that `paired` gives."""
    one, other = measures(first), measures(second)
    names = [name for name in one if name != "n" and one[name] is not None]
    bounds = _bounds(first, second, resamples)
    found = []
    for name in names:
        before, after = one[name], other[name]
        if before is not None and after is not None:
            found.append(Difference(name, before, after, *bounds.get(name, (None, None))))
    return found


def _keyed(outcomes: Sequence[Outcome]) -> Iterator[tuple[tuple[str, int], Outcome]]:
    """Outcomes by their question; one that comes twice is told apart by its number."""
    seen: Counter[str] = Counter()
    for outcome in outcomes:
        key = _identity(outcome.item)
        yield (key, seen[key]), outcome
        seen[key] += 1


def _identity(item: Item) -> str:
    value = asdict(item)
    told = ("question", "answerable", "scope", "evidence", "answers")
    return json.dumps([value[name] for name in told])


def _bounds(
    first: Sequence[Outcome], second: Sequence[Outcome], resamples: int
) -> dict[str, tuple[float, float]]:
    """The ends of the interval of each measure's difference."""
    draws: dict[str, list[Floats]] = {}
    runs = [_Resampled(first), _Resampled(second)]
    for weights in _weights(len(first), resamples):
        before, after = (run.figures(weights) for run in runs)
        for name in before.keys() & after.keys():
            draws.setdefault(name, []).append(after[name] - before[name])
    bounds = {}
    for name, blocks in draws.items():
        every = np.concatenate(blocks)
        defined = every[np.isfinite(every)]  # a draw may hold no question that a measure is about
        if defined.size:
            low, high = np.percentile(defined, _ENDS)
            bounds[name] = (float(low), float(high))
    return bounds


def _weights(count: int, resamples: int) -> Iterator[Floats]:
    """How often each question is in each resample, in blocks of shape (resamples, count)."""
    generator = np.random.default_rng(0)
    height = max(_BLOCK // count, 1)
    for start in range(0, resamples, height):
        rows = min(height, resamples - start)
        drawn = generator.integers(0, count, (rows, count)) + np.arange(rows)[:, None] * count
        counted = np.bincount(drawn.ravel(), minlength=rows * count)
        yield counted.reshape(rows, count).astype(np.float64)


class _Resampled:
    """The measures of a run under other weights of its questions."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        found = columns(outcomes)
        self._names = list(found)
        # shape (questions, measures), also where no measure is borne on
        shape = (len(self._names), len(outcomes))
        self._gains = np.array([found[name][0] for name in self._names]).reshape(shape).T
        self._weights = np.array([found[name][1] for name in self._names]).reshape(shape).T
        confidence = np.array([outcome.confidence for outcome in outcomes])
        self._order = np.argsort(confidence, kind="stable")
        ordered = confidence[self._order]
        self._ties = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        answerable = np.array([float(outcome.item.answerable) for outcome in outcomes])
        self._answerable = answerable[self._order]

    def figures(self, weights: Floats) -> dict[str, Floats]:
        """Each measure by resample; not a number where a resample has nothing to measure."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = (weights @ self._gains) / (weights @ self._weights)
            found = dict(zip(self._names, ratios.T, strict=True))
            found[AUROC] = self._auroc(weights[:, self._order])
        return found

    def _auroc(self, weights: Floats) -> Floats:
        """As `measures.auroc`, of questions by rising confidence, which count by their weight."""
        up = np.add.reduceat(weights * self._answerable, self._ties, axis=1)
        down = np.add.reduceat(weights * (1 - self._answerable), self._ties, axis=1)
        below = np.cumsum(down, axis=1) - down
        wins = (up * (below + down / 2)).sum(axis=1)
        area: Floats = wins / (up.sum(axis=1) * down.sum(axis=1))
        return area
