"""A run on disk: what was asked, how, and every outcome, as JSON that another run is held against.

Figures are not kept but made anew from the outcomes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.evaluate.asking import Outcome
from rag.evaluate.items import Gold, Item
from rag.types import Citation

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = 1
_AGAIN = "Make it anew: rag eval FOLDER --save FILE"


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of a set, and how they came about: set, mode, embedder, model, and the like."""

    outcomes: tuple[Outcome, ...]
    how: dict[str, str]

    @property
    def name(self) -> str:
        """What tells it from others over the same questions."""
        told = [self.how.get(key, "") for key in ("mode", "embedder", "reranker", "model")]
        return ", ".join(value for value in told if value)


def save(run: Run, path: Path) -> None:
    """Write a run, whole or not at all."""
    value = {
        "run": _FORMAT,
        "how": run.how,
        "outcomes": [asdict(outcome) for outcome in run.outcomes],
    }
    aside = path.with_name(path.name + "~new")
    aside.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)


def load(path: Path) -> Run:
    """A run that was saved. Raises UsageError for a file that holds none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["run"] != _FORMAT:
            raise ValueError(f"format {value['run']}")
        outcomes = tuple(_outcome(each) for each in value["outcomes"])
        how = {str(key): str(held) for key, held in value["how"].items()}
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", _AGAIN) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is no saved run ({error!r})", _AGAIN) from error
    if not outcomes:
        raise UsageError(f"{path} holds a run without questions", _AGAIN)
    return Run(outcomes, how)


def _outcome(value: dict[str, Any]) -> Outcome:
    item = value["item"]
    evidence = tuple(
        Gold(**{**gold, "lines": tuple(gold["lines"]) if gold["lines"] else None})
        for gold in item["evidence"]
    )
    whole = Item(**{**item, "evidence": evidence, "answers": tuple(item["answers"])})
    top = Citation(**value["top"]) if value["top"] else None
    ranks = tuple(value["document_ranks"])
    return Outcome(**{**value, "item": whole, "document_ranks": ranks, "top": top})
