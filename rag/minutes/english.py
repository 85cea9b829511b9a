"""Promises, offers and requests in the clauses of English speech; see `russian` for the method.

Without a part-of-speech tagger: what leads into an act ("I'll", "would you mind") is a closed
class, and what follows is the verb. Both are sorted by the families of `data/lexicon_en.tsv`; each
rule below has its example and counter-example in `data/rules_en.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english_asks import open_call, request
from rag.minutes.english_leads import Lead, base_of, gerunds, has_any, is_gerund, lead, opens
from rag.minutes.english_reported import passive, reported
from rag.minutes.english_spans import DETERMINERS, due_of, make, names_another
from rag.minutes.english_takes import take_on
from rag.minutes.english_words import (
    ANAPHORS,
    OPENS_OBJECT,
    RESULT,
    broken_off,
    continues,
    denied,
    doubted,
    has_habit,
    has_object,
    is_anaphoric,
    is_asked,
    is_condition,
    is_later,
    is_subordinate,
    objects,
    rejects,
    starting,
    taken_back,
)
from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.minutes.view import View
    from rag.types import Act, Force


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


def committed(view: View) -> Finding | None:
    """ "I'll send you the copy", "I'm going to have the birches done"."""
    found = lead(view, "commit")
    if found is None or lead(view, "try") or _is_barred(view, found):
        return None
    if found.phrase.endswith(("i'd", "promised to")) and taken_back(view):
        return None
    act = view.tokens[found.verb_at]
    if act.capital or act.word in DETERMINERS:
        return None  # "I'm going to Leeds"
    if is_gerund(act.word) or rejects(view, found.verb_at, due_of(view)):
        return None
    return _own(view, found)


def ongoing(view: View) -> Finding | None:
    """ "I'll be sending the notes out tonight": a future said as a course of things."""
    found = lead(view, "commit_ing")
    if found is None or _is_barred(view, found) or not is_gerund(view.words[found.verb_at]):
        return None
    if rejects(view, found.verb_at, due_of(view)) or not has_object(view, found.verb_at):
        return None
    if view.words[found.verb_at] in ("working", "doing", "going", "coming"):
        return None
    return _own(view, found)


def arranged(view: View) -> Finding | None:
    """ "I'm driving the samples over tomorrow", "I'm taking the status page"."""
    found = lead(view, "progressive")
    if found is None or _is_barred(view, found) or not is_gerund(view.words[found.verb_at]):
        return None
    verb = view.words[found.verb_at]
    due = due_of(view)
    dated = due is not None and not _RUNNING.match(due.due.raw.lower())
    dated = dated and not view.is_in(verb, "away")
    if not (dated or view.is_in(verb, "taking")) or not objects(view, found.verb_at):
        return None
    if rejects(view, found.verb_at, due_of(view)):
        return None
    return _own(view, found)


def tried(view: View) -> Finding | None:
    """ "I'll try to chase legal", "I might redo the map by Friday": taken on with a hedge."""
    for name in ("try", "might"):
        found = lead(view, name)
        if found is None or _is_barred(view, found):
            continue
        if rejects(view, found.verb_at, due_of(view)) or not has_object(view, found.verb_at):
            return None
        if view.is_in(base_of(view.words[found.verb_at]), "verb"):
            return _own(view, found, force="tentative")
    return None


def due_on_me(view: View) -> Finding | None:
    """ "I need to post the forms by Friday": a duty told with its day."""
    found = lead(view, "must")
    if found is None or _is_barred(view, found) or due_of(view) is None:
        return None
    verb = view.words[found.verb_at]
    if not view.is_in(verb, "verb") or not objects(view, found.verb_at):
        return None
    return None if rejects(view, found.verb_at, due_of(view)) else _own(view, found)


def unsaid_subject(view: View) -> Finding | None:
    """ "Will send the list tonight", "sending it over on Friday": chats leave "I" out."""
    words = view.words
    at = next((i for i, w in enumerate(words) if not view.is_in(w, "filler")), len(words))
    if view.sentence.question or at + 1 >= len(words) or has_habit(view):
        return None
    before = [w for i in range(view.clause_at) for w in view.at(i).words]
    said = [w for w in before if not view.is_in(w, "filler") and not view.is_in(w, "assent")]
    if len(said) > 1:
        return None
    verb_at = at + 1 if words[at] in ("will", "gonna", "shall") else at
    while verb_at < len(words) - 1 and view.is_in(words[verb_at], "adverb"):
        verb_at += 1
    due = due_of(view)
    dated = due is not None and not _RUNNING.match(due.due.raw.lower())
    running = verb_at == at and words[at] in gerunds() and dated
    running = running and (words[at + 1] in OPENS_OBJECT or bool(starting(view.mentions, at + 1)))
    if not running and (verb_at == at or not view.is_in(words[verb_at], "verb")):
        return None
    if rejects(view, verb_at, due_of(view)) or not has_object(view, verb_at):
        return None
    return _own(view, Lead(at, verb_at, verb_at, words[at]))


def let_me(view: View) -> Finding | None:
    """ "Let me take the invoices": acts that are taken on so; any act with a later day."""
    words = view.words
    at = next((i for i in range(len(words) - 2) if words[i : i + 2] == ("let", "me")), None)
    if at is None or is_asked(view) or doubted(view, at):
        return None
    behind = at + 2
    while behind < len(words) - 1 and view.is_in(words[behind], "adverb"):
        behind += 1
    due = due_of(view)
    if not (opens(words[behind:], "let_me") or is_later(view, due)) or not has_object(view, behind):
        return None
    taken = words[behind] in ("take", "call", "get", "ask", "do")
    if not taken and rejects(view, behind, due):
        return None
    return _own(view, Lead(at, behind, behind, "let me"))


def offered(view: View) -> Finding | None:
    """ "I can do the billing articles", "shall I book it?", "I don't mind doing the raffle"."""
    found = lead(view, "offer") or lead(view, "offer_ask") or lead(view, "offer_ing")
    if found is None or doubted(view, found.at):
        return None
    behind = found.at + found.phrase.count(" ") + 1
    if denied(view, behind, found.verb_at):
        return None
    asks = lead(view, "offer_ask") == found
    gerund = is_gerund(view.words[found.verb_at])
    if asks != view.sentence.question and is_asked(view) != asks:
        return None
    if gerund != (lead(view, "offer_ing") == found) or view.is_in(
        base_of(view.words[found.verb_at]), "ability"
    ):
        return None
    if found.phrase in ("can i", "could i") and due_of(view) is None:
        return None  # "can I ask …?": a favour is asked, not offered
    if rejects(view, found.verb_at, due_of(view)):
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


def delivered(view: View) -> Finding | None:
    """ "You'll have the report by Friday": the speaker sees to it."""
    found = lead(view, "deliver")
    if found is None:
        return _arriving(view)
    opening = all(view.is_in(word, "filler") for word in view.words[: found.at])
    if found.phrase in ("expect", "look out for") and not opening:
        return None
    if view.sentence.question or denied(view, found.at, found.verb_at):
        return None
    dated = view.due((view.clause_at,)) or due_of(view)
    sourced = " ".join(view.words).endswith("from me") or "from me" in " ".join(view.words)
    unsaid = found.phrase.startswith(("it", "that", "they"))
    first = max(found.at, found.first - 1)
    if not (dated or sourced) or doubted(view, found.at):
        return None
    if has_any(view, "not_delivered", found.at):
        return None
    finding = make(
        view, "promise", found.at, None, SPEAKER, first=first, bare=unsaid, anaphoric=unsaid
    )
    everybody = has_any(view, "to_all", found.at)
    return replace(finding, to_whom=EVERYBODY if everybody else ADDRESSEE, verb="have")


def _arriving(view: View) -> Finding | None:
    """ "The drawings will be with you on Monday"."""
    match = _ARRIVING.search(" ".join(view.words))
    at = next((i for i, w in enumerate(view.words) if not view.is_in(w, "filler")), 0)
    if match is None or view.sentence.question or view.words[at] not in DETERMINERS:
        return None
    if due_of(view) is None or doubted(view, at):
        return None
    finding = make(view, "promise", at, None, SPEAKER, first=at)
    return replace(finding, to_whom=ADDRESSEE, verb="have")


def joint(view: View) -> Finding | None:
    """ "We'll run the full checklist on the third": the group's."""
    found = lead(view, "joint")
    if found is None or _is_barred(view, found):
        return None
    verb_at = found.verb_at
    if rejects(view, verb_at, due_of(view), joint=True) or not objects(view, verb_at):
        return None
    if not view.is_in(base_of(view.words[verb_at]), "verb"):
        return None
    force: Force = "firm" if due_of(view) else "tentative"
    return _own(view, found, who=GROUP, act="joint", force=force)


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


