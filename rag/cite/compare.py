"""Where a claim says otherwise than the sentences of the source that hold its words.

Each check sets a clause of the claim beside the clause of the source nearest to it and returns a
`Reason`, or None where it sees nothing wrong: a number, name or word that belongs to another
clause; a "not" or an opposite on one side alone; two that have changed places.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rag.cite import lexicon
from rag.cite.facts import Date, Number, akin
from rag.cite.grammar import is_action, markers, passive
from rag.cite.reasons import Reason
from rag.cite.statement import EMPTY, Clause, Item, Statement, alike
from rag.words import STOP_WORDS, WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CLOSE = 0.85  # likeness from which two words are taken for one
_TAKEN = 0.9  # what an item counts that a clause takes over from another
_SWAP = 0.2  # by how much another clause must hold the rest better than the one with the number
_NEAR = 0.5  # share of a clause that its counterpart must hold before "not" is compared
_SHOWN = 80  # characters of a source's clause in a reason
_ONLY = frozenset({"только", "only", "лишь", "just", "кроме", "except", "unless", "исключением"})
#: Pairs of opposites that say how something is meant rather than what: they contradict nothing.
_SOFT = frozenset({"may", "обязан-", "до", "before"})


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
            if value >= _CLOSE:
                found.append((item, free.pop(-place)))
        return found


def same(one: Item, other: Item) -> float:
    """How much two items say the same, from 0 to 1."""
    if isinstance(one.fact, Number):
        return float(isinstance(other.fact, Number) and one.fact.same(other.fact))
    if one.fact is not None:
        if isinstance(other.fact, Date):
            return float(one.fact.within(other.fact))
        return 0.0
    return alike(one.stem, other.stem) if other.fact is None else 0.0


def holds(item: Item, clause: Clause) -> float:
    """How well a clause holds an item; what it takes over from another counts less."""
    own = max((same(item, other) for other in clause.items), default=0.0)
    return max(own, _TAKEN * max((same(item, other) for other in clause.taken), default=0.0))


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


def contradiction(
    claim: Statement,
    source: Sequence[Clause],
    weight: Callable[[Item], float],
    text: str,
) -> Reason | None:
    """Why a claim whose words and facts the source has is put together otherwise there."""
    found = matches(claim, source, weight)
    for match in found:
        others = [each for each in source if each is not match.theirs]
        if reason := _moved(match, claim, others, weight) or _exchanged(match):
            return reason
    excepts = any(word in _ONLY for word in claim.forms) and any(
        clause.excepting or any(word in _ONLY for word in clause.forms) for clause in source
    )
    for match in found:
        if reason := _polarity(match, source, excepts):
            return reason
    return _mixed_name(claim.text, text)


def _moved(
    match: Match,
    claim: Statement,
    others: Sequence[Clause],
    weight: Callable[[Item], float],
) -> Reason | None:
    """A number, date, name or thing that another clause of the source has, where this has its own.

    A clause may leave words out: «город выделил 4 млн рублей, область — 1 млн».
    """
    rivals = [
        item
        for item in match.theirs.items
        if not any(same(item, mine) or same(mine, item) for mine in claim.items)
    ]
    for item in match.mine.items:
        if holds(item, match.theirs) >= _NEAR:
            continue
        holders = [each for each in others if holds(item, each) >= _CLOSE * _TAKEN]
        if not holders:
            continue
        rest = [each for each in match.mine.items if each is not item]
        here = sum(weight(each) * holds(each, match.theirs) for each in rest)
        there = max(sum(weight(each) * holds(each, h) for each in rest) for h in holders)
        total = sum(map(weight, rest)) or 1.0
        if (here - there) / total < _SWAP:
            continue
        if item.fact is not None or item.name:
            if any(_rival(item, each) for each in rivals):
                return Reason("moved", _written(item))
        elif not is_action(item.form) and _trades(match, item, rivals, holders, claim):
            return Reason("moved", item.form)
    return None


def _rival(item: Item, other: Item) -> bool:
    """Whether a fact or name of the source could stand in the place of the claim's."""
    if isinstance(item.fact, Number):
        return isinstance(other.fact, Number) and item.fact.alike(other.fact)
    if item.fact is not None:
        return isinstance(other.fact, Date)
    return other.name


def _trades(
    match: Match, item: Item, rivals: Sequence[Item], holders: Sequence[Clause], claim: Statement
) -> bool:
    """Whether this clause has a word of its own in the item's role, and the item's something else."""
    mine = _markers(item, match.mine)
    stands_in = any(
        other.fact is None and not is_action(other.form) and _markers(other, match.theirs) & mine
        for other in rivals
    )
    foreign = any(
        not any(same(each, one) for one in claim.items)
        for holder in holders
        for each in holder.items
    )
    return stands_in and foreign


def _exchanged(match: Match) -> Reason | None:
    """Two things that stand in each other's role: «А платит Б» for «Б платит А»."""
    if passive(match.mine.forms) != passive(match.theirs.forms) and not _latin(match.mine):
        return None
    bound = [
        (mine, _binding(mine, match.mine), _binding(theirs, match.theirs))
        for mine, theirs in match.aligned
    ]
    for (one, a, a_), (two, b, b_) in itertools.combinations(bound, 2):
        if (one.fact is None) != (two.fact is None):
            continue
        if a & b_ and b & a_ and not a & a_ and not b & b_:
            return Reason("exchanged", _written(one), _written(two))
    return None


