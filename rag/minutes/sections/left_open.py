"""What is said to be open: «пока неясно, кто …», "the date is TBD", «… Не договорились.»."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.sections.talk import CONTENT
from rag.minutes.sections.unanswered import WANTED, opening_of
from rag.words import STOP_WORDS, words

if TYPE_CHECKING:
    from rag.minutes.sections.talk import Talk

_YES_OR_NO = re.compile(r"(?<!\w)(?:\w+\s+ли|whether|if)(?!\w)")
#: these name no question by themselves
_NAMELESS = frozenset({"открытый вопрос", "open question", "is an open issue", "нет ясности"})
#: words between «неясно» and the question that it is about
_BETWEEN = 2
#: words of an indirect question, above which talk has lost its thread
_LONGEST = 25


def left_open(talk: Talk, at: int) -> tuple[int, int] | None:
    """The span of what a remark says to be open: the question in it, or else all of it."""
    remark = talk.remarks[at]
    if remark.asks:
        return None
    return _unclear(talk, at) or _unsettled(talk, at) or _told(talk, at)


def _unclear(talk: Talk, at: int) -> tuple[int, int] | None:
    """The question behind «неясно», "we still don't know"."""
    remark = talk.remarks[at]
    unclear = talk.find("unclear", remark.said)
    if unclear is None:
        return None
    begin = _indirect(talk, remark.said, unclear.end())
    if begin is None or len(remark.said[unclear.end() : begin].split()) > _BETWEEN:
        return None
    return _span(talk, at, begin)


def _unsettled(talk: Talk, at: int) -> tuple[int, int] | None:
    """The question of the sentence before, where this one says «Не договорились.» and no more."""
    said = talk.remarks[at].said
    unsettled = talk.find("unsettled", said)
    before = at - 1
    if unsettled is None or before < 0:
        return None
    near = talk.remarks[before].turn >= talk.remarks[at].turn - 1
    if not near or _content(said[: unsettled.start()] + said[unsettled.end() :]):
        return None
    begin = _indirect(talk, talk.remarks[before].said, 0)
    return None if begin is None else _span(talk, before, begin)


def _told(talk: Talk, at: int) -> tuple[int, int] | None:
    """All that is said of an open question, or what follows its colon."""
    said = talk.remarks[at].said
    found = talk.find("open", said)
    if found is None or len(_content(said)) < CONTENT:
        return None
    if not set(_content(said)) - set(_content(found.group())) and found.group() in _NAMELESS:
        return None
    behind = said[found.end() :].lstrip()
    if behind.startswith(":") and len(_content(behind)) >= CONTENT:
        return _span(talk, at, len(said) - len(behind.lstrip(" :—-")))
    return _span(talk, at, opening_of(said))


def _indirect(talk: Talk, said: str, start: int) -> int | None:
    """Where an indirect question begins: «кто поведёт автобус», "whether we need it"."""
    words_ = (talk.kind(kind).search(said, start) for kind in WANTED)
    found = [*filter(None, words_), *_YES_OR_NO.finditer(said, start)]
    return min((each.start() for each in found), default=None)


def _span(talk: Talk, at: int, begin: int) -> tuple[int, int] | None:
    """The remark from `begin` on, without its full stop; None where that says nothing."""
    remark = talk.remarks[at]
    end = len(remark.said.rstrip(" \n\t.!…"))
    if not _content(remark.said[begin:end]) or len(remark.said[begin:end].split()) > _LONGEST:
        return None
    return remark.start + begin, remark.start + end


def _content(said: str) -> list[str]:
    return [word for word in words(said) if word not in STOP_WORDS]
