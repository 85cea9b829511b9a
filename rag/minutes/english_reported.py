"""What English says of third persons: "Sam will collect", "Ellie promised", "done by Kirsty"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.names import Mention
    from rag.minutes.view import View

from rag.minutes.english_words import (
    has_habit,
    index,
    make,
    objects,
    rejects,
    starting,
    verb_after,
)


def passive(view: View) -> Finding | None:
    """ "will be collected by Sam"."""
    joined = " ".join(view.words)
    if view.sentence.question or not re.search(r"\b(?:will|to) be \w+(?:ed|en|t|d|n)\b", joined):
        return None
    agent = next((m for m in view.mentions if m.first and view.words[m.first - 1] == "by"), None)
    at = index(view, ("be",))
    if agent is None or at is None:
        return None
    return make(view, "promise", at, at + 1, agent.name, act="reported", first=0)


def reported(view: View) -> Finding | None:
    """ "Ellie promised to pitch the story", "Sam will collect the van", "she said she'd call"."""
    if view.sentence.question or has_habit(view):
        return None
    words = view.words
    for mention in view.mentions:
        if mention.first and words[mention.first - 1] in ("to", "for", "with", "by"):
            continue
        found = _third_person(view, mention.last)
        if found is None:
            continue
        verb_at, promised = found
        stated = promised and not view.is_in(words[verb_at], "stative")
        if not (stated or not rejects(view, verb_at)) or not objects(view, verb_at):
            continue
        if _taken_back(view):
            continue
        finding = make(
            view,
            "promise",
            mention.first,
            verb_at,
            mention.name,
            act="reported",
            first=verb_at if promised else None,
        )
        return replace(finding, others=_partners(view, mention))
    return _hearsay(view)


def _third_person(view: View, at: int) -> tuple[int, bool] | None:
    """(index of the verb, whether it was promised) behind a subject that ends at `at`."""
    words = view.words
    for i in range(at, min(at + 6, len(words))):
        if words[i : i + 2] in (("needs", "to"), ("has", "to"), ("is", "to")) and i + 2 < len(
            words
        ):
            return (i + 2, False)
        if (
            i == at
            and words[i] in ("should", "must")
            and i + 1 < len(words)
            and words[i + 1] != "be"
        ):
            return (i + 1, False)
        if words[i : i + 2] == ("going", "to") and i + 2 < len(words):
            return (i + 2, False)
        if i == at + 1 and words[at] not in _AFTER_SUBJECT:
            return None
        if words[i] == "has" or words[i] == "have":
            continue
        if words[i] == "promised" and i + 2 < len(words) and words[i + 1] != "to":
            return (i, True)
        if words[i] in ("will", "'ll") and i + 1 < len(words) and words[i + 1] not in ("be", "not"):
            verb_at = verb_after(view, i)
            return (verb_at, False) if verb_at is not None else None
        if (
            view.is_in(words[i], "promise_verb")
            and words[i + 1 : i + 2] == ("to",)
            and i + 2 < len(words)
        ):
            return (i + 2, True)
        if words[i : i + 3] == ("is", "going", "to") and i + 3 < len(words):
            return (i + 3, False)
        if words[i] in ("said", "says", "who", "thinks"):
            return None
    return None


def _partners(view: View, mention: Mention) -> tuple[str, ...]:
    """The other subject of "Joan and Ravi agreed"."""
    if mention.first and view.words[mention.first - 1] in ("and", "&"):
        return ()
    if view.words[mention.last : mention.last + 1] == ("and",):
        other = starting(view.mentions, mention.last + 1)
        return (other.name,) if other else ()
    return ()


def _hearsay(view: View) -> Finding | None:
    """ "She said she'd have the coats finished": only where one outsider was just named."""
    words = view.words
    for at in range(len(words) - 2):
        if (
            words[at] in ("she", "he")
            and words[at + 1] in ("said", "promised")
            and words[at + 2] in ("she'd", "he'd", "she'll", "he'll")
        ):
            verb_at = verb_after(view, at + 2)
            if verb_at is None or rejects(view, verb_at) or _taken_back(view):
                return None
            who = view.recent_outsider
            if who is None:
                return None
            return make(view, "promise", at, verb_at, who, act="reported", first=verb_at)
    return None


#: words that may stand between a name and its verb («Ellie from the agency promised»)
_AFTER_SUBJECT = frozenset("from at in of and has have also then the will is 'll".split())


def _taken_back(view: View) -> bool:
    """Whether a later clause says it came to nothing ("but they never did")."""
    for other in view.others():
        words = other.words
        denied = {"never", "didn't", "not", "hasn't", "haven't"} & set(words)
        if other.clause_at > view.clause_at and words[:1] == ("but",) and denied:
            return True
    return False
