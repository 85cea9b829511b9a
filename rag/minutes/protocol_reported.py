"""What papers report of offices and bodies: «отдел кадров подготовит приказ до пятницы»."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes import russian_clauses as rc
from rag.minutes import russian_conditions as rn
from rag.minutes import russian_spans as rs
from rag.minutes.morphology import parses, reading
from rag.minutes.protocol_nouns import Line, is_inner
from rag.minutes.russian_making import make
from rag.minutes.russian_words import future

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.view import View

#: verbs by which somebody took a thing on, and those that tell no duty
_TAKING = frozenset({"взять", "забрать", "подхватить"})
_STATES = frozenset(
    "быть мочь хотеть знать думать считать бояться болеть отдыхать жаловаться говорить сообщать предлагать просить"
    " спрашивать напоминать возражать сомневаться надеяться планировать хвалить любить иметь работать жить"
    " поддерживать обещать находиться сидеть стоять видеть слышать помнить понимать благодарить отмечать".split()
)
#: tokens that may stand between a subject and its verb
_NEAR = 3


def checked(view: View, finding: Finding | None) -> Finding | None:
    """A finding unless another than its owner is the subject («сказал, что диджей обещал приехать»)."""
    if finding is None or finding.act != "reported" or finding.who is None:
        return finding
    if any(m.name == finding.who for m in view.mentions):
        return finding
    for token in view.tokens:
        if token.start >= finding.at:
            break
        nouns = [p.grammemes for p in parses(token.word) if "NOUN" in p.grammemes]
        if any("nomn" in g for g in nouns) and not any("accs" in g for g in nouns):
            return None
    return finding


def reported(view: View, *, listed: bool = False) -> Finding | None:
    """What a body, an office or a person is said to do; `listed` in a list of tasks.

    «Отдел кадров подготовит приказ», «Егор готовит ТЗ — до 06.02», «Егор отвечает за пропуска»,
    «От Павла ждём график».
    """
    if view.sentence.question or rc.conditional_mood(view) or rc.is_habit(view):
        return None
    return by_body(view) or _by_person(view, listed=listed) or _awaited(view)


def _by_person(view: View, *, listed: bool) -> Finding | None:
    """«Егор готовит ТЗ» with a deadline or in a list of tasks; «Егор отвечает за пропуска»."""
    mention = next((m for m in view.mentions if "nomn" in m.cases), None)
    if mention is None or rc.is_subordinate(view) or "не" in view.words:
        return None
    dated = bool(view.dues)
    for at in range(mention.last, min(mention.last + _NEAR, len(view.tokens))):
        found = reading(view.words[at], "VERB", "pres", "3per", at_least=0.5)
        taken = reading(view.words[at], "VERB", "past", at_least=0.5)
        if taken and taken.lemma in _TAKING and rs.has_object(view, at, skip=mention):
            return make(view, "promise", at, mention.name, "", act="reported", first=at + 1)
        whole = found and found.lemma in ("брать", "забирать") and "себя" in view.words
        if whole and rs.nouns(view, skip=("себя",), after=at):
            return make(view, "promise", at, mention.name, "", act="reported", first=at)
        if found is None or found.lemma in _STATES or view.is_in(found.lemma, "no_duty"):
            continue
        in_charge = found.lemma == "отвечать" and "за" in view.words[at:]
        acts = listed or rs.has_object(view, at, skip=mention)
        if in_charge or ((dated or listed) and acts and at + 1 < len(view.tokens)):
            first = view.words.index("за", at) + 1 if in_charge else at
            return make(view, "promise", at, mention.name, found.lemma, act="assigned", first=first)
    return None


def _awaited(view: View) -> Finding | None:
    """«От Павла ждём график работ к понедельнику», «ждём смету от Алины»."""
    at = next(
        (i for i, w in enumerate(view.words) if w in ("ждем", "жду", "ожидаем", "ждут")), None
    )
    if at is None or rc.negated(view, at):
        return None
    owner = next(
        (
            m
            for m in view.mentions
            if m.first and view.words[m.first - 1] == "от" and "gent" in m.cases
        ),
        None,
    )
    if owner is None:
        return None
    first = max(at + 1, owner.last)
    if first >= len(view.words) or not rs.nouns(view, skip=(), after=at):
        return None
    return make(view, "promise", at, owner.name, "", act="assigned", first=first)


def by_body(view: View) -> Finding | None:
    """A body's or an office's act in the future, with something it is done to."""
    if rn.is_condition(view) or view.has("habit"):
        return None
    line = Line(view.scene, view.tokens, frozenset(found.start for found in view.dues))
    for at in range(len(view.tokens) - 1):
        named = line.one(at, "nomn", strict=True)
        if named is None or named.first in line.mentions or not is_inner(line, named):
            continue
        for index in range(named.last, min(named.last + _NEAR, len(view.tokens))):
            verb = future(view.words[index], "3per")
            if not verb or rc.negated(view, index) or rc.is_stative(view, verb):
                continue
            if any(reading(word, "NOUN", at_least=0.3) for word in view.words[index + 1 :]):
                return make(view, "promise", index, named.name, verb, act="reported", first=index)
        return None
    return None
