"""Offers in Russian, which want an answer: «давайте я съезжу», «могу взять», «хотите, верну?»."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.findings import SPEAKER, Finding
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.making import make

if TYPE_CHECKING:
    from rag.minutes.view import View

_LET = frozenset({"давай", "давайте", "давайте-ка", "давай-ка"})
_ABLE = frozenset({"могу", "готов", "готова", "рад", "рада", "смогу"})
#: words of a question that wants to know rather than to offer («как я отправлю?»)
_ASKING = frozenset(
    "как что чем кто кому кого когда куда откуда где зачем почему сколько какой какую какие "
    "разве неужели чего чему ли какая каким".split()
)


def offer(view: View) -> Finding | None:
    """An offer of the speaker; a strong one stands unless somebody objects."""
    if rc.conditional_mood(view) or rc.is_hearsay(view) or rc.is_habit(view):
        return None
    for rule in (_let_me, _able, _asked_whether, _asked_to):
        found = rule(view)
        if found:
            return found
    return None


def _let_me(view: View) -> Finding | None:
    """«давайте я съезжу»; «давайте я» alone is about what was said before."""
    words = view.words
    at = next((i for i, w in enumerate(words) if w in _LET), None)
    if at is None or "я" not in words[at + 1 : at + 4]:
        return None
    index = next((i for i, w in enumerate(words) if i > at and rw.future(w, "1per", "sing")), None)
    if index is None:
        if len(words) > at + 4:
            return None
        bare = make(view, "offer", at, SPEAKER, "", bare=True, anaphoric=True)
        return replace(bare, eager=True)
    verb = rw.future(words[index], "1per", "sing") or ""
    if rc.is_momentary(view, verb, index):
        return None
    return replace(make(view, "offer", index, SPEAKER, verb), eager=True)


def _able(view: View) -> Finding | None:
    """«могу нарисовать приглашения», «готова подменить Олега»."""
    words = view.words
    at = next((i for i, w in enumerate(words) if w in _ABLE), None)
    asks = view.sentence.question and view.clause_at + 1 == len(view.sentence.clauses)
    if at is None or rc.negated(view, at) or (asks and "я" not in words):
        return None
    if _ASKING & set(words):
        return None
    index = next((i for i, w in enumerate(words) if i > at and rw.infinitive(w)), None)
    if index is None:
        index = next((i for i, w in enumerate(words[:at]) if rw.infinitive(w)), None)
    if index is None and words[at] == "могу" and rs.nouns(view, skip=()) and len(words) <= _BARE:
        return make(view, "offer", at, SPEAKER, "", first=0)
    if index is None:
        bare = words[at] == "могу" and len(words) <= _BARE and not view.sentence.question
        bare = bare or (words[at] == "могу" and "я" in words and len(words) <= _BARE)
        return make(view, "offer", at, SPEAKER, "", bare=True, anaphoric=True) if bare else None
    verb = rw.infinitive(words[index]) or ""
    if rc.is_momentary(view, verb, index):
        return None
    return make(view, "offer", index, SPEAKER, verb)


#: words of «я могу» that say nothing but that
_BARE = 4


def _asked_whether(view: View) -> Finding | None:
    """«Хотите, я верну форму?», «Закажу тогда воду?»: a question about what one does oneself."""
    words = view.words
    if not rc.is_asked(view) or _ASKING & set(view.sentence.words):
        return None
    at = next((i for i, w in enumerate(words) if rw.future(w, "1per", "sing")), None)
    if at is None or rc.negated(view, at) or not rs.has_object(view, at):
        return None
    verb = rw.future(words[at], "1per", "sing") or ""
    if rc.is_momentary(view, verb, at) or "если" in view.sentence.words:
        return None
    return make(view, "offer", at, SPEAKER, verb)


def _asked_to(view: View) -> Finding | None:
    """«Мне съездить на склад?», «На подпись занести?»: an infinitive as a question."""
    words = view.words
    if not view.sentence.question or _ASKING & set(view.sentence.words):
        return None
    at = next((i for i, w in enumerate(words) if rw.infinitive(w)), None)
    if at is None or {"можно", "надо", "нужно"} & set(words) or not rs.has_object(view, at):
        return None
    verb = rw.infinitive(words[at]) or ""
    if {"опять", "снова", "вечно", "всегда", "теперь"} & set(words):
        return None  # «опять мне всё тащить?» complains
    others = any(is_finite(word) for word in words) or _to_you(view, verb)
    if "мне" not in words and {"может", "лучше", "стоит", "можно"} & set(view.sentence.words):
        return None
    idle = view.is_in(verb, "stative") or view.is_in(verb, "vague_joint")
    if others or idle or rc.is_momentary(view, verb, at) or view.mentions:
        return None
    return make(view, "offer", at, SPEAKER, verb)


def _to_you(view: View, verb: str) -> bool:
    """Whether «тебе сходить?» asks what another is to do; «скинуть вам акт?» offers."""
    given = any(view.is_in(verb, name) for name in ("transfer", "send", "bring"))
    return bool({"тебе", "вам"} & set(view.words)) and not given
