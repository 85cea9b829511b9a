"""Promises, offers and requests in the clauses of English speech; see `russian` for the method.

Without a part-of-speech tagger: what leads into an act ("I'll", "would you mind") is a closed
class, and what follows is the verb. Both are sorted by the families of `data/lexicon_en.tsv`; each
rule has an example and a counter-example in `data/rules_en.tsv`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english_asks import REQUESTS, open_call
from rag.minutes.english_first import (
    arranged,
    committed,
    due_on_me,
    joint,
    let_me,
    ongoing,
    tried,
    unsaid_subject,
)
from rag.minutes.english_offers import arriving, delivered, offered
from rag.minutes.english_reported import by_pronoun, hearsay, passive, reported
from rag.minutes.english_spans import due_of, make, names_another
from rag.minutes.english_takes import take_on
from rag.minutes.english_words import continues, is_condition, is_subordinate, rejects

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.minutes.findings import Finding
    from rag.minutes.view import View


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    if not view.words or is_condition(view):
        return None
    called = open_call(view)
    if called or is_subordinate(view):
        return called
    for rule in RULES:
        found = rule(view)
        if found:
            return found
    return None


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
    )


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
    reported,
    hearsay,
    by_pronoun,
    gapped,
)
