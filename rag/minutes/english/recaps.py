"""Who does what, summed up in the present tense: "So Nina orders the cake, Paul prints it"."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rag.minutes.english.leads import says
from rag.minutes.english.spans import DETERMINERS, due_of, make
from rag.minutes.english.words import denied, has_habit, has_object, rejects, starting
from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.people.names import Mention
    from rag.minutes.view import View

_SO = frozenset("so right okay ok".split())
#: words in front of the first name of a recap
_OPENERS = _SO | frozenset("and then that's that's, well just to to, recap fine good also".split())
#: how many people have to be told of in one breath without a word that says it is a recap
_SEVERAL = 2


def recapped(view: View) -> Finding | None:
    """ "So Nina orders the cake by Friday", "that's Paul on the flyers, Tom on the van"."""
    told = _told(view)
    if told is None or view.sentence.question or has_habit(view):
        return None
    mention, verb_at = told
    if not _is_recap(view):
        return None
    if verb_at is None:
        thing = mention.last + 1
        return make(view, "promise", mention.first, None, mention.name, act="assigned", first=thing)
    if denied(view, mention.last, verb_at) or rejects(view, verb_at, due_of(view)):
        return None
    return make(
        view, "promise", mention.first, verb_at, mention.name, act="assigned", first=verb_at
    )


def _told(view: View) -> tuple[Mention, int | None] | None:
    """(who, where the verb stands) of a clause that tells who does what; None for "X on Y"."""
    words = view.words
    first = next((i for i, word in enumerate(words) if word not in _OPENERS), None)
    mention = starting(view.mentions, first) if first is not None else None
    if mention is None or not mention.known or mention.last + 1 >= len(words):
        return None
    vague = third_persons().get(words[mention.last]) in _TOLD_OF_OTHERS
    if vague and view.due((view.clause_at,)) is None and not _says_so(view):
        return None
    if words[mention.last] in third_persons() and has_object(view, mention.last):
        return mention, mention.last
    on = words[mention.last] == "on" and words[mention.last + 1] in DETERMINERS
    return (mention, None) if on else None


def _is_recap(view: View) -> bool:
    """Whether the turn says that it sums up, or tells of several people in one breath."""
    if _says_so(view):
        return True
    told = [
        (clause[0].name, clause[1])
        for at in range(
            max(0, view.sentence_at - 2), min(len(view.sentences), view.sentence_at + 3)
        )
        for clause_at in range(len(view.sentences[at].clauses))
        if (clause := _told(view.of(at, clause_at))) is not None
    ]
    if len({name for name, _ in told}) >= _SEVERAL:
        return True
    opened = view.clause_at == 0 and view.words[0] in _SO
    return opened and told[0][1] is not None and due_of(view) is not None


def _says_so(view: View) -> bool:
    """Whether the turn has said so far that it sums up."""
    return any(says(s.words, "recap") for s in view.sentences[: view.sentence_at + 1])


@cache
def third_persons() -> dict[str, str]:
    """ "sends" to "send", for the verbs of the table that tell of work."""
    forms = {}
    for verb in family("en", "verb") - family("en", "stative"):
        if verb.endswith("y") and verb[-2:-1] not in tuple("aeou"):
            forms[f"{verb[:-1]}ies"] = verb
        elif verb.endswith(("s", "x", "ch", "sh", "z", "o")):
            forms[f"{verb}es"] = verb
        elif verb != "have":
            forms[f"{verb}s"] = verb
    return forms


#: verbs that tell what somebody is like or says rather than what he is to do
_TOLD_OF_OTHERS = frozenset(
    "look ask tell talk speak work run make take get give need remind report agree respond call "
    "drive play start stop lead".split()
)
