"""The machine, its settings and its models, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.schema.base import SCHEMA, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.config import Configured
    from rag.doctor import Check
    from rag.fit import Answer as Fit
    from rag.fit import Parts, Subject


def doctor(checks: Sequence[Check]) -> Json:
    """What `rag doctor --json` prints."""
    return {
        "schema": SCHEMA,
        "ok": all(check.ok for check in checks),
        "checks": [
            {name: getattr(check, name) for name in ("name", "ok", "detail", "remedy")}
            for check in checks
        ],
    }


def settings(value: Configured) -> Json:
    """What `rag config show --json` prints."""
    return {"schema": SCHEMA, "settings": asdict(value.settings), "origins": value.origins}


def fit(subject: Subject, value: Fit) -> Json:
    """What `rag fit --json` prints; sizes are bytes."""
    return {
        "schema": SCHEMA,
        "model": subject.name,
        "source": subject.source,
        "parameters": None if subject.source == "files" else value.need.weights.parameters,
        "dtype": value.wanted.dtype,
        "quantize": value.wanted.quantize,
        "context": value.wanted.context,
        "limit": subject.config.limit if subject.config else None,
        "fits": value.fits,
        "weights": value.need.weights.total,
        "cache": sum(value.need.cache),
        "activations": value.need.activations,
        "devices": [fit_parts(part) for part in value.parts],
        "largest_context": value.largest,
        "cards": value.cards and value.cards._asdict(),
        "fits_with": value.quantize,
    }


def fit_parts(value: Parts) -> Json:
    """What takes the memory of one device; all but `size` add up to it."""
    return {**asdict(value), "free": value.free}
