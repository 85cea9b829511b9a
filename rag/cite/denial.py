"""A "not", or an opposite, on one side alone.

Words that deny and opposites are counted in a clause of the claim and the clause of the source
nearest to it: an odd number turns the meaning round. «Запрещено» counts as "not".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.cite import lexicon
from rag.cite.alignment import Match, covers, holds
from rag.cite.likeness import CLOSE, alike
from rag.cite.reasons import Reason
from rag.cite.statement import EMPTY
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.cite.clauses import Clause

_NEAR = 0.5  # share of a clause that its counterpart must hold before "not" is compared
_LIKE = 0.7  # likeness from which a "not" may be about the same
_BOUNDS = {"most": "≤", "least": "≥"}
_PREFIXES = ("не", "без", "бес", "un", "in", "im", "non", "dis", "ir")
_WHOLE = 5  # letters of a word that such a prefix may stand before
_SHOWN = 80  # characters of a source's clause in a reason
#: Pairs of opposites that say how something is meant rather than what: they contradict nothing.
_SOFT = frozenset({"may", "обязан-"})
#: Of these both must be followed by the same word.
_GOVERNING = frozenset({"до", "before", "above", "up"})


def denial(match: Match, source: Sequence[Clause], excepts: bool) -> Reason | None:
    """Why the source says no where a clause of the claim says yes, or yes where it says no.

    `excepts` says that both make an exception, so that "only if" may stand for "not unless".
    """
    return (
        _polarity(match, source, excepts)
        or _turned(match, source)
        or _denied(match, source, excepts)
    )


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


def _bounds(match: Match) -> tuple[str, str] | None:
    """At most for at least: «не больше 14 дней» for «не меньше 14 дней»."""
    for mine, theirs in match.aligned:
        if mine.bound and theirs.bound and mine.bound != theirs.bound:
            return _BOUNDS[mine.bound], _BOUNDS[theirs.bound]
    return None


def _denied_too(match: Match, source: Sequence[Clause]) -> bool:
    """Whether another clause of the source that holds as much denies what the claim does."""
    mine = match.mine
    return any(
        clause.negations % 2
        and any(alike(one, two) for one in mine.denied for two in clause.stems)
        and covers(mine.items, clause, lambda _: 1.0)
        >= covers(mine.items, match.theirs, lambda _: 1.0) * _NEAR
        for clause in source
    )


def _turned(match: Match, source: Sequence[Clause]) -> Reason | None:
    """An opposite in a clause of the source that is not the nearest, but about the same."""
    mine = match.mine
    for clause in source:
        if clause is match.theirs:
            continue
        shared = any(
            holds(item, clause) >= CLOSE and not holds(item, match.theirs) for item in mine.items
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
    return bool(one and two) and alike(one, two) >= CLOSE


def _next(clause: Clause, word: str) -> str:
    following = clause.forms[clause.forms.index(word) + 1 :]
    return next((stem(each) for each in following if each not in EMPTY), "")
