"""Requests and tasks in Russian speech: who is asked, told or expected to do something."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE, Finding
from rag.minutes.morphology import parses, reading
from rag.minutes.russian import asks as ra
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import people as rp
from rag.minutes.russian import recipients as rto
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.making import make

if TYPE_CHECKING:
    from rag.minutes.people.names import Mention
    from rag.minutes.view import View


def in_charge(view: View) -> Finding | None:
    """«Ответственный за стенд — Олег»."""
    at = next((i for i, w in enumerate(view.words) if w.startswith("ответственн")), None)
    if at is None or view.sentence.question or "за" not in view.words[at:]:
        return None
    near = [view, *(o for o in view.others() if abs(o.clause_at - view.clause_at) == 1)]
    case = "accs" if _APPOINTING & set(view.words) else "nomn"
    named = next((m.name for v in near for m in v.mentions if case in m.cases), None)
    if named is None or not rs.nouns(view, skip=(), after=at):
        return None
    return make(view, "promise", at, named, "", act="assigned", first=at + 2)


#: words by which somebody is put in charge («назначаю Игоря ответственным за звук»)
_APPOINTING = frozenset("назначаю назначаем назначим назначить ставлю ставим сделаем".split())


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
    if at is None or rc.negated(view, at) or view.sentence.question:
        return None
    begging = {"попросил", "попросила", "просил", "просила"} & set(view.words[:at])
    if rc.conditional_mood(view) and not begging:
        return None
    if view.has("must_not"):
        return None
    bound = rp.bound(view, at)
    verb = rw.infinitive(view.words[at]) or ""
    if view.is_in(verb, "in_meeting") and not rc.later(view):
        return None
    if bound:
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
                to_whom=rto.recipient(view, at, named.name),
            )
        group = rp.organisation(place, "datv", None)
        if group:
            return make(view, "promise", at, group, "", act="assigned", first=at)
    return None


def let(view: View) -> Finding | None:
    """«пусть лучше Санёк плейлист», «Олег пусть закажет воду»: meant for a third person."""
    if not {"пусть", "пускай"} & set(view.words) or rc.conditional_mood(view):
        return None
    place = next(i for i, w in enumerate(view.words) if w in ("пусть", "пускай"))
    near = [m for m in view.mentions if "nomn" in m.cases]
    named = next((m for m in near if -2 <= m.first - place <= 3), None)
    if named is None:
        return None
    at = next((i for i, w in enumerate(view.words) if rw.future(w, "3per")), None)
    verb = rw.future(view.words[at], "3per") if at is not None else None
    if verb and rc.is_stative(view, verb):
        return None
    bare = not rs.nouns(view, skip=())
    lone = all(view.is_in(w, "filler") for w in view.words[:place]) and named.last >= len(
        view.words
    )
    if bare and verb is None and not lone:
        return None
    first = named.last if named.last < len(view.words) else 0
    decisive = at if at is not None else named.first
    return make(
        view,
        "request",
        decisive,
        named.name,
        verb or "",
        act="assigned",
        first=first,
        bare=bare,
        imperative=not bare and not view.sentence.question,
    )


def request(view: View) -> Finding | None:
    """«Катя, скинь логи», «сможешь к среде?», «мне нужен план», «жду от тебя смету»."""
    if rc.is_habit(view):
        return None
    leading = next((m.name for m in view.mentions if "nomn" in m.cases and _leads(view, m)), None)
    who = view.vocative or leading or ADDRESSEE
    given = next((m.name for m in view.mentions if "datv" in m.cases), None)
    trusted = ra.trusted(view)
    if trusted is not None and given:
        return make(view, "request", max(trusted, 0), given, "", act="assigned", first=0)
    if trusted is not None:
        return make(view, "request", trusted, who, "", imperative=True, first=trusted + 1)
    charged = ra.charged(view)
    if charged is not None:
        verb = rw.infinitive(view.words[charged]) or ""
        return make(view, "request", charged, who, verb, imperative=True, first=0)
    obliged = ra.obliged(view)
    if obliged is not None:
        verb = rw.infinitive(view.words[obliged]) or ""
        return make(view, "request", obliged, who, verb, imperative=True, first=obliged)
    begged = ra.begged(view)
    if begged is not None and not rc.negated(view, begged):
        verb = rw.infinitive(view.words[begged]) or ""
        idle = view.is_in(verb, "ask_noise") or view.is_in(verb, "stative")
        if not idle or rc.later(view):
            return make(view, "request", begged, who, verb, imperative=True, first=begged)
    for at, _word in enumerate(view.words):
        if rc.negated(view, at) and not view.sentence.question:
            continue
        found = _ordered(view, at, who)
        if found:
            return found
        asked = ra.asked(view, at)
        if asked:
            told = bool({"давай", "давайте"} & set(view.words))
            return make(view, "request", at, who, asked[0], bare=asked[1], imperative=told)
    return _needed(view, who)


def _ordered(view: View, at: int, who: str) -> Finding | None:
    """An imperative that asks for work; an imperfective one without a day wants it at once."""
    word = view.words[at]
    verb = rw.imperative(word) or _opening_order(view, at)
    if (
        word in ("давай", "давайте")
        or verb is None
        or rw.reading_is_rare(word)
        or _is_told(view, word)
    ):
        return None
    idle = view.is_in(verb, "ask_noise")
    if idle and rc.later(view) and rs.has_object(view, at):
        idle = not view.is_in(verb, "ask_later")
    due = view.due((view.clause_at,))
    if idle:
        begged = make(view, "request", at, who, verb)
        given = verb in ("дать", "давать") and _is_given(view, at)
        return replace(begged, open_call=True) if begged.to_whom or given else None
    if due is None and rw.is_unfinished(verb) and not _is_personal(view, who):
        return None
    if due is None and _is_of_the_room(view):
        return None
    told = view.is_in(verb, "call") or view.is_in(verb, "tell")
    told = told and bool(rto.recipient(view, at, who))
    bare = not (rs.has_object(view, at) or due or told or rs.object_beside(view))
    spoken = view.vocative or {"ты", "вы"} & set(view.words)
    if bare and len(view.sentence.words) > _CURT and not spoken:
        return None
    task = not bare and (due is not None or not rw.is_unfinished(verb))
    finding = make(view, "request", at, who, verb, bare=bare, imperative=task)
    anybody = {"кто-нибудь", "кто-то", "кто"} & set(view.words)
    return replace(finding, imperative=False, open_call=True) if anybody else finding


#: what is given in words, at once or not at all («дайте слово», «дай пять»)
_GIVEN_AT_ONCE = frozenset(
    "слово знать минута минутка секунда время вопрос микрофон пройти договорить шанс пять жару "
    "совет оценка телефон номер ссылка".split()
)


def _is_given(view: View, at: int) -> bool:
    """Whether a thing is asked for: «дайте автобус в объезд», not «дайте слово»."""
    things = rs.nouns(view, skip=(), after=at)[:1]
    lemmas = {p.lemma for i in things for p in parses(view.words[i])[:2]}
    whole = bool(things) and reading(view.words[things[0]], "NOUN", "accs") is not None
    return whole and not lemmas & _GIVEN_AT_ONCE


def _opening_order(view: View, at: int) -> str | None:
    """«Игорь, полей цветы»: behind a call, before a thing, what is else a noun is an order."""
    behind = view.words[at + 1 : at + 2]
    alone = at == 0 and view.vocative is not None and bool(view.clause_at) and bool(behind)
    thing = alone and reading(behind[0], "NOUN", "accs", at_least=0.2)
    return rw.rare_imperative(view.words[at]) if thing else None


def _is_of_the_room(view: View) -> bool:
    """Whether what is asked is done there and then («дверь прикрой», «включи микрофон»)."""
    things = rs.nouns(view, skip=())
    lemmas = {p.lemma for i in things for p in parses(view.words[i])[:2]}
    return bool(things) and len(things) == 1 and any(view.is_in(w, "room") for w in lemmas)


def _is_personal(view: View, who: str) -> bool:
    """Whether «звоните» is said to somebody for later, not to all for now («ставьте плюсики»)."""
    now = any(view.is_in(word, "now") for word in view.sentence.words)
    single = any(reading(w, "VERB", "impr", "sing", at_least=0.5) for w in view.words)
    return not now and (single or who != ADDRESSEE or bool({"ты", "вы"} & set(view.words)))


#: words of a sentence that is nothing but an order about what was said before («допиши»)
_CURT = 3


def _is_told(view: View, word: str) -> bool:
    """Whether a form that is a past too («пришли») tells rather than orders."""
    if not reading(word, "VERB", "past", at_least=0.3):
        return False
    if view.sentence.question:
        return True
    before = view.words[: view.words.index(word)]
    subject = any(reading(w, "NOUN", "nomn", "plur", at_least=0.4) for w in before)
    told = subject or {"они", "вы", "мы", "уже", "вчера"} & set(view.words)
    return bool(told) and not {"мне", "нам"} & set(view.words)


def _needed(view: View, who: str) -> Finding | None:
    """«мне нужен план», «надо позвонить в банк», «и смету, пожалуйста»."""
    if view.sentence.question:
        return _suggested(view)
    at = ra.to_be_done(view)
    if at is not None:
        verb = rw.infinitive(view.words[at]) or ""
        finding = make(view, "request", at, who, verb)
        return replace(finding, open_call=True)
    at = ra.needed(view)
    if at is not None:
        waits = view.words[at].startswith("жд")
        if waits and not ra.waits_for_somebody(view):
            return None
        mine = waits or {"мне", "нам"} & set(view.words)
        after = bool(rs.nouns(view, skip=(), after=at))
        leads = any(i < at for i in rs.nouns(view, skip=()))
        first = at + 1 if not waits and after and not leads else None
        finding = make(view, "request", at, who, "", first=first, to_whom=rp.needing(view))
        return finding if mine or view.vocative else replace(finding, open_call=True)
    if ra.wanted(view):
        return make(view, "request", rs.nouns(view, skip=())[0], who, "", first=0)
    return None


def _suggested(view: View) -> Finding | None:
    """«Может, шарики надуем?»: whoever says that he does it takes it."""
    if rc.conditional_mood(view) or not {"может", "давайте", "давай"} & set(view.sentence.words):
        return None
    for at, word in enumerate(view.words):
        verb = rw.future(word, "1per", "plur")
        if verb is None or rc.negated(view, at) or not rs.has_object(view, at):
            continue
        if not any(view.is_in(verb, name) for name in ("vague_joint", "stative", "in_meeting")):
            return replace(make(view, "request", at, ADDRESSEE, verb), open_call=True)
    return None


#: what «кто …?» asks to know rather than to have done
_IDLE_CALLS = frozenset("знать помнить быть видеть понимать хотеть слышать говорить".split())


def open_call(view: View) -> Finding | None:
    """«кто подготовит справку?», «ревьюить кто?»: whoever answers for himself takes it."""
    words = view.words
    if not {"кто", "кому"} & set(words) or not (view.sentence.question or _is_unstopped(view)):
        return None
    if any(reading(w, *rw.PAST, at_least=0.5) for w in words):
        return None
    verbs = [
        (i, verb)
        for i, w in enumerate(words)
        if (verb := rw.future(w, "3per") or rw.infinitive(w) or rw.present(w, "3per"))
    ]
    if not verbs:
        return None
    full = [found for found in verbs if not view.is_in(found[1], "request_modal")]
    at, verb = (full or verbs)[0]
    if verb in _IDLE_CALLS or (rc.is_stative(view, verb) and not view.is_in(verb, "fetch")):
        return None
    bare = not rs.has_object(view, at)
    finding = make(view, "request", at, ADDRESSEE, verb, first=at if at < 2 else None, bare=bare)
    return replace(finding, open_call=True)


def _is_unstopped(view: View) -> bool:
    """«нам кран нужен кто закажет»: a question as recognisers and chats write it."""
    words = view.words
    at = words.index("кто") if "кто" in words else len(words)
    last = view.scene.text[view.sentence.start : view.sentence.end].rstrip()[-1:]
    behind = words[at + 1 : at + 2]
    ends = view.clause_at + 1 == len(view.sentence.clauses) and last not in ".!?…"
    return ends and any(rw.future(w, "3per") or rw.present(w, "3per") for w in behind)


def expected(view: View) -> Finding | None:
    """«…, если Руслан даст цифры»: one of those present may say that he will."""
    if not rn.is_condition(view) or view.sentence.question or view.scene.on_paper:
        return None
    named = next((m for m in view.mentions if "nomn" in m.cases and m.known), None)
    at = next((i for i, w in enumerate(view.words) if rw.future(w, "2per")), None)
    if at is not None and rs.has_object(view, at):
        finding = make(view, "request", at, ADDRESSEE, rw.future(view.words[at], "2per") or "")
        return replace(finding, open_call=True, condition=None)
    at = next((i for i, w in enumerate(view.words) if rw.future(w, "3per")), None)
    if named is None or at is None or not rs.has_object(view, at, skip=named):
        return None
    verb = rw.future(view.words[at], "3per") or ""
    if rc.is_stative(view, verb):
        return None
    finding = make(view, "request", at, named.name, verb, act="assigned", first=named.last)
    return replace(finding, open_call=True, condition=None)


def asked_when(view: View) -> Finding | None:
    """«Когда сдашь отчёт?», «накладные когда будут?»: a day for an answer is a promise."""
    words = view.words
    when = "когда" in words or any(pair in _BY_WHEN for pair in itertools.pairwise(words))
    if not view.sentence.question or not when:
        return None
    leading = next((m.name for m in view.mentions if "nomn" in m.cases and _leads(view, m)), None)
    who = view.vocative or leading or ADDRESSEE
    for at, word in enumerate(words):
        second = reading(word, "VERB", "futr", "2per", at_least=0.3)
        if second and not rc.is_stative(view, second.lemma):
            bare = not rs.has_object(view, at)
            return make(view, "request", at, who, second.lemma, bare=bare)
        if word in ("будет", "будут") and rs.nouns(view, skip=("когда",)):
            heads = {p.lemma for i in rs.nouns(view, skip=()) for p in parses(words[i])[:1]}
            if not any(view.is_in(lemma, "event") for lemma in heads):
                return replace(make(view, "request", at, who, "", first=0), open_call=False)
    return None


_BY_WHEN = {("к", "какому"), ("до", "какого"), ("во", "сколько")}


def _leads(view: View, mention: Mention) -> bool:
    """Whether a name opens the clause, so that without a comma it can still be a call."""
    return all(view.is_in(word, "filler") for word in view.words[: mention.first])
