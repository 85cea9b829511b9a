"""Where a claim says otherwise than the sentences of the source that hold its words.

Each check sets a clause of the claim beside the clause of the source nearest to it and returns a
`Reason`, or None where it sees nothing wrong: a number, name or thing that belongs to another
clause; two that have changed places; a "not" or an opposite on one side alone.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from rag.cite.alignment import Match, covers, holds, markers_of, matches, same, written
from rag.cite.amounts import Number
from rag.cite.denial import denial
from rag.cite.facts import Date, akin
from rag.cite.grammar import is_action, passive, preposition
from rag.cite.likeness import CLOSE
from rag.cite.reasons import Reason
from rag.words import STOP_WORDS, WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.cite.clauses import Clause, Item
    from rag.cite.statement import Statement

_ALMOST = 0.1  # by how much a clause may hold less and still be as near
_SWAP = 0.15  # by how much another clause must hold the rest better than the one with the number
_NEAR = 0.5  # share of a clause that its counterpart must hold before "not" is compared
#: How a clause begins that tells on what condition another one holds.
_WHEN = re.compile(r"\W*(?:when|if|where|while|если|когда|пока|где)\b", re.I)
_ONLY = frozenset({"только", "only", "лишь", "just", "кроме", "except", "unless", "исключением"})


def contradiction(
    claim: Statement, sources: Sequence[Statement], weight: Callable[[Item], float]
) -> Reason | None:
    """Why a claim whose words and facts the sources have is put together otherwise there."""
    clauses = [clause for source in sources for clause in source.clauses]
    found = matches(claim, clauses, weight)
    for match in found:
        if reason := _belongs(match.mine, clauses, weight):
            return reason
    for match in found:
        beside = next(s.clauses for s in sources if any(c is match.theirs for c in s.clauses))
        for near in _nearest(match, beside, weight):
            others = [clause for clause in beside if clause is not near.theirs]
            if reason := _moved(near, others) or _slotted(near):
                return reason
        if reason := _exchanged(match):
            return reason
    if reason := _crossed(found):
        return reason
    excepts = any(word in _ONLY for word in claim.forms) and any(
        clause.excepting or any(word in _ONLY for word in clause.forms) for clause in clauses
    )
    for match in found:
        twin = any(
            other is not match
            and other.theirs is match.theirs
            and other.mine.negations
            and (_WHEN.match(other.mine.text) or _WHEN.match(match.mine.text))
            for other in found
        )
        if (reason := denial(match, clauses, excepts)) and not (twin and reason.key == "negated"):
            return reason
    return _mixed_name(claim, "\n".join(source.text for source in sources))


def _nearest(
    match: Match, clauses: Sequence[Clause], weight: Callable[[Item], float]
) -> list[Match]:
    """The match, and those with clauses of the same sentence that hold almost as much."""
    items = (*match.mine.items, *match.mine.taken)
    shares = [(clause, covers(items, clause, weight)) for clause in clauses]
    return [Match(match.mine, c, share) for c, share in shares if share >= match.share - _ALMOST]


def _belongs(
    clause: Clause, source: Sequence[Clause], weight: Callable[[Item], float]
) -> Reason | None:
    """A number, date or name whose clause in the source is about other things.

    That is so where the rest of the claim stands in a clause that has another one of the kind.
    A clause may leave words out: «город выделил 4 млн рублей, область — 1 млн».
    """
    worded = any(item.stem and not item.name for item in clause.items)
    items = clause.items if worded else (*clause.items, *clause.taken)
    for item in clause.items:
        if item.fact is None and not item.name:
            continue
        rest = [each for each in items if not _kindred(item, each)]
        holders = [each for each in source if holds(item, each) >= CLOSE]
        rivals = [
            each
            for each in source
            if not holds(item, each)
            and any(_rival(item, o) and not any(same(m, o) for m in items) for o in each.items)
        ]
        if not rest or not holders or not rivals:
            continue
        own = max(covers(rest, each, weight) for each in holders)
        if max(covers(rest, each, weight) for each in rivals) >= own + _SWAP:
            return Reason("moved", written(item))
    return None


def _kindred(item: Item, other: Item) -> bool:
    """Whether two items are of one kind: both numbers, both dates, or both names."""
    if item.fact is None:
        return other.fact is None and other.name
    return type(item.fact) is type(other.fact)


def _rival(item: Item, other: Item) -> bool:
    """Whether a fact or name of the source could stand in the place of the claim's."""
    if isinstance(item.fact, Number):
        same_unit = isinstance(other.fact, Number) and item.fact.unit == other.fact.unit
        return same_unit or (isinstance(other.fact, Date) and item.fact.unit == "year")
    if item.fact is not None:
        return isinstance(other.fact, Date)
    return other.name


