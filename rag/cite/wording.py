"""Words and names that stand where the source has others: another thing, or another person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.cite.alignment import Match, markers_of, paired, same
from rag.cite.facts import akin, calendar
from rag.cite.grammar import actor, has_infinitive, is_action, is_noun, passive, stands_as_noun
from rag.cite.likeness import CLOSE
from rag.cite.reasons import Reason
from rag.words import STOP_WORDS, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.cite.clauses import Clause, Item
    from rag.cite.statement import Statement

#: Nouns that only tell what kind of thing the next word is: «в срок», «в размере», "a number of".
_LIGHT = frozenset(
    stem(word)
    for word in (
        "срок течение размер размере сумма сумму момент рамки случай случае часть вид виде порядок "
        "количество число время период раз дело вопрос уровень место состав условие "
        "amount number period case kind way time place course sort set sum level bit little lot "
        "matter thing piece"
    ).split()
)
#: How a subject is bound, and how those to whom something is done.
#: How Russian binds those for whom something is done.
_GIVEN = frozenset({"+d", "в+a", "к+d", "для+g"})
_SUBJECT, _OBJECTS = frozenset({"+n", "S"}), frozenset({"+g", "+d", "+a"})


def displaced(item: Item, claim: Statement, source: Statement) -> Item | None:
    """What the source has where the claim has a name that the source lacks."""
    for match in paired(claim, source):
        if item not in match.mine.items:
            continue
        mine = markers_of(item, match.mine)
        for other in match.theirs.items:
            free = other.fact is None and is_noun(other.form) and not calendar(other.form)
            if (
                free
                and mine & markers_of(other, match.theirs)
                and not any(same(each, other) for each in claim.items)
            ):
                return other
    return None


def misattributed(
    claim: Statement, source: Statement, speaker: frozenset[str], answered: bool
) -> Reason | None:
    """Somebody named for what another one does.

    «Кирилл пришлёт» for «Кирилл, я пришлю» or «пришлют Кириллу»; "Nora will send" for "Nora: could
    you send". `answered` says that the speaker answers the question in the source.
    """
    for match in paired(claim, source):
        if given := _given(match):
            return Reason("actor", given.form)
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
            bound = markers_of(theirs, match.theirs)
            if mine in subjects and bound and bound <= _OBJECTS:
                return Reason("actor", named)
    return None


def _given(match: Match) -> Item | None:
    """Who does in the claim what is done for them, or given to them, in the source."""
    if has_infinitive(match.theirs.forms) or passive(match.mine.forms):
        return None
    done = [(m, t) for m, t in match.aligned if m.fact is None and is_action(m.form)]
    if not any(same(m, t) > CLOSE for m, t in done):
        return None  # "gets" may well stand for "is given"
    for mine, theirs in match.aligned:
        one, two = markers_of(mine, match.mine), markers_of(theirs, match.theirs)
        if one and two and one <= _SUBJECT and two <= _GIVEN and not is_action(mine.form):
            return mine
    return None


def _acts(item: Item, clause: Clause) -> bool:
    bound = markers_of(item, clause)
    return "S" in bound or "+n" in bound


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
    for match in paired(claim, source):
        for one, mine in enumerate(match.mine.items):
            if mine.fact is not None or mine.stem in _LIGHT or held(mine):
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
    one, two = markers_of(mine, match.mine), markers_of(theirs, match.theirs)
    return one == two and one <= _SUBJECT and bool(one)


def _in_role(mine: Item, theirs: Item, match: Match, near: bool) -> bool:
    """Whether two words are things in one role: of one case, or both where English has nouns."""
    one, two = markers_of(mine, match.mine), markers_of(theirs, match.theirs)
    if mine.form.isascii():
        nouns = stands_as_noun(match.mine.forms, _place(mine, match.mine)) and stands_as_noun(
            match.theirs.forms, _place(theirs, match.theirs)
        )
        if _described(mine, match.mine) != _described(theirs, match.theirs):
            return False  # one of them only tells what kind of thing the next word is
        return nouns and (near or bool(one & two))
    return is_noun(mine.form) and is_noun(theirs.form) and bool(one & two)


def _described(item: Item, clause: Clause) -> str:
    """The stem of the noun that an English word describes, as "tennis" does in "tennis club"."""
    after = clause.forms[_place(item, clause) + 1 :][:1]
    return stem(after[0]) if after and after[0] not in STOP_WORDS and is_noun(after[0]) else ""


def _place(item: Item, clause: Clause) -> int:
    return clause.starts.index(item.start) if item.start in clause.starts else 0


def _alone(item: Item, other: Statement) -> bool:
    plain = item.fact is None and item.stem not in _LIGHT
    return plain and not any(same(item, each) for each in other.items)


def _beside(mine: Sequence[Item], one: int, its: Sequence[Item], two: int) -> bool:
    """Whether two items stand on the same side of the same neighbour."""
    return any(
        0 <= one + step < len(mine)
        and 0 <= two + step < len(its)
        and same(mine[one + step], its[two + step]) >= CLOSE
        for step in (-1, 1)
    )
