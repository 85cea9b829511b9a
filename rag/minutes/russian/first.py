"""What a Russian speaker says he will do himself: futures, plans in the present, duties."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.findings import SPEAKER, Finding
from rag.minutes.morphology import parses, reading
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import dues as rd
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.making import make

if TYPE_CHECKING:
    from rag.minutes.findings import Kind
    from rag.minutes.view import View
    from rag.types import Force


def first_person(view: View) -> Finding | None:
    """«пришлю смету», «буду делать отчёт до среды», «обязуюсь принять», «постараюсь глянуть»."""
    if _is_barred(view):
        return None
    for rule in (_performative, _future, _duty, _planned, _delivered, _from_me):
        found = rule(view)
        if found:
            return found
    return None


def _is_barred(view: View) -> bool:
    """Whether nothing said of oneself in the clause is meant as one's own word."""
    return (
        rc.is_asked(view)
        or rc.is_preparatory(view)
        or rc.conditional_mood(view)
        or rc.is_habit(view)
        or rc.is_hearsay(view)
        or rc.is_own_condition(view)
        or rn.is_idiom(view)
        or rc.is_alternative(view)
    )


def _performative(view: View) -> Finding | None:
    """«обещаю», «обязуюсь», «берусь» with an infinitive."""
    words = view.words
    for at, word in enumerate(words):
        if word in rw.PERFORMATIVES and not rc.negated(view, at):
            index = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
            if index is not None:
                verb = rw.infinitive(words[index]) or ""
                return make(view, "promise", index, SPEAKER, verb, first=index)
    return None


def _future(view: View) -> Finding | None:
    """A perfective future, or «буду» and an infinitive; what is none can still be an answer."""
    words = view.words
    for at, word in enumerate(words):
        if rc.negated(view, at) or word in rw.PERFORMATIVES or _is_thing(view, at):
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
            if not tentative and not _is_meant(view, index):
                continue
        if not verb:
            continue
        if verb in _ERRANDS and (found := _errand(view)) is not None:
            index, verb = found, rw.infinitive(words[found]) or ""
        if rc.is_momentary(view, verb, index):
            if rc.is_at_once(view, index) or not view.is_in(verb, "in_meeting"):
                continue
            return make(view, "answer", index, SPEAKER, verb, force=rc.force(view))
        force: Force = "tentative" if tentative else rc.force(view)
        if rc.hands_on(view, verb):
            continue
        kind: Kind = "answer" if rs.is_noise(view, verb, index) else "promise"
        return make(view, kind, index, SPEAKER, verb, force=force)
    return None


#: verbs of going that are about what one goes for («закупать поеду я»)
_ERRANDS = frozenset("поехать съездить сходить заехать слетать сгонять сбегать заскочить".split())


def _errand(view: View) -> int | None:
    """Index of the infinitive one goes to do."""
    return next((i for i, w in enumerate(view.words) if rw.infinitive(w)), None)


def _is_thing(view: View, at: int) -> bool:
    """Whether a word that can be a verb stands behind a preposition («на встречу»)."""
    led = at > 0 and reading(view.words[at - 1], "PREP", at_least=0.5) is not None
    return led and reading(view.words[at], "NOUN") is not None


def _is_meant(view: View, at: int) -> bool:
    """Whether «буду делать» is bound by a deadline, or by «я» and a thing."""
    if view.due((view.clause_at,)) or rd.completion_due(view):
        return True
    return "я" in view.words and rs.has_object(view, at)


def _duty(view: View) -> Finding | None:
    """«я должен до четверга сдать табель», «моя задача — закрыть акты»."""
    words = view.words
    at = next((i for i, w in enumerate(words) if rw.infinitive(w)), None)
    if at is None or rc.negated(view, at) or {"был", "была"} & set(words):
        return None
    said = [w for i in range(view.clause_at + 1) for w in view.sentence.clauses[i].words]
    mine = {"я", "должен"} <= set(words) or {"я", "должна"} <= set(words)
    mine = mine or bool({"обязан", "обязана"} & set(words) and "я" in words)
    task = any(pair in (("моя", "задача"), ("мое", "дело")) for pair in itertools.pairwise(said))
    if not (task or (mine and view.due((view.clause_at,)))) or not rs.has_object(view, at):
        return None
    verb = rw.infinitive(words[at]) or ""
    if rc.is_momentary(view, verb, at):
        return None
    return make(view, "promise", at, SPEAKER, verb, first=None if mine else at)


