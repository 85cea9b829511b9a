"""Requests in English: asked, told, or called into the room."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.english.leads import (
    Lead,
    base_of,
    gerunds,
    has_any,
    is_bare,
    is_gerund,
    lead,
    moved,
    opens,
)
from rag.minutes.english.people import recipient
from rag.minutes.english.spans import due_of, make
from rag.minutes.english.words import (
    has_object,
    is_anaphoric,
    moves_day,
    objects,
    rejects,
    starting,
)
from rag.minutes.findings import ADDRESSEE, EVERYBODY, Finding
from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from rag.minutes.view import View

_THINGS = frozenset("the your those these a an all both that it them".split())
#: what is opened or turned to in the meeting itself
_PAGES = frozenset("page document doc file link tab deck sheet spreadsheet attachment pdf".split())
#: verbs that ask for no act here, but for one where a third person or a thing is named
_PASSING = frozenset("tell show remind give ask share talk speak explain".split())
_WITH_THING = frozenset("move add have keep get pass register join look try".split())
_TELLING = ("you'll", "you will", "you're", "you are", "you'll be")
_WISHING = frozenset("want like need get ask have prefer".split())
_MODALS = frozenset("can could will would".split())
_OBJECT_OPENS = frozenset(
    "the a an my our your his her their that those these this me us him them it everyone everybody "
    "all some any both two three up out over back down round".split()
)


def asked(view: View) -> Finding | None:
    """ "Could you …?", "would you mind sending …?", "I need you to …"."""
    found = lead(view, "ask_ing")
    if found is None or not is_gerund(view.words[found.verb_at]):
        found = lead(view, "ask")
        if found is None or is_gerund(view.words[found.verb_at]):
            return None
    before = next((m.name for m in view.mentions if m.last == found.at), None)
    who = view.vocative or before or ADDRESSEE
    if found.phrase.startswith("you ") and not view.sentence.question:
        return None
    alone = opens(view.words[found.verb_at :], "intransitive")
    if _is_noise(view, found) or not (alone or has_object(view, found.verb_at)):
        return None
    found = _with_another(view, found)
    anaphoric = is_anaphoric(view, found.verb_at)
    return make(
        view,
        "request",
        found.at,
        found.verb_at,
        who,
        first=found.first,
        bare=anaphoric,
        anaphoric=anaphoric and due_of(view) is None,  # with a day, it asks for another day
    )


def _with_another(view: View, found: Lead) -> Lead:
    """ "Could you and Tim draft it?": the act begins behind the second name."""
    other = starting(view.mentions, found.first + 1)
    if view.words[found.first] != "and" or other is None or other.last >= len(view.words):
        return found
    return Lead(found.at, other.last, other.last, found.phrase)


def needed(view: View) -> Finding | None:
    """ "I need the figures by Friday, Paul", "when can we see it?", "can I leave it with you?"."""
    found = lead(view, "ask_thing")
    when = found is not None
    if found and any(view.is_in(word, "verb") for word in view.words[found.first + 2 :]):
        return None  # "don't forget the clocks go back"
    if found is None:
        found = lead(view, "need_thing") or _left_with(view)
        when = found is not None and found.phrase.startswith(("when", "how soon", "leave"))
    if found is None or view.words[found.first] not in _THINGS:
        return None
    if not when and due_of(view) is None:
        return None
    if any(view.is_in(word, "meeting_thing") for word in view.words[found.first :]):
        return None
    named = view.vocative or ADDRESSEE
    return make(view, "request", found.at, None, named, first=found.first)


def _left_with(view: View) -> Lead | None:
    """ "Can I leave the projector with you?"."""
    match = _LEFT.match(" ".join(view.words))
    if match is None or not view.sentence.question:
        return None
    first = match["lead"].count(" ") + 1
    return Lead(0, first, first, "leave")


_LEFT = re.compile(
    r"(?P<lead>(?:\S+ )?(?:can|could|may|shall) (?:i|we) leave) .+ (?:with|to) you\b"
)


def over_to(view: View) -> Finding | None:
    """ "I'm away. Dana, could you?": what somebody else was asked."""
    named = [m for m in view.mentions if m.known]
    inside = {i for m in named for i in range(m.first, m.last)}
    words = [w for i, w in enumerate(view.words) if i not in inside and not view.is_in(w, "filler")]
    who = named[0].name if named else view.vocative
    asks = " ".join(words) in family("en", "ask") or " ".join(words) in _OVER_TO
    if not asks or who is None or not view.sentence.question:
        return None
    asked = make(view, "request", 0, None, who, act="assigned", bare=True, anaphoric=True)
    return replace(asked, thing=False)


_OVER_TO = (
    "how about you",
    "what about you",
    "can you do it",
    "could you do it",
    "do you fancy it",
)


def told(view: View) -> Finding | None:
    """ "Tom, you'll ring the council": to somebody called by name; "make sure you lock up"."""
    found = lead(view, "told_ing")
    who = view.vocative
    if found and not view.is_in(view.words[found.verb_at], "does"):
        found = None
    found = found or lead(view, "told")
    if found is None:
        found = lead(view, "duty")
        who = who or ADDRESSEE
    if found is None and view.clause_at and lead(view.at(view.clause_at - 1), "commit"):
        found = _in_turn(view)
        who = who or ADDRESSEE
    if found is not None and view.sentence.question and found.phrase in _TELLING:
        who = who or ADDRESSEE
    elif view.sentence.question:
        return None
    if found is None or who is None or _is_noise(view, found):
        return None
    if not view.is_in(base_of(view.words[found.verb_at]), "verb") or not has_object(
        view, found.verb_at
    ):
        return None
    return make(view, "request", found.at, found.verb_at, who, first=found.first)


def of_name(view: View) -> Finding | None:
    """ "Can Tom ring them?", "Mr Sayle could perhaps fetch them?"."""
    words = view.words
    for mention in view.mentions:
        before = words[mention.first - 1] if mention.first else ""
        behind = words[mention.last : mention.last + 1]
        if before in _MODALS and mention.first < 3 and view.sentence.question:
            at = mention.last
        elif behind and (behind[0] in ("can", "could") or _asks_of(view, behind[0])):
            at = mention.last + 1
        else:
            continue
        while at < len(words) and view.is_in(words[at], "adverb"):
            at += 1
        if at < len(words) and view.is_in(words[at], "verb") and has_object(view, at):
            if _is_noise(view, Lead(at, at, at, "")):
                return None
            asked = make(view, "request", at, at, mention.name, first=at)
            if is_anaphoric(view, at):  # "could Priti do it?": what another was asked
                return replace(
                    asked, act="assigned", verb="", bare=True, anaphoric=True, thing=False
                )
            return asked
    return None


def _asks_of(view: View, word: str) -> bool:
    return view.sentence.question and word in _MODALS


def _in_turn(view: View) -> Lead | None:
    """ "I'll do the badges, you do the speakers": each his own."""
    words = view.words
    at = next((i for i, w in enumerate(words) if w not in ("and", "but", "if", "so")), 0)
    if words[at] != "you" or at + 2 >= len(words) or not view.is_in(words[at + 1], "verb"):
        return None
    return Lead(at, at + 1, at + 1, "you") if words[at + 2] in _OBJECT_OPENS else None


def wished_of(view: View) -> Finding | None:
    """ "I want Hugh to read it", "can we get Dana to sign it?", "let Tom do it"."""
    words = view.words
    for mention in view.mentions:
        at = mention.last + 1
        before = words[max(0, mention.first - 3) : mention.first]
        wishes = (
            bool(before)
            and before[-1] in _WISHING
            and bool({"i", "we", "i'd", "we'd"} & set(before))
        )
        let = before[-1:] == ("let",)
        at -= let
        if (let or (wishes and words[mention.last : at] == ("to",))) and at < len(words):
            noise = _is_noise(view, Lead(at, at, at, ""))
            if view.is_in(words[at], "verb") and has_object(view, at) and not noise:
                bare = is_anaphoric(view, at)
                return make(
                    view, "request", at, at, mention.name, first=at, bare=bare, anaphoric=bare
                )
    return None


def of_office(view: View) -> Finding | None:
    """ "The clerk will place the order": whoever answers to the office says so next."""
    words = view.words
    for at in range(len(words) - 3):
        if words[at] == "the" and words[at + 2] in ("will", "to", "can", "should"):
            verb_at = at + 3
            if (
                view.is_in(words[at + 1], "office")
                and view.is_in(words[verb_at], "verb")
                and not view.sentence.question
                and objects(view, verb_at)
            ):
                return make(view, "request", at, verb_at, ADDRESSEE, first=verb_at)
    return None


def imperative(view: View) -> Finding | None:
    """ "Tom, send Dana the login", "Paul to book the hall", "copy me in, would you?"."""
    words = view.words
    first = next(
        (i for i, w in enumerate(words) if not view.is_in(w, "filler") or w == "you"), None
    )
    if first is None or (first and words[first - 1] == "i"):
        return None
    named: str | None = view.vocative
    mention = starting(view.mentions, first)
    if mention is not None and mention.last + 1 < len(words):
        named, first = mention.name, mention.last
        if words[first] == "to":
            return _assigned(view, first + 1, named)
        comma = view.text_between(first - 1, first).strip() == ","
        if not comma and "please" not in words and words[first] != "you":
            return None
    while first < len(words) - 1 and words[first] in ("you", "please", "just", "do", "kindly"):
        first += 1
    if "you" in words[:first] and named is None:
        return None
    return _ordered(view, first, named)


def _assigned(view: View, at: int, who: str) -> Finding | None:
    """ "Paul to book the hall"."""
    if at >= len(view.words) or not view.is_in(view.words[at], "verb"):
        return None
    return make(view, "promise", at, at, who, act="assigned", first=at)


def _ordered(view: View, first: int, named: str | None) -> Finding | None:
    """The order that begins at a token, if it is one: to somebody, politely, or plainly."""
    words = view.words
    verb_at = first + moved(words[first:])
    if verb_at >= len(words) or not _is_verb(view, words[verb_at]):
        return None
    if _is_noise(view, Lead(first, first, verb_at, "")) or not has_object(view, verb_at):
        return None
    polite = "please" in view.sentence.words or any(
        is_bare(other, "ask") or is_bare(other, "duty") for other in view.others()
    )
    if words[verb_at] == "leave" and words[-2:] in (("with", "me"), ("to", "me")):
        return None
    for_me = first < 2 and words[verb_at + 1 : verb_at + 2] == ("me",)
    if view.sentence.question and not (polite or for_me):
        return None
    if named is None and not polite:
        plain = verb_at + 1 < len(words) and (
            words[verb_at + 1] in _OBJECT_OPENS
            or starting(view.mentions, verb_at + 1)
            or (words[verb_at] in _GOING_ON and _ends_habit(view, verb_at))
        )
        if not plain or first > 2:
            return None
    return make(
        view,
        "request",
        first,
        verb_at,
        named or ADDRESSEE,
        first=first,
        imperative=named is not None,
    )


def _is_verb(view: View, word: str) -> bool:
    """Whether a word is a verb of the table, or ends in one: "password-protect"."""
    return view.is_in(word, "verb") or ("-" in word and view.is_in(word.rsplit("-")[-1], "verb"))


def _is_noise(view: View, found: Lead) -> bool:
    """Whether what is asked is done on the spot, or is no act: "can you hear us?"."""
    verb = base_of(view.words[found.verb_at])
    if moves_day(view, found.verb_at, due_of(view)):
        return True
    if verb in ("open", "turn", "click", "scroll", "find") and _PAGES & set(view.words):
        return True
    if verb == "let" and _hands_over(view, found.verb_at):
        return False
    if verb in _GOING_ON and _ends_habit(view, found.verb_at):
        return False
    if verb == "go" and opens(view.words[found.verb_at :], "phrasal"):
        return rejects(view, found.verb_at, due_of(view))
    if not view.is_in(verb, "ask_noise"):
        return rejects(view, found.verb_at, due_of(view))
    reach = recipient(view, found.verb_at)
    to_third = reach is not None and (reach == EVERYBODY or not reach.startswith("\0"))
    to_third = to_third and not has_any(view, "meeting_thing", found.verb_at)
    act = verb in _PASSING if to_third else verb in _WITH_THING and objects(view, found.verb_at)
    return not act or rejects(view, found.verb_at, due_of(view))


def _hands_over(view: View, verb_at: int) -> bool:
    """ "Let me have the dates", "let us know how many": something is to be given or told."""
    rest = view.words[verb_at + 1 :]
    act = next((i for i, word in enumerate(rest[:3]) if word in ("have", "know", "see")), None)
    if not act:
        return False
    told = rest[act] == "know" and bool(_TOLD & set(rest[act + 1 : act + 3]))
    given = rest[act + 1 : act + 2] and rest[act + 1] in _GIVEN
    named = any(mention.first > verb_at + act for mention in view.mentions)
    return told or bool(given) or named or due_of(view) is not None


def _ends_habit(view: View, verb_at: int) -> bool:
    """ "Stop sending the paper": what is done all the time shall begin or end."""
    act = verb_at + 1
    return view.words[act : act + 1] != () and (
        view.words[act] in gerunds() and bool(objects(view, act))
    )


_GOING_ON = frozenset("stop start keep".split())
_GIVEN = frozenset("the your those these that them it everyone's all any his her their our".split())
_TOLD = _GIVEN | frozenset("how which when whether who where about of".split())


def open_call(view: View) -> Finding | None:
    """ "Who can write the minutes?", "somebody has to update the FAQ": whoever answers takes it."""
    words = view.words
    found = lead(view, "open_call")
    if found is None or (found.at > 3 and not found.phrase.startswith("who")):
        return None
    asks = found.phrase.startswith(("who", "can", "could", "will", "would", "do", "any", "is"))
    if asks != view.sentence.question and not (asks and "please" in view.sentence.words):
        return None
    verb = words[found.verb_at]
    gerund = is_gerund(verb)
    progressive = found.phrase in ("who's", "who is") and verb in gerunds()
    known = progressive or (view.is_in(base_of(verb), "verb") and not gerund)
    if not known or not objects(view, found.verb_at):
        return None
    finding = make(view, "request", found.first, found.verb_at, ADDRESSEE, first=found.first)
    return replace(finding, open_call=True)


#: the kinds of request, in the order they are asked
REQUESTS = (asked, needed, over_to, told, wished_of, of_name, of_office, imperative)
