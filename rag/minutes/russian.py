"""Promises, offers and requests in the clauses of Russian speech.

Rules over pymorphy3 readings and the families of `data/lexicon_ru.tsv`; the first rule that
recognises a clause decides it. Guards come before: questions, negation, the subjunctive,
subordinate clauses, habits, acts within the meeting, mere presence, threats.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes import russian_asks as ra
from rag.minutes import russian_clauses as rc
from rag.minutes import russian_people as rp
from rag.minutes import russian_spans as rs
from rag.minutes import russian_words as rw
from rag.minutes.clauses import is_finite
from rag.minutes.findings import ADDRESSEE, GROUP, SPEAKER, Finding
from rag.minutes.morphology import reading

if TYPE_CHECKING:
    from rag.minutes.names import Mention
    from rag.minutes.view import View
    from rag.types import Force

from rag.minutes.russian_making import make
from rag.minutes.russian_orders import order
from rag.minutes.russian_requests import in_charge, let, open_call, request, task

_YOU = {"тебя", "вас"}
_TAKEN = re.compile(r"\bна\s+себя\b")


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    if not view.tokens:
        return None
    ordered = None if view.scene.on_paper else order(view)
    if ordered:
        return ordered
    if rc.is_subordinate(view):
        return open_call(view)
    for rule in (
        _take_on,
        _passive,
        in_charge,
        task,
        let,
        _reported,
        request,
        _offer,
        _first_person,
        _joint,
    ):
        found = rule(view)
        if found:
            return found
    return None


def _take_on(view: View) -> Finding | None:
    """«с меня макет», «это на мне», «беру на себя», «за тобой гирлянды», «второго беру я»."""
    words = view.words
    if view.sentence.question or rc.is_idiom(view):
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
        if not mine and not rs.nouns(view, skip=()):
            continue
        anaphoric = not rs.nouns(view, skip=())
        if mine:
            return make(view, "promise", at, SPEAKER, "", bare=anaphoric, anaphoric=anaphoric)
        who = view.vocative or ADDRESSEE
        return make(view, "request", at, who, "", imperative=True)
    owner = rp.called_on(view)
    if (
        owner
        and not any(is_finite(word) for word in words)
        and rs.nouns(view, skip=(), after=owner[1] - 1)
    ):
        return make(view, "request", owner[1], owner[0], "", imperative=True, first=owner[1])
    for at, word in enumerate(words):
        verb = rw.taking(word)
        if (
            verb
            and not rc.negated(view, at)
            and not rc.conditional_mood(view)
            and not view.has("habit")
        ):
            whole = _TAKEN.search(" ".join(words)) is not None
            if (
                whole
                or ("я" in words and rs.has_object(view, at))
                or (verb == "брать" and rs.has_object(view, at))
            ):
                anaphoric = whole and not rs.nouns(view, skip=("себя",))
                return make(view, "promise", at, SPEAKER, verb, bare=anaphoric, anaphoric=anaphoric)
    return None


def _passive(view: View) -> Finding | None:
    """«будет подготовлен Титовым»: an agent in the instrumental, or nothing."""
    words = view.words
    if view.sentence.question or not {"будет", "будут", "должен", "должна", "должны"} & set(words):
        return None
    at = next((i for i, w in enumerate(words) if reading(w, "PRTS", at_least=0.2)), None)
    if at is None or rc.negated(view, at):
        return None
    agent = (
        next((m.name for m in view.mentions if "ablt" in m.cases), None)
        or rp.organisation(view, "ablt", at)
        or rp.office(view, at)
    )
    if agent is None:
        return None
    return make(view, "promise", at, agent, "", act="reported")


#: duties that need no object («дежурит Настя»)
_STANDING_DUTIES = frozenset({"дежурить", "отвечать", "вести"})


def _reported(view: View) -> Finding | None:
    """«Толик напишет текст», «Костян обещал подогнать колонку», «дежурит Настя Ильина»."""
    if view.sentence.question or view.has("habit") or rc.conditional_mood(view):
        return None
    subject = rp.subject(view)
    if subject is None:
        return None
    for at, word in enumerate(view.words):
        if rc.negated(view, at):
            continue
        if rw.promised(word) and not rp.taken_back(view):
            return _promised(view, at, subject)
        verb = rw.future(word, "3per")
        if verb and not rc.is_stative(view, verb) and rs.has_object(view, at, skip=subject):
            return make(
                view, "promise", at, subject.name, verb, act="reported", force=rc.force(view)
            )
        duty = reading(word, "VERB", "pres", "3per", at_least=0.5)
        if duty and view.is_in(duty.lemma, "no_duty"):
            return None
        busy = duty is not None and (
            rs.has_object(view, at, skip=subject) or duty.lemma in _STANDING_DUTIES
        )
        if duty and busy and view.due((view.clause_at,)):
            return make(view, "promise", at, subject.name, duty.lemma, act="assigned")
    return None


def _promised(view: View, at: int, subject: Mention) -> Finding | None:
    """What stands behind «обещал»: an infinitive or a thing."""
    words = view.words
    verb = next((rw.infinitive(w) for w in words[at + 1 :] if rw.infinitive(w)), None)
    if verb is None and not rs.nouns(view, skip=(), after=at):
        return None
    first = at + 1
    if verb is not None:
        index = next(i for i, w in enumerate(words) if i > at and rw.infinitive(w))
        first = min(index, first) if rs.nouns(view, skip=(), after=at) else index
    recipient = rp.recipient(view, "обещать", at, subject.name)
    return make(
        view,
        "promise",
        at,
        subject.name,
        verb or "обещать",
        act="reported",
        first=first,
        to_whom=recipient,
    )


def _offer(view: View) -> Finding | None:
    """«давайте я съезжу», «могу нарисовать»: to be accepted."""
    words = view.words
    if rc.conditional_mood(view):
        return None
    for at, word in enumerate(words):
        if word in ("давай", "давайте") and "я" in words[at + 1 : at + 3]:
            index = next((i for i, w in enumerate(words) if rw.future(w, "1per", "sing")), None)
            if index is None:
                bare = len(words) <= at + 3
                return (
                    make(view, "offer", at, SPEAKER, "", bare=True, anaphoric=True)
                    if bare
                    else None
                )
            verb = rw.future(words[index], "1per", "sing") or ""
            if rc.is_momentary(view, verb, index):
                return None
            return make(view, "offer", index, SPEAKER, verb)
        if (
            word in ("могу", "готов", "готова")
            and not rc.negated(view, at)
            and not view.sentence.question
        ):
            index = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
            verb = rw.infinitive(words[index]) or "" if index is not None else ""
            if index is not None and verb and not rc.is_momentary(view, verb, index):
                return make(view, "offer", index, SPEAKER, verb)
    return None


def _first_person(view: View) -> Finding | None:
    """«пришлю смету», «буду делать отчёт до среды», «обязуюсь принять», «постараюсь глянуть»."""
    words = view.words
    if view.sentence.question or rc.conditional_mood(view) or rc.is_habit(view):
        return None
    if rc.is_hearsay(view) or rc.is_own_condition(view) or rc.is_idiom(view):
        return None
    for at, word in enumerate(words):
        if rc.negated(view, at):
            continue
        if word in rw.PERFORMATIVES:
            index = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
            if index is not None:
                promised = rw.infinitive(words[index]) or ""
                return make(view, "promise", index, SPEAKER, promised, first=index)
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
                view.due((view.clause_at,)) or ("я" in words and rs.has_object(view, index))
            ):
                continue
        if not verb or rc.is_momentary(view, verb, index) or rs.is_noise(view, verb, index):
            continue
        force: Force = "tentative" if tentative else rc.force(view)
        return make(view, "promise", index, SPEAKER, verb, force=force)
    return None


def _joint(view: View) -> Finding | None:
    """«мы закончим ремонт до четверга»: the group's, never the speaker's alone."""
    words = view.words
    if view.sentence.question or rc.conditional_mood(view) or rc.is_habit(view):
        return None
    if {"давай", "давайте"} & set(words):
        return None
    for at, word in enumerate(words):
        verb = rw.future(word, "1per", "plur") or ra.agreed_for_all(view, word)
        if not verb or rc.negated(view, at):
            continue
        firm = "мы" in words or view.due((view.clause_at,)) is not None
        vague = (
            view.is_in(verb, "vague_joint")
            or view.is_in(verb, "stative")
            or view.is_in(verb, "in_meeting")
        )
        hopeless = view.is_in(verb, "joint_talk")
        if vague and (hopeless or not (rc.later(view) and rs.has_object(view, at))):
            continue
        bare = not rs.has_object(view, at)
        if bare and not rs.object_beside(view):
            return make(view, "promise", at, GROUP, verb, act="joint", bare=True, force="tentative")
        return make(
            view,
            "promise",
            at,
            GROUP,
            verb,
            act="joint",
            force=rc.force(view) if firm else "tentative",
        )
    return None
