"""Proposals that become decisions: by the assent of another turn, or by a vote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.sections.talk import ACCEPTED, ANNOUNCED, CONTENT, SETTLED
from rag.words import STOP_WORDS, content_stems, words

if TYPE_CHECKING:
    from rag.minutes.sections.remarks import Remark
    from rag.minutes.sections.talk import Settled, Talk

#: turns that a proposal waits for assent, and remarks that a vote looks back for what it is on
_PATIENCE, _VOTE_BACK = 2, 8
#: words before a proposal and words of all of it, above which it is no proposal to a meeting
_FRONT, _LONGEST = 6, 30
#: what may stand between «кто за» and what is voted on
_AFTER_PUT = re.compile(r"[\s:,—–-]*(?:то,?\s+)?(?:чтобы\s|что\s|of\s)?")
#: words of a vote that mean one only where something was put to it
_LIGHT = frozenset({"принято", "принимается", "все за", "carried", "большинством"})
#: a vote by its own words
_OUTRIGHT = ("единогласно", "motion", "unanim", "carried unanim")
#: these propose only at the beginning of a remark
_MAYBE = frozenset({"может", "может быть"})


def voted(talk: Talk, at: int) -> Settled | None:
    """What was put to a vote that went through."""
    remark = talk.remarks[at]
    vote = None if remark.asks else talk.find("vote", remark.said)
    if vote is None or talk.find("bar", remark.said) or talk.find("before", remark.said):
        return None
    if put := _put_before(talk, at, outright=vote.group().startswith(_OUTRIGHT)):
        return talk.settled(*put, ANNOUNCED)
    rest = remark.said[: vote.start()] + remark.said[vote.end() :]
    if vote.group() in _LIGHT or len(content_stems(rest)) < CONTENT:
        return None
    length = vote.start() or len(remark.said)
    return talk.settled(remark.start, remark.start + length, SETTLED)


def _put_before(talk: Talk, at: int, *, outright: bool) -> tuple[int, int] | None:
    """The span put to the vote a little before, or the proposal before that.

    `outright`: the words of the vote need nothing that was put, a proposal does.
    """
    back = range(at, max(-1, at - _VOTE_BACK), -1)
    put = next((i for i in back if talk.find("put", talk.remarks[i].said)), None)
    if put is not None and (span := _put(talk, put)):
        return span
    if put is None and not outright:
        return None
    spans = (_proposal(talk, talk.remarks[i]) for i in back if put is None or i < put)
    return next(filter(None, spans), None)


def _put(talk: Talk, at: int) -> tuple[int, int] | None:
    """What stands behind «кто за», "motion to"."""
    remark = talk.remarks[at]
    *_, put = talk.kind("put").finditer(remark.said)  # «голосуем: кто за …»: the last one
    after = _AFTER_PUT.match(remark.said, put.end())
    if after is None or not _has_noun(remark.said[after.end() :]):
        return None
    return remark.start + after.end(), remark.end


def proposed(talk: Talk, at: int) -> Settled | None:
    """A proposal that another turn agrees to; a firm one that no turn objects to."""
    remark = talk.remarks[at]
    span = _proposal(talk, remark)
    if span is None:
        return None
    firm = talk.find("firm", remark.said) is not None and not remark.asks
    assent = _assent(talk, at, firm=firm)
    return None if assent is None else talk.settled(*span, ACCEPTED, assent)


def _proposal(talk: Talk, remark: Remark) -> tuple[int, int] | None:
    """The span of what a remark proposes, without the words of proposing."""
    said = remark.said
    found = talk.find("propose", said)
    if found is None or talk.find("bar", said) or talk.find("before", said):
        return None
    begin = len(said) - len(said[found.end() :].lstrip(" ,:—–-"))
    if talk.opens("noise", said[begin:]) or not _has_noun(said[begin:]):
        return None
    if len(said[: found.start()].split()) > _FRONT or len(said.split()) > _LONGEST:
        return None
    if found.group() in _MAYBE and said[: found.start()].strip(" ,а-—и"):
        return None
    return remark.start + begin, remark.end


def _assent(talk: Talk, at: int, *, firm: bool) -> tuple[int, ...] | None:
    """Where the turns after a proposal agree to it; () for a firm one nobody objects to."""
    remark = talk.remarks[at]
    heard, turn = 0, remark.turn
    for reply in talk.remarks[at + 1 :]:
        if reply.turn == turn:
            continue
        turn, heard = reply.turn, heard + 1
        if heard > _PATIENCE:
            break
        if reply.speaker is not None and reply.speaker == remark.speaker:
            continue
        opening = reply.said.lstrip(" —–-,")
        if talk.opens("refuse", opening):
            return None
        if talk.opens("assent", opening) and not reply.asks:
            return (reply.start,)
        if reply.asks and not firm:
            return None
    return () if firm else None


def _has_noun(said: str) -> bool:
    """Whether words hold one that can name something, or say enough together."""
    found = [word for word in words(said) if word not in STOP_WORDS]
    return len(found) >= CONTENT or any(len(word) > 3 for word in found)
