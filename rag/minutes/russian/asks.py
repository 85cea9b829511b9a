"""How Russian asks for something: second persons, needs, what all agree to pay."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.morphology import parses, reading

if TYPE_CHECKING:
    from rag.minutes.view import View

from rag.minutes.russian.clauses import conditional_mood, later, shares_out
from rag.minutes.russian.spans import has_object, nouns, object_beside
from rag.minutes.russian.words import future, infinitive

_YOU = frozenset({"ты", "вы"})
#: imperfective verbs whose present, as a question, asks to do it («берёшь протокол?»)
_TAKEN_NOW = frozenset("брать забирать браться".split())


def asked(view: View, at: int) -> tuple[str, bool] | None:
    """(lemma, whether bare) of a question that asks for an act: «сможешь собрать?», «пришлёшь?».

    «сможешь» and «успеешь» ask without a question mark too, as a recogniser writes them; so do
    «ты бы глянул» and «давай ты позвонишь», «ты позвонишь в банк».
    """
    word = view.words[at]
    polite = conditional_mood(view) and word in ("мог", "могла", "могли")
    if conditional_mood(view) and not polite:
        return _wished(view, at)
    if word in ("затруднит", "трудно", "сложно") and view.sentence.question:
        you = {"тебя", "вас", "тебе", "вам"} & set(view.words)
        return _modal(view, "затруднить") if you else None
    second = reading(word, "VERB", "2per", at_least=0.3)
    if second is None and not polite:
        return None
    lemma = second.lemma if second else "мочь"
    called = bool(_YOU & set(view.words)) or view.vocative is not None
    told = called and not view.sentence.question
    if not (view.sentence.question or polite or told) and lemma not in ("смочь", "успеть"):
        return None
    if view.is_in(lemma, "request_modal"):
        return _modal(view, lemma) if not told or lemma in ("смочь", "успеть") else None
    noise = view.is_in(lemma, "ask_noise") and not _turned(view, lemma)
    if second is None or (noise and not _stands_in(view, lemma)):
        return None
    if "perf" not in second.grammemes and lemma not in _TAKEN_NOW:
        bound = view.due((view.clause_at,)) or shares_out(view)
        planned = told and bound and not view.is_in(lemma, "no_duty")
        if not planned:
            return None
    bare = not has_object(view, at) and not object_beside(view)
    return None if told and (bare or view.is_in(lemma, "stative")) else (lemma, bare)


#: presence that is a service to who asks for it («посидишь с Мишкой в субботу?»)
_SERVICE = frozenset("посидеть постоять побыть подежурить выйти приехать".split())


def _stands_in(view: View, lemma: str) -> bool:
    """Whether being somewhere is asked as a service, for another day or in one's own place."""
    instead = {"за", "вместо"} & set(view.words) and {"меня", "нас"} & set(view.words)
    return lemma in _SERVICE and view.sentence.question and (bool(instead) or later(view))


def _turned(view: View, lemma: str) -> bool:
    """Whether looking or answering is asked of somebody called by name («Жень, посмотришь?»)."""
    return view.is_in(lemma, "look") and view.sentence.question


def _modal(view: View, lemma: str) -> tuple[str, bool] | None:
    """«сможешь собрать?», or «успеешь?» about what was said before."""
    index = next((i for i, w in enumerate(view.words) if infinitive(w)), None)
    if index is None:
        return (lemma, True) if view.sentence.question or lemma != "мочь" else None
    verb = infinitive(view.words[index]) or ""
    looked = view.is_in(verb, "look") and has_object(view, index)
    idle = view.is_in(verb, "ask_noise") or view.is_in(verb, "stative")
    return None if idle and not (looked or later(view)) else (verb, False)


def _wished(view: View, at: int) -> tuple[str, bool] | None:
    """«ты бы глянула договор», «тебе бы съездить к ним»."""
    word = view.words[at]
    past = reading(word, "VERB", "past", "perf", at_least=0.3)
    if past and _YOU & set(view.words) and not view.is_in(past.lemma, "stative"):
        return (past.lemma, False) if has_object(view, at) else None
    verb = infinitive(word)
    if verb and {"тебе", "вам"} & set(view.words[:at]) and not view.is_in(verb, "ask_noise"):
        return (verb, False) if has_object(view, at) else None
    return None


#: by what one is asked to do something: an infinitive follows («можно тебя попросить сверить»)
_ASKING = frozenset({"просить", "попросить"})


def begged(view: View) -> int | None:
    """Index of the infinitive of «прошу подготовить», «можно вас попросить сверить»."""
    words = view.words
    for at, word in enumerate(words):
        lemma = next((p.lemma for p in parses(word)[:1] if p.lemma in _ASKING), None)
        own = lemma and (reading(word, "1per") or infinitive(word))
        if own:
            return next((i for i, w in enumerate(words) if i > at and infinitive(w)), None)
        if word in ("забудь", "забудьте") and at and words[at - 1] == "не":
            return next((i for i, w in enumerate(words) if i > at and infinitive(w)), None)
    return None


