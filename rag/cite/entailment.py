"""A model that judges whether a text follows from another, asked after the words were compared.

Natural language inference: given a premise, does a hypothesis follow, contradict it, or neither
(Dagan, I. et al. "The PASCAL recognising textual entailment challenge", 2005). Its word counts
where words decide: numbers, dates and names that a source does not have are not mended by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Probabilities from which the model's word is taken.
FOLLOWS, CONTRADICTS = 0.9, 0.8


class Entailment(Protocol):
    """Judges pairs of a premise and a hypothesis."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float, float]]:
        """The probabilities of entailment, neutral and contradiction for each pair, in order."""
        ...
