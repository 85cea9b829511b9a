"""What a Russian speaker says that another person will do, has promised or has been given to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.morphology import parses, reading
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import dues as rd
from rag.minutes.russian import people as rp
from rag.minutes.russian import recipients as rto
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.making import make

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.people.names import Mention
    from rag.minutes.view import View

#: what others do there and then unless a day is named
_IDLE = frozenset(
    "ответить посмотреть глянуть поглядеть решить помочь подсказать встретиться поговорить".split()
)
#: duties that need no object («дежурит Настя»)
_STANDING_DUTIES = frozenset({"дежурить", "отвечать", "вести"})


def reported(view: View) -> Finding | None:
    """«Толик напишет текст», «Костян обещал подогнать колонку», «дежурит Настя Ильина»."""
    if view.sentence.question or view.has("habit") or rc.conditional_mood(view):
        return None
    subject = rp.subject(view)
    if subject is None:
        return roll_call(view)
    for at, word in enumerate(view.words):
        if rc.negated(view, at):
            continue
        if word in ("будет", "будут") and rc.is_announced(view) and not rs.nouns(view, skip=()):
            return make(
                view, "promise", at, subject.name, "", act="reported", bare=True, anaphoric=True
            )
        if rw.promised(word) and not rp.taken_back(view):
            return _promised(view, at, subject)
        verb = rw.future(word, "3per")
        if verb and _is_left_open(view, verb, at, subject):
            return make(view, "request", at, subject.name, verb, act="assigned", bare=True)
        if verb and _will_act(view, verb, at, subject):
            force = rc.force(view)
            return make(view, "promise", at, subject.name, verb, act="reported", force=force)
        found = _on_duty(view, word, at, subject) or _allotted(view, word, at, subject)
        if found:
            return found
    return roll_call(view)


def _will_act(view: View, verb: str, at: int, subject: Mention) -> bool:
    """Whether a third person's future is work: neither presence nor talk, with an object."""
    given = any(view.is_in(verb, name) for name in ("send", "bring", "tell", "call"))
    given = given and bool({"тебе", "вам", "мне", "нам"} & set(view.words))
    if rp.taken_back(view) or not (given or rs.has_object(view, at, skip=subject)):
        return False
    if rc.is_stative(view, verb):
        return view.is_in(verb, "postponable") and rc.later(view)
    return verb not in _IDLE or rc.later(view)


def _is_left_open(view: View, verb: str, at: int, subject: Mention) -> bool:
    """«…, а Лена вычитает»: what one of those present does is left to his own word."""
    present = subject.known and subject.name in view.scene.roster and subject.first >= 0
    idle = rc.is_stative(view, verb) or view.is_in(verb, "weak") or view.scene.on_paper
    return present and not idle and not rs.has_object(view, at, skip=subject)


def _on_duty(view: View, word: str, at: int, subject: Mention) -> Finding | None:
    """«дежурит Настя с первого по восьмое», «Олег отвечает за охрану»."""
    duty = reading(word, "VERB", "pres", "3per", at_least=0.5)
    if duty is None or (view.is_in(duty.lemma, "no_duty")):
        return None
    standing = duty.lemma in _STANDING_DUTIES
    in_charge = duty.lemma == "отвечать" and view.words[at + 1 : at + 2] == ("за",)
    in_charge = in_charge or (duty.lemma in ("брать", "забирать") and "себя" in view.words)
    busy = standing or rs.has_object(view, at, skip=subject)
    due = view.due(rs.clauses_around(view)) or rd.shared_due(view)
    bound = due is not None and rc.not_past(view, due)
    if not (in_charge or (busy and bound)):
        return None
    return make(view, "promise", at, subject.name, duty.lemma, act="assigned")


#: words with which a present tells how things stand rather than who does what
_STANDING = frozenset(
    "сейчас пока уже еще давно вечно опять снова только вторую вторая тоже".split()
)


#: words with which it is summed up who does what
_ALLOTTING = frozenset("значит тогда итак получается распределяем делимся разделимся так".split())
#: words of a clause that shares the verb of the one before («Лена фуршетом»)
_ELLIPTIC = 3


def _allotted(view: View, word: str, at: int, subject: Mention) -> Finding | None:
    """«Афишу рисует Лена», «договорились: Глеб красит, Инга шьёт»: hers, once she agrees."""
    duty = reading(word, "VERB", "pres", "3per", at_least=0.5)
    if duty is None or view.scene.on_paper or not subject.known or subject.first < 0:
        return None
    idle = any(view.is_in(duty.lemma, name) for name in ("no_duty", "stative", "speech_verb"))
    if idle or _STANDING & set(view.words) or rc.is_past_day(view):
        return None
    if subject.name not in view.scene.roster or not rs.has_object(view, at, skip=subject):
        return None
    last = subject.first > at and subject.last == len(view.words) and at > 0
    before = [w for i in range(view.clause_at) for w in view.sentence.clauses[i].words]
    agreed = any(view.is_in(p.lemma, "agreement") for w in before for p in parses(w)[:1])
    shared = bool(_ALLOTTING & set(view.sentence.words)) and any(
        m.name != subject.name
        and "nomn" in m.cases
        and (len(other.words) <= _ELLIPTIC or any(reading(w, "VERB", "pres") for w in other.words))
        for other in view.others()
        for m in other.mentions
    )
    if not (last or agreed or shared):
        return None
    return make(view, "request", at, subject.name, duty.lemma, act="assigned", imperative=agreed)


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
        if rc.is_stative(view, verb):
            return None
    recipient = rto.recipient(view, at, subject.name)
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


def roll_call(view: View) -> Finding | None:
    """«Акты — Олег, к среде»: a thing, a name and a day, without any verb."""
    if view.sentence.question or any(is_finite(word) for word in view.sentence.words):
        return None
    if any(rw.infinitive(word) for word in view.sentence.words) or not view.clause_at:
        return None
    before = view.at(view.clause_at - 1)
    mention = view.mentions[0] if len(view.mentions) == 1 else None
    if mention is None or not mention.known or "nomn" not in mention.cases:
        return None
    if len(view.tokens) != mention.last - mention.first or before.mentions:
        return None
    between = view.scene.text[before.clause.end : view.clause.start]
    if not set("—–-") & set(between) or not rs.nouns(before, skip=()):
        return None
    due = view.due(tuple(range(len(view.sentence.clauses))))
    if due is None:
        return None
    start = rn.head(before)
    return make(before, "promise", start, mention.name, "", act="assigned", first=start)
