"""Taking something on in Russian without a future: «с меня макет», «это на мне», «пишу я»."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.findings import ADDRESSEE, GROUP, SPEAKER, Finding
from rag.minutes.morphology import parses
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import people as rp
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.making import make

if TYPE_CHECKING:
    from rag.minutes.view import View

_MINE = frozenset({("с", "меня"), ("на", "мне"), ("за", "мной")})
_YOURS = frozenset(
    {
        ("с", "тебя"),
        ("с", "вас"),
        ("за", "тобой"),
        ("за", "вами"),
        ("на", "тебе"),
        ("на", "вас"),
    }
)
_OURS = frozenset({("с", "нас"), ("на", "нас"), ("за", "нами")})
_TAKEN = re.compile(r"\bна\s+себя\b")
#: verbs by which one has oneself put down («записывайте меня», «ставь на меня»)
_PUT_DOWN = frozenset(
    "записать записывать писать ставить поставить вписать вешать повесить".split()
)


def take_on(view: View) -> Finding | None:
    """«с меня макет», «это на мне», «беру на себя», «за тобой гирлянды», «второго беру я»."""
    if rn.is_idiom(view) or rc.conditional_mood(view) or view.has("habit"):
        return None
    if rc.is_past_day(view):
        return None
    if view.sentence.question:
        return _yours(view)
    for rule in (_by_preposition, _called_on, _put_down, _by_taking, _by_last_word, _by_care):
        found = rule(view)
        if found:
            return found
    return None


def _by_preposition(view: View) -> Finding | None:
    """«с меня макет», «за тобой гирлянды»: a thing and a pronoun, no verb."""
    words = view.words
    if any(is_finite(word) for word in words):
        return None
    for at in range(len(words) - 1):
        pair = (words[at], words[at + 1])
        things = rs.nouns(view, skip=())
        if pair in _MINE:
            bare = not things
            return make(view, "promise", at, SPEAKER, "", bare=bare, anaphoric=bare)
        if pair in _OURS and things:
            return make(view, "promise", at, GROUP, "", act="joint")
    return _yours(view)


def _yours(view: View) -> Finding | None:
    """«с тебя стихи», «за вами отчёт, помните?»."""
    words = view.words
    if any(is_finite(word) for word in words) or not rs.nouns(view, skip=()):
        return None
    at = next((i for i, pair in enumerate(itertools.pairwise(words)) if pair in _YOURS), None)
    if at is None:
        return None
    asked = view.sentence.question
    who = view.vocative or ADDRESSEE
    return make(view, "request", at, who, "", imperative=not asked)


def _called_on(view: View) -> Finding | None:
    """«за Олегом отчёт», «акты на Вере»."""
    owner = rp.called_on(view)
    told = any((is_finite(w) and not _says_whose(w)) or rw.infinitive(w) for w in view.words)
    if owner is None or told:
        return None
    name, first, last = owner
    before = view.at(view.clause_at - 1) if view.clause_at else None
    alone = before is not None and len(view.tokens) == last - first
    if before and alone and not (any(map(is_finite, before.words)) or before.mentions):
        at = rn.head(before)
        if rs.nouns(before, skip=()):  # «зал — на Олеге»
            return make(before, "request", at, name, "", imperative=True, first=at)
    if rs.nouns(view, skip=(), after=last - 1):
        return make(view, "request", last, name, "", imperative=True, first=last)
    if first and rs.nouns(view, skip=()):
        return make(view, "request", first, name, "", imperative=True, first=0)
    return None


#: verbs that only say whose a thing is («афиша остаётся за Олегом»)
_WHOSE = frozenset(
    "оставаться остаться закрепить закреплять записать записывать числиться быть оставить "
    "оставлять".split()
)


def _says_whose(word: str) -> bool:
    return any(p.lemma in _WHOSE and "past" not in p.grammemes for p in parses(word)[:2])


def _put_down(view: View) -> Finding | None:
    """«Записывайте на меня доставку»."""
    words = view.words
    for at, word in enumerate(words):
        verb = rw.imperative(word)
        if verb in _PUT_DOWN and "меня" in words:
            after = words.index("меня")
            if rs.nouns(view, skip=(), after=after):
                return make(view, "promise", at, SPEAKER, "", first=after + 1)
            if rs.nouns(view, skip=()):
                return make(view, "promise", at, SPEAKER, "", first=0)
            return make(view, "promise", at, SPEAKER, "", bare=True, anaphoric=True)
    return None


def _by_taking(view: View) -> Finding | None:
    """«беру на себя», «второго возьму я», «забираю рассылку себе»."""
    words = view.words
    whole = _TAKEN.search(" ".join(words)) is not None
    for at, word in enumerate(words):
        verb = rw.taking(word)
        if verb is None or rc.negated(view, at):
            continue
        if whole or (rs.has_object(view, at) and (verb in ("брать", "забирать") or "я" in words)):
            anaphoric = whole and not rs.nouns(view, skip=("себя",))
            return make(view, "promise", at, SPEAKER, verb, bare=anaphoric, anaphoric=anaphoric)
    return None


def _by_last_word(view: View) -> Finding | None:
    """«Пояснения пишу я»: the stress on the last word says who does it."""
    words = view.words
    for at, word in enumerate(words[:-1]):
        if words[at + 1] != "я" or any(not view.is_in(w, "filler") for w in words[at + 2 :]):
            continue
        verb = rw.present(word, "1per", "sing")
        if verb is None or rc.negated(view, at) or _is_idle(view, verb):
            continue
        if rs.nouns(view, skip=()) and not any(
            p.lemma == "который" for w in words for p in parses(w)[:1]
        ):
            return make(view, "promise", at, SPEAKER, verb)
    return None


#: by which one says that a thing is one's own to do («слайды — моя забота»)
_CARE = frozenset("забота задача дело работа ответственность зона обязанность".split())
_LEAVE = frozenset("оставить доверить поручить предоставить".split())


def _by_care(view: View) -> Finding | None:
    """«Слайды — моя забота», «слайды оставьте мне»."""
    words = view.words
    left = any(rw.imperative(word) in _LEAVE for word in words) and "мне" in words
    if left and rs.nouns(view, skip=()):
        at = rs.nouns(view, skip=())[0]
        return make(view, "promise", at, SPEAKER, "", first=at)
    before = view.at(view.clause_at - 1) if view.clause_at else None
    own = {"мой", "моя", "мое"} & set(words[:1]) and _CARE & set(words[1:2])
    if not own or before is None or len(words) > len(("моя", "забота")):
        return None
    if any(map(is_finite, before.words)) or not rs.nouns(before, skip=()):
        return None
    at = rn.head(before)
    return make(before, "promise", at, SPEAKER, "", first=at)


def _is_idle(view: View, verb: str) -> bool:
    """Whether a verb of the present is a state, talk or habit rather than work."""
    return any(view.is_in(verb, name) for name in ("no_duty", "stative", "in_meeting"))
