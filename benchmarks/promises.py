"""How well promises that were found fit those that a person marked in the same meetings.

What is counted:

- A pair fits where the line found is the marked one or one that belongs to it and the stems of the
  act agree (F1 at least 0.4; on the marked line itself 0.2). Pairs are one to one, as many as can
  be; of equally many those with the right owner and day.
- Required are promises that are firm and not cancelled. One found for a cancelled or a done promise
  that calls it open is wrong; one found for a tentative one counts on neither side.
- Owner, recipient and days are judged on the pairs that fit.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from rag.words import content_stems, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Row = dict[str, Any]

_ALIKE, _ALIKE_ON_THE_LINE = 0.4, 0.2
_GROUPS = ({"мы", "we"}, {"все", "all"})
_LIVE = frozenset({"open", "conditional"})


@dataclass
class Tally:
    """Counts over meetings, and the figures they come to."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, found: Sequence[Row], marked: Sequence[Row], words: int) -> None:
        """Count one meeting of so many words."""
        counts = self.counts
        counts.update(words=words, marked=sum(map(_required, marked)))
        wrong = 0
        pairs = _pairs(found, marked)
        for one, other in pairs:
            state = one.get("status") or "open"
            if other["status"] in ("cancelled", "done") and state in _LIVE:
                wrong += 1
                counts["stale"] += 1
            elif _required(other):
                self._judge(one, other)
        wrong += len(found) - len(pairs)
        counts["wrong"] += wrong
        if not marked:
            counts.update(quiet_words=words, quiet_wrong=wrong)

    def _judge(self, one: Row, other: Row) -> None:
        who, when = _same(one, other, "who"), _same_days(one, other)
        to_whom = _same(one, other, "to_whom")
        self.counts.update(right=1, who=who, to_whom=to_whom, when=when, whole=who and when)
        dated = other["when_from"] or other["when_to"]
        self.counts["invented"] += not dated and bool(one["when_from"] or one["when_to"])
        swapped = (
            not who and _is(one["who"], other, "to_whom") and _is(one["to_whom"], other, "who")
        )
        self.counts["swapped"] += swapped

    def figures(self) -> dict[str, float]:
        """Every figure by its name; nan where there was nothing to count."""
        of = self.counts
        return {
            "precision": _ratio(of["right"], of["right"] + of["wrong"]),
            "recall": _ratio(of["right"], of["marked"]),
            "who": _ratio(of["who"], of["right"]),
            "to whom": _ratio(of["to_whom"], of["right"]),
            "when": _ratio(of["when"], of["right"]),
            "whole F1": _ratio(2 * of["whole"], of["right"] + of["wrong"] + of["marked"]),
            "invented days": of["invented"],
            "owners swapped": of["swapped"],
            "wrong per 1,000 words": _ratio(1000 * of["quiet_wrong"], of["quiet_words"]),
        }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _required(row: Row) -> bool:
    return not row["dont_care"] and row["force"] == "firm" and row["status"] != "cancelled"


def _pairs(found: Sequence[Row], marked: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pairs that fit, one to one, worth most together (Kuhn, "The Hungarian method", 1955)."""
    if not found or not marked:
        return []
    worth: NDArray[np.float64] = np.array([[_worth(a, b) for b in marked] for a in found])
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [
        (found[a], marked[b])
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
        if worth[a, b] > 0
    ]


def _worth(one: Row, other: Row) -> float:
    """What a pair is worth, 0 where it does not fit: first of all that there is one."""
    alike = _alike(one["what"], other["what"])
    here = one["line"] == other["line"]
    if not ((here or one["line"] in other["support"]) and alike >= _ALIKE) and not (
        here and alike >= _ALIKE_ON_THE_LINE
    ):
        return 0.0
    slots = _same(one, other, "who") + _same_days(one, other) + here
    return 1000 + 8 * _required(other) + 4 * alike + slots


def _alike(one: str, other: str) -> float:
    """F1 of the stems of two acts; of texts without any whether they are the same."""
    a, b = (Counter(content_stems(text)) for text in (one, other))
    if not a or not b:
        return float(fold(one).split() == fold(other).split())
    return 2 * (a & b).total() / (a.total() + b.total())


def _same(one: Row, other: Row, name: str) -> bool:
    return _is(one[name], other, name) if one[name] or other[name] else True


def _is(name: str | None, other: Row, key: str) -> bool:
    """Whether a name is the marked one, or another that is given for it."""
    if not name or not other[key]:
        return False
    return _key(name) in map(_key, (other[key], *(other.get(f"{key}_aliases") or ())))


def _key(name: str) -> str:
    folded = fold(name).strip()
    group = next((sorted(words)[0] for words in _GROUPS if folded in words), None)
    return group or " ".join(sorted(folded.replace(".", " ").split()))


def _same_days(one: Row, other: Row) -> bool:
    return all((one[key] or None) == (other[key] or None) for key in ("when_from", "when_to"))


def complete(rows: Iterable[Row]) -> list[Row]:
    """Marked promises with what their file leaves out."""
    usual = {"force": "firm", "status": "open", "dont_care": False, "support": []}
    slots = dict.fromkeys(("who", "to_whom", "when_from", "when_to"))
    return [{**slots, **usual, **{k: v for k, v in row.items() if v is not None}} for row in rows]
