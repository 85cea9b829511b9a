"""What words name as done or to be done: the act and its objects, comparable between meetings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rag.minutes.lexicon import family
from rag.minutes.morphology import parses
from rag.minutes.people.given_names import is_given_name
from rag.words import STOP_WORDS, fold, language_of, stem, words

#: Acts that people name by many verbs, each a row; a verb stands in one row.
_ACTS = {
    "send": """
        прислать присылать отправить отправлять скинуть скидывать выслать высылать переслать
        пересылать кинуть сбросить послать посылать отослать закинуть подослать уйти ушел
        send sent sending went email emailed e-mail mail mailed forward forwarded share shared post
        posted submit submitted shoot ping
    """,
    "make": """
        сделать делать доделать подготовить готовить приготовить закончить заканчивать составить
        составлять написать писать дописать дописывать оформить доделывать готов готовый завершить
        make made making finish finished finishing prepare prepared preparing write wrote written
        writing draft drafted complete completed do did done ready
    """,
    "buy": """
        купить покупать докупить закупить закупать приобрести buy bought buying purchase purchased
    """,
    "call": """
        позвонить звонить перезвонить набрать созвониться обзвонить call called calling ring rang
        phone phoned
    """,
    "ask": "спросить узнать узнавать выяснить выяснять уточнить уточнять ask asked find found",
    "order": "заказать заказывать order ordered ordering",
    "book": "забронировать бронировать book booked booking reserve reserved",
    "pay": "оплатить оплачивать заплатить платить внести вносить pay paid paying",
    "get": """
        забрать забирать взять брать получить pick picked picking collect collected collecting
    """,
    "give": "отдать отдавать передать передавать вручить give gave given giving hand handed",
    "take along": "привезти принести везти нести bring brought bringing",
    "look": """
        посмотреть смотреть глянуть проверить проверять просмотреть check checked checking review
        reviewed reviewing look looked
    """,
}
_ACT_OF = {verb: act for act, verbs in _ACTS.items() for verb in verbs.split()}
#: words beside an act that name no object of it
_IDLE = frozenset(
    """
    уже ещё еще всё все весь сам сама само готово вчера сегодня завтра утром вечером днем наконец
    потом сразу тоже снова опять срочно обязательно лично только просто новый новая новое тогда
    нужен нужна нужно нужны надо есть будет буду будем можно пожалуйста давай давайте okay also
    already just now today yesterday tomorrow finally again please i'll i've i'm we'll we've we're
    it's that's got get gets going want wants need needs needed over back out off up down
    morning afternoon evening night monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
#: what an English noun stands behind
_ARTICLES = frozenset("the a an my your his her our their its this that these those".split())
#: a verb's reading must be at least this likely for a word to be the act
_LIKELY = 0.25
#: a day of the calendar, as reports tell it
_DAY = re.compile(
    r"\b\d{1,2}(?:-?(?:го|му|е|th|st|nd|rd))?\s+(?:январ|феврал|март|апрел|мая|июн|июл|август|"
    r"сентябр|октябр|ноябр|декабр|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|"
    r"\b\d{1,2}\.\d\d(?:\.\d{2,4})?\b|"
    r"\b(?:понедельник|вторник|сред[ауы]|четверг|пятниц|суббот|воскресень)\w*"
)
_FIGURE = re.compile(
    r"\d|^(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят)(?:ый|ой|ая|ое|ую|ого|ому|ом|ые"
    r"|ий|ья|ье|ью|ьего)$|^(?:first|second|third|fourth|fifth|sixth|new|old)$|^(?:нов|стар)\w+$"
)
#: letters that verbs of one root and both aspects begin with, and their share of the shorter
_ROOT, _SHARE = 5, 0.6
#: objects in common, and their share of the smaller set, from which two long deeds are one
_MANY, _MOST = 3, 0.75


@dataclass(frozen=True, slots=True)
class Deed:
    """An act, None where no verb names it; the stems of its objects, and the first of these.

    `telling` are words that distinguish one such object from another: numbers, ordinals, names.
    """

    act: str | None
    objects: frozenset[str]
    head: str
    telling: frozenset[str]


