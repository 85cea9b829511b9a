"""Promises, offers and requests in the clauses of English speech; see `russian` for the method.

Without a part-of-speech tagger: auxiliaries and subjects are a closed class, and what follows
them is the verb. Verbs are sorted by the families of `data/lexicon_en.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE, GROUP, SPEAKER, Finding

if TYPE_CHECKING:
    from rag.minutes.view import View

from rag.minutes.english_reported import passive, reported
from rag.minutes.english_words import (
    ANAPHORS,
    denied,
    due_clauses,
    has_habit,
    is_anaphoric,
    is_condition,
    is_subordinate,
    later,
    make,
    objects,
    recipient,
    rejects,
    verb_after,
)


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    words = view.words
    if not words or is_condition(view):
        return None
    called = _open_call(view)
    if called or is_subordinate(view):
        return called
    for rule in (_on_me, passive, _request, _offer, _first_person, _delivered, _joint, reported):
        found = rule(view)
        if found:
            return found
    return None


def _on_me(view: View) -> Finding | None:
    """ "the SSO article's on me", "leave it with me"."""
    joined = " ".join(view.words)
    if view.sentence.question:
        return None
    match = re.search(r"(?:^\w+|'s|\bis|\bare) on me\b", joined)
    if match and len(view.words) > 2 and "if" not in view.words:
        at = next(i for i, w in enumerate(view.words) if w == "me")
        subject = [
            w
            for w in view.words[: at - 1]
            if w not in ANAPHORS and w not in ("that's", "it's", "is", "this")
        ]
        first = 0 if subject else None
        return make(
            view, "promise", at, None, SPEAKER, first=first, bare=not subject, anaphoric=not subject
        )
    left = re.match(r"leave (?P<what>.+) (?:with|to) me$", joined)
    if left and left["what"] not in ANAPHORS:
        return make(view, "promise", 0, None, SPEAKER, first=1)
    if left:
        return make(view, "promise", 0, None, SPEAKER, bare=True, anaphoric=True)
    return None


_ASK = (("can", "you"), ("could", "you"), ("would", "you"), ("will", "you"))


def _request(view: View) -> Finding | None:
    """ "can you get the draft over?", "Tom, send Dana the login", "you ring the council"."""
    words = view.words
    who = view.vocative or ADDRESSEE
    for at in range(len(words) - 1):
        if (words[at], words[at + 1]) in _ASK:
            before = next((m.name for m in view.mentions if m.last == at), None)
            who = view.vocative or before or ADDRESSEE
            verb_at = verb_after(view, at + 1)
            if verb_at is None:
                return None
            if view.is_in(words[verb_at], "ask_noise") or view.is_in(words[verb_at], "stative"):
                return None
            return make(view, "request", at, verb_at, who, first=verb_at)
        if words[at : at + 4] == ("i", "need", "you", "to") and at + 4 < len(words):
            return make(view, "request", at, at + 4, who, first=at + 4, imperative=True)
    first = next(
        (i for i, w in enumerate(words) if not view.is_in(w, "filler") or w == "you"), None
    )
    mention = next((m for m in view.mentions if m.first == first), None)
    named: str | None = view.vocative
    if mention is not None and first is not None and mention.last < len(words):
        named, first = mention.name, mention.last
        if words[first] == "to" and first + 1 < len(words):
            first += 1
            if view.is_in(words[first], "verb"):
                return make(view, "promise", first, first, named, act="assigned", first=first)
            return None
        if (
            words[first] != "you"
            and "please" not in words
            and view.text_between(mention.last - 1, first).strip() != ","
        ):
            return None
    if first is None or (view.sentence.question and named is None):
        return None
    if words[first] == "you" and first + 1 < len(words):
        first += 1
    elif first and "you" in words[:first]:
        return None
    if words[first] == "please" and first + 1 < len(words):
        first += 1
    verb = words[first]
    if not view.is_in(verb, "verb") or view.is_in(verb, "ask_noise") or not objects(view, first):
        return None
    if named is None and "please" not in view.sentence.words:
        return None
    return make(view, "request", first, first, named or ADDRESSEE, first=first, imperative=True)


def _offer(view: View) -> Finding | None:
    """ "I can do the billing articles", "could I send it by Monday instead?"."""
    words = view.words
    for at in range(len(words) - 1):
        pair = (words[at], words[at + 1])
        asks = (
            pair in {("shall", "i"), ("can", "i"), ("could", "i"), ("should", "i")}
            and view.sentence.question
        )
        says = pair in {("i", "can"), ("i", "could")} and not view.sentence.question
        if not (asks or says):
            continue
        verb_at = verb_after(view, at + 1)
        if verb_at is None or denied(view, at, verb_at) or rejects(view, verb_at):
            return None
        if asks and pair != ("shall", "i") and view.due(due_clauses(view)) is None:
            return None
        if view.is_in(words[verb_at], "ask_noise") and not recipient(view, verb_at):
            return None
        anaphoric = is_anaphoric(view, verb_at)
        return make(
            view,
            "offer",
            verb_at,
            verb_at,
            SPEAKER,
            first=verb_at,
            bare=anaphoric,
            anaphoric=anaphoric,
        )
    return None


#: progressives that take on («I'm taking the status page»)
_TAKING = frozenset("taking handling covering organising organizing leading owning".split())


def _subject_verb(view: View, pronoun: str) -> tuple[int, int] | None:
    """(index of the subject, of the verb) of "I'll …", "I'm going to …", "I promise to …"."""
    words = view.words
    short = {"i": ("i'll", "i'm"), "we": ("we'll", "we're")}[pronoun]
    for at, word in enumerate(words):
        rest = words[at + 1 :]
        if (word, *rest[:1]) == ("let", "me") and pronoun == "i" and later(view):
            verb_at = verb_after(view, at + 1)
        elif word == short[0] or (word == pronoun and rest[:1] == ("will",)):
            verb_at = verb_after(view, at + (word == pronoun))
        elif word == short[1] and rest[:2] == ("going", "to"):
            verb_at = verb_after(view, at + 2)
        elif word == short[1] and rest[:1] and rest[0] in _TAKING:
            verb_at = at + 1
        elif word == short[1] and rest[:1] == ("gonna",):
            verb_at = verb_after(view, at + 1)
        elif word == pronoun and rest[:2] in (
            ("promise", "to"),
            ("commit", "to"),
            ("undertake", "to"),
            ("am", "going"),
            ("are", "going"),
        ):
            verb_at = verb_after(view, at + 2 + (rest[1] == "going"))
        else:
            continue
        if verb_at is not None:
            return at, verb_at
    return None


def _first_person(view: View) -> Finding | None:
    """ "I'll send you the copy", "I'm going to have the birches done"."""
    found = _subject_verb(view, "i")
    if view.sentence.question or found is None or has_habit(view):
        return None
    at, verb_at = found
    words = view.words
    if denied(view, at, verb_at):
        return None
    if view.is_in(words[verb_at], "hedge") or words[verb_at : verb_at + 2] == ("see", "if"):
        follows = next(
            (
                i
                for i in range(verb_at + 1, len(words))
                if words[i] not in ("to", "and", "my", "best")
            ),
            None,
        )
        if follows is None:
            return None
        return make(view, "promise", at, follows, SPEAKER, first=follows, force="tentative")
    if rejects(view, verb_at):
        return None
    anaphoric = is_anaphoric(view, verb_at)
    nothing = not anaphoric and not objects(view, verb_at) and not ANAPHORS & set(words[verb_at:])
    if nothing and view.due(due_clauses(view)) is None and words[verb_at + 1 :]:
        return None
    return make(
        view, "promise", at, verb_at, SPEAKER, bare=anaphoric or nothing, anaphoric=anaphoric
    )


def _joint(view: View) -> Finding | None:
    """ "we'll run the full checklist together": the group's."""
    found = _subject_verb(view, "we")
    if view.sentence.question or found is None or has_habit(view):
        return None
    at, verb_at = found
    if (
        denied(view, at, verb_at)
        or rejects(view, verb_at, joint=True)
        or not objects(view, verb_at)
    ):
        return None
    firm = view.due(due_clauses(view)) is not None or view.next_due() is not None
    return make(
        view, "promise", at, verb_at, GROUP, act="joint", force="firm" if firm else "tentative"
    )


