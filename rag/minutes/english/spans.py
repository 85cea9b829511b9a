"""From a clause of English to a finding: the words of the act, its deadline and its condition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.english.leads import opens, says
from rag.minutes.english.people import recipient
from rag.minutes.english.words import (
    has_lead,
    is_condition,
    is_condition_alone,
    objects,
    starting,
)
from rag.minutes.findings import Finding

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.findings import Kind
    from rag.minutes.view import View
    from rag.types import Act, Force

_SUBJECTS = frozenset(
    "i we you he she they it i'll we'll i'm it's that's you'll he'll she'll they'll he's she's "
    "i've we've who's there's i'd we're they're".split()
)
DETERMINERS = frozenset("the a an my our your his her their this that these those".split())
#: small words that cannot end an act («send it over then, please»)
_TRAILING = frozenset(
    "then please just okay ok though as well too anyway again instead yeah right so and or but "
    "sure actually myself also first".split()
)
#: verbs whose next word says how a thing is rather than how it is said ("make sure it is right")
_SAYING_HOW = frozenset("is are be get gets".split())
_LEADING = frozenset("i all that please".split())
#: what may follow a weekday that stands without "on" ("I'll come Thursday and check it")
_AFTER_DAY = re.compile(
    r"\s*(?:$|[.,;:!?)—–-]|\n|(?:and|so|if|then|at|by|before|because|but|or|with|please|to|for|when|"
    r"once|first|though|latest|instead|maybe|unless|as|i'll|i'm|we'll|i|we)\b)",
    re.IGNORECASE,
)
_BEFORE_DAY = re.compile(r"(?:\b(?:the|last|a|every|our|this|was|were|his|her|not|since|like)\s+)$")
#: words of a sentence that gives nothing but a deadline, and how many it may have
_SAYING_WHEN = frozenset(
    "give me say let's till until by maybe probably hopefully at latest the first thing on or so "
    "and before if not sooner done for about around roughly promise should be ready done with "
    "perhaps probably likely most all being well fingers crossed ish there or thereabouts".split()
)
_SHORT = 10
#: words of a clause that does nothing but hedge the next ("well maybe")
_HEDGE = 2
#: words of a sentence that hedges the one before it ("No promises, mind.")
_AFTERTHOUGHT = 5
_PREPOSITIONS = ("to", "for", "with", "from", "at", "and", "by", "of", "on", "about", "past")


def make(
    view: View,
    kind: Kind,
    at: int,
    verb_at: int | None,
    who: str | None,
    *,
    act: Act = "self",
    force: Force = "firm",
    first: int | None = None,
    bare: bool = False,
    anaphoric: bool = False,
    imperative: bool = False,
    open_call: bool = False,
) -> Finding:
    """A finding with its span, deadline, recipient and condition; `at` gave it away."""
    due = due_of(view)
    if due and verb_at is not None and due.start <= view.tokens[verb_at].start < due.end:
        due = None  # "to review": the verb of the act itself
    thing = not (anaphoric and due) and (verb_at is None or not _is_unspecific(view, verb_at))
    opening = at if first is None else first
    start, end = _trimmed(view, opening, verb_at or opening, due)
    return Finding(
        kind=kind,
        turn=view.turn,
        at=view.tokens[at].start,
        what_start=start,
        what_end=end,
        sentence_start=view.sentence.start,
        sentence_end=view.sentence.end,
        who=who,
        to_whom=recipient(view, verb_at) if verb_at is not None else None,
        verb=view.words[verb_at] if thing and verb_at is not None else "",
        act=act,
        force="tentative" if force == "firm" and _is_hedged(view) else force,
        due=due,
        condition=condition_of(view),
        bare=bare,
        named=who is not None and not who.startswith("\0"),
        imperative=imperative,
        anaphoric=anaphoric,
        open_call=open_call,
        thing=thing,
    )


def _is_unspecific(view: View, verb_at: int) -> bool:
    """ "have a look", "let you know": says of what was asked no more than that it is taken up."""
    phrase = opens(view.words[verb_at:], "unspecific")
    return bool(phrase) and not objects(view, verb_at + phrase.count(" "))


def _is_hedged(view: View) -> bool:
    """Whether "maybe" and the like stand in the clause or make up the one before it."""
    after = view.sentences[view.sentence_at + 1 : view.sentence_at + 2]
    said = [view.sentence, *(s for s in after if len(s.words) <= _AFTERTHOUGHT)]
    if view.has("hedge_word") or any(says(s.words, "no_guarantee") for s in said):
        return True
    before = view.at(view.clause_at - 1).words if view.clause_at else ()
    return 0 < len(before) <= _HEDGE and any(view.is_in(w, "hedge_word") for w in before)


def due_of(view: View) -> Found | None:
    """The deadline of a clause: in it, beside it, or in the sentence behind it."""
    return (
        view.due(due_clauses(view))
        or bare_day(view)
        or view.next_due()
        or _due_said_next(view)
        or _there_then(view)
    )


def _there_then(view: View) -> Found | None:
    """The day one is there anyway: "I'm in town Thursday, so I'll drop the boxes off"."""
    if not view.clause_at or not has_lead(view):
        return None
    before = view.at(view.clause_at - 1)
    said = [word for word in before.words if word not in ("and", "so", "well", "but")]
    if not _THERE.match(" ".join(said)):
        return None
    return before.due((before.clause_at,)) or bare_day(before)


#: being somewhere, or on the way
_THERE = re.compile(
    r"(?:i'm|i am|i'll be|we're|we'll be) (?:in|at|there|back|over|round|up|down|on|near|"
    r"with|seeing|meeting|passing|going|coming|driving (?:past|by|through|down|up|over|to)|"
    r"popping|heading|around|working|walking (?:past|by)) |i see (?!what|how|that)"
)


def due_said(view: View) -> Found | None:
    """The first deadline of a sentence, a bare weekday too."""
    return next(iter(view.dues), None) or bare_day(view)


def _due_said_next(view: View) -> Found | None:
    """The deadline of a short sentence behind: "Give me till Monday.", "Filing Monday."."""
    if view.sentence_at + 1 >= len(view.sentences):
        return None
    following = view.sentences[view.sentence_at + 1]
    if following.question or not 0 < len(following.words) <= _SHORT or not following.clauses:
        return None
    beside = view.of(view.sentence_at + 1, 0)
    due = due_said(beside) or next(iter(beside.bare_dues), None)
    if due is None or _SUBJECTS & set(following.words):
        return None
    rest = [
        t.word
        for clause in following.clauses
        for t in clause.tokens
        if not due.start <= t.start < due.end and t.word not in _SAYING_WHEN
    ]
    most = 1 if len(following.clauses) == 1 else 0
    return due if len(rest) <= most else None


def bare_day(view: View) -> Found | None:
    """A weekday without "on", where nothing shows it to be part of a name or of a topic."""
    text = view.scene.text
    spans = [view.span(view.clause_at), *(view.span(i) for i in _days_beside(view))]
    alone = _is_day(view, view)
    for found in view.bare_dues:
        if found in view.dues and not alone:
            continue
        free = _AFTER_DAY.match(text, found.end, max(found.end, view.sentence.end))
        held = _BEFORE_DAY.search(text[max(0, found.start - 12) : found.start].lower())
        if any(start <= found.start < end for start, end in spans) and free and not held:
            return found
    return None


def _days_beside(view: View) -> tuple[int, ...]:
    """The clause before, where it is nothing but a day: "Thursday I'll order it"."""
    if not view.clause_at:
        return ()
    return (view.clause_at - 1,) if _is_day(view, view.at(view.clause_at - 1)) else ()


def _is_day(view: View, clause: View) -> bool:
    """Whether a clause of the sentence is a day and no more than fillers beside it."""
    inside = [any(f.start <= t.start < f.end for f in view.bare_dues) for t in clause.tokens]
    return any(inside) and all(
        day or view.is_in(token.word, "filler")
        for day, token in zip(inside, clause.tokens, strict=True)
    )


def due_clauses(view: View) -> tuple[int, ...]:
    """The clause, and those beside it that say nothing of their own."""
    clauses = [view.clause_at]
    for step in (1, -1):
        other = view.clause_at + step
        while 0 <= other < len(view.sentence.clauses):
            beside = view.at(other)
            own = bool(_SUBJECTS & set(beside.words)) or has_lead(beside) or _of_another(beside)
            if own or is_condition(beside) or names_another(beside):
                break
            clauses.append(other)
            other += step
    return tuple(clauses)


def _of_another(view: View) -> bool:
    """Whether the clause has a person for its subject: "…, Paul prints the flyers"."""
    first = next((i for i, w in enumerate(view.words) if w not in ("and", "then", "so")), 0)
    mention = starting(view.mentions, first)
    return mention is not None and mention.last + 1 < len(view.words)


def names_another(view: View) -> bool:
    """Whether the clause is another thing with a deadline of its own: "and the notes on Friday"."""
    words = view.words
    if not view.clause_at or len(words) < 3 or words[0] != "and" or words[1] not in DETERMINERS:
        return False
    return view.due((view.clause_at,)) is not None or bare_day(view) is not None


def condition_of(view: View) -> tuple[int, int] | None:
    """The condition of a clause: just before or behind it, or alone in the next sentence."""
    count = len(view.sentence.clauses)
    for step in (1, -1):
        other = view.clause_at + step
        while 0 <= other < count:
            beside = view.at(other)
            if is_condition(beside):
                if step == -1 or not _governs_next(view, other):
                    return _condition_span(view, other)
                break
            if has_lead(beside) or _SUBJECTS & set(beside.words):
                break
            other += step
    if view.clause_at == count - 1 and view.sentence_at + 1 < len(view.sentences):
        following = view.sentences[view.sentence_at + 1]
        if is_condition_alone(view, view.sentence_at + 1):
            return following.start, following.clauses[-1].end
    return None


def _governs_next(view: View, at: int) -> bool:
    """Whether a condition opens what comes after it ("…, but if they call, I'll …")."""
    words = view.at(at).words
    return words[0] in ("and", "but") and words[1:2] != ("only",)


def _condition_span(view: View, at: int) -> tuple[int, int]:
    beside = view.at(at)
    skip = next((i for i, w in enumerate(beside.words) if w not in ("and", "but", "so", "then")), 0)
    last = at
    while last + 1 < view.clause_at and not has_lead(view.at(last + 1)):
        last += 1
    return beside.tokens[skip].start, view.sentence.clauses[last].end


def _trimmed(view: View, opening: int, verb_at: int, due: Found | None) -> tuple[int, int]:
    """The act's words: without deadline, fillers, whom it calls and whom it is for at its end."""
    tokens = view.tokens
    low, high = opening, len(tokens)
    if due is not None:
        cut = next((i for i in range(opening + 1, high) if tokens[i].start >= due.start), high)
        behind = next((i for i in range(cut, high) if tokens[i].start >= due.end), high)
        if due.start >= tokens[max(opening, verb_at)].end and (behind == high or cut - opening > 1):
            high = cut if cut - opening > 1 or behind == high else high
    if high - 2 > low and view.words[high - 2 : high] == ("shall", "i"):
        high -= 2
    while high - 1 > low and _idle_end(view, high, low, due):
        high -= 2 if _is_for(view, high, low) else 1
    while low < min(high - 1, max(verb_at, opening)) and (
        (view.is_in(tokens[low].word, "filler") and tokens[low].word not in _LEADING)
        or (due is not None and due.start <= tokens[low].start < due.end)
    ):
        low += 1
    return tokens[low].start, tokens[high - 1].end


def _idle_end(view: View, high: int, low: int, due: Found | None) -> bool:
    token = view.tokens[high - 1]
    inside = due is not None and due.start <= token.start < due.end
    called = starting(view.mentions, high - 1)
    vocative = (
        called is not None
        and high - 1 > low + 1
        and view.words[high - 2] not in _PREPOSITIONS
        and view.text_between(high - 2, high - 1).strip() == ","
    )
    told = view.words[high - 2] in _SAYING_HOW if high - 2 >= low else False
    trailing = token.word in _TRAILING and not told
    return inside or trailing or vocative or _is_for(view, high, low)


def _is_for(view: View, high: int, low: int) -> bool:
    """ "to you" at the end of the act."""
    if high - 2 <= low + 1 or view.words[high - 2] not in ("to", "for"):
        return False
    return view.words[high - 1] in ("you", "me") or starting(view.mentions, high - 1) is not None
