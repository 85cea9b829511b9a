"""Sentences that tell what somebody said: «Денис сообщил, что …», "Nora asked for …".

Who said it is checked against the speaker of a turn, and what was said against the turn itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.cite.facts import akin
from rag.cite.grammar import actor, is_action
from rag.cite.reasons import Reason
from rag.words import fold, stem

if TYPE_CHECKING:
    from rag.cite.statement import Statement

#: Verbs that only tell that something was said, thought or asked for.
_SAYING = frozenset(
    stem(word)
    for word in (
        "said say says told tells thought thinks think found finds considered called calls noted "
        "notes mentioned mentions added adds explained explains reported reports reminded warned "
        "complained complains pointed observed remarked admitted answered replied asked asks "
        "requested requests wanted wants suggested suggests proposed proposes offered offers "
        "promised promises hoped hopes believes believed stated states announced confirmed joked "
        "recommended recommends "
        "сказал сказала говорит говорил говорила сообщил сообщила сообщает считает считал считала "
        "думает решил решила заметил заметила отметил отметила добавил добавила напомнил напомнила "
        "предупредил предупредила объяснил объяснила пояснил пояснила рассказал рассказала "
        "уточнил уточнила ответил ответила спросил спросила спрашивает попросил попросила просит "
        "просил просила предложил предложила предлагает обещал обещала пообещал пообещала обещает "
        "возразил возразила признал признала признался призналась пожаловался пожаловалась "
        "жалуется посетовал посетовала хочет хотел хотела надеется подтвердил подтвердила "
        "посоветовал посоветовала назвал назвала полагает пошутил пошутила поинтересовался "
        "поинтересовалась доложил доложила настаивает велел велела поручил поручила"
    ).split()
)
_ASKING = frozenset(
    stem(word)
    for word in (
        "asked asks wanted requested requests попросил попросила просит "
        "просил просила спросил спросила спрашивает поинтересовался поинтересовалась уточнил "
        "уточнила"
    ).split()
)
_NAME = r"[A-ZА-ЯЁ][^\W\d_]+"
_BETWEEN = "also|then|had|has|have|gladly|just|ещё|еще|также|тоже|потом|сразу|тут же"
_TOLD = re.compile(
    rf"(?P<who>{_NAME}(?: {_NAME}){{0,2}}) (?:(?:{_BETWEEN}) )*(?P<verb>[^\W\d_]+)\b"
    r"(?: (?:out|back))?(?P<rest>.*)",
    re.S,
)
_ACCORDING = re.compile(
    rf"(?:По словам|По мнению|According to) (?P<who>{_NAME}(?: {_NAME}){{0,2}}),(?P<rest>.*)", re.S
)
_OPENS = re.compile(r"[\s,:;—–-]*(?:(?:что|чтобы|that|to|for|whether|if|like)\b)?[\s,]*", re.I)


class Reported(NamedTuple):
    """The stems of who says it, what is said, and whether it may be a question."""

    who: frozenset[str]
    text: str
    asks: bool


def reported(text: str) -> Reported | None:
    """What a sentence reports of somebody's words; None where it does not."""
    match = _TOLD.match(text)
    verb = stem(fold(match.group("verb"))) if match else ""
    if verb not in _SAYING:
        match, verb = _ACCORDING.match(text), ""
    if match is None:
        return None
    rest = match.group("rest")
    said = rest[_OPENS.match(rest).end() :]  # type: ignore[union-attr]  # it matches nothing too
    return Reported(_stems(match.group("who")), said, verb in _ASKING)


def misasked(said: Statement, asker: frozenset[str]) -> Reason | None:
    """Somebody who is said to ask what another one asks."""
    told = reported(said.text) if asker else None
    if told is None or not told.asks or any(akin(a, b) for a in told.who for b in asker):
        return None
    return Reason("actor", " ".join(item.form for item in said.items if item.stem in told.who))


def offers(asked: Statement, said: Statement) -> bool:
    """Whether a speaker says to do what is told to be asked of somebody: "I can send it"."""
    return any(
        actor(clause.forms, place) == "speaker"
        for clause in said.clauses
        for place, form in enumerate(clause.forms)
        if is_action(form) and stem(form) in asked.stems
    )


def _stems(name: str) -> frozenset[str]:
    from rag.cite.statement import statement

    return statement(name).stems