def _is_barred(view: View, found: Lead) -> bool:
    """The guards all promises share: question, negation, doubt and hearsay, habit."""
    return (
        is_asked(view)
        or denied(view, found.at, found.verb_at)
        or doubted(view, found.at)
        or broken_off(view)
        or has_habit(view)
    )


def _own(
    view: View,
    found: Lead,
    *,
    who: str = SPEAKER,
    act: Act = "self",
    force: Force = "firm",
) -> Finding | None:
    """The finding of a lead-in, with the object that stands before it if none does behind."""
    verb_at = found.verb_at
    anaphoric = is_anaphoric(view, verb_at)
    alone = opens(view.words[verb_at:], "intransitive")
    nothing = not (anaphoric or alone or has_object(view, verb_at))
    begins = None if alone or _acts_on(view, verb_at) else _fronted(view, found.at)
    if begins is not None:
        anaphoric = nothing = False
    if nothing and due_of(view) is None and view.words[verb_at + 1 :]:
        return None
    finding = make(
        view,
        "promise",
        found.at,
        verb_at,
        who,
        act=act,
        force=force,
        first=found.first,
        bare=anaphoric or nothing,
        anaphoric=anaphoric,
    )
    return replace(finding, what_start=begins) if begins is not None else finding


def _acts_on(view: View, verb_at: int) -> bool:
    """Whether an object follows the verb; "have written" has none."""
    rest = view.words[verb_at + 1 :]
    if view.words[verb_at] == "have" and rest[:1] and rest[0] in RESULT:
        return len(rest) > 1 and has_object(view, verb_at + 1)
    return has_object(view, verb_at)