def _planned(view: View) -> Finding | None:
    """«завтра забираю паллеты», «звоню подрядчику сегодня»: a present with a day to come."""
    words = view.words
    due = view.due((view.clause_at,)) or rd.shared_due(view)
    if due is None and rc.shares_out(view):
        return _shared(view)
    if due is None or not (due.due.end or due.due.start) or not rc.not_past(view, due):
        return None
    for at, word in enumerate(words):
        verb = rw.present(word, "1per", "sing")
        if verb is None or rc.negated(view, at):
            continue
        idle = any(view.is_in(verb, name) for name in ("no_duty", "stative", "in_meeting"))
        if idle or verb in _TRAVEL or not rs.nouns(view, skip=()):
            continue
        if due.due.raw.split()[0].lower() in ("с", "со", "от") or rc.is_past_told(view):
            continue
        return make(view, "promise", at, SPEAKER, verb)
    return None


def _shared(view: View) -> Finding | None:
    """The speaker's part of «ты пишешь текст, я рисую макет»."""
    for at, word in enumerate(view.words):
        verb = rw.present(word, "1per", "sing")
        if verb and not rc.negated(view, at) and rs.nouns(view, skip=()):
            return replace(make(view, "offer", at, SPEAKER, verb), eager=True)
    return None


#: going somewhere is presence rather than work
_TRAVEL = frozenset("ехать лететь идти уезжать улетать приезжать прилетать бежать плыть".split())


def _delivered(view: View) -> Finding | None:
    """«акт завтра будет у вас», «до десятого будет»: the thing itself, as an answer only."""
    words = view.words
    at = next((i for i, w in enumerate(words) if w in ("будет", "будут")), None)
    if at is None or rc.negated(view, at) or any(m.cases & {"nomn"} for m in view.mentions):
        return None
    due = view.due((view.clause_at,)) or view.next_due()
    if any(rw.infinitive(word) for word in words) or due is None:
        return None
    things = list(rs.nouns(view, skip=()))
    heads = {p.lemma for i in things for p in parses(words[i])[:1]}
    if any(view.is_in(lemma, "event") for lemma in heads):
        return None
    if any(reading(w, "PRTS") or reading(w, "ADJS", at_least=0.5) for w in words):
        ready = {"готов", "готова", "готово", "готовы"} & set(words)
        if not ready:
            return None
    mine = any(pair in _HANDED for pair in itertools.pairwise(words))
    mine = (mine or _is_sworn(view)) and bool(things)
    return make(view, "promise" if mine else "answer", at, SPEAKER, "", bare=not things)


#: what makes the thing that will be there one's own work («слайды у вас будут в среду»)
_HANDED = frozenset({("у", "меня"), ("от", "меня"), ("у", "тебя"), ("у", "вас")})


def _from_me(view: View) -> Finding | None:
    """«В среду от меня слайды», «ждите от меня слайды к среде»: a thing and its day."""
    words = view.words
    pairs = list(itertools.pairwise(words))
    at = pairs.index(("от", "меня")) if ("от", "меня") in pairs else None
    if at is None or "не" in words or not view.due((view.clause_at,)):
        return None
    if not rs.nouns(view, skip=()):
        return None
    if any(is_finite(word) and word not in ("жди", "ждите") for word in words):
        return None
    behind = rs.nouns(view, skip=(), after=at + 1)
    return make(view, "promise", at, SPEAKER, "", first=at + 2 if behind else 0)


#: what makes «чертёж будет к среде» one's own word
_SWORN = ("честное слово", "даю слово", "обещаю", "гарантирую", "клянусь", "зуб даю")


def _is_sworn(view: View) -> bool:
    """Whether the sentence gives one's word."""
    said = " ".join(view.sentence.words)
    return any(oath in said for oath in _SWORN) and "не обещаю" not in said
