"""Whether words are those of people talking to each other, or of a log, a form, a glossary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: characters of a turn that are looked at
LOOK = 200
#: words of whoever speaks to somebody, and how answers begin
_TALK = re.compile(
    r"\b(?:я|мы|ты|вы|мне|нам|тебе|вам|меня|тебя|нас|вас|мой|моя|моё|наш\w{0,2}|тво[йяё]|ваш\w{0,2}"
    r"|давай(?:те)?|пожалуйста|спасибо|i|we|you|me|us|my|our|your|i['’]ll|let['’]s|i['’]m|thanks"
    r"|please)\b|\?"
    r"|^\W*(?:да|нет|ага|угу|ок|окей|хорошо|ладно|так|ну|привет|здравствуйте|коллеги|понял[аи]?"
    r"|принято|yes|yeah|yep|okay|ok|right|well|so|hi|hello|mm|mmhmm|mm-hmm|uh|um|oh|hmm|sure)\b",
    re.IGNORECASE,
)
_TELLING = re.compile(r"[^\W_]+\W+[^\W_]|[^\W_]\?")
#: what an author writes of a speaker between dashes: «— Кто там? — спросил он»
_NARRATED = re.compile(
    r"[,!?….]\s?[—–]\s(?:\w+\s){0,2}?\w{2,}(?:л|ла|ли|лся|лась|лись|ает|ит)\b", re.IGNORECASE
)


def talk_share(spoken: Iterable[str]) -> float:
    """The share of turns with a word of talk in it, 0..1, of those that tell anything.

    A single word that asks nothing tells nothing: «да» may be an answer or a setting.
    """
    rows = [words[:LOOK].split("\n")[0] for words in spoken]
    telling = [row for row in rows if _TELLING.search(row)]
    if not telling:
        return 0.0
    return sum(_TALK.search(row) is not None for row in telling) / len(telling)


def is_narrated(spoken: Iterable[str]) -> bool:
    """Whether an author tells, here and there, who speaks and how: fiction, not a transcript."""
    rows = list(spoken)
    return sum(_NARRATED.search(row) is not None for row in rows) * 8 > len(rows)
