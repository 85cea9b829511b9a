"""What English says of third persons: "Sam will collect", "Ellie promised", "done by Kirsty"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english.leads import base_of, is_gerund, moved, opens
from rag.minutes.english.people import titled_person
from rag.minutes.english.spans import due_of, make
from rag.minutes.english.words import (
    denied,
    doubted,
    has_habit,
    has_object,
    is_asked,
    objects,
    rejects,
    starting,
    taken_back,
)
from rag.minutes.findings import SPEAKER
from rag.minutes.people.names import Mention

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.view import View

_PASSIVE = re.compile(r"\b(?:will|to) be \w+(?:ed|en|t|d|n)\b")
#: words that may stand between a name and its verb («Ellie from the agency promised»)
_AFTER_SUBJECT = frozenset("from at in of and has have also then the".split())
_BEFORE_OBJECT = frozenset("to for with by from about of and's".split())
_SAID = ("said", "says", "promised", "told me", "told us", "told you", "confirmed", "confirms")
_CONTRACTED = {"he": ("he'd", "he'll"), "she": ("she'd", "she'll")}
#: how many words behind a name its verb is looked for
_REACH = 6


def passive(view: View) -> Finding | None:
    """ "The hall will be booked by Sam"."""
    joined = " ".join(view.words)
    if view.sentence.question or not _PASSIVE.search(joined):
        return None
    agent = next((m for m in view.mentions if m.first and view.words[m.first - 1] == "by"), None)
    at = next((i for i, word in enumerate(view.words) if word == "be"), None)
    if agent is None or at is None:
        return None
    return make(view, "promise", at, at + 1, agent.name, act="reported", first=0)


def reported(view: View) -> Finding | None:
    """ "Ellie promised to pitch the story", "Sam will collect the van", "she said she'd call"."""
    if is_asked(view) or has_habit(view):
        return None
    words, due = view.words, due_of(view)
    for mention in (*view.mentions, *_titled(view)):
        if mention.first and view.words[mention.first - 1] in _BEFORE_OBJECT:
            continue
        if doubted(view, mention.first):
            continue
        found = _third_person(view, mention)
        if found is None or taken_back(view):
            continue
        verb_at, promised = found
        if denied(view, mention.first, verb_at) or not has_object(view, verb_at):
            continue
        if words[verb_at] in ("have", "get", "receive") and words[-2:] == ("from", "me"):
            continue  # "Dana will have it from me": the speaker gives
        barred = opens(words[verb_at:], "stative") if promised else rejects(view, verb_at, due)
        if barred:
            continue
        finding = make(
            view, "promise", mention.first, verb_at, mention.name, act="reported", first=verb_at
        )
        return replace(finding, others=_partners(view, mention))
    return None


def apposed(view: View) -> Finding | None:
    """ "Our tax partner, Simon, is going to draft it": the name stands between commas."""
    if not view.clause_at or is_asked(view):
        return None
    before = view.at(view.clause_at - 1)
    named = before.mentions[:1]
    if not named or (named[0].first, named[0].last) != (0, len(before.words)):
        return None
    found = _predicate(view, 0, contracted=False)
    if found is None or not has_object(view, found[0]) or denied(view, 0, found[0]):
        return None
    verb_at, promised = found
    if taken_back(view) or (not promised and rejects(view, verb_at, due_of(view))):
        return None
    who = named[0].name
    return make(view, "promise", 0, verb_at, who, act="reported", first=verb_at)


def _titled(view: View) -> list[Mention]:
    """People of no list, by title and surname ("Mr Dunne's promised to …")."""
    found = []
    for at in range(len(view.words) - 1):
        name = titled_person(view, at)
        if name and not any(m.first <= at + 1 < m.last for m in view.mentions):
            found.append(Mention(at, at + 2, name, frozenset(), known=False))
    return found


def by_pronoun(view: View) -> Finding | None:
    """ "Dana has the banner, she'll order it Monday": of whom the sentence named before."""
    words = view.words
    if not words or not view.clause_at:
        return None
    opening = [w for w in words if w not in ("and", "so", "but")][:1]
    named = {m.name for i in range(view.clause_at) for m in view.at(i).mentions}
    if opening not in (["he'll"], ["she'll"], ["he's"], ["she's"]) or len(named) != 1:
        return None
    at = words.index(opening[0])
    found = _verb(view, at + 1, promised=False) if opening[0].endswith("'ll") else None
    if words[at + 1 : at + 3] == ("going", "to"):
        found = _verb(view, at + 3, promised=False)
    if found is None or not has_object(view, found[0]) or taken_back(view):
        return None
    if rejects(view, found[0], due_of(view)):
        return None
    return make(view, "promise", at, found[0], named.pop(), act="reported", first=found[0])


def _third_person(view: View, mention: Mention) -> tuple[int, bool] | None:
    """(index of the verb, whether it was promised) behind a subject."""
    words = view.words
    at = mention.last
    contracted = words[mention.last - 1].endswith(("'s", "'ll"))
    for i in range(at, min(at + _REACH, len(words))):
        if i > at and words[at] not in _AFTER_SUBJECT and not contracted:
            return None
        found = _predicate(view, i, contracted=contracted and i == at)
        if found:
            return found
        if view.is_in(words[i], "reporting") or words[i] == "who":
            return _said(view, i)
        if contracted and not view.is_in(words[i], "adverb"):
            return None
    return None


def _predicate(view: View, at: int, *, contracted: bool) -> tuple[int, bool] | None:
    """What begins at a token: "will V", "promised to V", "'s going to V", "'s taking"."""
    words = view.words
    rest = words[at:]
    if contracted and words[at - 1].endswith("'ll"):
        return _verb(view, at, promised=False)
    phrase = opens(rest, "will_do")
    if phrase and (phrase not in ("going to", "gonna") or contracted):
        return _verb(view, at + phrase.count(" ") + 1, promised=False)
    helped = at + (words[at] in ("has", "have", "is", "'s"))
    if helped < len(words) and view.is_in(words[helped], "promise_verb"):
        to = helped + 1
        if words[to : to + 1] == ("to",):
            return _verb(view, to + 1, promised=True)
        if words[to : to + 1] and words[to].endswith(("'d", "'ll")):
            return _verb(view, to + 1, promised=True)
        if words[helped] == "promised" and to < len(words):
            return helped, True
    progressive = helped if helped > at or contracted else None
    if progressive is not None and progressive < len(words):
        verb = words[progressive]
        if is_gerund(verb) and (view.is_in(verb, "does") or _dated(view, verb)):
            return progressive, view.is_in(verb, "does")
    return None


def _dated(view: View, verb: str) -> bool:
    return due_of(view) is not None and not view.is_in(verb, "away")


def _said(view: View, at: int) -> tuple[int, bool] | None:
    """ "Tom said he'd bring the ladder": of somebody who belongs to the meeting."""
    words = view.words
    subject = next((m for m in view.mentions if m.last <= at), None)
    if subject is None or not subject.known:
        return None
    for i in range(at + 1, min(at + 4, len(words))):
        if words[i] in ("he'd", "she'd", "he'll", "she'll", "they'd", "they'll"):
            return _verb(view, i + 1, promised=True)
    return None


def _verb(view: View, at: int, *, promised: bool) -> tuple[int, bool] | None:
    """The verb at or behind a token, where it is one of the table."""
    words = view.words
    while at < len(words) - 1 and view.is_in(words[at], "adverb"):
        at += 1
    at += moved(words[at:])
    if at >= len(words) or not view.is_in(base_of(words[at]), "verb"):
        return None
    return at, promised


def _partners(view: View, mention: Mention) -> tuple[str, ...]:
    """The other subject of "Joan and Ravi agreed", "me and Tom are going to"."""
    if view.words[max(0, mention.first - 2) : mention.first] == ("me", "and"):
        return (SPEAKER,)
    if mention.first and view.words[mention.first - 1] in ("and", "&"):
        return ()
    if view.words[mention.last : mention.last + 1] == ("and",):
        other = starting(view.mentions, mention.last + 1)
        return (other.name,) if other else ()
    return ()


def hearsay(view: View) -> Finding | None:
    """ "She said she'd have the coats finished": only where one outsider was just named."""
    words = view.words
    for at in range(len(words) - 2):
        pronoun = _CONTRACTED.get(words[at])
        joined = " ".join(words[at + 1 : at + 4])
        said = next((s for s in _SAID if f"{joined} ".startswith(f"{s} ")), None)
        if pronoun is None or said is None:
            continue
        behind = at + 2 + said.count(" ")
        if words[behind : behind + 1] and words[behind] in pronoun:
            found = _verb(view, behind + 1, promised=True)
            if found is None or not objects(view, found[0]) or taken_back(view):
                return None
            if rejects(view, found[0], due_of(view)) or view.recent_outsider is None:
                return None
            who = view.recent_outsider
            return make(view, "promise", at, found[0], who, act="reported", first=found[0])
    return None
