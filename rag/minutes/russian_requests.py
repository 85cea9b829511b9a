"""Requests and tasks in Russian speech: who is asked, told or expected to do something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes import russian_asks as ra
from rag.minutes import russian_clauses as rc
from rag.minutes import russian_people as rp
from rag.minutes import russian_spans as rs
from rag.minutes import russian_words as rw
from rag.minutes.findings import ADDRESSEE, Finding

if TYPE_CHECKING:
    from rag.minutes.names import Mention
    from rag.minutes.view import View

from rag.minutes.russian_making import make


def in_charge(view: View) -> Finding | None:
    """«Ответственный за стенд — Олег»."""
    at = next((i for i, w in enumerate(view.words) if w.startswith("ответственн")), None)
    if at is None or view.sentence.question or "за" not in view.words[at:]:
        return None
    near = [view, *(o for o in view.others() if abs(o.clause_at - view.clause_at) == 1)]
    named = next((m.name for v in near for m in v.mentions if "nomn" in m.cases), None)
    if named is None or not rs.nouns(view, skip=(), after=at):
        return None
    return make(view, "promise", at, named, "", act="assigned", first=at + 2)


def task(view: View) -> Finding | None:
    """«Савельеву — направить бригаду», «Ане нужно закончить», «Поручить Титову подготовить»."""
    at = next(
        (
            i
            for i, w in enumerate(view.words)
            if rw.infinitive(w) and not view.is_in(rw.infinitive(w) or "", "must")
        ),
        None,
    )
    if at is None or rc.negated(view, at) or view.sentence.question or rc.conditional_mood(view):
        return None
    if view.has("must_not"):
        return None
    bound = rp.bound(view, at)
    if bound:
        verb = rw.infinitive(view.words[at]) or ""
        return make(view, "request", at, bound, verb, act="assigned", imperative=True, first=at)
    ordered = view.has("must") or "поручить" in view.words
    before = view.at(view.clause_at - 1) if view.clause_at else None
    for place in (view, before):
        if place is None or (place is before and (at > 1 or len(place.tokens) > 5)):
            continue
        if place is view and not ordered:
            continue
        named = next((m for m in place.mentions if "datv" in m.cases and rp.is_dative(m)), None)
        if named:
            return make(
                view,
                "request",
                at,
                named.name,
                rw.infinitive(view.words[at]) or "",
                act="assigned",
                imperative=True,
                first=at,
                to_whom=rp.recipient(view, rw.infinitive(view.words[at]) or "", at, named.name),
            )
        group = rp.organisation(place, "datv", None)
        if group:
            return make(view, "promise", at, group, "", act="assigned", first=at)
    return None


def let(view: View) -> Finding | None:
    """«пусть лучше Санёк плейлист»: the task is meant for a third person."""
    if "пусть" not in view.words or rc.conditional_mood(view):
        return None
    named = next((m for m in view.mentions if "nomn" in m.cases), None)
    if named is None or not rs.nouns(view, skip=()):
        return None
    at = next((i for i, w in enumerate(view.words) if rw.future(w, "3per")), None)
    verb = rw.future(view.words[at], "3per") if at is not None else None
    first = named.last if named.last < len(view.words) else 0
    return make(
        view, "request", at if at is not None else named.first, named.name, verb or "", first=first
    )


def request(view: View) -> Finding | None:
    """«Катя, скинь логи», «сможешь к среде?», «мне нужен план», «жду от тебя смету»."""
    words = view.words
    if rc.is_habit(view):
        return None
    leading = next((m.name for m in view.mentions if "nomn" in m.cases and _leads(view, m)), None)
    who = view.vocative or leading or ADDRESSEE
    for at, word in enumerate(words):
        if rc.negated(view, at) and not view.sentence.question:
            continue
        verb = rw.imperative(word)
        idle = verb is not None and view.is_in(verb, "ask_noise")
        if idle and rc.later(view) and rs.has_object(view, at):
            idle = not view.is_in(verb or "", "ask_later")
        meant = verb is not None and not idle and not rw.reading_is_rare(word)
        about = meant and (
            rs.has_object(view, at) or view.due((view.clause_at,)) or rs.object_beside(view)
        )
        if verb and about:
            return make(view, "request", at, who, verb, imperative=True)
        asked = ra.asked(view, at)
        if asked:
            return make(view, "request", at, who, asked[0], bare=asked[1])
    if not view.sentence.question and not rc.conditional_mood(view):
        at_need = ra.needed(view)
        if at_need is not None:
            return make(
                view,
                "request",
                at_need,
                who,
                "",
                first=None if words[at_need].startswith("жд") else at_need + 1,
                to_whom=rp.needing(view),
            )
    return None


def open_call(view: View) -> Finding | None:
    """«кто подготовит справку?»: whoever answers for himself takes it."""
    words = view.words
    if not view.sentence.question or "кто" not in words[:3]:
        return None
    at = next((i for i, w in enumerate(words) if rw.future(w, "3per")), None)
    if at is None or not rs.has_object(view, at):
        return None
    verb = rw.future(words[at], "3per") or ""
    if rc.is_stative(view, verb):
        return None
    finding = make(view, "request", at, ADDRESSEE, verb, first=at if at < 2 else None)
    return replace(finding, open_call=True)


def _leads(view: View, mention: Mention) -> bool:
    """Whether a name opens the clause, so that without a comma it can still be a call."""
    return all(view.is_in(word, "filler") for word in view.words[: mention.first])
