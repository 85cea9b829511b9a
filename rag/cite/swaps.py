"""Sentences made of the source's own words put together wrongly: exchanged numbers, names, roles.

Each check returns a reason, or None where it sees nothing wrong. They compare clauses, for what
belongs together in a source usually stands in one clause.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from rag.cite.evidence import Evidence, Statement, likeness
from rag.cite.facts import Date, Number, akin, common_prefix
from rag.cite.polarity import excepting, opposite
from rag.words import STOP_WORDS, WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAUSES = re.compile(
    r"[;,]\s|(?<=[.!?])\s|\n|\s(?:а|но|и|and|but|while|whereas|хотя|тогда как)\s", re.I
)
_SWAP = 0.25  # by how much another clause must hold a claim better than the one with its number
_BRIEF = 2  # words of a clause that leaves out what the one before has said
_ENOUGH = 0.6  # the rest of a claim that must stand before one word of it is called exchanged
_VERB = re.compile(r"[а-я](?:[еиая]т|[ую]т|л|ла|ло|ли|[аеиоуыя]ть|ти)(?:ся|сь)?$|[a-z](?:ed|ing)$")
_SURNAME = re.compile(
    r"[«\"“]?(?:[А-ЯЁ][а-яё]+(?:ова?|ева?|ёва?|ина?|ына?|[сц]кий|[сц]кая|ко|ук|юк|ян|дзе)"
    r"|[A-Z][a-z]+(?<!ing)(?<!ion)(?<!ment)(?<!ity)(?<!s))\b"
)


def misplaced(said: Statement, source: Statement, document: str, evidence: Evidence) -> str | None:
    """Why a claim whose words and facts the source has is put together otherwise there."""
    mine, its = _clauses(said.text), _clauses(source.text)
    return (
        _turned(mine, its, evidence)
        or _moved_number(mine, its, evidence)
        or _moved_name(mine, its, evidence)
        or _mixed_name(said, source)
        or _mixed_clauses(mine, its)
        or _exchanged(said, source, evidence, evidence.vocabularies[document])
    )


def replaced(said: Statement, source: Statement) -> str | None:
    """A word of the claim that stands where the source has another; perhaps a synonym."""
    return next((said.form(mine) for mine, _ in _replacements(said, source)), None)


def _clauses(text: str) -> list[Statement]:
    """The clauses of a text; one without words of its own («но не более 10 %») joins the last."""
    clauses: list[str] = []
    for part in _CLAUSES.split(text):
        if clauses and part.strip() and not Statement(part).terms:
            clauses[-1] = f"{clauses[-1]}, {part}"
        elif part.strip(" .\n"):
            clauses.append(part)
    return [Statement(clause) for clause in clauses]


def _turned(mine: list[Statement], its: list[Statement], evidence: Evidence) -> str | None:
    """An opposite, sought between each clause and the one of the source nearest to it."""
    if any(excepting(clause.text) for clause in its):
        return None
    for clause in mine:
        nearest = max(its, key=lambda each: _nearness(clause, each, evidence))
        if reason := opposite(clause.text, nearest.text):
            return reason
    return None


def _nearness(clause: Statement, other: Statement, evidence: Evidence) -> float:
    shared = sum(not other.lacks_number(number) for number in clause.facts.numbers)
    return evidence.coverage(clause.terms, other) + 0.5 * shared


def _moved_number(mine: list[Statement], its: list[Statement], evidence: Evidence) -> str | None:
    """A number or date whose clause is about other things, while these have another one.

    A clause may leave words out: «город выделил 4 млн рублей, область — 1 млн».
    """
    for clause in mine:
        stated: list[Number | Date] = [*clause.facts.numbers, *clause.facts.dates]
        for fact in stated:
            holders = [each for each in its if _states(each, fact)]
            rivals = [
                each for each in its if not _states(each, fact) and _rival(each, clause, fact)
            ]
            brief = [each for each in rivals if len(each.terms) <= _BRIEF]
            if _better(clause.terms, rivals, holders, evidence) or any(
                _trades(clause.terms, rival, holder) for rival in brief for holder in holders
            ):
                written = fact.written if isinstance(fact, Number) else str(fact)
                return f"in the source {written} belongs to something else"
    return None


def _states(clause: Statement, fact: Number | Date) -> bool:
    if isinstance(fact, Number):
        return not clause.lacks_number(fact)
    return not clause.lacks_date(fact)


def _rival(other: Statement, clause: Statement, fact: Number | Date) -> bool:
    """Whether a clause of the source has a fact of the kind that the claim's clause has not."""
    if isinstance(fact, Date):
        return any(clause.lacks_date(each) for each in other.facts.dates)
    return any(
        each.unit in (fact.unit, None) and clause.lacks_number(each) for each in other.facts.numbers
    )


def _better(
    terms: Sequence[str],
    rivals: Sequence[Statement],
    holders: Sequence[Statement],
    evidence: Evidence,
) -> bool:
    holders = [each for each in holders if any(term not in terms for term in each.terms)]
    if not terms or not holders or not rivals:
        return False
    own = max(evidence.coverage(terms, each) for each in holders)
    return max(evidence.coverage(terms, each) for each in rivals) >= own + _SWAP


