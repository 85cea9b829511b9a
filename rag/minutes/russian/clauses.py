"""What keeps a Russian clause from being a promise: negation, mood, habit, hearsay and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.dates import Found
    from rag.minutes.view import View
    from rag.types import Force

from rag.minutes.russian.conditions import head, is_condition
from rag.minutes.russian.words import PAST, WAITED_FOR, future, promised

_SUBORDINATE = frozenset(
    "если когда пока чтобы чтоб который которая которое которые которого которой которому раз хотя "
    "зачем почему где куда кто кому кого чем какой какую какие каким откуда сколько будто словно "
    "ли".split()
)
_NEGATIONS = frozenset({"не", "ни"})
_SAYING = frozenset(
    "сказать говорить обещать пообещать написать ответить подтвердить заверить сообщить".split()
)
_MEANING = frozenset("думать хотеть надеяться рассчитывать мечтать собираться решить".split())
#: probability of a reading from which it counts here
_LIKELY = 0.3
#: words back from a verb in which «сейчас» still means it
_NOW_REACH = 4


def negated(view: View, at: int) -> bool:
    """Whether the token is denied: «не» right before it or before its auxiliary."""
    words = view.words
    if at and words[at - 1] in _NEGATIONS:
        return True
    return (
        at > 1
        and words[at - 2] in _NEGATIONS
        and words[at - 1] in ("буду", "будет", "будем", "стану")
    )


def conditional_mood(view: View) -> bool:
    """Whether the clause has «бы»."""
    return "бы" in view.words or "б" in view.words


def is_habit(view: View) -> bool:
    """Whether the sentence tells what always happens."""
    words = view.sentence.words
    before = "раньше" in words and "не" not in words and any(reading(w, *PAST) for w in words)
    spoken = [w for i in range(view.clause_at + 1) for w in view.sentence.clauses[i].words]
    return before or any(view.is_in(word, "habit") for word in spoken)


def is_subordinate(view: View) -> bool:
    """Whether nothing in the clause can be promised: a condition, a relative or reported clause."""
    if is_condition(view):
        return True
    words = view.words[head(view) :]
    if not words:
        return False
    if words[0] == "пока" and "а" in view.words[: head(view)]:
        return False  # «а пока подготовьте расчёт»: meanwhile
    if words[0] in _SUBORDINATE:
        return True
    if words[0] == "что":
        return not _may_introduce(view)
    before = view.words[: head(view)]
    return "что" in before and not _may_introduce(view)


def _may_introduce(view: View) -> bool:
    """Whether «что» follows an agreement or a promise rather than hearsay."""
    joined: list[str] = []
    for clause_at in range(view.clause_at - 1, -1, -1):
        joined += view.sentence.clauses[clause_at].words
    lemmas = {parse.lemma for word in joined for parse in parses(word)}
    if is_own_word(joined) or is_announced(view):
        return True
    if view.scene.on_paper and lemmas & {"сообщить", "заявить", "заверить", "доложить"}:
        return True
    if lemmas & family("ru", "speech_verb"):
        return False
    return bool(lemmas & (family("ru", "agreement") | family("ru", "promise_verb")))


def is_own_word(words: Sequence[str]) -> bool:
    """Whether somebody tells what he himself says: «я говорил, что …», «хочу сказать, что …»."""
    for index, word in enumerate(words):
        said = next((p for p in parses(word) if p.lemma in _SAYING and p.score >= _LIKELY), None)
        if said is None:
            continue
        if "1per" in said.grammemes or ("past" in said.grammemes and "я" in words[:index]):
            return True
        if "INFN" in said.grammemes and {"хочу", "хотел", "хотела", "могу"} & set(words[:index]):
            return True
    return False


def is_announced(view: View) -> bool:
    """«Лена сказала, что пришлёт к пятнице»: a person's word given once, in the perfective."""
    before = view.at(view.clause_at - 1) if view.clause_at else None
    if before is None or not any("nomn" in m.cases for m in before.mentions):
        return False
    said = any(
        (found := reading(word, *PAST, "perf", at_least=_LIKELY)) and found.lemma in _SAYING
        for word in before.words
    )
    return said and view.due((view.clause_at,)) is not None


def force(view: View) -> Force:
    """Tentative where a word before the end of the clause hedges."""
    spoken = [w for i in range(view.clause_at + 1) for w in view.sentence.clauses[i].words]
    return "tentative" if any(view.is_in(word, "hedge_word") for word in spoken) else "firm"


#: what a deadline without a day begins with where it is not now
_AFTERWARDS = frozenset("после сразу через потом".split())


#: parts of today that are still to come
_PARTS_OF_DAY = frozenset("обеда обедом вечером вечера вечеру ночью ночи дня".split())


def later(view: View) -> bool:
    """Whether the clause names a day after the meeting's."""
    due = view.due((view.clause_at,)) or view.next_due()
    if due is None:
        return False
    base = view.scene.base.isoformat() if view.scene.base else None
    if _PARTS_OF_DAY & set(view.words) and (due.due.end or due.due.start) == base:
        return True
    if not (due.due.end or due.due.start) and due.due.raw.lower().split()[0] in _AFTERWARDS:
        return True
    return base is None or (due.due.end or due.due.start or "") > base


