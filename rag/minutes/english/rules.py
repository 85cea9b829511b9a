"""Promises, offers and requests in the clauses of English speech; see `russian` for the method.

Without a part-of-speech tagger: what leads into an act ("I'll", "would you mind") is a closed
class, and what follows is the verb. Both are sorted by the families of `data/lexicon_en.tsv`; each
rule has an example and a counter-example in `data/rules_en.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english.answers import kindred, refers_back
from rag.minutes.english.asks import REQUESTS, open_call
from rag.minutes.english.first import (
    arranged,
    committed,
    due_on_me,
    joint,
    let_me,
    ongoing,
    together,
    tried,
    unsaid_subject,
)
from rag.minutes.english.leads import lead
from rag.minutes.english.offers import arriving, delivered, offered
from rag.minutes.english.recaps import recapped
from rag.minutes.english.reported import apposed, by_pronoun, hearsay, passive, reported
from rag.minutes.english.spans import due_of, make, names_another
from rag.minutes.english.takes import owed, take_on
from rag.minutes.english.words import continues, is_condition, is_subordinate, objects, rejects

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.minutes.dates import Found
    from rag.minutes.findings import Finding
    from rag.minutes.view import View


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    if not view.words or is_condition(view):
        return None
    called = open_call(view)
    if called or is_subordinate(view):
        return called
    found = next(filter(None, (rule(view) for rule in RULES)), None)
    if found is None or _restates(view, found):
        return None
    return _dated_later(view, found) if found.due is None else _dated_anew(view, found)


def _dated_anew(view: View, found: Finding) -> Finding:
    """The finding with the day it is corrected to: "on Tuesday, actually make that Thursday"."""
    if view.clause_at + 1 >= len(view.sentence.clauses):
        return found
    behind = view.at(view.clause_at + 1)
    if not _CORRECTED.match(" ".join(behind.words)) or len(behind.words) > _BRIEF:
        return found
    start, end = view.span(view.clause_at + 1)
    again = next((f for f in view.bare_dues if start <= f.start < end), None)
    return replace(found, due=again) if again else found


_CORRECTED = re.compile(
    r"(?:no|sorry|actually|or|well|wait|hang on|hold on|i mean|rather|make)\b.*"
)
#: words of a clause that does no more than correct a day
_BRIEF = 6


def _dated_later(view: View, found: Finding) -> Finding:
    """The finding with the day of a clause behind that only says when."""
    if found.kind == "request" or view.clause_at + 1 >= len(view.sentence.clauses):
        return found
    behind = view.at(view.clause_at + 1)
    again = next(filter(None, (rule(behind) for rule in (offered, committed))), None)
    return replace(found, due=again.due) if again and _restates(behind, again) else found


def _restates(view: View, found: Finding) -> bool:
    """Whether a clause says again, by pronouns, what the one before has said of the same act."""
    if not view.clause_at or found.due is None or found.kind == "request":
        return False
    if not any(lead(view, name) for name in ("commit", "offer")):
        return False  # "… and email it round": another act
    if _names_a_thing(view, found) or not refers_back(_said(view, found)):
        return False
    before = view.at(view.clause_at - 1)
    told = next(filter(None, (rule(before) for rule in (offered, committed))), None)
    return told is not None and told.due is None and kindred(told.verb, found.verb)


def _said(view: View, found: Finding) -> str:
    return view.scene.text[found.what_start : found.what_end]


def _names_a_thing(view: View, found: Finding) -> bool:
    """Whether the act names a thing by its own word."""
    verb_at = next((i for i, t in enumerate(view.tokens) if t.start >= found.what_start), None)
    return verb_at is not None and bool(objects(view, verb_at))


def continued(view: View) -> Finding | None:
    """ "… and run it past legal": a second act under the lead-in of the clause before."""
    verb_at = continues(view)
    if verb_at is None:
        return None
    before = view.at(view.clause_at - 1)
    governing = findings(before)
    if governing is None or (governing.verb == "" and governing.thing):
        return None
    listed = view.words[0] in ("and", "then") or governing.kind == "promise"
    if not listed or (verb_at == 0 and view.words[1] == "me"):
        return None
    if rejects(view, verb_at, due_of(view) or governing.due):
        return None
    own = make(view, governing.kind, verb_at, verb_at, governing.who, first=verb_at)
    return replace(
        own,
        act=governing.act,
        force=governing.force,
        named=governing.named,
        imperative=governing.imperative,
        open_call=governing.open_call,
        condition=own.condition or governing.condition,
        due=own.due or _fronted_due(governing),
    )


def _fronted_due(governing: Finding) -> Found | None:
    """The day that stands before both acts: "By Monday I'll print them and email the speakers"."""
    due = governing.due
    return due if due and due.start < governing.at else None


def gapped(view: View) -> Finding | None:
    """ "… and the long read on Sunday": another thing under the verb of the clause before."""
    if not names_another(view):
        return None
    governing = findings(view.at(view.clause_at - 1))
    if governing is None or governing.verb == "":
        return None
    own = make(view, governing.kind, 1, None, governing.who, first=1)
    return replace(
        own,
        to_whom=governing.to_whom,
        verb=governing.verb,
        act=governing.act,
        force=governing.force,
        named=governing.named,
        condition=own.condition or governing.condition,
    )


#: in the order they are asked: the first that finds something is right
RULES: tuple[Callable[[View], Finding | None], ...] = (
    take_on,
    owed,
    passive,
    continued,
    *REQUESTS,
    tried,
    due_on_me,
    unsaid_subject,
    let_me,
    offered,
    ongoing,
    committed,
    arranged,
    delivered,
    arriving,
    joint,
    together,
    reported,
    apposed,
    recapped,
    hearsay,
    by_pronoun,
    gapped,
)