def _moved_name(mine: list[Statement], its: list[Statement], evidence: Evidence) -> str | None:
    """A name whose clause in the source is about other things, while these have another name."""
    for clause in mine:
        names = [each for each in clause.facts.names if each.sure or len(mine) > 1]
        rest = [term for term in clause.terms if not any(akin(term, n.stem) for n in names)]
        for name in names:
            holders = [each for each in its if not each.lacks_name(name)]
            rivals = [
                each
                for each in its
                if each.lacks_name(name)
                and any(clause.lacks_name(other) for other in each.facts.names if other.sure)
            ]
            if _better(rest, rivals, holders, evidence) or any(
                _trades(rest, rival, holder) for rival in rivals for holder in holders
            ):
                return f"in the source {name.written} belongs to something else"
    return None


def _trades(terms: Sequence[str], rival: Statement, holder: Statement) -> bool:
    """Whether only the rival has one of the terms, and the holder something of its own instead."""
    theirs = any(likeness(term, rival) and not _related(term, holder) for term in terms)
    names = {name.stem for name in holder.facts.names if name.sure}
    foreign = [each for each in holder.terms if each not in names and each not in terms]
    return theirs and bool(foreign) and len(holder.terms) > len(names)


def _related(term: str, clause: Statement) -> bool:
    """Whether a clause has a word that may be of the same root, «отвечает» and «ответственный»."""
    return any(
        common_prefix(term, other) >= max(4, 0.6 * min(len(term), len(other)))
        for other in clause.terms
    )


def _mixed_name(said: Statement, source: Statement) -> str | None:
    """A first name with the surname of somebody else."""
    theirs = [(fold(m.group()), m.group()[0].isupper()) for m in WORD.finditer(source.text)]
    stems = [stem(word) for word, _ in theirs]
    for one, two in _full_names(said.text):
        places = [[i for i, each in enumerate(stems) if akin(each, part)] for part in (one, two)]
        if not all(places) or any(abs(a - b) <= 2 for a in places[0] for b in places[1]):
            continue
        beside = [i + step for i in places[1] for step in (-1, 1) if 0 <= i + step < len(theirs)]
        if any(theirs[i][1] and theirs[i][0] not in STOP_WORDS for i in beside):
            return "the source joins these names otherwise"
    return None


def _full_names(text: str) -> list[tuple[str, str]]:
    """Stems of two capitalised words that stand side by side."""
    found = [m for m in WORD.finditer(text) if m.group()[0].isupper()]
    return [
        (stem(fold(one.group())), stem(fold(two.group())))
        for one, two in itertools.pairwise(found)
        if text[one.end() : two.start()] == " " and fold(one.group()) not in STOP_WORDS
    ]


def _mixed_clauses(mine: list[Statement], its: list[Statement]) -> str | None:
    """One clause made of two parallel ones: the subject of the first, the rest of the second."""
    if len(mine) != 1:
        return None
    terms = mine[0].terms
    held = [
        (
            {t for t in terms if likeness(t, each)},
            [t for t in each.terms if not likeness(t, mine[0])],
        )
        for each in its
    ]
    for place, (one, strange) in enumerate(held):
        for two, strange_too in held[place + 1 :]:
            if one & two and one - two and two - one and strange and strange_too:
                only = mine[0].form(min(two - one))
                return f"the source says “{only}” of something else"
    return None


def _exchanged(
    said: Statement, source: Statement, evidence: Evidence, known: frozenset[str]
) -> str | None:
    """A word the document has elsewhere, in the place of the one it has here.

    «Покупатель оплачивает» for «оплачивает поставщик»: the document tells the two apart. A word
    it does not know may be a synonym, unless it looks like a surname.
    """
    if evidence.coverage(said.terms, source) < _ENOUGH:
        return None
    for mine, its in _replacements(said, source):
        if _VERB.search(said.form(mine)) or _VERB.search(source.form(its)):
            continue  # verbs have too many synonyms
        name = any(each.stem == mine for each in said.facts.names) and _SURNAME.match(said.text)
        if mine in known or (name and mine == said.terms[0]):
            return f"the source has “{source.form(its)}” in the place of “{said.form(mine)}”"
    return None


def _replacements(said: Statement, source: Statement) -> list[tuple[str, str]]:
    """Pairs of a word only the claim has and one only the source has, beside the same neighbour."""
    mine = [place for place, term in enumerate(said.terms) if not likeness(term, source)]
    its = [place for place, term in enumerate(source.terms) if not likeness(term, said)]
    return [
        (said.terms[one], source.terms[two])
        for one in mine
        for two in its
        if _beside(said.terms, one) & _beside(source.terms, two)
    ]


def _beside(terms: Sequence[str], place: int) -> set[str]:
    return {terms[i] for i in (place - 1, place + 1) if 0 <= i < len(terms)}
