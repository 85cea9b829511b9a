"""What stands before a speaker's words: which labels can be a speaker, and whose name they hold."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.minutes.morphology import parses
from rag.minutes.people.given_names import is_given_name, is_person_name
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

#: words before a colon that are no people, however often they come
NOT_SPEAKERS = frozenset(
    """
    итого итог итоги встреча созвон совещание вопрос вопросы ответ ответы пример примеры важно
    внимание примечание примечания срок сроки ответственный ответственные решили решение решения
    слушали выступили постановили участники присутствовали отсутствовали приглашенные приглашённые
    были дата тема темы повестка цель цели задача задачи план статус ссылка ссылки адрес телефон
    почта кому от копия автор источник дано доказательство определение следствие теорема шаг вывод
    выводы например плюсы минусы результат фио должность контакты итак первое второе третье отв
    время место запись заметки список состав система бот ассистент
    note notes todo question questions answer answers example warning tip date time subject to cc
    from agenda attendees participants attendance invitees absent present apologies action actions
    decision decisions summary total status location topic result results step input output name
    title source q a p s http https meeting
    next following previous deadline budget risk risks outcome conclusion background duration
    table figure fig section appendix chapter step theorem proof lemma рис рисунок табл таблица
    глава раздел приложение пункт этап
    info warn error debug trace fatal critical system assistant bot ai
    """.split()
)
#: offices that may hold a name («Секретарь: Носкова») as well as speak («Председатель: Слово …»)
OFFICES = frozenset(
    "председатель секретарь докладчик ведущий председательствующий author chair secretary".split()
)
_NUMBERED = re.compile(
    r"(?:спикер|голос|участник|говорящий|докладчик|speaker|voice|participant|person|spk)"
    r"(?:[ _#№-]{0,2}\d{1,3}|[ _-][a-zа-я])",
    re.IGNORECASE,
)
#: «+7 900 123-45-67», as messengers call whom nobody has saved
_PHONE = re.compile(r"\+\d[\d \xa0()‑-]{5,20}|\d{1,4}[ \xa0(-][\d \xa0()‑-]{5,20}")
#: «krasnov_i», «@vera», «v.belykh@firma.ru», «jray7»
_LOGIN = re.compile(
    r"@\w+|[\w.+-]+@[\w.-]+|\w*[^\W_]_\w+|\w*[^\W\d]\d+\w*|[a-z]\w*(?:[.-][a-z]\w*)+"
)
#: «(Гость)», what a program adds to a name
_STATUS = re.compile(
    r"гость|гостья|внешний|организатор|не проверено|я|вы|guest|external|host|co-host|organi[sz]er"
    r"|unverified|me|you|direct message|личное сообщение",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\(((?:[^()\n]|\([^()\n]{0,60}\)){0,140})\)|\s*\[([^\[\]\n]{0,60})\]")
#: «Анна, бухгалтер», «Анна | Ромашка»
_ROLE = re.compile(
    r"^(?P<name>[^,|]{2,50})(?:,\s*(?P<role>[^\W\d_A-ZА-ЯЁ][^,|]{1,40})|\s*\|\s*(?P<firm>.{1,40}))$"
)
#: how a name is known by what stands before it
_ADDRESSED = re.compile(r"(?:dr|mr|mrs|ms|prof|hon|г-н|г-жа)\b\.?\s+\S", re.IGNORECASE)
#: before a name of two words or more
_TITLE = re.compile(r"^(?:dr|mr|mrs|ms|prof)\b\.?\s+(?=\S+\s+\S)", re.IGNORECASE)
_INITIALS = re.compile(r"(?:\b[^\W\d_]\.\s?){1,2}")
#: signs that people put about their names; a full stop may close an initial
_AROUND = re.compile(r"^[^\w+@]+|[^\w.)]+$")
_SENTENCE = re.compile(r"[!?;…\"«»=<>{}\\]|\w{3,}\. ?\S")
#: code and data: "key", `name`, r(…
_QUOTED = re.compile(r"^\W*[\"'`]|[\"`]\W*$|^\w{0,2}[\"'({]|[=<>{}\\$]")
_TITLES = re.compile(r"\b(?:hon|prof|проф|mrs|rev|sen|rep|gen|capt)\.", re.IGNORECASE)
_MAX_WORDS = 5
_SHORT_CAPITALS = 3
#: of a number that stands for a speaker
_DIGITS = 2


def clean_name(label: str) -> str:
    """A label as a person's name: one kind of space, no «(Гость)», capitals only in front.

    Emphasis and pictures about it go, and a role behind it («Анна, бухгалтер»).
    """
    name = _ASIDE.sub("", label)
    name = name if name.strip() else label
    name = " ".join(name.split())
    name = _AROUND.sub("", name) or name
    role = _ROLE.match(name)
    if role:
        name = role["name"].rstrip()
    name = _TITLE.sub("", name)
    if _NUMBERED.fullmatch(name) or not name.isupper():
        return name
    words = name.split()
    short = _SHORT_CAPITALS if len(words) == 1 else _SHORT_CAPITALS - 1
    return " ".join(_from_capitals(word, short) for word in words)


def _from_capitals(word: str, short: int) -> str:
    """«ТИТОВ» as «Титов»; initials and what is `short` and no name («HR») as it is."""
    if "." in word or (len(word) <= short and not is_given_name(word)):
        return word
    return word.title()


def names_of(labels: Iterable[str]) -> dict[str, str]:
    """Each label's name; two who share one keep what tells them apart («Анна (юрист)»)."""
    labels = list(dict.fromkeys(labels))
    roles: dict[str, set[str]] = {}
    for label in labels:
        if role := _role_of(label):
            roles.setdefault(clean_name(label), set()).add(fold(role.split(" (")[0]))
    named = {}
    for label in labels:
        name, role = clean_name(label), _role_of(label)
        apart = role and len(roles.get(name, ())) > 1
        named[label] = f"{name} ({role})" if apart else name
    return named