def _fronted(view: View, at: int) -> int | None:
    """Offset of the object before its verb: "the correction I'll have written"."""
    tokens = list(view.tokens[:at])
    if not tokens and view.clause_at:
        before = view.sentence.clauses[view.clause_at - 1]
        between = view.scene.text[before.end : view.clause.start]
        tokens = [] if between.strip() else list(before.tokens)
    while tokens and view.is_in(tokens[0].word, "filler"):
        tokens.pop(0)
    thing = 1 < len(tokens) <= _FRONTED and tokens[0].word in DETERMINERS
    return tokens[0].start if thing else None


_ARRIVING = re.compile(
    r"^.+ (?:will|should|shall|\w+'ll) be (?:with you|in your inbox|on your desk|in your hands)\b"
)
#: a day on which what one is doing is under way ("today I'm pairing with Sol")
_RUNNING = re.compile(r"today|this morning|now|right now|this week|currently")
#: words an object before its verb may have
_FRONTED = 5


RULES: tuple[Callable[[View], Finding | None], ...] = (
    take_on,
    passive,
    continued,
    request,
    tried,
    due_on_me,
    unsaid_subject,
    let_me,
    offered,
    ongoing,
    committed,
    arranged,
    delivered,
    joint,
    reported,
    gapped,
)