def not_past(view: View, due: Found) -> bool:
    """Whether a deadline is not over on the meeting's day; True where the day is not known."""
    base = view.scene.base.isoformat() if view.scene.base else None
    last = due.due.end or due.due.start
    return base is None or last is None or last >= base


_PAST_DAYS = frozenset("вчера позавчера раньше однажды прошлом прошлой прошлый давеча".split())


def is_past_day(view: View) -> bool:
    """Whether the sentence names a day that is over («вчера забираю, а их нет»)."""
    return bool(_PAST_DAYS & set(view.sentence.words)) and "не" not in view.sentence.words


def is_past_told(view: View) -> bool:
    """Whether the sentence is in the past, whatever tense its present verbs have."""
    words = view.sentence.words
    return any(reading(word, *PAST, at_least=0.5) for word in words) or bool(
        {"вчера", "позавчера", "раньше", "однажды", "прошлом", "прошлой"} & set(words)
        or "тогда" in words[1:]
    )


def is_alternative(view: View) -> bool:
    """Whether the clause tells what happens otherwise («а то сам выкину», «иначе уволюсь»)."""
    words = view.words
    return words[:2] in (("а", "то"), ("не", "то")) or words[:1] == ("иначе",)


def is_at_once(view: View, at: int) -> bool:
    """Whether «сейчас» stands a few words before the verb, so that the act waits for nothing."""
    spoken = [w for i in range(view.clause_at) for w in view.sentence.clauses[i].words] + list(
        view.words[:at]
    )
    return any(view.is_in(word, "now") for word in spoken[-_NOW_REACH:])


def is_momentary(view: View, verb: str, at: int) -> bool:
    """Whether the act is done within the meeting, or is only presence, a threat or nothing."""
    if is_at_once(view, at):
        return True
    if verb in ("поехать", "зайти", "заехать", "подъехать") and _visits(view):
        return False
    if verb == "дойти" and view.due((view.clause_at,)) is None and "них" not in view.words:
        return not any(reading(w, "NOUN", "anim", at_least=_LIKELY) for w in view.words)
    spoken = list(view.words[:at])
    hasty = any(word in ("сначала", "вкратце", "коротко", "быстренько") for word in spoken[-3:])
    hasty = hasty or any(view.is_in(word, "now") for word in view.sentence.words)
    if hasty and (view.is_in(verb, "weak") or view.is_in(verb, "in_meeting")):
        return True
    if view.is_in(verb, "threat") or verb in family("ru", "stative"):
        return True
    if "пойду" in view.words[:at]:
        return True
    if verb in ("спросить", "попросить") and ("у" in view.words or view.mentions):
        return False
    if verb == "записать" and _enrols(view):
        return False
    if view.is_in(verb, "in_meeting"):
        start = view.clause.start
        ahead = later(view) or any(d.start < start and not_past(view, d) for d in view.dues)
        return not (view.is_in(verb, "postponable") and ahead)
    return False


def _enrols(view: View) -> bool:
    """Whether somebody is put down for something («запишу его к врачу», not «запишу мысль»)."""
    whom = {"его", "ее", "их", "вас", "тебя"} & set(view.words)
    person = any("accs" in m.cases for m in view.mentions)
    return bool({"к", "на"} & set(view.words)) and bool(whom or person)


def _visits(view: View) -> bool:
    """Whether one goes to somebody, which is for something («поеду к ним»)."""
    words = view.words
    behind = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("к", "ко")]
    people = {i for m in view.mentions for i in range(m.first, m.last)}
    return any(
        word in ("ним", "нему", "ней") or words.index(word) in people or reading(word, "anim")
        for word in behind
    )


def is_hearsay(view: View) -> bool:
    """Whether somebody else is being quoted without marks («она говорит я напишу»)."""
    before = [w for c in view.sentence.clauses[: view.clause_at + 1] for w in c.words]
    if {"мол", "дескать", "типа"} & set(before):
        return True
    for index, word in enumerate(before):
        found = reading(word, *PAST, at_least=0.3) or reading(
            word, "VERB", "3per", "pres", at_least=0.3
        )
        if found and view.is_in(found.lemma, "speech_verb"):
            return "я" not in before[max(0, index - 2) : index] or _is_told(view)
    return _is_cited(view) or _is_told(view) or _is_past_plan(view)


def _is_told(view: View) -> bool:
    """«Я ему и говорю: пришлю завтра»: one's own words, but to others and some time ago."""
    text = view.scene.text
    for clause_at in range(view.clause_at):
        here, following = view.sentence.clauses[clause_at : clause_at + 2]
        said = any(
            p.lemma in _SAYING and p.score >= _LIKELY for word in here.words for p in parses(word)
        )
        if said and ":" in text[here.end : following.start]:
            return bool({"ему", "ей", "им"} & set(here.words))
    return False


