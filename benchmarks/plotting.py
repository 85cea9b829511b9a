"""Cost against size as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_PANELS: tuple[tuple[str, Callable[[Any], float]], ...] = (
    ("milliseconds a question, p50", lambda told: told.p50),
    ("resident MB", lambda told: told.resident),
)


def draw(sizes: Sequence[tuple[int, Any, dict[str, Any]]], file: Path) -> None:
    """Draw what `search.py` measured: chunks, what the build took, what each contender told."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    mpl.rcParams["svg.hashsalt"] = "rag"  # the same figures give the same file
    picture, axes = pyplot.subplots(1, len(_PANELS), figsize=(9, 3.4), layout="constrained")
    for panel, (title, measure) in zip(axes, _PANELS, strict=True):
        for name in sizes[0][2]:
            points = [(chunks, measure(told[name])) for chunks, _, told in sizes if told.get(name)]
            panel.plot(*zip(*points, strict=True), marker="o", label=name)
        panel.set(xscale="log", yscale="log", xlabel="chunks", title=title)
        panel.grid(alpha=0.3)
    axes[0].legend()
    picture.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
