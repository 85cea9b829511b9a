"""The meetings and exchanges that other hands wrote and marked: what was reached does not slip."""

from __future__ import annotations

from pathlib import Path

import pytest
from meetings import tally_of, tally_of_exchanges

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "data" / "transcripts"
#: precision and recall below which something has broken; benchmarks/meetings.py prints the figures
FLOORS = {"tuned": (0.88, 0.86), "held": (0.68, 0.62)}


@pytest.mark.parametrize("name", FLOORS)
def test_promises_of_whole_meetings_are_found(name: str) -> None:
    figures = tally_of(TRANSCRIPTS / name).figures()
    precision, recall = FLOORS[name]
    assert figures["precision"] >= precision
    assert figures["recall"] >= recall
    assert figures["who"] >= 0.95
    assert figures["owners swapped"] == 0


@pytest.mark.parametrize(
    "file", sorted((TRANSCRIPTS / "exchanges").glob("*.jsonl")), ids=lambda path: path.stem
)
def test_promises_of_short_exchanges_are_found(file: Path) -> None:
    figures = tally_of_exchanges(file).figures()
    assert figures["precision"] >= 0.65
    assert figures["recall"] >= 0.62
    assert figures["owners swapped"] == 0