def _moved(match: Match, others: Sequence[Clause]) -> Reason | None:
    """A thing that stands in another clause of the sentence, where this one has its own."""
    rivals = [
        item
        for item in match.theirs.items
        if item.fact is None
        and not is_action(item.form)
        and not any(same(mine, item) for mine in (*match.mine.items, *match.mine.taken))
    ]
    for item in match.mine.items:
        if item.fact is not None or is_action(item.form) or holds(item, match.theirs) >= _NEAR:
            continue
        holders = [
            each
            for each in others
            if max((same(item, o) for o in each.items), default=0) >= CLOSE
            and not any(
                o is not item and holds(o, each) >= CLOSE and not holds(o, match.theirs)
                for o in match.mine.items
            )  # where more than one of them stands there, the claim joins two clauses
        ]
        mine = markers_of(item, match.mine)
        if any(markers_of(other, match.theirs) & mine for other in rivals) and any(
            not any(same(one, each) for one in match.mine.items)
            for holder in holders
            for each in holder.items
        ):
            return Reason("moved", item.form)
    return None


def _crossed(found: Sequence[Match]) -> Reason | None:
    """Two clauses with a word of each in the other: "grey until 1954 and green since"."""
    for one, two in itertools.permutations(found, 2):
        if one.theirs is two.theirs or one.mine is two.mine:
            continue
        away = [i for i in one.mine.items if _only_in(i, two.theirs, one.theirs)]
        back = [i for i in two.mine.items if _only_in(i, one.theirs, two.theirs)]
        if away and back:
            return Reason("exchanged", written(away[0]), written(back[0]))
    return None


def _only_in(item: Item, clause: Clause, other: Clause) -> bool:
    return any(same(item, each) >= CLOSE for each in clause.items) and not holds(item, other)


def _exchanged(match: Match) -> Reason | None:
    """Two things that stand in each other's role: «А платит Б» for «Б платит А»."""
    if passive(match.mine.forms) != passive(match.theirs.forms) and not _latin(match.mine):
        return None
    bound = [
        (mine, _binding(mine, match.mine), _binding(theirs, match.theirs))
        for mine, theirs in match.aligned
    ]
    for (one, a, a_), (two, b, b_) in itertools.combinations(bound, 2):
        if same(one, two) or not (a and b and a_ and b_):
            continue
        if (one.fact is None) != (two.fact is None) or _does(one) or _does(two):
            continue
        apart = a & b_ and b & a_ and not a & a_ and not b & b_
        if apart or (a == b_ and b == a_ and a != a_):
            return Reason("exchanged", written(one), written(two))
    return None


def _does(item: Item) -> bool:
    return item.fact is None and not item.name and is_action(item.form)


def _slotted(match: Match) -> Reason | None:
    """A thing behind another preposition, where the source has something else behind that one.

    «Переезжает на Заводскую» for «переезжает с Заводской на Портовую».
    """
    taken = {id(theirs) for _, theirs in match.aligned}
    free = [item for item in match.theirs.items if id(item) not in taken]
    for mine, theirs in match.aligned:
        slot, other = _slot(mine, match.mine), _slot(theirs, match.theirs)
        if not slot or not other or slot == other:
            continue
        if any(_slot(item, match.theirs) == slot and _like_kind(mine, item) for item in free):
            return Reason("moved", written(mine))
    return None


def _like_kind(one: Item, other: Item) -> bool:
    if one.fact is None:
        return other.fact is None and not is_action(other.form)
    return _rival(one, other)


def _slot(item: Item, clause: Clause) -> str:
    """The preposition right before an item, or before what describes it."""
    before = [
        form for start, form in zip(clause.starts, clause.forms, strict=True) if start < item.start
    ]
    return preposition(before)


def _latin(clause: Clause) -> bool:
    return all(form.isascii() for form in clause.forms)


def _binding(item: Item, clause: Clause) -> frozenset[str]:
    """What ties an item to its clause: a word's role, or the words around a number."""
    if item.fact is None:
        return markers_of(item, clause)
    before = [each.stem for each in clause.items if each.stem and each.end <= item.start]
    after = [each.stem for each in clause.items if each.stem and each.start >= item.end]
    return frozenset({*before[-1:], *after[:1]})


def _mixed_name(claim: Statement, source: str) -> Reason | None:
    """A first name with the surname of somebody else."""
    theirs = [(fold(m.group()), m.group()[0].isupper()) for m in WORD.finditer(source)]
    stems = [stem(word) for word, _ in theirs]
    names = [item for item in claim.items if item.name and claim.text[item.start].isupper()]
    for one, two in itertools.pairwise(names):
        if claim.text[one.end : two.start] != " ":
            continue
        places = [[i for i, s in enumerate(stems) if akin(s, part.stem)] for part in (one, two)]
        if not all(places) or any(abs(a - b) <= 2 for a in places[0] for b in places[1]):
            continue
        beside = [i + step for i in places[1] for step in (-1, 1) if 0 <= i + step < len(theirs)]
        if any(theirs[i][1] and theirs[i][0] not in STOP_WORDS for i in beside):
            return Reason("joined")
    return None