def _role_of(label: str) -> str:
    """What a label says of its bearer: «юрист» of «Анна (юрист)» and of «Анна, юрист»."""
    aside = _ASIDE.search(label)
    if aside:
        role = (aside[1] or aside[2] or "").strip()
        return "" if _STATUS.fullmatch(role) else role
    role = _ROLE.match(" ".join(label.split()).strip(" *_"))
    return role["role"] or role["firm"] if role else ""


def is_numbered(name: str) -> bool:
    """Whether a name is that of a voice a recogniser has numbered: «Спикер 1», SPEAKER_00."""
    return _NUMBERED.fullmatch(name) is not None


def is_stop(label: str) -> bool:
    """Whether a label is a word that never speaks: «Итого», «Важно», "Agenda"."""
    name = fold(_AROUND.sub("", label)).strip(".")
    first = name.split()[0].strip(".,") if name.split() else ""
    return not name or name in NOT_SPEAKERS or (first in NOT_SPEAKERS and not is_person_name(label))


@lru_cache(maxsize=10_000)
def is_person(label: str) -> bool:
    """Whether a label names somebody: a known name, initials, a numbered voice, a telephone."""
    if not is_plausible(label) or is_login(label):
        return False
    name = clean_name(label)
    return (
        is_numbered(name)
        or bool(_PHONE.fullmatch(name) or _ADDRESSED.match(name))
        or is_person_name(name)
    )


def is_login(label: str) -> bool:
    """Whether a label is what people are called by programs: «krasnov_i», «v.belykh@firma.ru».

    Names in programs look so, too.
    """
    name = clean_name(label)
    return not is_numbered(name) and _LOGIN.fullmatch(name) is not None


@lru_cache(maxsize=10_000)
def is_plausible(label: str) -> bool:
    """Whether a label has the form of a name at all: few words, no sentence, no number."""
    name = clean_name(label)
    if not name or is_stop(label) or _QUOTED.search(label):
        return False
    if _PHONE.fullmatch(name) or _LOGIN.fullmatch(name):
        return True
    if not re.search(r"[^\W\d_]", name) or name[0].isdigit():
        return len(name) <= _DIGITS and name.isdigit()
    return len(name.split()) <= _MAX_WORDS and not _SENTENCE.search(_TITLES.sub("", name))


def is_capitalised(label: str) -> bool:
    """Whether every word of a name but the initials and particles begins with a capital."""
    words = [word for word in _INITIALS.sub("", clean_name(label)).split() if len(word) > 3]
    return all(word[0].isupper() or word[0].isdigit() for word in words) and any(
        letter.isupper() for letter in label
    )


@lru_cache(maxsize=10_000)
def is_thing(label: str) -> bool:
    """Whether a Russian label is a word of the dictionary that means nobody: «Проблема», «Далее».

    «Бухгалтер» and «Заказчик» are somebody, and so is a word that no dictionary holds.
    """
    words = clean_name(label).split()
    if not words or not re.fullmatch(r"[а-яё-]+", words[0].lower()) or is_person(label):
        return False
    readings = parses(fold(words[0]))
    return bool(readings) and not any(
        "anim" in reading.grammemes or "UNKN" in reading.grammemes for reading in readings[:3]
    )