def _delivered(view: View) -> Finding | None:
    """ "You'll have the report by Friday": the speaker sees to it."""
    words = view.words
    for at, word in enumerate(words):
        if word == "you'll" and words[at + 1 : at + 2] in (("have",), ("get",)):
            due = view.due((view.clause_at,))
            if due and not view.sentence.question and objects(view, at + 1):
                return make(view, "promise", at, at + 1, SPEAKER, first=at + 1)
    return None


_WILLING = frozenset("can could will wants would should must".split())


def _open_call(view: View) -> Finding | None:
    """ "Who can write the minutes?", "somebody has to update the FAQ": whoever answers takes it."""
    words = view.words
    for at, word in enumerate(words[:3]):
        rest = words[at + 1 :]
        asks = word in ("who", "who'll") and view.sentence.question
        calls = word in ("somebody", "someone") and not view.sentence.question
        if not (asks or calls) or not rest:
            continue
        if word == "who'll" or rest[0] in _WILLING:
            verb_at = verb_after(view, at + (word != "who'll"))
        elif rest[:2] in (("has", "to"), ("needs", "to"), ("wants", "to")):
            verb_at = verb_after(view, at + 2)
        else:
            continue
        if verb_at is not None and view.is_in(words[verb_at], "verb") and objects(view, verb_at):
            finding = make(view, "request", verb_at, verb_at, ADDRESSEE, first=verb_at)
            return replace(finding, open_call=True)
    return None
