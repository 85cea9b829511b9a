"""Promises, offers and requests in the clauses of Russian speech.

Rules over pymorphy3 readings and the families of `data/lexicon_ru.tsv`; the first rule that
recognises a clause decides it. Guards come before: questions, negation, the subjunctive,
subordinate clauses, habits, acts within the meeting, mere presence, threats.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.findings import GROUP, Finding
from rag.minutes.morphology import reading
from rag.minutes.russian import asks as ra
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import people as rp
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.first import first_person
from rag.minutes.russian.making import make
from rag.minutes.russian.offers import offer
from rag.minutes.russian.orders import order
from rag.minutes.russian.reported import reported
from rag.minutes.russian.requests import (
    asked_when,
    expected,
    in_charge,
    let,
    open_call,
    request,
    task,
)
from rag.minutes.russian.taking import take_on

if TYPE_CHECKING:
    from rag.minutes.view import View


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    if not view.tokens:
        return None
    ordered = None if view.scene.on_paper else order(view)
    if ordered:
        return ordered
    called = open_call(view) or asked_when(view)
    if called or rc.is_subordinate(view):
        return called or expected(view)
    for rule in (
        take_on,
        _passive,
        in_charge,
        task,
        let,
        reported,
        request,
        offer,
        first_person,
        _joint,
        _continued,
    ):
        found = rule(view)
        if found:
            return found
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


#: words that make a plan of several a promise of theirs
_ASSURED = frozenset(
    "точно обязательно железно гарантирую обещаю непременно вместе стопроцентно".split()
)


def _joint(view: View) -> Finding | None:
    """«мы закончим ремонт до четверга»: the group's, never the speaker's alone."""
    words = view.words
    if view.sentence.question or rc.conditional_mood(view) or rc.is_habit(view):
        return None
    if {"давай", "давайте"} & set(words) or rc.is_hearsay(view) or rc.is_alternative(view):
        return None
    for at, word in enumerate(words):
        if word in rw.JOINT_PERFORMATIVES and not rc.negated(view, at):
            return _undertaken(view, at)
        verb = rw.future(word, "1per", "plur") or ra.agreed_for_all(view, word)
        if not verb or rc.negated(view, at) or view.is_in(verb, "hedge"):
            continue
        vague = any(view.is_in(verb, name) for name in ("vague_joint", "stative", "in_meeting"))
        hopeless = view.is_in(verb, "joint_talk")
        if vague and (hopeless or not (rc.later(view) and rs.has_object(view, at))):
            return make(view, "answer", at, GROUP, verb, act="joint") if not hopeless else None
        bare = not rs.has_object(view, at) and not rs.object_beside(view)
        finding = make(view, "promise", at, GROUP, verb, act="joint", bare=bare)
        said = [w for i in range(view.clause_at + 1) for w in view.sentence.clauses[i].words]
        firm = "мы" in said or finding.due is not None or finding.condition is not None
        firm = firm or bool(_ASSURED & set(view.sentence.words))
        if bare or not firm:
            return replace(finding, kind="answer")
        return replace(finding, force=rc.force(view))
    return None


def _undertaken(view: View, at: int) -> Finding | None:
    """«обязуемся пройти все улицы»."""
    index = next((i for i, w in enumerate(view.words) if i > at and rw.infinitive(w)), None)
    if index is None:
        return None
    verb = rw.infinitive(view.words[index]) or ""
    return make(view, "promise", index, GROUP, verb, act="joint", first=index)


def _continued(view: View) -> Finding | None:
    """«…обещал прислать акт | и позвонить в банк»: a second infinitive under the same word."""
    words = view.words
    if not view.clause_at or words[:1] != ("и",) or any(is_finite(word) for word in words):
        return None
    at = 1
    verb = rw.infinitive(words[at]) if len(words) > 1 else None
    before = view.at(view.clause_at - 1)
    if verb is None or not any(rw.infinitive(word) for word in before.words):
        return None
    led = findings(before)
    if led is None:
        return None
    finding = make(view, led.kind, at, led.who, verb, act=led.act, force=led.force, first=at)
    return replace(finding, imperative=led.imperative, eager=led.eager, open_call=led.open_call)
