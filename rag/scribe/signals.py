"""What code itself sees of a promise in the clauses that a model points at.

A second look beside that of the rules: an actor, a future act and its object in one clause, no
condition in the sentence, and none of the guards. It is never enough alone, since a model may point
anywhere; see `rag.scribe.merging`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.english import spans as es
from rag.minutes.english import words as ew
from rag.minutes.findings import GROUP, SPEAKER
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rcond
from rag.minutes.russian import people as rp
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.minutes.dates import Found
    from rag.minutes.view import View


class Signal(NamedTuple):
    """Who acts by the words of a clause (a name or a mark of `findings`), and by when.

    `at` is where the word that says so begins.
    """

    who: str
    at: int
    due: Found | None


def signal(views: Iterable[View]) -> Signal | None:
    """The first of some clauses of one sentence that commits somebody; None where none does."""
    for view in views:
        if not view.tokens or view.sentence.question:
            continue
        russian = view.scene.language == "ru"
        is_condition = rcond.is_condition if russian else ew.is_condition
        spoken = [word for at in range(view.clause_at + 1) for word in view.at(at).words]
        hedged = any(view.is_in(word, "hedge_word") for word in spoken)
        if hedged or any(map(is_condition, view.others())):
            continue
        actor = _russian(view) if russian else _english(view)
        if actor:
            who, at = actor
            due = view.due((view.clause_at,)) if russian else es.due_of(view)
            return Signal(who, view.tokens[at].start, due or view.next_due())
    return None


# -- Russian


def _russian(view: View) -> tuple[str, int] | None:
    """Who acts, and the index of the verb."""
    guarded = rc.conditional_mood(view) or rc.is_habit(view) or rc.is_subordinate(view)
    if guarded or rcond.is_idiom(view) or rc.is_hearsay(view) or rc.is_own_condition(view):
        return None
    for at, word in enumerate(view.words):
        if rc.negated(view, at):
            continue
        if verb := rw.future(word, "1per", "sing") or rw.glued(word):
            idle = rc.is_momentary(view, verb, at) or view.is_in(verb, "hedge")
            return None if idle or not rs.has_object(view, at) else (SPEAKER, at)
        if (verb := rw.future(word, "1per", "plur")) and "мы" in view.words:
            idle = _vague(view, verb) or not rs.has_object(view, at)
            return None if idle else (GROUP, at)
        if verb := rw.future(word, "3per"):
            subject = next((m for m in view.mentions if m.cases == {"nomn"}), None)
            if subject is None or rc.is_stative(view, verb):
                return None
            return (subject.name, at) if rs.has_object(view, at, skip=subject) else None
        if rw.infinitive(word):
            before = (m.name for m in view.mentions if rp.is_dative(m) and m.last <= at)
            named = next(before, None)
            return (named, at) if named else None
    return None


def _vague(view: View, verb: str) -> bool:
    """Whether a joint verb is talk, presence or an act within the meeting («посмотрим»)."""
    families = ("vague_joint", "stative", "in_meeting", "joint_talk", "threat")
    return any(view.is_in(verb, name) for name in families)


# -- English

_ADVERBS = frozenset("also just then definitely certainly still now probably all both".split())
_I, _WE = ("i'll", "i’ll"), ("we'll", "we’ll")


def _english(view: View) -> tuple[str, int] | None:
    """Who acts, and the index of the verb."""
    if ew.is_condition(view) or ew.is_subordinate(view) or ew.has_habit(view):
        return None
    words = view.words
    for at, word in enumerate(words):
        follows = words[at + 1 : at + 2]
        mention = ew.starting(view.mentions, at)
        before = at
        if word in _I or (word == "i" and follows == ("will",)):
            who, before = SPEAKER, at + (word == "i")
        elif word in _WE or (word == "we" and follows == ("will",)):
            who, before = GROUP, at + (word == "we")
        elif mention and words[mention.last : mention.last + 1] in (("to",), ("will",)):
            who, before = mention.name, mention.last
        else:
            continue
        verb_at = _verb_after(words, before)
        if verb_at is None or not view.is_in(words[verb_at], "verb"):
            return None
        denied = ew.denied(view, at, verb_at)
        idle = denied or ew.rejects(view, verb_at, es.due_of(view), joint=who == GROUP)
        return None if idle or not ew.objects(view, verb_at) else (who, verb_at)
    return None


def _verb_after(words: Sequence[str], at: int) -> int | None:
    """Index of the first word behind `at` that is no adverb."""
    return next((i for i in range(at + 1, len(words)) if words[i] not in _ADVERBS), None)