def _verb(word: str) -> str | None:
    """The dictionary form of a verb, participle or «готов»; None for other words."""
    if word in _ACT_OF:
        return word
    if language_of(word) != "ru":
        return None
    if word in family("ru", "homograph"):
        return None
    verbal = {"VERB", "INFN", "PRTS", "PRTF", "GRND"}
    found = [p for p in parses(word) if p.score >= _LIKELY]
    found = [p for p in found if p.grammemes & verbal or p.lemma == "готовый"]
    return found[0].lemma if found else None


def _noun(word: str) -> str:
    """What an object is recognised by: the stem of its dictionary form."""
    if language_of(word) != "ru":
        return stem(word)
    found = next((p for p in parses(word) if p.grammemes & {"NOUN", "ADJF"}), None)
    return stem(found.lemma) if found else stem(word)


@lru_cache(maxsize=50_000)
def deed(text: str) -> Deed:
    """The deed that words name («пришлю смету», "send the draft").

    In English the first word that matters is the act. Days and whose deed it is are no part of it.
    """
    act: str | None = None
    kept: list[str] = []
    telling: set[str] = set()
    before = ""
    for word in words(_DAY.sub(" ", fold(text))):
        known = _known(word)
        named, before = known.english and before in _ARTICLES, word
        if known.idle:
            continue
        found = known.opening if not kept else known.act
        if found and not named and (act is None or not known.english):
            act = act or found
            continue
        if known.telling:
            telling.add(known.noun)
        if known.object:
            kept.append(known.noun)
    head = kept[0] if kept else ""
    return Deed(_ACT_OF.get(act, act) if act else None, frozenset(kept), head, frozenset(telling))


class _Known(NamedTuple):
    """What there is to know of a word: whether it counts, the act it names, the object.

    `opening` is the act that it names where no object is named before it.
    """

    idle: bool
    english: bool = False
    act: str | None = None
    opening: str | None = None
    telling: bool = False
    object: bool = False
    noun: str = ""


@lru_cache(maxsize=50_000)
def _known(word: str) -> _Known:
    """A word of a deed; an unknown English one is an act where it begins, or ends in -ed."""
    english = language_of(word) == "en"
    if word in STOP_WORDS or word in _IDLE or is_given_name(word):
        return _Known(idle=True)
    act = _verb(word)
    opening = act or (stem(word) if english else None)
    act = act or (opening if word.endswith("ed") else None)
    figure = _FIGURE.search(word) is not None
    is_name = not (english or figure) and "Name" in parses(word)[0].grammemes  # «смета для Ани»
    return _Known(
        False,
        english,
        act=act,
        opening=opening,
        telling=figure or is_name,
        object=len(word) > 2 and not figure,
        noun=_noun(word),
    )


def act_key(act: str | None) -> str | None:
    """What all acts that are one have in common; see `same_act`."""
    return act[:_ROOT] if act else None


def same_act(one: str | None, other: str | None) -> bool:
    """Whether two acts are one: the same verb, one of a row, or both aspects of one root."""
    if one is None or other is None:
        return False
    if one == other:
        return True
    if one[:_ROOT] != other[:_ROOT]:
        return False
    shorter = min(len(one), len(other))
    common = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    return common >= _ROOT and common >= _SHARE * shorter


def likeness(one: Deed, other: Deed, *, acts: bool = True) -> float:
    """How sure it is that two deeds are one, 0 for not, up to 1.

    The objects are the same, or one names the other's more closely. Without `acts` the objects
    decide alone. A bare deed («сделаю это») is like no other.
    """
    if one.telling != other.telling:
        return 0.0
    common = one.objects & other.objects
    if not common:
        return 0.0
    if acts and not same_act(one.act, other.act):
        bare = one.act is None or other.act is None  # «смета по ремонту», a line of a list
        if not (bare and one.objects == other.objects and len(common) > 1):
            return 0.0
    if one.objects == other.objects:
        return 1.0
    smaller, larger = (one, other) if len(one.objects) <= len(other.objects) else (other, one)
    share = len(common) / len(smaller.objects)
    if share == 1.0 and (len(common) > 1 or smaller.head == larger.head):
        return 0.5 + 0.4 * len(common) / len(larger.objects)
    return share * 0.6 if len(common) >= _MANY and share >= _MOST else 0.0
