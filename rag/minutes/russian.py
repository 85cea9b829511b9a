"""Promises, offers and requests in the clauses of Russian speech.

Rules over pymorphy3 readings and the families of `data/lexicon_ru.tsv`; the first rule that
recognises a clause decides it. Guards come before: questions, negation, the subjunctive,
subordinate clauses, habits, acts within the meeting, mere presence, threats.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes import russian_words as rw
from rag.minutes.clauses import is_finite
from rag.minutes.findings import ADDRESSEE, GROUP, SPEAKER, Finding
from rag.minutes.morphology import reading

if TYPE_CHECKING:
    from rag.minutes.findings import Kind
    from rag.minutes.names import Mention
    from rag.minutes.view import View
    from rag.types import Act, Force

_YOU = {"тебя", "вас"}
_TAKEN = re.compile(r"\bна\s+себя\b")


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    if not view.tokens:
        return None
    if rw.is_subordinate(view):
        return _open_call(view)
    for rule in (
        _take_on,
        _passive,
        _in_charge,
        _task,
        _let,
        _reported,
        _request,
        _offer,
        _first_person,
        _joint,
    ):
        found = rule(view)
        if found:
            return found
    return None


def _make(
    view: View,
    kind: Kind,
    at: int,
    who: str | None,
    verb: str,
    *,
    act: Act = "self",
    force: Force = "firm",
    to_whom: str | None = None,
    bare: bool = False,
    imperative: bool = False,
    first: int | None = None,
    anaphoric: bool = False,
) -> Finding:
    """A finding with its span, deadline and condition; `at` is the index of the decisive token.

    `first` is the first token of `what` where the rule knows it.
    """
    start, end, clauses, bare = rw.what_span(view, at, first, bare)
    due = view.due(clauses) or view.next_due()
    start, end = rw.without_edges(view, start, end, due)
    return Finding(
        kind=kind,
        turn=view.turn,
        at=view.tokens[at].start,
        what_start=start,
        what_end=end,
        sentence_start=view.sentence.start,
        sentence_end=view.sentence.end,
        who=who,
        to_whom=to_whom if to_whom is not None else rw.recipient(view, verb, at, who),
        verb=verb,
        act=act,
        force=force,
        due=due,
        condition=rw.condition(view),
        bare=bare,
        named=who is not None and not who.startswith("\0"),
        imperative=imperative,
        anaphoric=anaphoric,
    )


def _take_on(view: View) -> Finding | None:
    """«с меня макет», «это на мне», «беру на себя», «за тобой гирлянды», «второго беру я»."""
    words = view.words
    if view.sentence.question or rw.is_idiom(view):
        return None
    for at in range(len(words) - 1):
        pair = (words[at], words[at + 1])
        mine = pair in {("с", "меня"), ("на", "мне"), ("за", "мной")}
        yours = pair in {
            ("с", "тебя"),
            ("с", "вас"),
            ("за", "тобой"),
            ("за", "вами"),
            ("на", "тебе"),
            ("на", "вас"),
        }
        if not (mine or yours) or any(is_finite(word) for word in words):
            continue
        if not mine and not rw.nouns(view, skip=()):
            continue
        anaphoric = not rw.nouns(view, skip=())
        if mine:
            return _make(view, "promise", at, SPEAKER, "", bare=anaphoric, anaphoric=anaphoric)
        who = view.vocative or ADDRESSEE
        return _make(view, "request", at, who, "", imperative=True)
    owner = rw.called_on(view)
    if (
        owner
        and not any(is_finite(word) for word in words)
        and rw.nouns(view, skip=(), after=owner[1] - 1)
    ):
        return _make(view, "request", owner[1], owner[0], "", imperative=True, first=owner[1])
    for at, word in enumerate(words):
        verb = rw.taking(word)
        if (
            verb
            and not rw.negated(view, at)
            and not rw.conditional_mood(view)
            and not view.has("habit")
        ):
            whole = _TAKEN.search(" ".join(words)) is not None
            if (
                whole
                or ("я" in words and rw.has_object(view, at))
                or (verb == "брать" and rw.has_object(view, at))
            ):
                anaphoric = whole and not rw.nouns(view, skip=("себя",))
                return _make(
                    view, "promise", at, SPEAKER, verb, bare=anaphoric, anaphoric=anaphoric
                )
    return None


def _passive(view: View) -> Finding | None:
    """«будет подготовлен Титовым»: an agent in the instrumental, or nothing."""
    words = view.words
    if view.sentence.question or not {"будет", "будут", "должен", "должна", "должны"} & set(words):
        return None
    at = next((i for i, w in enumerate(words) if reading(w, "PRTS", at_least=0.2)), None)
    if at is None or rw.negated(view, at):
        return None
    agent = (
        next((m.name for m in view.mentions if "ablt" in m.cases), None)
        or rw.organisation(view, "ablt", at)
        or rw.office(view, at)
    )
    if agent is None:
        return None
    return _make(view, "promise", at, agent, "", act="reported")


def _in_charge(view: View) -> Finding | None:
    """«Ответственный за стенд — Олег»."""
    at = next((i for i, w in enumerate(view.words) if w.startswith("ответственн")), None)
    if at is None or view.sentence.question or "за" not in view.words[at:]:
        return None
    near = [view, *(o for o in view.others() if abs(o.clause_at - view.clause_at) == 1)]
    named = next((m.name for v in near for m in v.mentions if "nomn" in m.cases), None)
    if named is None or not rw.nouns(view, skip=(), after=at):
        return None
    return _make(view, "promise", at, named, "", act="assigned", first=at + 2)


def _task(view: View) -> Finding | None:
    """«Савельеву — направить бригаду», «Ане нужно закончить», «Поручить Титову подготовить»."""
    at = next(
        (
            i
            for i, w in enumerate(view.words)
            if rw.infinitive(w) and not view.is_in(rw.infinitive(w) or "", "must")
        ),
        None,
    )
    if at is None or rw.negated(view, at) or view.sentence.question or rw.conditional_mood(view):
        return None
    if view.has("must_not"):
        return None
    bound = rw.bound(view, at)
    if bound:
        verb = rw.infinitive(view.words[at]) or ""
        return _make(view, "request", at, bound, verb, act="assigned", imperative=True, first=at)
    ordered = view.has("must") or "поручить" in view.words
    before = view.at(view.clause_at - 1) if view.clause_at else None
    for place in (view, before):
        if place is None or (place is before and (at > 1 or len(place.tokens) > 5)):
            continue
        if place is view and not ordered:
            continue
        named = next(
            (m for m in place.mentions if "datv" in m.cases and rw.is_dative(place, m)), None
        )
        if named:
            return _make(
                view,
                "request",
                at,
                named.name,
                rw.infinitive(view.words[at]) or "",
                act="assigned",
                imperative=True,
                first=at,
                to_whom=rw.recipient(view, rw.infinitive(view.words[at]) or "", at, named.name),
            )
        group = rw.organisation(place, "datv", None)
        if group:
            return _make(view, "promise", at, group, "", act="assigned", first=at)
    return None


def _reported(view: View) -> Finding | None:
    """«Толик напишет текст», «Костян обещал подогнать колонку», «дежурит Настя Ильина»."""
    if view.sentence.question or view.has("habit") or rw.conditional_mood(view):
        return None
    subject = rw.subject(view)
    if subject is None:
        return None
    for at, word in enumerate(view.words):
        if rw.negated(view, at):
            continue
        if rw.promised(word) and not rw.taken_back(view):
            return _promised(view, at, subject)
        verb = rw.future(word, "3per")
        if verb and not rw.is_stative(view, verb) and rw.has_object(view, at, skip=subject):
            return _make(
                view, "promise", at, subject.name, verb, act="reported", force=rw.force(view)
            )
        duty = reading(word, "VERB", "pres", "3per", at_least=0.5)
        if duty and view.due((view.clause_at,)) and rw.is_calendar(view.due((view.clause_at,))):
            if rw.has_object(view, at, skip=subject) or duty.lemma in (
                "дежурить",
                "отвечать",
                "вести",
            ):
                return _make(view, "promise", at, subject.name, duty.lemma, act="assigned")
    return None


def _promised(view: View, at: int, subject: Mention) -> Finding | None:
    """What stands behind «обещал»: an infinitive or a thing."""
    words = view.words
    verb = next((rw.infinitive(w) for w in words[at + 1 :] if rw.infinitive(w)), None)
    if verb is None and not rw.nouns(view, skip=(), after=at):
        return None
    first = at + 1
    if verb is not None:
        index = next(i for i, w in enumerate(words) if i > at and rw.infinitive(w))
        first = min(index, first) if rw.nouns(view, skip=(), after=at) else index
    recipient = rw.recipient(view, "обещать", at, subject.name)
    return _make(
        view,
        "promise",
        at,
        subject.name,
        verb or "обещать",
        act="reported",
        first=first,
        to_whom=recipient,
    )


def _let(view: View) -> Finding | None:
    """«пусть лучше Санёк плейлист»: the task is meant for a third person."""
    if "пусть" not in view.words or rw.conditional_mood(view):
        return None
    named = next((m for m in view.mentions if "nomn" in m.cases), None)
    if named is None or not rw.nouns(view, skip=()):
        return None
    at = next((i for i, w in enumerate(view.words) if rw.future(w, "3per")), None)
    verb = rw.future(view.words[at], "3per") if at is not None else None
    first = named.last if named.last < len(view.words) else 0
    return _make(
        view, "request", at if at is not None else named.first, named.name, verb or "", first=first
    )


def _request(view: View) -> Finding | None:
    """«Катя, скинь логи», «сможешь к среде?», «мне нужен план», «жду от тебя смету»."""
    words = view.words
    leading = next((m.name for m in view.mentions if "nomn" in m.cases and _leads(view, m)), None)
    who = view.vocative or leading or ADDRESSEE
    for at, word in enumerate(words):
        if rw.negated(view, at) and not view.sentence.question:
            continue
        verb = rw.imperative(word)
        idle = verb is not None and view.is_in(verb, "ask_noise")
        if idle and rw.later(view) and rw.has_object(view, at):
            idle = not view.is_in(verb or "", "ask_later")
        if verb and not idle and not rw.reading_is_rare(word):
            if rw.has_object(view, at) or view.due((view.clause_at,)) or rw.object_beside(view):
                return _make(view, "request", at, who, verb, imperative=True)
        asked = rw.asked(view, at)
        if asked:
            return _make(view, "request", at, who, asked[0], bare=asked[1])
    if not view.sentence.question and not rw.conditional_mood(view):
        at_need = rw.needed(view)
        if at_need is not None:
            return _make(
                view, "request", at_need, who, "", first=at_need + 1, to_whom=rw.needing(view)
            )
    return None


def _open_call(view: View) -> Finding | None:
    """«кто подготовит справку?»: whoever answers for himself takes it."""
    words = view.words
    if not view.sentence.question or "кто" not in words[:3]:
        return None
    at = next((i for i, w in enumerate(words) if rw.future(w, "3per")), None)
    if at is None or not rw.has_object(view, at):
        return None
    verb = rw.future(words[at], "3per") or ""
    if rw.is_stative(view, verb):
        return None
    finding = _make(view, "request", at, ADDRESSEE, verb, first=at if at < 2 else None)
    return replace(finding, open_call=True)


def _leads(view: View, mention: Mention) -> bool:
    """Whether a name opens the clause, so that without a comma it can still be a call."""
    return all(view.is_in(word, "filler") for word in view.words[: mention.first])


def _offer(view: View) -> Finding | None:
    """«давайте я съезжу», «могу нарисовать»: to be accepted."""
    words = view.words
    if rw.conditional_mood(view):
        return None
    for at, word in enumerate(words):
        if word in ("давай", "давайте") and "я" in words[at + 1 : at + 3]:
            index = next((i for i, w in enumerate(words) if rw.future(w, "1per", "sing")), None)
            if index is None:
                bare = len(words) <= at + 3
                return (
                    _make(view, "offer", at, SPEAKER, "", bare=True, anaphoric=True)
                    if bare
                    else None
                )
            verb = rw.future(words[index], "1per", "sing") or ""
            if rw.is_momentary(view, verb, index):
                return None
            return _make(view, "offer", index, SPEAKER, verb)
        if (
            word in ("могу", "готов", "готова")
            and not rw.negated(view, at)
            and not view.sentence.question
        ):
            index = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
            verb = rw.infinitive(words[index]) if index is not None else None
            if index is not None and verb and not rw.is_momentary(view, verb, index):
                return _make(view, "offer", index, SPEAKER, verb)
    return None


def _first_person(view: View) -> Finding | None:
    """«пришлю смету», «буду делать отчёт до среды», «обязуюсь принять», «постараюсь глянуть»."""
    words = view.words
    if view.sentence.question or rw.conditional_mood(view) or rw.is_habit(view):
        return None
    if rw.is_hearsay(view) or rw.is_own_condition(view) or rw.is_idiom(view):
        return None
    for at, word in enumerate(words):
        if rw.negated(view, at):
            continue
        if word in rw.PERFORMATIVES:
            index = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
            if index is not None:
                verb = rw.infinitive(words[index]) or ""
                return _make(view, "promise", index, SPEAKER, verb, first=index)
            continue
        verb = rw.future(word, "1per", "sing") or rw.glued(word)
        index = at
        tentative = False
        if word == "буду" or (verb and view.is_in(verb, "hedge")):
            found = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
            if found is None:
                continue
            tentative = word != "буду"
            index, verb = found, rw.infinitive(words[found]) or ""
            if not tentative and not (
                view.due((view.clause_at,)) or "я" in words and rw.has_object(view, index)
            ):
                continue
        if not verb or rw.is_momentary(view, verb, index) or rw.is_noise(view, verb, index):
            continue
        force: Force = "tentative" if tentative else rw.force(view)
        return _make(view, "promise", index, SPEAKER, verb, force=force)
    return None


def _joint(view: View) -> Finding | None:
    """«мы закончим ремонт до четверга»: the group's, never the speaker's alone."""
    words = view.words
    if view.sentence.question or rw.conditional_mood(view) or rw.is_habit(view):
        return None
    if {"давай", "давайте"} & set(words):
        return None
    for at, word in enumerate(words):
        verb = rw.future(word, "1per", "plur")
        if not verb or rw.negated(view, at):
            continue
        firm = "мы" in words or rw.is_calendar(view.due((view.clause_at,)))
        vague = (
            view.is_in(verb, "vague_joint")
            or view.is_in(verb, "stative")
            or view.is_in(verb, "in_meeting")
        )
        hopeless = view.is_in(verb, "joint_talk")
        if vague and (hopeless or not (rw.later(view) and rw.has_object(view, at))):
            continue
        bare = not rw.has_object(view, at)
        if bare and not rw.object_beside(view):
            return _make(
                view, "promise", at, GROUP, verb, act="joint", bare=True, force="tentative"
            )
        return _make(
            view,
            "promise",
            at,
            GROUP,
            verb,
            act="joint",
            force=rw.force(view) if firm else "tentative",
        )
    return None
