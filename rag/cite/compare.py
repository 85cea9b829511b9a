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
from rag.cite.grammar import (
    actor,
    is_action,
    is_noun,
    markers,
    passive,
    preposition,
    stands_as_noun,
)
from rag.cite.reasons import Reason
from rag.cite.statement import EMPTY, Clause, Item, Statement, alike, resembles
from rag.words import STOP_WORDS, WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CLOSE = 0.85  # likeness from which two words are taken for one
_TAKEN = 0.9  # what an item counts that a clause takes over from another
_ALMOST = 0.1  # by how much a clause may hold less and still be as near
_SWAP = 0.15  # by how much another clause must hold the rest better than the one with the number
_NEAR = 0.5  # share of a clause that its counterpart must hold before "not" is compared
_LIKE = 0.7  # likeness from which a "not" may be about the same
_SUBJECT = frozenset({"+n", "S"})
_OBJECTS = frozenset({"+g", "+d", "+a"})  # how those are bound to whom something is done
_BOUNDS = {"most": "≤", "least": "≥"}
_PREFIXES = ("не", "без", "бес", "un", "in", "im", "non", "dis", "ir")
_WHOLE = 5  # letters of a word that such a prefix may stand before
_SHOWN = 80  # characters of a source's clause in a reason
_ONLY = frozenset({"только", "only", "лишь", "just", "кроме", "except", "unless", "исключением"})
#: Pairs of opposites that say how something is meant rather than what: they contradict nothing.
_SOFT = frozenset({"may", "обязан-"})
#: Of these both must be followed by the same word.
_GOVERNING = frozenset({"до", "before", "above", "up"})


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
        if reason := (
            _polarity(match, clauses, excepts)
            or _turned(match, clauses)
            or _denied(match, clauses, excepts)
        ):
            return reason
    return _mixed_name(claim, "\n".join(source.text for source in sources))


def _nearest(
    match: Match, clauses: Sequence[Clause], weight: Callable[[Item], float]
) -> list[Match]:
    """The match, and those with clauses of the same sentence that hold almost as much."""
    items = (*match.mine.items, *match.mine.taken)
    shares = [(clause, _covers(items, clause, weight)) for clause in clauses]
    return [Match(match.mine, c, share) for c, share in shares if share >= match.share - _ALMOST]