_DUTY = frozenset({"должен", "должна", "должны", "обязан", "обязана", "обязаны"})
_MUST_YOU = frozenset({"надо", "нужно", "необходимо", "следует", "придется", "предстоит"})


def obliged(view: View) -> int | None:
    """Index of the infinitive of «тебе нужно сдать», «вы должны заполнить»."""
    words = set(view.words)
    duty = (words & _YOU and words & _DUTY) or (words & {"тебе", "вам"} and words & _MUST_YOU)
    if "требуется" in words:
        duty = duty or words & {"тебя", "вас"}
    if not duty or view.sentence.question or words & {"был", "была", "были", "было", "не"}:
        return None
    at = next((i for i, w in enumerate(view.words) if infinitive(w)), None)
    verb = infinitive(view.words[at]) or "" if at is not None else ""
    idle = any(view.is_in(verb, name) for name in ("stative", "in_meeting", "ask_noise"))
    return None if idle and not later(view) else at


#: what one is given to do, as a noun: an infinitive follows («вам задание: выучить второй куплет»)
_TASKS = frozenset("задача задание поручение просьба наказ миссия обязанность дело".split())
_YOURS = frozenset("тебе вам тебя вас твой твоя твое ваш ваша ваше твоей вашей".split())
#: words with which an infinitive is no order («можно закрыть», «как закрыть»)
_NO_ORDER = frozenset(
    "можно нельзя надо нужно стоит пора лучше жаль лень легко трудно сложно важно как что чтобы "
    "где куда зачем почему сколько кто кому если чем мне нам ему ей им бы не хватит".split()
)


def charged(view: View) -> int | None:
    """Index of the infinitive of «Синицын, вымыть казарму!», «твоя задача — обзвонить жильцов»."""
    words = view.words
    at = next((i for i, w in enumerate(words) if infinitive(w)), None)
    if at is None or view.sentence.question or view.scene.on_paper or _NO_ORDER & set(words):
        return None
    if any(is_finite(word) for word in words) or not (
        has_object(view, at) or view.due((view.clause_at,))
    ):
        return None
    verb = infinitive(words[at]) or ""
    idle = any(view.is_in(verb, name) for name in ("stative", "ask_noise", "in_meeting"))
    if (idle and not later(view)) or _is_for_others(view, verb, at):
        return None
    before = [clause.words for clause in view.sentence.clauses[: view.clause_at]]
    return at if _is_charge(before) or (view.vocative and _is_call(view, before)) else None


def _is_for_others(view: View, verb: str, at: int) -> bool:
    """Whether others are to act: «людям ремонт планировать» (not «людям письмо отправить»)."""
    given = any(view.is_in(verb, name) for name in ("transfer", "send", "bring", "tell", "call"))
    return not given and any(
        reading(word, "NOUN", "datv", at_least=0.5) and not reading(before, "PREP")
        for before, word in itertools.pairwise(("", *view.words[:at]))
    )


def _is_charge(before: list[tuple[str, ...]]) -> bool:
    """Whether the clause before gives somebody a task: «вам задание», «от тебя требуется»."""
    said = set(before[-1]) if before else set()
    lemmas = {p.lemma for word in said for p in parses(word)[:1]}
    return bool(_YOURS & said and (_TASKS & lemmas or {"требуется", "прошу"} & said))


def _is_call(view: View, before: list[tuple[str, ...]]) -> bool:
    """Whether nothing but a call, or asking, stands before in the sentence («Синицын, …!»)."""
    said = [w for clause in before for w in clause]
    names = {
        word
        for clause_at in range(view.clause_at)
        for m in view.at(clause_at).mentions
        for word in view.at(clause_at).words[m.first : m.last]
    }
    rest = [w for w in said if not (w in names or w in _YOURS or view.is_in(w, "filler"))]
    rest = [w for w in rest if not _charges(view, w)]
    return bool(names) and len(rest) <= 1 and not any(is_finite(w) for w in rest)


def _charges(view: View, word: str) -> bool:
    """Whether a word says that the speaker asks or charges («прошу», «поручаю»)."""
    found = reading(word, "VERB", "1per", at_least=0.3)
    return word == "просьба" or (found is not None and view.is_in(found.lemma, "charging"))


def trusted(view: View) -> int | None:
    """Index of the word before the thing of «тебе поручаю билеты», «ты отвечаешь за звук»."""
    words = view.words
    if view.sentence.question or any(infinitive(word) for word in words):
        return None
    for at, word in enumerate(words):
        if words[at : at + 2] in (("отвечаешь", "за"), ("отвечаете", "за")):
            return at + 1 if nouns(view, skip=(), after=at + 1) else None
        told = {"тебе", "вам"} & set(words) or any("datv" in m.cases for m in view.mentions)
        given = told and _charges(view, word)
        if given and (things := nouns(view, skip=())):
            return at if things[-1] > at else things[0] - 1
        if word in ("забудь", "забудьте") and at and words[at - 1] == "не":
            things = nouns(view, skip=())
            led = things and things[0] and reading(words[things[0] - 1], "PREP")
            return -1 if things and not led else None
    return None


