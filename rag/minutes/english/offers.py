"""Offers, and what the hearer is told to expect: "I can do it", "you'll have it by Friday"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english.leads import base_of, has_any, is_gerund, lead
from rag.minutes.english.spans import DETERMINERS, due_of, make
from rag.minutes.english.words import (
    ANAPHORS,
    denied,
    doubted,
    has_object,
    is_anaphoric,
    is_asked,
    moves_day,
    objects,
    rejects,
)
from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.view import View

_ARRIVING = re.compile(
    r"^.+ (?:will|should|shall|\w+'ll) be (?:with you|in your inbox|on your desk|in your hands)\b"
)


def offered(view: View) -> Finding | None:
    """ "I can do the billing articles", "shall I book it?", "I don't mind doing the raffle"."""
    found = lead(view, "offer") or lead(view, "offer_ask") or lead(view, "offer_ing")
    if found is None or doubted(view, found.at) or _is_purpose(view, found.at):
        return None
    behind = found.at + found.phrase.count(" ") + 1
    if denied(view, behind, found.verb_at):
        return None
    asks = lead(view, "offer_ask") == found
    gerund = is_gerund(view.words[found.verb_at])
    wondered = found.phrase in ("i can", "i could", "we can", "we could")  # "I could take it?"
    if asks != view.sentence.question and is_asked(view) != asks and not wondered:
        return None
    if gerund != (lead(view, "offer_ing") == found) or view.is_in(
        base_of(view.words[found.verb_at]), "ability"
    ):
        return None
    if found.phrase in ("can i", "could i") and due_of(view) is None:
        return None  # "can I ask …?": a favour is asked, not offered
    if rejects(view, found.verb_at, due_of(view)):
        return None
    if asks and moves_day(view, found.verb_at, due_of(view)):
        return None
    anaphoric = is_anaphoric(view, found.verb_at)
    if anaphoric and not ANAPHORS & set(view.words[found.verb_at :]) and due_of(view):
        return None  # "I can do Thursday" tells when one is free
    if not anaphoric and not has_object(view, found.verb_at):
        return None
    return make(
        view,
        "offer",
        found.verb_at,
        found.verb_at,
        GROUP if found.phrase.startswith("we") else SPEAKER,
        first=found.first,
        act="joint" if found.phrase.startswith("we") else "self",
        bare=anaphoric,
        anaphoric=anaphoric,
    )


def _is_purpose(view: View, at: int) -> bool:
    """Whether "I can" tells what for, or whether: "… so I can print the badges"."""
    before = view.words[at - 1] if at else ""
    return before in _PURPOSE or (before == "so" and view.clause_at > 0)


_PURPOSE = frozenset("that if whether what how when before until till which where because".split())


def delivered(view: View) -> Finding | None:
    """ "You'll have the report by Friday": the speaker sees to it."""
    found = lead(view, "deliver")
    if found is None:
        return None
    opening = all(view.is_in(word, "filler") for word in view.words[: found.at])
    if found.phrase in ("expect", "look out for") and not opening:
        return None
    if view.sentence.question or denied(view, found.at, found.verb_at):
        return None
    dated = view.due((view.clause_at,)) or due_of(view)
    sourced = " ".join(view.words).endswith("from me") or "from me" in " ".join(view.words)
    unsaid = found.phrase.startswith(("it", "that", "they"))
    asked = view.words[found.first] in ("it", "them", "that") and not objects(view, found.at)
    first = max(found.at, found.first - 1)
    if not (dated or sourced) or doubted(view, found.at):
        return None
    if has_any(view, "not_delivered", found.at):
        return None
    finding = make(
        view,
        "promise",
        found.at,
        None,
        SPEAKER,
        first=first,
        bare=unsaid or asked,
        anaphoric=unsaid or asked,
    )
    everybody = has_any(view, "to_all", found.at)
    return replace(finding, to_whom=EVERYBODY if everybody else ADDRESSEE, verb="have")


def arriving(view: View) -> Finding | None:
    """ "The drawings will be with you on Monday"."""
    match = _ARRIVING.search(" ".join(view.words))
    at = next((i for i, w in enumerate(view.words) if not view.is_in(w, "filler")), 0)
    if match is None or view.sentence.question or view.words[at] not in DETERMINERS:
        return None
    if due_of(view) is None or doubted(view, at):
        return None
    finding = make(view, "promise", at, None, SPEAKER, first=at)
    return replace(finding, to_whom=ADDRESSEE, verb="have")
