"""A promise in the making, by offsets, and how alike two of them are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.types import Due
from rag.words import STOP_WORDS, fold, stem, words

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.findings import Finding
    from rag.types import Act, Force, Status


_RELATIVE = re.compile(r"(?:через|спустя|в\s+течение|за|within|in\s+(?:\w+\s+)+\w+|after)\b", re.I)


#: English verbs that say little by themselves («get the hats», "pick the hats up")
_LIGHT = frozenset(
    "get got take have make put give let bring come going i'll we'll "
    "round around over out back off along through down away together".split()
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A promise before its offsets become lines; see `rag.types.Promise`.

    `at` is where the obligation arises, `support` and `history` hold offsets of other places.
    """

    who: str | None
    to_whom: str | None
    what: tuple[int, int]
    due: Found | None
    act: Act
    status: Status
    force: Force
    condition: tuple[int, int] | None
    at: int
    sentence: tuple[int, int]
    turn: int
    verb: str = ""
    support: tuple[int, ...] = ()
    history: tuple[tuple[int, str | None], ...] = ()

    @property
    def yields(self) -> bool:
        """Whether the promise can take another's over: it was accepted or assigned."""
        return self.act in ("accepted", "assigned")

    @classmethod
    def of(
        cls,
        finding: Finding,
        *,
        who: str | None,
        to_whom: str | None,
        what: tuple[int, int],
        due: Found | None,
        act: Act,
        condition: tuple[int, int] | None,
        support: tuple[int, ...],
    ) -> Draft:
        """A draft from the finding it stands on and what the dialogue made of it."""
        if condition and due and _RELATIVE.match(due.due.raw):
            due = due._replace(due=Due(due.due.raw, None, None))  # it counts from the condition
        return cls(
            who=who,
            to_whom=to_whom,
            what=what,
            due=due,
            act=act,
            status="conditional" if condition else "open",
            force=finding.force,
            condition=condition,
            at=finding.at,
            sentence=(finding.sentence_start, finding.sentence_end),
            turn=finding.turn,
            verb=finding.verb,
            support=support,
        )


@lru_cache(maxsize=10_000)
@lru_cache(maxsize=4_096)  # a promise is held against every one after it
def content(text: str) -> frozenset[str]:
    """Stems of the words of a text that carry meaning."""
    return frozenset(
        stem(word)
        for word in words(fold(text))
        if word not in STOP_WORDS and word not in _LIGHT and len(word) > 2
    )


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set that the other has too; 0 where one is empty."""
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def words_of(text: str, draft: Draft) -> frozenset[str]:
    """Stems of the words that name what a draft is about."""
    return content(text[draft.what[0] : draft.what[1]])
