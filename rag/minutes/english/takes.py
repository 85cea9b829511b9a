"""Taking on without a verb of the act: "leave it with me", "the article's on me", "that's mine"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english.leads import has_any, lead, opens
from rag.minutes.english.spans import due_of, make
from rag.minutes.english.words import ANAPHORS, has_object
from rag.minutes.findings import SPEAKER, Finding

if TYPE_CHECKING:
    from rag.minutes.view import View

#: a thing and whose it is: "the SSO article's on me", "the booth is mine"
_ON_ME = re.compile(
    r"(?:^| )(?:\S+'s|is|are) (?:down )?(?:on me|mine|with me|to me|for me to (?:do|sort))$"
)
#: "leave the panel with me"
_LEAVE = re.compile(r"^leave (?P<what>.+) (?:with|to) me$")
#: "put me down for the cakes", "I'll take care of the van"
_FOR = re.compile(
    r"(?:^| )(?P<lead>put me down for|sign me up for|count on me for|i'm on|"
    r"i volunteer for) (?P<what>.+)$"
)
_DETERMINERS = frozenset("the my our your that those these this".split())


def owed(view: View) -> Finding | None:
    """ "I owe them the rota by the tenth": what is due to somebody, not what is a debt."""
    words = view.words
    at = next((i for i, word in enumerate(words) if word in ("owe", "owes")), None)
    if at is None or words[at] != "owe" or "i" not in words[:at] or view.sentence.question:
        return None
    first = next((i for i in range(at + 2, len(words)) if words[i] in _OWED), None)
    if first is None or {"not", "don't"} & set(words[:at]) or has_any(view, "debt", at):
        return None
    anaphoric = words[first] in ANAPHORS and (first + 1 == len(words) or _is_due(view, first + 1))
    if due_of(view) is None and not has_any(view, "deliverable", first):
        return None
    found = make(view, "promise", at, at, SPEAKER, first=first, bare=anaphoric, anaphoric=anaphoric)
    return replace(found, verb="", what_start=view.sentence.start) if anaphoric else found


def _is_due(view: View, at: int) -> bool:
    """Whether a deadline begins at a token."""
    start = view.tokens[at].start
    return any(found.start <= start < found.end for found in (*view.dues, *view.bare_dues))


_OWED = frozenset("a an the that those this it them your some my his her their".split())


def take_on(view: View) -> Finding | None:
    """ "Leave it with me", "I'm on it", "the SSO article's on me", "put me down for the cakes"."""
    words = view.words
    if view.sentence.question or {"if", "not"} & set(words):
        return None
    kept = [
        i
        for i, word in enumerate(words)
        if word == "that" or not (view.is_in(word, "filler") or word in _WAVED_OFF)
    ]
    if not kept:
        return None
    low = kept[0]
    said = words[low:]
    whole = _anaphoric(view, low)
    if whole:
        return whole
    joined = " ".join(said)
    left = _LEAVE.match(joined)
    later = range(view.clause_at + 1, len(view.sentence.clauses))
    if left and any(lead(view.at(i), "commit") for i in later):
        return None  # what is left is said: "leave the panel with me, I'll have it built"
    if left and left["what"].split()[0] in _DETERMINERS:
        first = low + 1
        return make(view, "promise", low, None, SPEAKER, first=first)
    owned = _ON_ME.search(_without_due(view, low))
    if (
        owned
        and not _TREATS & set(words)
        and words[low] not in ANAPHORS
        and words[low] not in _SELF
        and len(said) > 2
    ):
        return make(view, "promise", len(words) - 1, None, SPEAKER, first=low)
    asked = _FOR.search(joined)
    if asked and asked["what"].split()[0] in _DETERMINERS:
        at = low + joined[: asked.start("what")].count(" ")
        if asked["lead"] != "i'm on" or view.is_in(words[-1], "duty_noun"):
            return make(view, "promise", low, None, SPEAKER, first=at)
    return None


#: what is on somebody without being taken on
_TREATS = frozenset("joke joke's jokes drinks drink lunch dinner coffee fault blame round".split())
#: what waves an offer off before one takes on oneself («no it's fine leave it with me»)
_WAVED_OFF = frozenset("no it's fine nah don't worry okay".split())
_SELF = frozenset("it's that's this that it he's she's joke drinks i we".split())


def _anaphoric(view: View, low: int) -> Finding | None:
    """A take-on whose act was said before: nothing but a phrase of the table, and a deadline."""
    words = view.words
    phrase = opens(words[low:], "take_on")
    if not phrase:
        return None
    last = low + phrase.count(" ")
    dues = (*view.dues, *view.bare_dues)
    rest = [
        token
        for token in view.tokens[last + 1 :]
        if not view.is_in(token.word, "filler")
        and not view.is_in(token.word, "adverb")
        and not any(found.start <= token.start < found.end for found in dues)
        and not any(view.tokens[m.first].start == token.start for m in view.mentions)
    ]
    if rest or has_object(view, last):
        return None
    return make(view, "promise", low, None, SPEAKER, bare=True, anaphoric=True)


def _without_due(view: View, low: int) -> str:
    """The clause's words from a token on, deadlines left out."""
    dues = (*view.dues, *view.bare_dues)
    kept = [
        token.word
        for token in view.tokens[low:]
        if not any(found.start <= token.start < found.end for found in dues)
        and token.word not in ("then", "too", "as", "well")
    ]
    return " ".join(kept)
