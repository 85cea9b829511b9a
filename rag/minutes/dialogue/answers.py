"""What answers a request or an offer: an own promise, a bare yes, a day, a thing done already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.dialogue.stance import has_phrase
from rag.minutes.drafts import content
from rag.minutes.english import answers as english_answers
from rag.minutes.findings import GROUP, SPEAKER, Finding
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading
from rag.minutes.russian.words import akin, future, imperative, infinitive, present
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Sentence
    from rag.minutes.view import Scene

#: words of an answer to «кто …?» that can be a bare «я»
_SHORT = 4
_MINE = frozenset("я мы мне меня возьму сделаю беру займусь могу i me i'll i'm".split())
_DONE = frozenset("уже готово сделано готов готова already done".split())


def volunteers(sentence: Sentence) -> bool:
    """Whether a short answer to «кто …?» is «я» and nothing else."""
    if sentence.language == "en":
        return english_answers.volunteers(sentence)
    words = set(sentence.words)
    return len(words) <= _SHORT and bool(_MINE & words) and words <= _MINE | _READY


#: what may stand beside «я»
_READY = frozenset(
    "давай давайте ну ладно хорошо можно готов готова тогда а да конечно ок окей наверное так "
    "сам сама отправьте пошлите пишите запишите записывайте ставьте берите отправь пошли пиши "
    "запиши записывай ставь бери would can could do it that okay ok yes sure happy to".split()
)


def is_idle(request: Finding) -> bool:
    """Whether a request is of talk and looks, which only its own verb takes up («покажи мне»)."""
    return request.open_call and request.verb in family("ru", "ask_noise")


def takes(sentence: Sentence, request: Finding) -> bool:
    """«Кто пишет ответ? — Я пишу, кто же»: the same verb in the present with «я»."""
    words = sentence.words
    if "я" not in words or "не" in words:
        return False
    return any((verb := present(w, "1per", "sing")) and akin(verb, request.verb) for w in words)


def is_past(sentences: Sequence[Sentence], verb: str) -> bool:
    """Whether an answer tells what was done rather than what will be («так сняла вчера»)."""
    for sentence in sentences[:2]:
        if {"будет", "будут"} & set(sentence.words):
            continue  # «будет сделано»
        for word in sentence.words:
            past = reading(word, "VERB", "past", at_least=0.5) or reading(word, "PRTS")
            if past and (akin(past.lemma, verb) or _DONE & set(sentence.words)):
                return True
    first = sentences[0]
    return "уже" in first.words[:2] and not any(future(w, "1per", "sing") for w in first.words)


def is_at_once(sentence: Sentence) -> bool:
    """Whether an answer does it there and then («сейчас кину»), so that nothing is left to do."""
    words = sentence.words[:3]
    if words[:1] and words[0] in _HANDING:
        return True
    at_once = any(word in family(sentence.language, "now") for word in words)
    return at_once and "не" not in sentence.words


#: with what a thing is handed over («Передай соль. — Держи»)
_HANDING = frozenset("держи держите лови ловите нате".split())


def is_answer(scene: Scene, request: Finding, own: Finding, *, agreed: bool = False) -> bool:
    """Whether one's own promise takes up the request rather than something else.

    `agreed`: the turn says yes, so that "I'll pop it in a spreadsheet" is about what was asked.
    """
    if own.act == "reported" and own.kind == "promise" and request.open_call:
        return akin(own.verb, request.verb)
    if own.kind == "request" or own.who not in (SPEAKER, GROUP):
        return False
    if scene.language == "en":
        said = scene.text[own.what_start : own.what_end]
        on_it = english_answers.places(own.verb) and english_answers.acts_on_it(said)
        return (
            own.bare
            or request.bare
            or english_answers.kindred(own.verb, request.verb)
            or (agreed and on_it)
            or (not request.verb and bool(_words(scene, request) & _words(scene, own)))
        )
    related = akin(own.verb, request.verb) or _is_helpful(own.verb)
    if own.kind == "answer":
        return related or not own.verb
    if own.kind == "offer" and not request.open_call:
        return related
    one, other = (_words(scene, finding) for finding in (request, own))
    if request.open_call and own.thing and one and not one & other:
        return False  # «кто делает чистку?» — «техкарты доделаю»
    if request.open_call and own.kind == "offer" and not own.thing:
        return not is_idle(request)
    if is_idle(request):
        return akin(own.verb, request.verb)
    if related or (own.bare and not own.verb):
        return True
    modal = request.verb in ("", "смочь", "мочь", "успеть", "хотеть")
    if not request.open_call and (modal if request.bare else own.bare):
        return True
    return bool(one & other)


def only_tells_when(own: Finding) -> bool:
    """Whether after a yes a verb without a thing says only when («да, вечером закину»)."""
    return own.kind in ("promise", "answer") and own.who == SPEAKER and not own.thing


def passes_on(request: Finding, found: Finding) -> bool:
    """Whether an answer names another to do what was asked («пусть Олег наберёт»)."""
    handed = found.kind == "request" and found.named and found.act == "assigned"
    return handed and not found.thing and (akin(found.verb, request.verb) or not found.verb)


def _is_helpful(verb: str) -> bool:
    """Whether a verb takes up whatever was asked («займусь»)."""
    return verb in ("заняться", "сделать", "взяться", "постараться")


def _words(scene: Scene, finding: Finding) -> frozenset[str]:
    text = scene.text[finding.what_start : finding.what_end]
    return content(text) - {stem(finding.verb)}


def adds_nothing(scene: Scene, request: Finding, own: Finding) -> bool:
    """Whether an answer names no thing of its own, so that the request's words must stand."""
    if english_answers.refers_back(scene.text[own.what_start : own.what_end]):
        return True
    return own.bare or (not own.thing and (akin(own.verb, request.verb) or not own.verb))


def repeats(request: Finding, sentences: Sequence[Sentence]) -> bool:
    """Whether an answer tells the one who offered to do it: «могу одолжить — ой, одолжи»."""
    for sentence in sentences[:2]:
        for word in sentence.words:
            ordered = imperative(word)
            verb = ordered or infinitive(word)
            if request.kind == "answer":
                if ordered and ordered == request.verb:
                    return True
            elif verb and akin(verb, request.verb):
                return True
    return False


def declines(sentences: Sequence[Sentence]) -> bool:
    """Whether an offer is turned down: «спасибо, сама», «не утруждайся», «уже починили»."""
    for sentence in sentences[:2]:
        if sentence.language != "ru" or sentence.question:
            continue
        for clause in sentence.clauses:
            words = clause.words
            if has_phrase(words, family("ru", "declining")):
                return True
            done = "уже" in words and any(reading(w, "VERB", "past", at_least=0.5) for w in words)
            oneself = _ONESELF & set(words) and not {"не", "ты", "вы", "давай"} & set(words)
            if done or (oneself and len(words) <= _SHORT):
                return True
    return False


#: who says these does it without help
_ONESELF = frozenset("сам сама сами".split())


def akin_to(one: Finding, other: Finding) -> bool:
    """Whether two findings are of one act."""
    return akin(one.verb, other.verb)


def speaks_for_many(scene: Scene, request: Finding, own: Finding) -> bool:
    """Whether «обзвоним» answers for all who were asked («звоните вы»), not for one called up."""
    if own.who != GROUP or request.act == "assigned":
        return False
    if not request.verb:
        return True
    word = scene.text[request.at : request.at + 40].split()[:1]
    asked = [p.grammemes for w in word for p in parses(w.lower().strip(".,!?…"))[:2]]
    return any("plur" in grammemes for grammemes in asked) or not request.named