def _covers(items: Sequence[Item], clause: Clause, weight: Callable[[Item], float]) -> float:
    total = sum(map(weight, items))
    return sum(weight(item) * holds(item, clause) for item in items) / total if total else 0.0


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
        holders = [each for each in source if holds(item, each) >= _CLOSE]
        rivals = [
            each
            for each in source
            if not holds(item, each)
            and any(_rival(item, o) and not any(same(m, o) for m in items) for o in each.items)
        ]
        if not rest or not holders or not rivals:
            continue
        own = max(_covers(rest, each, weight) for each in holders)
        if max(_covers(rest, each, weight) for each in rivals) >= own + _SWAP:
            return Reason("moved", _written(item))
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
            if max((same(item, o) for o in each.items), default=0) >= _CLOSE
            and not any(
                o is not item and holds(o, each) >= _CLOSE and not holds(o, match.theirs)
                for o in match.mine.items
            )  # where more than one of them stands there, the claim joins two clauses
        ]
        mine = _markers(item, match.mine)
        if any(_markers(other, match.theirs) & mine for other in rivals) and any(
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
            return Reason("exchanged", _written(away[0]), _written(back[0]))
    return None


def _only_in(item: Item, clause: Clause, other: Clause) -> bool:
    return any(same(item, each) >= _CLOSE for each in clause.items) and not holds(item, other)


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
            return Reason("exchanged", _written(one), _written(two))
    return None


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
            return Reason("moved", _written(mine))
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


def _does(item: Item) -> bool:
    return item.fact is None and not item.name and is_action(item.form)


def _bounds(match: Match) -> tuple[str, str] | None:
    """At most for at least: «не больше 14 дней» for «не меньше 14 дней»."""
    for mine, theirs in match.aligned:
        if mine.bound and theirs.bound and mine.bound != theirs.bound:
            return _BOUNDS[mine.bound], _BOUNDS[theirs.bound]
    return None


def displaced(item: Item, claim: Statement, source: Statement) -> Item | None:
    """What the source has where the claim has a name that the source lacks."""
    for match in matches(claim, source.clauses, lambda _: 1.0):
        if item not in match.mine.items:
            continue
        mine = _markers(item, match.mine)
        for other in match.theirs.items:
            free = other.fact is None and is_noun(other.form)
            if free and not any(same(each, other) for each in claim.items):
                if mine & _markers(other, match.theirs):
                    return other
    return None


def misattributed(
    claim: Statement, source: Statement, speaker: frozenset[str], answered: bool
) -> Reason | None:
    """Somebody named for what another one does.

    «Кирилл пришлёт» for «Кирилл, я пришлю» or «пришлют Кириллу»; "Nora will send" for "Nora: could
    you send". `answered` says that the speaker answers the question in the source.
    """
    for match in matches(claim, source.clauses, lambda _: 1.0):
        subjects = [item for item in match.mine.items if item.name and _acts(item, match.mine)]
        if not subjects:
            continue
        named = " ".join(item.form for item in subjects)
        verbs = [(m, t) for m, t in match.aligned if m.fact is None and is_action(m.form)]
        for _, theirs in verbs:
            who = actor(match.theirs.forms, match.theirs.starts.index(theirs.start))
            speaks = any(akin(item.stem, each) for item in subjects for each in speaker)
            if speaker and who and speaks != ((who == "speaker") != answered):
                return Reason("actor", named)
        voices = passive(match.mine.forms), passive(match.theirs.forms)
        for mine, theirs in match.aligned if verbs and not any(voices) else ():
            bound = _markers(theirs, match.theirs)
            if mine in subjects and bound and bound <= _OBJECTS:
                return Reason("actor", named)
    return None


def _acts(item: Item, clause: Clause) -> bool:
    bound = _markers(item, clause)
    return "S" in bound or "+n" in bound


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
    if (
        item.start not in clause.starts
        or clause.forms[clause.starts.index(item.start)] != item.form
    ):
        return frozenset()
    return markers(clause.forms, clause.starts.index(item.start))


def _polarity(match: Match, source: Sequence[Clause], excepts: bool) -> Reason | None:
    """A "not", or an opposite, on one side alone."""
    mine, theirs = match.mine, match.theirs
    if match.share < _NEAR:
        return None
    flips = _opposites(mine, theirs)
    if bounds := _bounds(match):
        flips.append(bounds)
    minus = _count(mine, theirs), _count(theirs, mine)
    if (sum(minus) + len(flips)) % 2 == 0:
        return None
    if flips:
        return Reason("opposite", *flips[0])
    if excepts or (minus[0] > minus[1] and _denied_too(match, source)):
        return None  # "only if" for "not unless"
    return Reason("affirmed" if minus[0] > minus[1] else "negated", theirs=_shown(theirs))


def _denied_too(match: Match, source: Sequence[Clause]) -> bool:
    """Whether another clause of the source that holds as much denies what the claim does."""
    mine = match.mine
    return any(
        clause.negations % 2
        and any(alike(one, two) for one in mine.denied for two in clause.stems)
        and _covers(mine.items, clause, lambda _: 1.0)
        >= _covers(mine.items, match.theirs, lambda _: 1.0) * _NEAR
        for clause in source
    )


def _turned(match: Match, source: Sequence[Clause]) -> Reason | None:
    """An opposite in a clause of the source that is not the nearest, but about the same."""
    mine = match.mine
    for clause in source:
        if clause is match.theirs:
            continue
        shared = any(
            holds(item, clause) >= _CLOSE and not holds(item, match.theirs) for item in mine.items
        )
        flips = _opposites(mine, clause) if shared else []
        flips = [pair for pair in flips if not any(_has(c, pair[0]) for c in source)]
        if flips and (_count(mine, clause) + _count(clause, mine)) % 2 == 0:
            return Reason("opposite", *flips[0])
    return None


def _has(clause: Clause, form: str) -> bool:
    return stem(form) in {stem(each) for each in clause.forms}


def _shown(clause: Clause) -> str:
    return " ".join(clause.text.split())[:_SHOWN].strip(" ,;.")


def _denied(match: Match, source: Sequence[Clause], excepts: bool) -> Reason | None:
    """A word that is denied wherever the source has it and not here, or here and never there."""
    mine = match.mine
    if excepts:
        return None
    for item in mine.items:
        if item.fact is not None or (match.share >= _NEAR and holds(item, match.theirs) >= _LIKE):
            continue
        there = [
            (clause, other)
            for clause in source
            for other in clause.items
            if other.fact is None and alike(item.stem, other.stem) >= _LIKE
        ]
        if not there or any(_opposites(mine, clause) for clause, _ in there):
            continue
        if not mine.negations and all(o.stem in c.denied and c.negations % 2 for c, o in there):
            return Reason("negated", theirs=_shown(there[0][0]))
        if (
            mine.negations % 2
            and item.stem in mine.denied
            and not any(c.negations or c.excepting for c, _ in there)
        ):
            return Reason("affirmed", theirs=_shown(there[0][0]))
    return None


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
    found = _prefixed(mine, theirs)
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
            if pair.one[0] in _GOVERNING and not _alike_after(mine, here, theirs, there):
                continue
            found[here] = there
    return list(found.items())


def _prefixed(mine: Clause, theirs: Clause) -> dict[str, str]:
    """Words that are one another with a prefix that denies: «определённый», «неопределённый»."""
    found = {}
    for one in mine.items:
        for two in theirs.items:
            longer, shorter = sorted((one.form, two.form), key=len, reverse=True)
            ends = stem(longer), stem(shorter)
            if len(shorter) >= _WHOLE and any(ends[0] == each + ends[1] for each in _PREFIXES):
                found[one.form] = two.form
    return found


def _alike_after(mine: Clause, here: str, theirs: Clause, there: str) -> bool:
    """Whether the next words that mean something are the same in both clauses."""
    one, two = _next(mine, here), _next(theirs, there)
    return bool(one and two) and alike(one, two) >= _CLOSE


def _next(clause: Clause, word: str) -> str:
    following = clause.forms[clause.forms.index(word) + 1 :]
    return next((stem(each) for each in following if each not in EMPTY), "")


def replaced(
    claim: Statement,
    source: Statement,
    known: Callable[[Item], bool],
    held: Callable[[Item], bool],
) -> tuple[Item, Item, bool] | None:
    """A word of the claim, the one the source has in its place, and whether both are things.

    They stand beside the same neighbour, or things in the same role. What is done has many names;
    of two things one is seldom the other, though it may be. What is `known` from the sentence
    before may be meant by a pronoun, but not where the source, which does not itself have it
    (`held`), has another subject.
    """
    beside = None
    for match in matches(claim, source.clauses, lambda _: 1.0):
        for one, mine in enumerate(match.mine.items):
            if mine.fact is not None or held(mine):
                continue
            for two, theirs in enumerate(match.theirs.items):
                if not _alone(theirs, claim):
                    continue
                near = _beside(match.mine.items, one, match.theirs.items, two)
                if known(mine) and not _subjects(mine, theirs, match):
                    continue
                if _in_role(mine, theirs, match, near):
                    return mine, theirs, True
                if near and beside is None:
                    beside = mine, theirs, False
    return beside


def _subjects(mine: Item, theirs: Item, match: Match) -> bool:
    one, two = _markers(mine, match.mine), _markers(theirs, match.theirs)
    return one == two and one <= _SUBJECT and bool(one)


def _in_role(mine: Item, theirs: Item, match: Match, near: bool) -> bool:
    """Whether two words are things in one role: of one case, or both where English has nouns."""
    one, two = _markers(mine, match.mine), _markers(theirs, match.theirs)
    if mine.form.isascii():
        nouns = stands_as_noun(match.mine.forms, _place(mine, match.mine)) and stands_as_noun(
            match.theirs.forms, _place(theirs, match.theirs)
        )
        return nouns and (near or bool(one & two))
    return is_noun(mine.form) and is_noun(theirs.form) and bool(one & two)


def _place(item: Item, clause: Clause) -> int:
    return clause.starts.index(item.start) if item.start in clause.starts else 0


def _alone(item: Item, other: Statement) -> bool:
    return item.fact is None and not any(same(item, each) for each in other.items)


def _beside(mine: Sequence[Item], one: int, its: Sequence[Item], two: int) -> bool:
    """Whether two items stand on the same side of the same neighbour."""
    for step in (-1, 1):
        if 0 <= one + step < len(mine) and 0 <= two + step < len(its):
            if same(mine[one + step], its[two + step]) >= _CLOSE:
                return True
    return False


def _written(item: Item) -> str:
    if isinstance(item.fact, Number):
        return item.fact.written
    return str(item.fact) if item.fact is not None else item.form


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
