"""The clauses of a claim beside those of the source: which holds most, and word by word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from rag.cite.amounts import Number
from rag.cite.facts import Date
from rag.cite.grammar import markers
from rag.cite.likeness import CLOSE, resembles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.cite.clauses import Clause, Item
    from rag.cite.statement import Statement

TAKEN = 0.9  # what an item counts that a clause takes over from another


@dataclass(frozen=True)
class Match:
    """A clause of a claim beside the clause of the source that holds most of it."""

    mine: Clause
    theirs: Clause
    share: float

    @cached_property
    def aligned(self) -> list[tuple[Item, Item]]:
        """Items of both clauses that say the same, each used once."""
        free = list(self.theirs.items)
        found = []
        for item in self.mine.items:
            values = [(same(item, other), -place) for place, other in enumerate(free)]
            value, place = max(values, default=(0.0, 0))
            if value >= CLOSE:
                found.append((item, free.pop(-place)))
        return found


def same(one: Item, other: Item) -> float:
    """How much two items say the same, from 0 to 1; a year may stand in a date."""
    if isinstance(one.fact, Number):
        if isinstance(other.fact, Date):
            return float(other.fact.year in one.fact.values)
        return float(other.fact is not None and one.fact.same(other.fact))
    if one.fact is not None:
        return float(isinstance(other.fact, Date) and one.fact.within(other.fact))
    return resembles(one, other.stem) if other.fact is None else 0.0


def holds(item: Item, clause: Clause) -> float:
    """How well a clause holds an item; what it takes over from another counts less."""
    own = max((same(item, other) for other in clause.items), default=0.0)
    return max(own, TAKEN * max((same(item, other) for other in clause.taken), default=0.0))


def matches(
    claim: Statement, source: Sequence[Clause], weight: Callable[[Item], float]
) -> list[Match]:
    """Each clause of the claim with the clause of the source that is nearest to it."""
    found = []
    for clause in claim.clauses:
        items = (*clause.items, *clause.taken)
        total = sum(weight(item) for item in items)
        if not total or not source:
            continue
        shares = [sum(weight(i) * holds(i, each) for i in items) / total for each in source]
        place = max(range(len(source)), key=lambda i: (round(shares[i], 6), -i))
        found.append(Match(clause, source[place], shares[place]))
    return found


@lru_cache(maxsize=2048)
def paired(claim: Statement, source: Statement) -> list[Match]:
    """As `matches`, with all items alike; kept, since each name of a claim asks for it."""
    return matches(claim, source.clauses, lambda _: 1.0)


def covers(items: Sequence[Item], clause: Clause, weight: Callable[[Item], float]) -> float:
    total = sum(map(weight, items))
    return sum(weight(item) * holds(item, clause) for item in items) / total if total else 0.0


def markers_of(item: Item, clause: Clause) -> frozenset[str]:
    if (
        item.start not in clause.starts
        or clause.forms[clause.starts.index(item.start)] != item.form
    ):
        return frozenset()
    return markers(clause.forms, clause.starts.index(item.start))


def written(item: Item) -> str:
    if isinstance(item.fact, Number):
        return item.fact.written
    return str(item.fact) if item.fact is not None else item.form


def worded(item: Item, statements: Sequence[Statement]) -> str:
    """A fact or a name in the words of the statement that holds it."""
    for each in statements:
        if isinstance(item.fact, Date) and item in each.items:
            return " ".join(each.text[item.start : item.end].split())
    return written(item)
