"""Recall against k, drawn with matplotlib, which only this module imports."""

from __future__ import annotations

import importlib.util
import math
from functools import partial
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.evaluate.asking import DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rag.evaluate.asking import Outcome
    from rag.evaluate.runs import Run

_SUFFIXES = (".png", ".svg")
_MARKERS = "os^Dv"
_PANEL = (4.2, 3.6)  # inches
_DPI = 144


def check(path: Path) -> None:
    """Raise UsageError where no plot can be drawn: another form, or no matplotlib."""
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{path} is no name for a plot", "Name a .png or .svg file")
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError(
            "A plot needs matplotlib, the extra `plot`, which is not installed",
            "Install it: python -m pip install matplotlib",
        )


def recall(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """Recall at k = 1 … 10 by what is sought, for what the set names.

    Of documents it is the share that was found of all there are to find; of pages and lines the
    share of questions of which one was found.
    """
    located = [outcome for outcome in outcomes if outcome.item.evidence]
    curves = {"documents": _curve(located, _documents)}
    for name, place, rank in (
        ("pages", "page", "page_rank"),
        ("lines", "lines", "span_rank"),
        ("sentences", "quote", "sentence_rank"),
    ):
        asked = [o for o in located if any(getattr(g, place) is not None for g in o.item.evidence)]
        curves[name] = _curve(asked, partial(_found, rank))
    return {name: curve for name, curve in curves.items() if curve}


def draw(runs: Sequence[Run], names: Sequence[str], path: Path) -> None:
    """Draw the recall of runs into a file, a panel for each kind of place, a line for each run.

    Raises UsageError as `check` does, and where no question names a place.
    """
    check(path)
    curves = [recall(run.outcomes) for run in runs]
    panels = list(dict.fromkeys(panel for held in curves for panel in held))
    if not panels:
        raise UsageError("No question of the set names a place", "Give some of them evidence.")
    import matplotlib
    from matplotlib.figure import Figure

    width, height = _PANEL
    figure = Figure((width * len(panels), height), layout="constrained")
    depths = range(1, DEPTH + 1)
    for number, panel in enumerate(panels, 1):
        axes = figure.add_subplot(1, len(panels), number)
        for place, (name, curve) in enumerate(zip(names, curves, strict=True)):
            if panel in curve:
                marker = _MARKERS[place % len(_MARKERS)]
                axes.plot(depths, curve[panel], label=name, marker=marker, markersize=4)
        lowest = min(min(curve[panel]) for curve in curves if panel in curve)
        bottom = math.floor(lowest * 10) / 10  # the axis says where it begins
        axes.set(title=panel, xlabel="k", xticks=list(depths), ylim=(bottom - 0.02, 1.02))
        axes.grid(alpha=0.3)
        if number == 1:
            axes.set_ylabel("recall among the first k")
            axes.legend(loc="lower right")
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else {}
    # the same run gives the same file, and letters stay letters
    with matplotlib.rc_context({"svg.hashsalt": "rag", "svg.fonttype": "none"}):
        figure.savefig(path, dpi=_DPI, metadata=metadata)


def _curve(outcomes: Sequence[Outcome], share: Callable[[Outcome, int], float]) -> list[float]:
    if not outcomes:
        return []
    depths = range(1, DEPTH + 1)
    return [sum(share(outcome, k) for outcome in outcomes) / len(outcomes) for k in depths]


def _found(rank: str, outcome: Outcome, k: int) -> float:
    return float((getattr(outcome, rank) or DEPTH + 1) <= k)


def _documents(outcome: Outcome, k: int) -> float:
    sought = {gold.document for gold in outcome.item.evidence}
    return sum(rank <= k for rank in outcome.document_ranks) / len(sought)
