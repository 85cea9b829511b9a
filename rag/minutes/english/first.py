"""Promises of who speaks and of the group: "I'll", "I'm taking", "let me", "we'll"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english.leads import Lead, base_of, gerunds, is_gerund, lead, opens
from rag.minutes.english.spans import DETERMINERS, due_of, make
from rag.minutes.english.words import (
    OPENS_OBJECT,
    RESULT,
    broken_off,
    denied,
    doubted,
    has_habit,
    has_object,
    is_anaphoric,
    is_asked,
    is_later,
    is_private,
    objects,
    rejects,
    starting,
    taken_back,
)
from rag.minutes.findings import GROUP, SPEAKER

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.view import View
    from rag.types import Act, Force

_PLEDGED = re.compile(r"(?:^|(?<= ))i(?:'ve)? (?:promised|told|assured) (?:[\w']+ ){1,3}i'd ")
#: a day on which what one is doing is under way ("today I'm pairing with Sol")
_RUNNING = re.compile(r"today|this morning|now|right now|this week|currently")
#: words an object before its verb may have
_FRONTED = 5


def committed(view: View) -> Finding | None:
    """ "I'll send you the copy", "I'm going to have the birches done"."""
    found = lead(view, "commit") or _pledged(view)
    if found is None or lead(view, "try") or _is_barred(view, found):
        return None
    if found.phrase.endswith(("i'd", "promised to")) and taken_back(view):
        return None
    if found.phrase == "ill" and any(not view.is_in(w, "filler") for w in view.words[: found.at]):
        return None  # "I was ill last week"
    act = view.tokens[found.verb_at]
    if act.capital or act.word in DETERMINERS:
        return None  # "I'm going to Leeds"
    if is_gerund(act.word) or rejects(view, found.verb_at, due_of(view)):
        return None
    if act.word in _FETCHING and is_private(view, found.verb_at):
        return None
    return _own(view, found)


#: what is done for one's own family and pets
_FETCHING = frozenset(
    "pick collect take fetch drop walk feed meet drive bath visit get see babysit bring".split()
)
#: "I'm driving past there Thursday": on one's way
_PASSING = re.compile(
    r"(?:driving|passing|going|popping|walking|cycling|flying|heading|coming|running|travelling) "
    r"(?:past|by|through|near|down|up|over|to|into|home|that|there|back|out|via|round|around)\b"
)


def _pledged(view: View) -> Lead | None:
    """ "I promised legal I'd get it signed": a promise told of again, its hearer named between."""
    words = view.words
    match = _PLEDGED.search(f"{' '.join(words)} ")
    if match is None:
        return None
    at = " ".join(words)[: match.start()].count(" ")
    verb_at = at + match.group().strip().count(" ") + 1
    return Lead(at, verb_at, verb_at, "i'd") if verb_at < len(words) else None


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
    if is_private(view, found.verb_at) or _PASSING.match(" ".join(view.words[found.verb_at :])):
        return None
    if rejects(view, found.verb_at, due_of(view)):
        return None
    return _own(view, found)


def together(view: View) -> Finding | None:
    """ "We're painting the fence on Saturday": arranged by the group."""
    found = lead(view, "progressive_we")
    if found is None or _is_barred(view, found) or not is_gerund(view.words[found.verb_at]):
        return None
    verb, due = view.words[found.verb_at], due_of(view)
    if due is None or not is_later(view, due) or _RUNNING.match(due.due.raw.lower()):
        return None
    if view.is_in(verb, "away") or not view.is_in(base_of(verb), "verb"):
        return None
    if not objects(view, found.verb_at) and verb not in _WORKING:
        return None
    if rejects(view, found.verb_at, due, joint=True):
        return None
    return make(view, "promise", found.at, found.verb_at, GROUP, act="joint", first=found.first)


_WORKING = frozenset(
    "painting cleaning filming recording testing deploying releasing shipping launching migrating "
    "printing shooting digging planting packing decorating rehearsing baking weeding".split()
)


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
    if is_private(view, found.verb_at):
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
        "answer" if nothing and view.words[verb_at] == "try" else "promise",
        found.at,
        verb_at,
        who,
        act=act,
        force=force,
        first=found.first,
        bare=anaphoric or nothing,
        anaphoric=anaphoric,
    )
    finding = replace(finding, others=_with_whom(view, found.at))
    return replace(finding, what_start=begins) if begins is not None else finding


def _with_whom(view: View, at: int) -> tuple[str, ...]:
    """Who acts too: "Tom and I will paint it"."""
    if at < 2 or view.words[at - 1] != "and" or not view.words[at].startswith("i"):
        return ()
    return tuple(m.name for m in view.mentions if m.last == at - 1)


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