def _latin(clause: Clause) -> bool:
    return all(form.isascii() for form in clause.forms)


def _binding(item: Item, clause: Clause) -> frozenset[str]:
    """What ties an item to its clause: a word's role, or the words around a number."""
    if item.fact is None:
        return _markers(item, clause)
    before = [each.stem for each in clause.items if each.stem and each.end <= item.start]
    after = [each.stem for each in clause.items if each.stem and each.start >= item.end]
    return frozenset({*before[-1:], *after[:1]})


def _markers(item: Item, clause: Clause) -> frozenset[str]:
    return (
        markers(clause.forms, clause.forms.index(item.form))
        if item.form in clause.forms
        else frozenset()
    )


def _polarity(match: Match, source: Sequence[Clause], excepts: bool) -> Reason | None:
    """A "not", or an opposite, on one side alone."""
    mine, theirs = match.mine, match.theirs
    if match.share < _NEAR:
        return None
    flips = [pair for pair in _opposites(mine, theirs)]
    minus = _count(mine, theirs), _count(theirs, mine)
    if (sum(minus) + len(flips)) % 2 == 0:
        return None
    if flips:
        return Reason("opposite", *flips[0])
    if excepts:
        return None  # "only if" for "not unless"
    shown = " ".join(theirs.text.split())[:_SHOWN].strip(" ,;.")
    return Reason("affirmed" if minus[0] > minus[1] else "negated", theirs=shown)


def _count(clause: Clause, other: Clause) -> int:
    """The words that say "not" in a clause, those left out that deny what the other has not."""
    count = clause.negations
    known = {item.stem for item in (*other.items, *other.taken) if item.stem}
    for place, word in enumerate(clause.forms):
        if word in ("без", "without"):
            denied = [
                stem(each) for each in clause.forms[place + 1 : place + 4] if each not in EMPTY
            ]
            if (
                not any(alike(each, its) for each in denied for its in known)
                and not other.negations
            ):
                count -= 1
    return count


def _opposites(mine: Clause, theirs: Clause) -> list[tuple[str, str]]:
    """Words of the claim where the source has their opposites, each with that."""
    found: dict[str, str] = {}
    for pair in lexicon.pairs_of(mine.forms):
        if pair.one[0] in _SOFT:
            continue
        for one, other in (pair, (pair.other, pair.one)):
            here, there = lexicon.begins(one, mine.forms), lexicon.begins(other, theirs.forms)
            if not here or not there or here in found or there in found.values():
                continue
            if lexicon.begins(other, mine.forms) or lexicon.begins(one, theirs.forms):
                continue
            if lexicon.denies(here) or lexicon.denies(there):
                continue
            found[here] = there
    return list(found.items())


def replaced(claim: Statement, source: Statement) -> tuple[Item, Item] | None:
    """A word of the claim and the one the source has in its place; perhaps a synonym."""
    mine = [i for i, item in enumerate(claim.items) if _alone(item, source)]
    its = [i for i, item in enumerate(source.items) if _alone(item, claim)]
    for one in mine:
        for two in its:
            if _beside(claim.items, one, source.items, two):
                return claim.items[one], source.items[two]
    return None


def _alone(item: Item, other: Statement) -> bool:
    return item.fact is None and not any(same(item, each) for each in other.items)


def _beside(mine: Sequence[Item], one: int, its: Sequence[Item], two: int) -> bool:
    """Whether two items have a neighbour in common."""
    left = [mine[i] for i in (one - 1, one + 1) if 0 <= i < len(mine)]
    right = [its[i] for i in (two - 1, two + 1) if 0 <= i < len(its)]
    return any(same(a, b) >= _CLOSE for a in left for b in right)


def _written(item: Item) -> str:
    if isinstance(item.fact, Number):
        return item.fact.written
    return str(item.fact) if item.fact is not None else item.form


def _mixed_name(claim: str, source: str) -> Reason | None:
    """A first name with the surname of somebody else."""
    theirs = [(fold(m.group()), m.group()[0].isupper()) for m in WORD.finditer(source)]
    stems = [stem(word) for word, _ in theirs]
    for one, two in _full_names(claim):
        places = [[i for i, each in enumerate(stems) if akin(each, part)] for part in (one, two)]
        if not all(places) or any(abs(a - b) <= 2 for a in places[0] for b in places[1]):
            continue
        beside = [i + step for i in places[1] for step in (-1, 1) if 0 <= i + step < len(theirs)]
        if any(theirs[i][1] and theirs[i][0] not in STOP_WORDS for i in beside):
            return Reason("joined")
    return None


def _full_names(text: str) -> list[tuple[str, str]]:
    """Stems of two capitalised words that stand side by side."""
    found = [m for m in WORD.finditer(text) if m.group()[0].isupper()]
    return [
        (stem(fold(one.group())), stem(fold(two.group())))
        for one, two in itertools.pairwise(found)
        if text[one.end() : two.start()] == " " and fold(one.group()) not in STOP_WORDS
    ]
