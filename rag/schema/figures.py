"""Evaluations and their comparison, as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluate.asking import Outcome
    from rag.evaluate.compare import Comparison
    from rag.evaluate.measures import Figures
    from rag.evaluate.runs import Run


def evaluation(
    run: Run,
    figures: Figures,
    groups: dict[str, dict[str, Figures]],
    failed: Sequence[Outcome] | None,
    compared: Comparison | None,
) -> Json:
    """What `rag eval --json` prints; `failed` and `comparison` are null where not asked for."""
    from rag.evaluate.rows import row

    return {
        "schema": SCHEMA,
        **figures,
        "by": groups,
        "how": run.how,
        "failed": None if failed is None else [row(outcome) for outcome in failed],
        "comparison": compared and comparison(compared),
    }


def comparison(value: Comparison) -> Json:
    """How one run differs from another."""
    return {
        "runs": [
            {"name": name, **run.how} for name, run in zip(value.names, value.runs, strict=True)
        ],
        "n": value.questions,
        "measures": {
            each.measure: {
                "first": each.first,
                "second": each.second,
                "change": each.change,
                "low": each.low,
                "high": each.high,
                "verdict": each.verdict,
            }
            for each in value.differences
        },
    }


def comparisons(values: Sequence[Comparison]) -> Json:
    """What `rag eval compare --json` prints: each further run against the first."""
    return {"schema": SCHEMA, "comparisons": [comparison(value) for value in values]}