def _is_past_plan(view: View) -> bool:
    """«Думал, за день сделаю, а вышла неделя»: what one meant to do and what came of it."""
    before = [w for i in range(view.clause_at) for w in view.sentence.clauses[i].words]
    meant = any(
        (found := reading(word, *PAST, at_least=_LIKELY)) and found.lemma in _MEANING
        for word in before
    )
    after = range(view.clause_at + 1, len(view.sentence.clauses))
    return meant and any(
        view.sentence.clauses[i].words[:1] in (("а",), ("но",))
        and any(reading(word, *PAST, at_least=_LIKELY) for word in view.sentence.clauses[i].words)
        for i in after
    )


def _is_cited(view: View) -> bool:
    """«Он мне: пришлю завтра»: a colon behind another's pronoun and no verb."""
    text = view.scene.text
    for clause_at in range(view.clause_at):
        here, following = view.sentence.clauses[clause_at : clause_at + 2]
        cited = {"он", "она", "они"} & set(here.words) or any(map(promised, here.words))
        if cited and "я" not in here.words and ":" in text[here.end : following.start]:
            return True
    return False


def is_own_condition(view: View) -> bool:
    """Whether the sentence only imagines or threatens («если закрою глаза», «не обновишь — …»)."""
    for other in view.others():
        words = other.words
        if words[:1] == ("не",) and any(reading(w, "VERB", "futr", "2per") for w in words[1:3]):
            return True
        verbs = {lemma for word in other.words if (lemma := future(word, "1per", "sing"))}
        idle = {
            verb
            for verb in verbs - WAITED_FOR
            if any(view.is_in(verb, name) for name in ("stative", "in_meeting", "weak", "threat"))
        }
        if idle and "если" in other.words and is_condition(other):
            return True
    return False


def is_preparatory(view: View) -> bool:
    """«…, только перчатки надену», «вот закрою смену и оформлю»: what goes before the act."""
    if not any(future(word, "1per", "sing") for word in view.words):
        return False
    acts = {
        other.clause_at
        for other in view.others()
        if any(future(word, "1per", "sing") for word in other.words)
    }
    if view.words[head(view) :][:1] == ("только",):
        return bool(acts)
    behind = view.clause_at + 1
    leads = "вот" in view.words[:2] and "так" not in view.words[:2] and behind in acts
    return leads and view.sentence.clauses[behind].words[:1] in (("и",), ("тогда",), ("сразу",))


#: where a thing that was made is put, besides sending and bringing it
_PUTTING = frozenset(
    "повесить вывесить положить выложить разместить разложить прикрепить приколоть залить "
    "загрузить вклеить вложить подшить расклеить развесить поставить".split()
)


def hands_on(view: View, verb: str) -> bool:
    """«Перепишу график | и повешу на доску»: what is made is put or brought somewhere, no more.

    Only without a thing and a day of its own.
    """
    if view.words[:1] != ("и",) or not view.clause_at or view.due((view.clause_at,)):
        return False
    if not (verb in _PUTTING or view.is_in(verb, "bring")):
        return False
    before = view.at(view.clause_at - 1).words
    made = [w for w in before if future(w, "1per", "sing")]
    if not made or _goods(before) == 0:
        return False
    return _goods(view.words) == 0


def _goods(words: Sequence[str]) -> int:
    """Nouns in the accusative that stand behind no preposition."""
    found = led = 0
    for word in words:
        top = parses(word)[0].grammemes
        if "PREP" in top:
            led = 1
        elif "NOUN" in top or reading(word, "NOUN", "accs", at_least=0.1):
            found += not led and reading(word, "NOUN", "accs", at_least=0.1) is not None
            led = 0
    return found


def shares_out(view: View) -> bool:
    """Whether a sentence says in the present who does what: «ты пишешь текст, я рисую макет»."""
    if view.sentence.question or is_past_told(view) or "пока" in view.sentence.words:
        return False
    doers = set()
    for clause in view.sentence.clauses:
        for person, pronouns in (("1per", ("я",)), ("2per", ("ты", "вы"))):
            verbs = [found for w in clause.words if (found := reading(w, "VERB", "pres", person))]
            idle = any(view.is_in(v.lemma, n) for v in verbs for n in ("no_duty", "stative"))
            if verbs and not idle and set(pronouns) & set(clause.words):
                doers.add(person)
    return len(doers) > 1


def is_asked(view: View) -> bool:
    """Whether the clause itself is asked: «смету пришлю, а ты договор глянешь?» asks at its end."""
    if not view.sentence.question:
        return False
    if not any(future(word, "1per", "sing") for word in view.words):
        return True
    return not any(
        clause.words[:1] in (("а",), ("но",))
        and any(reading(w, "VERB", "2per") or w in ("ты", "вы") for w in clause.words)
        for clause in view.sentence.clauses[view.clause_at + 1 :]
    )


def is_stative(view: View, verb: str) -> bool:
    """Whether a third person's verb is presence, talk or feeling."""
    return any(view.is_in(verb, name) for name in ("stative", "in_meeting", "threat")) or verb in (
        "успокоиться",
        "поворчать",
    )
