"""What in an answer states nothing: «Вот что найдено:», "Based on the passages,", headings.

Such words are judged neither true nor false. What leads in to a list is checked with its items.
"""

from __future__ import annotations

import re

from rag.words import STOP_WORDS, words

#: Words of sentences about the answer itself, by their beginnings.
_BEGINNINGS = tuple(
    "нашел нашл найден найдена известно узна согласно документ отрыв фрагмент текст источник "
    "материал предоставлен приведен данны указан следующ ниже вышеизложен ответ вопрос информаци "
    "сведени итак образом кратк итог резюм вывод основн главн пункт момент сказан говор "
    "перечисл содерж выдел отмет важно касается исходя основан соответств судя контекст "
    "библиотек подроб деталь детал "
    "find found found following follow based according provided document passage source context "
    "text answer question information short summar below key point main detail listed mention "
    "state given overall conclu note excerpt material say brief respons".split()
)
_ALSO = frozenset("вот here as per let see sum by to of this these those there's below".split())
_PREFIX = re.compile(
    r"^(?:согласно|исходя из|на основе|на основании|судя по|в соответствии с"
    r"|по(?= (?:этим )?(?:данным|сведениям))|как (?:сказано|указано|говорится) в"
    r"|according to|based on|as (?:stated|mentioned|noted) in|per"
    r"|итак|таким образом|в итоге|кратко|in short|in summary|overall|to sum up)"
    r"(?P<inside>[^,:]{0,60})[,:]\s+",
    re.I,
)


def frames(text: str) -> bool:
    """Whether a sentence only speaks of the answer or its sources."""
    found = words(text)
    told = [word for word in found if word.startswith(_BEGINNINGS) or word in _ALSO]
    return bool(told) and all(word in STOP_WORDS or word in told for word in found)


def unframed(text: str) -> str:
    """A sentence without «Согласно документам,» before it."""
    match = _PREFIX.match(text)
    if not match:
        return text
    inside = words(match.group("inside"))
    plain = all(word in STOP_WORDS or word.startswith(_BEGINNINGS) for word in inside)
    return text[match.end() :] if plain else text