_NEEDED = frozenset({"нужен", "нужна", "нужны", "нужно", "понадобится", "требуется"})


def needed(view: View) -> int | None:
    """Index of «нужен» in «мне нужен план», «нужна справка», or of «жду» in «жду от тебя смету»."""
    words = view.words
    at = next((i for i, w in enumerate(words) if w in _NEEDED), None)
    if any(future(word, "1per") for word in words):
        return None
    if at is not None and nouns(view, skip=()) and not any(infinitive(w) for w in words):
        return at
    if {"мне", "нам"} & set(words) and {"бы", "б"} & set(words) and len(words) <= _ELLIPTIC:
        verbal = any(is_finite(w) or infinitive(w) for w in words)
        return (
            words.index("бы" if "бы" in words else "б")
            if nouns(view, skip=()) and not verbal
            else None
        )
    at = next((i for i, w in enumerate(words) if w in ("жду", "ждем")), None)
    return at if at is not None and nouns(view, skip=()) else None


def waits_for_somebody(view: View) -> bool:
    """Whether «жду» says from whom: «от тебя», «от Олега», or calls him by name."""
    words = view.words
    if view.vocative:
        return True
    named = any(words[m.first - 1] == "от" for m in view.mentions if m.first)
    return named or any(
        pair in (("от", "тебя"), ("от", "вас")) for pair in itertools.pairwise(words)
    )


_MUST = frozenset("надо нужно необходимо следует стоит пора придется".split())


_MUST_BE = _MUST | {"было", "будет"}


def to_be_done(view: View) -> int | None:
    """Index of the infinitive in «надо позвонить в банк», «кто-то должен встретить курьера»."""
    words = view.words
    somebody = {"кто-то", "кто-нибудь", "кому-то", "кому-нибудь"} & set(words)
    wished = {"бы", "неплохо", "хорошо", "здорово"} & set(words)
    must = (
        _MUST & set(words)
        or len(wished) > 1
        or (somebody and {"должен", "надо", "нужно"} & set(words))
    )
    at = next((i for i, w in enumerate(words) if infinitive(w)), None)
    if at is None or not must or any(is_finite(w) for w in words if w not in _MUST_BE):
        return None
    if any(view.is_in(word, "hedge_word") for word in view.sentence.words):
        return None
    if {"мне", "нам", "ему", "ей", "им", "не"} & set(words[:at]):
        return None
    if "было" in words and not wished:
        return None
    verb = infinitive(words[at]) or ""
    idle = any(view.is_in(verb, name) for name in ("stative", "in_meeting", "vague_joint"))
    idle = idle and not view.is_in(verb, "ask")
    return None if idle or not has_object(view, at) else at


#: what one asks for in a meeting and has at once
_AT_ONCE = frozenset(
    "вопрос слово внимание тишина минута минутка секунда слайд микрофон экран громкость звук "
    "пауза реплика пожалуйста просьба спасибо".split()
)


def wanted(view: View) -> bool:
    """Whether a clause without verb asks for a thing: «и смету отдельной строкой, пожалуйста»."""
    sentence = view.sentence
    near = [
        *view.words,
        *(w for v in view.others() if v.clause_at == view.clause_at + 1 for w in v.words),
    ]
    due = view.due((view.clause_at,)) if view.vocative else None
    bounded = due is not None and due.due.raw.lower().startswith(("до ", "к ", "ко "))
    if not ({"пожалуйста", "плиз"} & set(near) or bounded):
        return False
    if sentence.question or len(view.words) > _ELLIPTIC:
        return False
    if any(is_finite(word) or infinitive(word) for word in view.words):
        return False
    things = nouns(view, skip=())
    lemmas = {p.lemma for i in things for p in parses(view.words[i])}
    first = view.words[things[0]] if things else ""
    if any(view.is_in(lemma, "event") for lemma in lemmas):
        return False
    return bool(things) and not lemmas & _AT_ONCE and reading(first, "accs") is not None


#: words of a clause that can ask without any verb
_ELLIPTIC = 8


#: how all who are there are called
_ALL_CALLED = frozenset("коллеги ребята друзья народ девочки девчата мальчики товарищи".split())


def agreed_for_all(view: View, word: str) -> str | None:
    """Lemma of the present in «все сдаём по пятьсот до конца месяца»."""
    found = reading(word, "VERB", "pres", "1per", "plur", at_least=0.3)
    said = {"все", "мы"} & set(view.words) or _ALL_CALLED & set(view.sentence.words)
    due = view.due((view.clause_at,)) if found and said else None
    bounded = due is not None and due.due.raw.lower().startswith(("до", "к", "не позднее"))
    return found.lemma if found and bounded and not view.is_in(found.lemma, "no_duty") else None
